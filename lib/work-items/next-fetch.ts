/** When a completed item is due again, from how it has behaved. */
import type { WorkItemRow } from '#db/schema.ts';
import { nextInterval } from '#lib/revisit/next-interval.ts';

/**
 * Milliseconds from this fetch to the next one that is due. The interval so far is the one that was
 * planned with the fetch before, however much earlier or later the item was fetched in truth. An alias
 * counts as unchanged.
 * @param random uniform in [0, 1); spreads items that were fetched together
 */
export function nextFetchMs(
  item: Pick<WorkItemRow, 'last_fetched_at' | 'next_fetch_at'>,
  changed: boolean,
  random: number,
): number {
  const outcome = changed ? 'changed' : 'unchanged';
  return nextInterval({ previousMs: plannedMs(item), outcome, random });
}

/** Null before the first fetch, and for items that were completed by hand since. */
function plannedMs({
  last_fetched_at: fetchedAt,
  next_fetch_at: dueAt,
}: Pick<WorkItemRow, 'last_fetched_at' | 'next_fetch_at'>): number | null {
  if (fetchedAt === null || dueAt === null) return null;
  const planned = Date.parse(dueAt) - Date.parse(fetchedAt);
  return planned > 0 ? planned : null;
}
