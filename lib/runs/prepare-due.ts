/** Putting into a run what is due, the most useful first. */

import { chunkSize } from '#db/chunks.ts';
import type { Db, Session } from '#db/engine.ts';
import { readNow } from '#lib/now.ts';
import { parseRunMetadata } from '#lib/queue/runs/run-metadata.ts';
import { type DueItem, openDueQueue } from '#lib/recrawl/due-queue.ts';
import { requireRunRow } from './get-run.ts';
import { lockPreparingRun, markReady, saveMetadata, scopeSourcesOf } from './preparing-run.ts';
import { takeIn } from './take-in.ts';

/**
 * Goes on for at most `maxChunks` × 500 items. What came due after the launch is left to the next run,
 * or a run would take in again what it has just fetched. Where it stands needs no note: what was taken
 * is pending, and no longer among what is due. Returns how many items joined.
 */
export async function prepareDue(db: Db, runId: string, maxChunks: number): Promise<number> {
  const run = await requireRunRow(db, runId);
  const sources = await scopeSourcesOf(db, run);
  const queue = await openDueQueue(db, sources, run.started_at, await readNow(db));
  let joined = 0;
  for (let chunk = 0; chunk < maxChunks; chunk += 1) {
    const items = await queue.next(chunkSize);
    const step = await db.transaction((tx) => takeDue(tx, runId, items));
    joined += step.joined;
    if (step.done) break;
  }
  return joined;
}

async function takeDue(
  tx: Session,
  runId: string,
  items: readonly DueItem[],
): Promise<{ readonly joined: number; readonly done: boolean }> {
  const run = await lockPreparingRun(tx, runId);
  if (!run) return { joined: 0, done: true };
  if (items.length === 0) {
    await markReady(tx, runId, parseRunMetadata(run.metadata));
    return { joined: 0, done: true };
  }
  const { joined, metadata, isFull } = await takeIn(tx, run, items);
  if (isFull) await markReady(tx, runId, metadata);
  else await saveMetadata(tx, runId, metadata);
  return { joined, done: isFull };
}
