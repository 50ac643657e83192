/** Moving one item by hand, as the lifecycle allows. */
import type { Db, Session } from '#db/engine.ts';
import type { WorkItemRow, WorkItemStatus } from '#db/schema.ts';
import { AppError } from '#lib/errors/app-error.ts';
import { boundedMessage } from '#lib/errors/bounded-message.ts';
import { noLease, statusIs } from './lease/leased-item.ts';
import { requireMove } from './lifecycle.ts';
import { reopenItems } from './reopen.ts';
import { adjustRun, countOutcomes, outcomeDeltas } from './runs/run-numbers.ts';
import { settleReturned } from './runs/settle-unfetched.ts';

export interface UpdateStatusOptions {
  readonly errorMessage?: string;
  readonly leaseId?: string;
}

/**
 * Moves an item to `status`; the same status again changes nothing, so the call may be repeated.
 * @throws AppError `not_found`, `transition_not_allowed`, `lease_lost` (a lease was given and is not
 *   the item's), or `conflict` when the item moved meanwhile.
 */
export async function updateStatus(
  db: Db,
  workItemId: string,
  status: WorkItemStatus,
  options: UpdateStatusOptions = {},
): Promise<void> {
  await db.transaction(async (tx) => {
    const item = await readItem(tx, workItemId);
    if (options.leaseId !== undefined && item.lease_id !== options.leaseId) {
      throw new AppError('lease_lost', 'Another worker holds this item, or nobody does.');
    }
    if (item.status === status) return;
    requireMove(item.status, status);
    if (status === 'pending' && item.refetch === 'retired') {
      throw new AppError('transition_not_allowed', 'The item is retired: nobody fetches it.', {
        remedy: 'Let it be fetched again first.',
      });
    }
    const moved =
      status === 'pending' && item.status !== 'in_progress'
        ? (await reopenItems(tx, [item], {})) === 1
        : await move(tx, item, status, options.errorMessage ?? null);
    if (!moved) throw new AppError('conflict', 'The item moved while it was being changed.');
  });
}

async function readItem(tx: Session, workItemId: string): Promise<WorkItemRow> {
  const item = await tx.q
    .selectFrom('work_items')
    .selectAll()
    .where('work_item_id', '=', workItemId)
    .executeTakeFirst();
  if (!item) throw new AppError('not_found', `There is no work item ${workItemId}.`);
  return item;
}

async function move(
  tx: Session,
  item: WorkItemRow,
  status: WorkItemStatus,
  errorMessage: string | null,
): Promise<boolean> {
  const now = tx.engine.now();
  const result = await tx.q
    .updateTable('work_items')
    .set({
      status,
      ...noLease,
      wait_reason: null,
      updated_at: now,
      error_message: boundedMessage(errorMessage),
      error_code: null,
      ...(status === 'pending' ? { available_at: now } : {}),
      ...(status === 'completed' ? { last_fetched_at: now } : {}),
    })
    .where('work_item_id', '=', item.work_item_id)
    .where('status', '=', statusIs(item.status))
    // The holder may have changed without the status changing.
    .where((eb) =>
      item.lease_id === null ? eb('lease_id', 'is', null) : eb('lease_id', '=', item.lease_id),
    )
    .executeTakeFirst();
  if (Number(result.numUpdatedRows) !== 1) return false;
  await countMove(tx, item, status);
  return true;
}

async function countMove(tx: Session, item: WorkItemRow, status: WorkItemStatus): Promise<void> {
  if (status === 'pending') {
    await settleReturned(tx, item);
    return;
  }
  const deltas = outcomeDeltas(status, 1);
  if (item.status === 'in_progress') {
    await countOutcomes(tx, item.run_id, [{ claimedAt: item.claimed_at, deltas }]);
  } else {
    // failed → skipped: it was counted already, only its outcome is another.
    const correction = item.status === 'failed' ? { failed: -1, skipped: 1 } : deltas;
    await adjustRun(tx, item.run_id, correction);
  }
}
