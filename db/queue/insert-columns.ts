/** The columns of a new work item, and of a resource that was seen. */
import type { NewWorkItemRow } from '../schema.ts';
import type { SeenResourceTouch, WorkItemInsert } from './storage.ts';

/** What a producer gives; everything else of a new item is at its default, and its times are the database's own. */
export const insertColumns = [
  'work_item_id',
  'source_system',
  'source_name',
  'resource_type',
  'resource_id',
  'request_uri',
  'request_method',
  'request_headers',
  'request_body',
  'metadata',
  'priority',
  'status',
  'run_id',
  'discovered_from',
  'dedupe_key',
  'host',
  'depth',
  'available_at',
  'wait_reason',
] as const satisfies readonly (keyof NewWorkItemRow)[];

export type InsertColumn = (typeof insertColumns)[number];

const defaults: Partial<Record<InsertColumn, number>> = { priority: 100, depth: 0 };

/** The row's value, or the column's default. */
export const insertValue = (row: WorkItemInsert, name: InsertColumn): string | number | null =>
  row[name] ?? defaults[name] ?? null;

/** What a touch of `seen_resources` says; the times and the count are the database's own. */
export const seenResourceColumns = [
  'resource_key',
  'source_system',
  'source_name',
  'resource_type',
  'resource_id',
  'last_run_id',
] as const satisfies readonly (keyof SeenResourceTouch)[];
