/** What becomes of items that are still queued, or come back to the queue, when their run has ended. */
import type { Session } from '#db/engine.ts';
import type { WorkItemRow } from '#db/schema.ts';
import { missingCode } from '../finish/missing.ts';
import { onHoldChange } from '../hold.ts';
import { statusIs } from '../lease/leased-item.ts';
import {
  adjustRunInAnyState,
  isOfRun,
  outcomeDeltas,
  type RunState,
  readRunState,
  timesDeltas,
} from './run-numbers.ts';

/**
 * Settles pending items of an ended run. What a recrawl took in but did not ask for is completed (or missing), as it was, and due, as it was. Other items are skipped after
 * a cancel; else they leave the run and are on hold until a new run adopts them.
 * @param ids at most 500
 */
export async function settleUnfetched(
  tx: Session,
  runId: string,
  run: Pick<RunState, 'status' | 'kind'>,
  ids: readonly string[],
): Promise<{ readonly skipped: number; readonly left: number }> {
  if (ids.length === 0) return { skipped: 0, left: 0 };
  const unfetched = () =>
    tx.q
      .updateTable('work_items')
      .set({ updated_at: tx.engine.now() })
      .where('work_item_id', 'in', tx.engine.listed(ids))
      .where('run_id', '=', runId)
      .where('status', '=', statusIs('pending'));
  let putBack = 0;
  if (run.kind === 'recrawl') {
    const asItWas = { run_id: null, wait_reason: null, error_code: null, error_message: null };
    const missing = await unfetched()
      .set({ ...asItWas, status: 'skipped', error_code: missingCode })
      .whereRef('missing_since', '>', 'last_fetched_at')
      .executeTakeFirst();
    const fetched = await unfetched()
      .set({ ...asItWas, status: 'completed' })
      .where('last_fetched_at', 'is not', null)
      .executeTakeFirst();
    putBack = Number(missing.numUpdatedRows) + Number(fetched.numUpdatedRows);
  }
  const cancelled = run.status === 'cancelled';
  const rest = await unfetched()
    .set(
      cancelled ? { status: 'skipped', wait_reason: null } : { run_id: null, ...onHoldChange(tx) },
    )
    .executeTakeFirst();
  const count = Number(rest.numUpdatedRows);
  const skipped = cancelled ? count : 0;
  const left = putBack + count - skipped;
  await adjustRunInAnyState(tx, runId, {
    ...timesDeltas(outcomeDeltas('skipped', 1), skipped),
    total: -left,
  });
  return { skipped, left };
}

/** Takes pending items out of a run that they are no part of (`isOfRun`). Returns how many. */
export async function leaveRun(
  tx: Session,
  runId: string,
  ids: readonly string[],
): Promise<number> {
  if (ids.length === 0) return 0;
  const result = await tx.q
    .updateTable('work_items')
    .set({ run_id: null })
    .where('work_item_id', 'in', tx.engine.listed(ids))
    .where('run_id', '=', runId)
    .where('status', '=', statusIs('pending'))
    .executeTakeFirst();
  return Number(result.numUpdatedRows);
}

/**
 * Call after a leased item was set to pending. An item of an ended run is settled
 * as all that was queued; one that is no part of that run any more (`isOfRun`) leaves it and stays pending.
 * @returns `pending` or `skipped`
 */
export async function settleReturned(
  tx: Session,
  item: Pick<WorkItemRow, 'work_item_id' | 'run_id' | 'claimed_at'>,
): Promise<'pending' | 'skipped'> {
  const run = await readRunState(tx, item.run_id);
  if (run === null || item.run_id === null || run.status === 'running') return 'pending';
  if (!isOfRun(run, item.claimed_at)) {
    await leaveRun(tx, item.run_id, [item.work_item_id]);
    return 'pending';
  }
  const { skipped } = await settleUnfetched(tx, item.run_id, run, [item.work_item_id]);
  return skipped > 0 ? 'skipped' : 'pending';
}
