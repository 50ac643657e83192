/** When a completed item is due again: as a person has decided, or from how it has behaved. */
import { type RawBuilder, sql } from 'kysely';
import type { Session } from '#db/engine.ts';
import type { Instant, WorkItemRow } from '#db/schema.ts';
import { nextInterval } from '#lib/revisit/next-interval.ts';
import { defaultRevisitPolicy } from '#lib/revisit/policy.ts';
import { type RefetchPlan, refetchPlanOf } from '#lib/revisit/refetch-plan.ts';

type Planned = Pick<
  WorkItemRow,
  'last_fetched_at' | 'next_fetch_at' | 'refetch' | 'refetch_every_s'
>;

/**
 * The moment an item that is fetched now is due again; null = it is not.
 * @param random uniform in [0, 1); spreads items that were fetched together
 */
export function nextFetchAt(
  { engine }: Session,
  item: Planned,
  changed: boolean,
  random: number,
): RawBuilder<Instant> | null {
  const plan = refetchPlanOf(item);
  switch (plan.kind) {
    case 'adaptive':
      return engine.nowPlus(adaptiveMs(item, changed, random));
    case 'always':
      return engine.now();
    case 'every':
      return engine.nowPlus(plan.everyS * 1_000);
    case 'never':
    case 'retired':
      return null;
  }
}

/**
 * The moment an item that was fetched before is due under a new plan, as an expression over its row;
 * null for items that were never fetched.
 */
export function nextFetchUnder({ engine }: Session, plan: RefetchPlan): RawBuilder<Instant> | null {
  const fetchedAt = sql.ref('last_fetched_at');
  switch (plan.kind) {
    case 'adaptive':
      // The interval it had learnt went with the pin.
      return engine.addMs(fetchedAt, defaultRevisitPolicy.initialMs);
    case 'always':
      return engine.addMs(fetchedAt, 0);
    case 'every':
      return engine.addMs(fetchedAt, plan.everyS * 1_000);
    case 'never':
    case 'retired':
      return null;
  }
}

/**
 * The interval so far is the one that was planned with the fetch before, however much earlier or later
 * the item was fetched in truth. An alias counts as unchanged.
 */
function adaptiveMs(item: Planned, changed: boolean, random: number): number {
  const outcome = changed ? 'changed' : 'unchanged';
  return nextInterval({ previousMs: plannedMs(item), outcome, random });
}

/** Null before the first fetch, and for items that were completed by hand since. */
function plannedMs({ last_fetched_at: fetchedAt, next_fetch_at: dueAt }: Planned): number | null {
  if (fetchedAt === null || dueAt === null) return null;
  const planned = Date.parse(dueAt) - Date.parse(fetchedAt);
  return planned > 0 ? planned : null;
}
