import type { Db } from '#db/engine.ts';
import { endBlocks } from '#lib/hosts/end-blocks.ts';
import { tellProgress } from '#lib/runs/tell-progress.ts';
import { giveUpSilent } from '#lib/workers/give-up-silent.ts';

/**
 * Writes the events that nobody's transaction brings with it: blocks of hosts that are over, workers that
 * fell silent, how far runs have come. Any number of workers may call it; each event is written once.
 */
export async function tellOfTheLoop(db: Db): Promise<void> {
  await endBlocks(db);
  await giveUpSilent(db);
  await tellProgress(db);
}
