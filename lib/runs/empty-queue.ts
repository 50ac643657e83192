/** Emptying the queue of a run that was stopped or cancelled. */
import type { Db, Session } from '#db/engine.ts';
import { chunkSize } from '#lib/work-items/chunks.ts';
import { statusIs } from '#lib/work-items/held-item.ts';
import { heldChange } from '#lib/work-items/hold.ts';
import { adjustRun, outcomeDeltas, runStanding, timesDeltas } from './run-numbers.ts';

/**
 * After a cancel the queued items are skipped; after a stop they leave the run, stay pending and
 * are held.
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
  await adjustRun(tx, runId, {});
  const run = await runStanding(tx, runId);
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
  const cancelled = run.status === 'cancelled';
  const result = await tx.q
    .updateTable('work_items')
    .set({
      ...(cancelled
        ? { status: 'skipped', wait_reason: null }
        : { run_id: null, ...heldChange(tx) }),
      updated_at: tx.engine.now(),
    })
    .where('work_item_id', 'in', ids)
    .where('run_id', '=', runId)
    .where('status', '=', statusIs('pending'))
    .executeTakeFirst();
  const count = Number(result.numUpdatedRows);
  const deltas = cancelled ? timesDeltas(outcomeDeltas('skipped', 1), count) : { total: -count };
  await adjustRun(tx, runId, deltas);
  // All of them may have been claimed since they were read; there may be more behind them.
  return Math.max(1, count);
}
