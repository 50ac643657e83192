/** The orders of the work-item list, without what reads them: the browser needs no schema. */
import type { SortDirection } from '#lib/paging/sort-direction.ts';

/** Each has an index of its own, so that every list can be read in every one of these orders. */
export const workItemSorts = [
  'created_at',
  'updated_at',
  'last_fetched_at',
  'priority',
  'resource_id',
] as const;
/** `next_fetch_at` orders only what is due: its index has no items without a next fetch. */
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
