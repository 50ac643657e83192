/** What becomes of items that are still queued when their run has ended. */
import type { Session } from '#db/engine.ts';
import { missingCode } from '../finish/missing.ts';
import { onHoldChange } from '../hold.ts';
import { statusIs } from '../lease/leased-item.ts';
import { adjustRun, outcomeDeltas, type RunState, timesDeltas } from './run-numbers.ts';

/**
 * Settles pending items of an ended run, whose row the caller holds (`adjustRun`). What a recrawl took up
 * but did not ask for is completed (or gone), as it was, and due, as it was. Other items are skipped after a cancel; else they leave
 * the run and are held until a new run adopts them.
 * @param ids at most 500
 */
export async function settleUnfetched(
  tx: Session,
  runId: string,
  run: Pick<RunState, 'status' | 'kind'>,
  ids: readonly string[],
): Promise<{ readonly skipped: number; readonly left: number }> {
  const unfetched = () =>
    tx.q
      .updateTable('work_items')
      .set({ updated_at: tx.engine.now() })
      .where('work_item_id', 'in', ids)
      .where('run_id', '=', runId)
      .where('status', '=', statusIs('pending'));
  let putBack = 0;
  if (run.kind === 'recrawl') {
    const asItWas = { run_id: null, wait_reason: null, error_code: null, error_message: null };
    const gone = await unfetched()
      .set({ ...asItWas, status: 'skipped', error_code: missingCode })
      .whereRef('gone_since', '>', 'last_fetched_at')
      .executeTakeFirst();
    const fetched = await unfetched()
      .set({ ...asItWas, status: 'completed' })
      .where('last_fetched_at', 'is not', null)
      .executeTakeFirst();
    putBack = Number(gone.numUpdatedRows) + Number(fetched.numUpdatedRows);
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
  await adjustRun(tx, runId, {
    ...timesDeltas(outcomeDeltas('skipped', 1), skipped),
    total: -left,
  });
  return { skipped, left };
}
