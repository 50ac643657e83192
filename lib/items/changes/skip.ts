/** Skipping items, and the numbers of their runs with it. */
import type { Session } from '#db/engine.ts';
import {
  adjustRun,
  outcomeDeltas,
  type RunDeltas,
  timesDeltas,
} from '#lib/queue/runs/run-numbers.ts';
import {
  groupByStatusAndRun,
  type ItemAsRead,
  type StatusAndRun,
  stillAsRead,
} from '#lib/queue/status-and-run.ts';

/**
 * Skips pending and failed items that are still as they were read.
 * @param items at most 500
 * @returns how many were skipped
 */
export async function skipCandidates(tx: Session, items: readonly ItemAsRead[]): Promise<number> {
  let skipped = 0;
  for (const group of groupByStatusAndRun(items)) {
    const result = await tx.q
      .updateTable('work_items')
      .set({ status: 'skipped', wait_reason: null, updated_at: tx.engine.now() })
      .where(stillAsRead(group))
      .executeTakeFirst();
    const count = Number(result.numUpdatedRows);
    if (count === 0) continue;
    skipped += count;
    await recordSkipped(tx, group, count);
  }
  return skipped;
}

/** A pending item comes to its end in its run; a failed one only changes its outcome. */
async function recordSkipped(
  tx: Session,
  { status, runId }: StatusAndRun,
  count: number,
): Promise<void> {
  const deltas: RunDeltas =
    status === 'failed' ? { failed: -1, skipped: 1 } : outcomeDeltas('skipped', 1);
  await adjustRun(tx, runId, timesDeltas(deltas, count));
}
