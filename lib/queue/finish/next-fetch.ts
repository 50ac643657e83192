/** When a completed item is due again: as a person has decided, or from how it has behaved. */
import { type RawBuilder, sql } from 'kysely';
import type { Session } from '#db/engine.ts';
import type { Instant, WorkItemRow } from '#db/schema.ts';
import { pinnedClass, refreshClassOf } from '#lib/revisit/freshness.ts';
import { defaultRevisitPolicy, missingInterval, nextInterval } from '#lib/revisit/intervals.ts';
import { type RefetchPlan, refetchPlanOf } from '#lib/revisit/refetch-plan.ts';
import { missingSince } from './missing.ts';

type Planned = Pick<
  WorkItemRow,
  'last_fetched_at' | 'next_fetch_at' | 'refetch' | 'refetch_every_s'
>;
type Watched = Pick<
  WorkItemRow,
  | 'first_fetched_at'
  | 'last_fetched_at'
  | 'created_at'
  | 'claimed_at'
  | 'check_count'
  | 'change_count'
  | 'content_hash'
>;

type Gone = Pick<WorkItemRow, 'missing_since' | 'last_fetched_at' | 'claimed_at'>;

/**
 * What a fetch that ends now leaves of the item for the next one: when it is due, and among which items
 * it queues then.
 * @param revisitMs what its source says of it, ms; null = never by itself, undefined = nothing
 * @param random uniform in [0, 1); spreads items that were fetched together
 */
export function nextFetch(
  item: Planned & Watched,
  changed: boolean,
  random: number,
  revisitMs?: number | null,
) {
  const plan = refetchPlanOf(item);
  return {
    /** In how many ms it is due; null = never. */
    next_fetch_ms:
      revisitMs !== undefined && plan.kind === 'adaptive'
        ? revisitMs
        : nextFetchMs(item, changed, random),
    refresh_class: isPinned(plan) ? pinnedClass : classAfter(item, changed),
    /** 1 = this was the first fetch, else 0. */
    is_first: item.last_fetched_at === null ? 1 : 0,
  };
}

/** The class an item has under a new plan, until it is fetched again. */
export const classUnder = (plan: RefetchPlan): number | null =>
  isPinned(plan) ? pinnedClass : null;

const isPinned = ({ kind }: RefetchPlan) => kind === 'every' || kind === 'always';

/** Both moments are the database's; the claim is near enough to the end of the fetch. */
function classAfter(item: Watched, changed: boolean): number | null {
  if (item.last_fetched_at === null || item.claimed_at === null) return null;
  // An older version noted no first fetch.
  const since = item.first_fetched_at ?? item.created_at;
  return refreshClassOf({
    fetches: item.check_count + 1,
    // The first fetch is no change: there was nothing to differ from.
    changes: item.change_count + (changed && item.content_hash !== null ? 1 : 0),
    watchedMs: Date.parse(item.claimed_at) - Date.parse(since),
  });
}

function nextFetchMs(item: Planned, changed: boolean, random: number): number | null {
  const plan = refetchPlanOf(item);
  switch (plan.kind) {
    case 'adaptive':
      return Math.round(adaptiveMs(item, changed, random));
    case 'always':
      return 0;
    case 'every':
      return plan.everyS * 1_000;
    case 'never':
    case 'retired':
      return null;
  }
}

/**
 * In how many ms an item whose resource is missing is looked at again; null = never. A person's plan stands.
 * @param random uniform in [0, 1)
 */
export function nextLookMs(item: Planned & Gone, random: number): number | null {
  if (refetchPlanOf(item).kind !== 'adaptive') return nextFetchMs(item, false, random);
  const since = missingSince(item);
  // Both moments are the database's; the claim is near enough to the end of the fetch.
  const missingForMs =
    since === null || item.claimed_at === null
      ? 0
      : Date.parse(item.claimed_at) - Date.parse(since);
  return missingInterval(missingForMs, random);
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
