/** Move to run: pending items from one run, or from none, into another that is running. */
import { z } from 'zod';
import type { Session } from '#db/engine.ts';
import { isOnHold, onHoldReason } from '#lib/queue/hold.ts';
import { statusIs } from '#lib/queue/lease/leased-item.ts';
import { adjustRun, lockRunningRun } from '#lib/queue/runs/run-numbers.ts';
import { items, itemsWere } from '../words.ts';
import { type ChangeableItem, defineChange } from './change.ts';
import { putBackIntoRun } from './put-back.ts';

export const moveToRun = defineChange({
  action: 'move_to_run',
  input: { runId: z.uuid('must be the id of a run') },
  label: 'Move to run',
  labelOfMany: 'Move {items} to a run',
  icon: 'into',
  permission: 'work-items:change',
  fields: [
    {
      kind: 'run',
      name: 'runId',
      label: 'Run',
      help: 'Only runs that are running take items in, as many as their budget allows.',
    },
  ],
  takes: ['pending', 'on_hold'],
  refuses: (item, { runId }) => (item.run_id === runId ? 'unchanged' : null),
  room: (tx, { runId }) => roomInRun(tx, runId),
  apply: moveItems,
  undo: {
    find: ({ all }, { runId }) =>
      all.where('status', '=', statusIs('pending')).where('run_id', '=', runId),
    async restore(tx, group, ids, { runId }) {
      await adjustRun(tx, runId, { total: -ids.length });
      await putBackIntoRun(tx, group, ids);
    },
  },
  words: {
    verb: ({ runId }) => `Move to run ${runId.slice(-8)}`,
    promise: ({ runId }) => `will be fetched in run ${runId.slice(-8)}`,
    outcome: (count, { runId }) => `${itemsWere(count)} moved to run ${runId.slice(-8)}`,
    record: (count, { runId }) => `Moved ${items(count)} to run ${runId}`,
  },
  before: ({ run_id: runId }) => ({ runId }),
});

/**
 * How many more items the run may have by its budget. Locks the run's row until the transaction ends,
 * so that nobody else fills that room meanwhile.
 * @throws AppError `not_found`, `run_ended`
 */
async function roomInRun(tx: Session, runId: string): Promise<number> {
  const run = await lockRunningRun(tx, runId);
  return run.maxItems === null
    ? Number.POSITIVE_INFINITY
    : Math.max(0, run.maxItems - run.itemsTotal);
}

/** What was on hold may be fetched again. */
async function moveItems(
  tx: Session,
  taken: readonly ChangeableItem[],
  { runId }: { readonly runId: string },
): Promise<number> {
  const now = tx.engine.now();
  let moved = 0;
  for (const group of groupsOf(taken)) {
    const result = await tx.q
      .updateTable('work_items')
      .set({
        run_id: runId,
        updated_at: now,
        ...(group.isOnHold ? { wait_reason: null, available_at: now } : {}),
      })
      .where('work_item_id', 'in', tx.engine.listed(group.ids))
      .where('status', '=', statusIs('pending'))
      .where((eb) =>
        group.runId === null ? eb('run_id', 'is', null) : eb('run_id', '=', group.runId),
      )
      .where((eb) =>
        group.isOnHold
          ? eb('wait_reason', '=', onHoldReason)
          : eb.or([eb('wait_reason', 'is', null), eb('wait_reason', '<>', onHoldReason)]),
      )
      .executeTakeFirst();
    const count = Number(result.numUpdatedRows);
    if (count === 0) continue;
    moved += count;
    await adjustRun(tx, group.runId, { total: -count });
  }
  if (moved > 0) await adjustRun(tx, runId, { total: moved });
  return moved;
}

interface Group {
  readonly runId: string | null;
  readonly isOnHold: boolean;
  readonly ids: string[];
}

function groupsOf(taken: readonly ChangeableItem[]): Group[] {
  const groups = new Map<string, Group>();
  for (const { work_item_id: id, status, run_id: runId, wait_reason: waitReason } of taken) {
    const onHold = isOnHold({ status, waitReason });
    const key = `${onHold} ${runId ?? ''}`;
    const group = groups.get(key) ?? { runId, isOnHold: onHold, ids: [] };
    group.ids.push(id);
    groups.set(key, group);
  }
  return [...groups.values()];
}
