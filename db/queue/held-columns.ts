/** What is read of items in workers' hands when their attempts end: not what a fetch needed, which is most of a row. */
import type { WorkItemRow } from '../schema.ts';

export const heldColumns = [
  'work_item_id',
  'source_system',
  'source_name',
  'resource_type',
  'resource_id',
  'dedupe_key',
  'host',
  'run_id',
  'status',
  'attempt',
  'lease_id',
  'lease_owner',
  'claimed_at',
  'created_at',
  'etag',
  'last_modified',
  'revision',
  'content_hash',
  'first_fetched_at',
  'last_fetched_at',
  'next_fetch_at',
  'missing_since',
  'check_count',
  'change_count',
  'refetch',
  'refetch_every_s',
] as const satisfies readonly (keyof WorkItemRow)[];

export type HeldItem = Pick<WorkItemRow, (typeof heldColumns)[number]>;
