/** Putting items back as they were before a change, where they have not moved on since. */
import type { UpdateObject } from 'kysely';
import type { Session } from '#db/engine.ts';
import type { Database, Instant } from '#db/schema.ts';
import { nextFetchUnder } from '#lib/queue/finish/next-fetch.ts';
import { onHoldChange, onHoldReason } from '#lib/queue/hold.ts';
import { statusIs } from '#lib/queue/lease/leased-item.ts';
import { adjustRun, lockRun, outcomeDeltas, timesDeltas } from '#lib/queue/runs/run-numbers.ts';
import { refetchColumns, refetchPlanOf } from '#lib/revisit/refetch-plan.ts';
import type { ItemChange } from '../changes/item-changes.ts';
import type { ChangedGroup } from './rows.ts';

type Row = UpdateObject<Database, 'work_items'>;

/**
 * Restores the items of one group, in the caller's transaction.
 * @param changedAt when the change was committed: what was touched later has moved on
 * @returns ids of those that were restored
 */
export async function restoreGroup(
  tx: Session,
  change: ItemChange,
  group: ChangedGroup,
  changedAt: Instant,
): Promise<readonly string[]> {
  const ids = await unmoved(tx, change, group, changedAt);
  if (ids.length === 0) return [];
  switch (change.action) {
    case 'recrawl':
    case 'retry':
      await backFromQueue(tx, group, ids);
      break;
    case 'skip':
      await backFromSkipped(tx, group, ids);
      break;
    case 'hold':
      await backIntoRun(tx, group, ids);
      break;
    case 'release':
      await write(tx, ids, onHoldChange(tx));
      break;
    case 'set_priority':
      await write(tx, ids, { priority: group.priority });
      break;
    case 'move_to_run':
      await adjustRun(tx, change.runId, { total: -ids.length });
      await backIntoRun(tx, group, ids);
      break;
    case 'set_refetch':
      await backToPlan(tx, group, ids);
      break;
  }
  return ids;
}

/** Those of the group that still stand where the change put them. */
async function unmoved(
  tx: Session,
  change: ItemChange,
  group: ChangedGroup,
  changedAt: Instant,
): Promise<string[]> {
  const all = tx.q
    .selectFrom('work_items')
    .select('work_item_id')
    .where('work_item_id', 'in', group.ids);
  const untouched = all.where('updated_at', '<=', tx.engine.instantParam(changedAt));
  const asChanged = () => {
    switch (change.action) {
      case 'recrawl':
      case 'retry':
        return untouched.where('status', '=', statusIs('pending')).where('attempt', '=', 0);
      case 'skip':
        return untouched.where('status', '=', statusIs('skipped'));
      case 'hold':
        return untouched
          .where('status', '=', statusIs('pending'))
          .where('wait_reason', '=', onHoldReason);
      case 'release':
        return untouched.where('status', '=', statusIs('pending')).where('wait_reason', 'is', null);
      case 'set_priority':
        // Whatever else became of it: its priority is still the one that was set.
        return all.where('priority', '=', change.priority);
      case 'move_to_run':
        return all.where('status', '=', statusIs('pending')).where('run_id', '=', change.runId);
      case 'set_refetch': {
        const { refetch, refetch_every_s: everyS } = refetchColumns(change.plan);
        const planned = all
          .where('refetch', refetch === null ? 'is' : '=', refetch)
          .where('refetch_every_s', everyS === null ? 'is' : '=', everyS);
        // What is queued is fetched, so it does not become retired again.
        return group.refetch === 'retired'
          ? planned.where('status', 'not in', ['pending', 'in_progress'])
          : planned;
      }
    }
  };
  const rows = await asChanged().execute();
  return rows.map((row) => row.work_item_id);
}

async function write(tx: Session, ids: readonly string[], row: Row): Promise<void> {
  await tx.q
    .updateTable('work_items')
    .set({ ...row, updated_at: tx.engine.now() })
    .where('work_item_id', 'in', ids)
    .execute();
}

async function backFromQueue(
  tx: Session,
  group: ChangedGroup,
  ids: readonly string[],
): Promise<void> {
  const wasHeld = group.status === 'pending' && group.waitReason === onHoldReason;
  // Of an ended run the numbers are history, and the items were not counted out of it.
  if ((await lockRun(tx, group.runId))?.status === 'running') {
    await adjustRun(tx, group.runId, timesDeltas(outcomeDeltas(group.status, 1), ids.length));
  }
  await write(tx, ids, {
    status: group.status,
    attempt: group.attempt,
    run_id: group.runId,
    error_code: group.errorCode,
    error_message: group.errorMessage,
    ...(wasHeld ? onHoldChange(tx) : {}),
  });
}

async function backFromSkipped(
  tx: Session,
  group: ChangedGroup,
  ids: readonly string[],
): Promise<void> {
  if (group.status === 'failed') {
    await adjustRun(tx, group.runId, { failed: ids.length, skipped: -ids.length });
    await write(tx, ids, { status: 'failed' });
    return;
  }
  const isRunning = (await lockRun(tx, group.runId))?.status === 'running';
  if (isRunning) {
    await adjustRun(tx, group.runId, timesDeltas(outcomeDeltas('skipped', -1), ids.length));
  }
  await write(tx, ids, {
    status: 'pending',
    wait_reason: group.waitReason,
    // A run that ended without them does not wait for them again.
    run_id: isRunning ? group.runId : null,
  });
}

/** Back into the run they left and to what they waited for, if that run still runs; else into none. */
async function backIntoRun(
  tx: Session,
  group: ChangedGroup,
  ids: readonly string[],
): Promise<void> {
  const isRunning = (await lockRun(tx, group.runId))?.status === 'running';
  if (isRunning) await adjustRun(tx, group.runId, { total: ids.length });
  await write(tx, ids, {
    run_id: isRunning ? group.runId : null,
    wait_reason: group.waitReason,
    available_at:
      group.availableAt === null ? tx.engine.now() : tx.engine.instantParam(group.availableAt),
  });
}

async function backToPlan(tx: Session, group: ChangedGroup, ids: readonly string[]): Promise<void> {
  const plan = refetchPlanOf({
    refetch: group.refetch,
    refetch_every_s: group.refetchEveryS,
  });
  // The interval an item had learnt went with the change, as it does when a pin is taken back.
  await write(tx, ids, { ...refetchColumns(plan), next_fetch_at: nextFetchUnder(tx, plan) });
}
