import type { Db } from '#db/engine.ts';
import { endBlocks } from '#lib/hosts/blocks.ts';
import { recordProgress } from '#lib/runs/record-progress.ts';
import { expireSilentWorkers } from '#lib/workers/presence.ts';

/**
 * Writes the events that nobody's transaction brings with it: blocks of hosts that are over, workers that
 * fell silent, how far runs have come. Any number of workers may call it; each event is written once.
 */
export async function recordLoopProgress(db: Db): Promise<void> {
  await endBlocks(db);
  await expireSilentWorkers(db);
  await recordProgress(db);
}
