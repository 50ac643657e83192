/** An item that comes back to the queue while its run ends does not outlive the run's ending. */
import type { Session } from '#db/engine.ts';
import type { WorkItemRow } from '#db/schema.ts';
import { adjustRun, outcomeDeltas, runStanding } from '#lib/runs/run-numbers.ts';
import { statusIs } from './held-item.ts';
import { heldChange } from './hold.ts';

/**
 * Call after the item was set to pending and its run's row is held (`adjustRun`). In a run that was
 * cancelled the item is skipped like all that was queued; from one that was stopped it leaves, and is
 * held.
 */
export async function settleReturned(
  tx: Session,
  item: Pick<WorkItemRow, 'work_item_id' | 'run_id'>,
): Promise<'pending' | 'skipped'> {
  const run = await runStanding(tx, item.run_id);
  if (run === null || run.status === 'running') return 'pending';
  const cancelled = run.status === 'cancelled';
  await tx.q
    .updateTable('work_items')
    .set(cancelled ? { status: 'skipped', wait_reason: null } : { run_id: null, ...heldChange(tx) })
    .where('work_item_id', '=', item.work_item_id)
    .where('status', '=', statusIs('pending'))
    .execute();
  if (!cancelled) return 'pending';
  await adjustRun(tx, item.run_id, outcomeDeltas('skipped', 1));
  return 'skipped';
}
