/** Set fetch plan: pins items to a plan of refetching, retires them, and takes either back. */
import type { Session } from '#db/engine.ts';
import { classUnder, nextFetchUnder } from '#lib/queue/finish/next-fetch.ts';
import { workItemStatuses } from '#lib/queue/model.ts';
import {
  type RefetchPlan,
  refetchColumns,
  refetchPlanOf,
  refetchPlanSchema,
} from '#lib/revisit/refetch-plan.ts';
import { refetchWords } from '#lib/revisit/refetch-words.ts';
import { items, itemsWere } from '../words.ts';
import { defineChange } from './change.ts';
import { writeItems } from './put-back.ts';

const day = 86_400;

/** The plans a person can choose from. */
export const planChoices: readonly { readonly label: string; readonly value: RefetchPlan }[] = [
  { label: 'By how often it changes (unpin)', value: { kind: 'adaptive' } },
  { label: 'Every hour', value: { kind: 'every', everyS: 3_600 } },
  { label: 'Every day', value: { kind: 'every', everyS: day } },
  { label: 'Every 7 days', value: { kind: 'every', everyS: 7 * day } },
  { label: 'Every 30 days', value: { kind: 'every', everyS: 30 * day } },
  { label: 'Always due', value: { kind: 'always' } },
  { label: 'Only when asked for', value: { kind: 'never' } },
];

export const setRefetch = defineChange({
  action: 'set_refetch',
  input: { plan: refetchPlanSchema },
  label: 'Set fetch plan',
  labelOfMany: 'Set fetch plan of {items}',
  icon: 'plan',
  permission: 'work-items:change',
  fields: [{ kind: 'choice', name: 'plan', label: 'Fetched again', options: planChoices }],
  presets: [
    {
      id: 'retire',
      label: 'Retire',
      isDangerous: true,
      change: { action: 'set_refetch', plan: { kind: 'retired' } },
    },
  ],
  takes: [...workItemStatuses, 'on_hold'],
  takesRetired: true,
  refuses(item, { plan }) {
    const { refetch, refetch_every_s: everyS } = refetchColumns(plan);
    if (item.refetch === refetch && item.refetch_every_s === everyS) return 'unchanged';
    // What is queued is fetched, so it cannot be retired yet.
    const isQueued = item.status === 'pending' || item.status === 'in_progress';
    return plan.kind === 'retired' && isQueued ? item.status : null;
  },
  apply: (tx, taken, { plan }) =>
    writePlan(
      tx,
      taken.map((item) => item.work_item_id),
      plan,
    ),
  undo: {
    find({ all, group }, { plan }) {
      const { refetch, refetch_every_s: everyS } = refetchColumns(plan);
      const planned = all
        .where('refetch', refetch === null ? 'is' : '=', refetch)
        .where('refetch_every_s', everyS === null ? 'is' : '=', everyS);
      // What is queued is fetched, so it does not become retired again.
      return group.refetch === 'retired'
        ? planned.where('status', 'not in', ['pending', 'in_progress'])
        : planned;
    },
    async restore(tx, { refetch, refetchEveryS }, ids) {
      const plan = refetchPlanOf({ refetch, refetch_every_s: refetchEveryS });
      // The interval an item had learnt went with the change, as it does when a pin is taken back.
      await writeItems(tx, ids, {
        ...refetchColumns(plan),
        next_fetch_at: nextFetchUnder(tx, plan),
      });
    },
  },
  words: {
    verb({ plan }) {
      if (plan.kind === 'retired') return 'Retire';
      return plan.kind === 'adaptive' ? 'Unpin' : `Fetch ${refetchWords(plan)}`;
    },
    promise: ({ plan }) =>
      plan.kind === 'retired'
        ? 'will be kept with their records, but no longer fetched'
        : `will be fetched again ${refetchWords(plan)}`,
    outcome: (count, { plan }) =>
      plan.kind === 'retired'
        ? `${itemsWere(count)} retired`
        : `${items(count)} will be fetched again ${refetchWords(plan)}`,
    record: (count, { plan }) =>
      plan.kind === 'retired'
        ? `Retired ${items(count)}`
        : `Set when ${items(count)} will be fetched again: ${refetchWords(plan)}`,
  },
  before: (item) => ({ plan: refetchPlanOf(item) }),
});

/**
 * Gives the items the plan, and their next fetch with it; what is queued already is fetched all the same.
 * @param ids at most 500
 * @returns how many were changed; items that were queued meanwhile are not retired
 */
async function writePlan(tx: Session, ids: readonly string[], plan: RefetchPlan): Promise<number> {
  let update = tx.q
    .updateTable('work_items')
    .set({
      ...refetchColumns(plan),
      next_fetch_at: nextFetchUnder(tx, plan),
      refresh_class: classUnder(plan),
      updated_at: tx.engine.now(),
    })
    .where('work_item_id', 'in', tx.engine.listed(ids));
  if (plan.kind === 'retired') {
    update = update.where('status', 'not in', ['pending', 'in_progress']);
  }
  return Number((await update.executeTakeFirst()).numUpdatedRows);
}
