/** Emptying the queue of a run that has ended before its work was done. */

import { chunkSize } from '#db/chunks.ts';
import type { Db, Session } from '#db/engine.ts';
import { statusIs } from '#lib/queue/lease/leased-item.ts';
import { lockRun } from '#lib/queue/runs/run-numbers.ts';
import { settleUnfetched } from '#lib/queue/runs/settle-unfetched.ts';

/**
 * Settles the queued items of an ended run (see `settleUnfetched`).
 * Works through at most `maxChunks` × 500 items; the rest is gone on with by `prepareRuns`, and
 * nobody claims it meanwhile. Returns how many items were handled.
 */
export async function emptyQueueOfRun(db: Db, runId: string, maxChunks: number): Promise<number> {
  let handled = 0;
  for (let chunk = 0; chunk < maxChunks; chunk += 1) {
    const count = await db.transaction((tx) => emptyChunk(tx, runId));
    if (count === 0) break;
    handled += count;
  }
  return handled;
}

async function emptyChunk(tx: Session, runId: string): Promise<number> {
  const run = await lockRun(tx, runId);
  const query = tx.q
    .selectFrom('work_items')
    .select('work_item_id')
    .where('run_id', '=', runId)
    .where('status', '=', statusIs('pending'));
  const ids = (await tx.engine.take(query, chunkSize).execute()).map((row) => row.work_item_id);
  if (run === null || run.status === 'running' || ids.length === 0) {
    await tx.q
      .updateTable('ingest_runs')
      .set({ phase: 'ready' })
      .where('run_id', '=', runId)
      .where('phase', '=', 'ending')
      .execute();
    return 0;
  }
  const { skipped, left } = await settleUnfetched(tx, runId, run, ids);
  // All of them may have been claimed since they were read; there may be more behind them.
  return Math.max(1, skipped + left);
}
