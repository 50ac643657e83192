/** What undoing has in common: items are made what they were, and the numbers of their runs follow. */
import type { UpdateObject } from 'kysely';
import type { Session } from '#db/engine.ts';
import type { Database } from '#db/schema.ts';
import { onHoldChange, onHoldReason } from '#lib/queue/hold.ts';
import { statusIs } from '#lib/queue/lease/leased-item.ts';
import { adjustRun, lockRun, outcomeDeltas, timesDeltas } from '#lib/queue/runs/run-numbers.ts';
import type { ChangedGroup, ItemQuery, PutBack } from './change.ts';

export async function writeItems(
  tx: Session,
  ids: readonly string[],
  row: UpdateObject<Database, 'work_items'>,
): Promise<void> {
  await tx.q
    .updateTable('work_items')
    .set({ ...row, updated_at: tx.engine.now() })
    .where('work_item_id', 'in', tx.engine.listed(ids))
    .execute();
}

/** Undoes what `reopenItems` did: of items that nobody has claimed since. */
export const putBackFromQueue = {
  find: ({ untouched }: PutBack): ItemQuery =>
    untouched.where('status', '=', statusIs('pending')).where('attempt', '=', 0),
  async restore(tx: Session, group: ChangedGroup, ids: readonly string[]): Promise<void> {
    const waited = group.status === 'pending' && group.waitReason !== null;
    const wasOnHold = waited && group.waitReason === onHoldReason;
    // Of an ended run the numbers are history, and the items were not counted out of it.
    if (await isRunning(tx, group.runId)) {
      await adjustRun(tx, group.runId, timesDeltas(outcomeDeltas(group.status, 1), ids.length));
    }
    await writeItems(tx, ids, {
      status: group.status,
      attempt: group.attempt,
      run_id: group.runId,
      error_code: group.errorCode,
      error_message: group.errorMessage,
      ...(wasOnHold ? onHoldChange(tx) : waited ? waitAsBefore(tx, group) : {}),
    });
  },
};

/** Back into the run they left and to what they waited for, if that run still runs; else into none. */
export async function putBackIntoRun(
  tx: Session,
  group: ChangedGroup,
  ids: readonly string[],
): Promise<void> {
  const runGoesOn = await isRunning(tx, group.runId);
  if (runGoesOn) await adjustRun(tx, group.runId, { total: ids.length });
  await writeItems(tx, ids, {
    run_id: runGoesOn ? group.runId : null,
    ...waitAsBefore(tx, group),
  });
}

const waitAsBefore = (tx: Session, group: ChangedGroup) => ({
  wait_reason: group.waitReason,
  available_at:
    group.availableAt === null ? tx.engine.now() : tx.engine.instantParam(group.availableAt),
});

/** Locks the run's row until the transaction ends; whether it still runs. */
export const isRunning = async (tx: Session, runId: string | null): Promise<boolean> =>
  (await lockRun(tx, runId))?.status === 'running';
