/** The orders of the work-item list, without what reads them: the browser needs no schema. */
import type { SortDirection } from '#lib/paging/sort-direction.ts';

/**
 * What every list can be read in, whatever its length: an index has it. In the other orders a list of more than
 * 10,000 items has only the newest of them (decision 51).
 */
export const indexedSorts = [
  'created_at',
  'resource_id',
] as const satisfies readonly WorkItemSort[];

export const workItemSorts = [
  'created_at',
  'updated_at',
  'last_fetched_at',
  'priority',
  'resource_id',
] as const;
/** `next_fetch_at` orders what is due, and no column of the grid. */
export type WorkItemSort = (typeof workItemSorts)[number] | 'next_fetch_at';

/** What a reader wants first: the newest, but the lowest priority number and the first letter. */
export const defaultDirections: Readonly<Record<WorkItemSort, SortDirection>> = {
  created_at: 'desc',
  updated_at: 'desc',
  last_fetched_at: 'desc',
  next_fetch_at: 'asc',
  priority: 'asc',
  resource_id: 'asc',
};
