/** Putting queued items on hold, and releasing them. */
import type { Session } from '#db/engine.ts';
import { onHoldChange, onHoldReason } from '#lib/queue/hold.ts';
import { adjustRun, lockRun } from '#lib/queue/runs/run-numbers.ts';
import { groupByStatusAndRun, type ItemAsRead, stillAsRead } from '#lib/queue/status-and-run.ts';

/**
 * Puts pending items on hold that are still as they were read. They leave their run, which would wait
 * for them without end.
 * @param items at most 500
 * @returns how many were put on hold
 */
export async function holdItems(tx: Session, items: readonly ItemAsRead[]): Promise<number> {
  let held = 0;
  for (const group of groupByStatusAndRun(items)) {
    // The run's row first: it does not end between losing its items and losing count of them.
    await lockRun(tx, group.runId);
    const result = await tx.q
      .updateTable('work_items')
      .set({ run_id: null, ...onHoldChange(tx), updated_at: tx.engine.now() })
      .where(stillAsRead(group))
      .executeTakeFirst();
    const count = Number(result.numUpdatedRows);
    if (count === 0) continue;
    held += count;
    await adjustRun(tx, group.runId, { total: -count });
  }
  return held;
}

/**
 * Lets items go that are on hold and still as they were read: they may be fetched at once.
 * @param items at most 500
 * @returns how many were released
 */
export async function releaseItems(tx: Session, items: readonly ItemAsRead[]): Promise<number> {
  const now = tx.engine.now();
  let released = 0;
  for (const group of groupByStatusAndRun(items)) {
    const result = await tx.q
      .updateTable('work_items')
      .set({ wait_reason: null, available_at: now, updated_at: now })
      .where(stillAsRead(group))
      .where('wait_reason', '=', onHoldReason)
      .executeTakeFirst();
    released += Number(result.numUpdatedRows);
  }
  return released;
}
