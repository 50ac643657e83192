/** An item that comes back to the queue while its run ends does not outlive the run's ending. */
import type { Session } from '#db/engine.ts';
import type { WorkItemRow } from '#db/schema.ts';
import { readRunState } from '../runs/run-numbers.ts';
import { settleUnfetched } from '../runs/settle-unfetched.ts';

/**
 * Call after the item was set to pending and its run's row is held (`adjustRun`). An item of an ended
 * run is settled as all that was queued (see `settleUnfetched`). `skipped`, or `pending` for one that
 * waits for another run.
 */
export async function settleReturned(
  tx: Session,
  item: Pick<WorkItemRow, 'work_item_id' | 'run_id'>,
): Promise<'pending' | 'skipped'> {
  const run = await readRunState(tx, item.run_id);
  if (run === null || item.run_id === null || run.status === 'running') return 'pending';
  const { skipped } = await settleUnfetched(tx, item.run_id, run, [item.work_item_id]);
  return skipped > 0 ? 'skipped' : 'pending';
}
