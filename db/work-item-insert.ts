/** The columns of a new work item, and their defaults. */
import { compareText } from './compare-text.ts';
import type { WorkItemInsert } from './engine.ts';
import type { NewWorkItemRow } from './schema.ts';

/** Rows of one statement: large enough to be fast, small enough not to escalate locks (5,000). */
export const insertChunkSize = 500;

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

export function chunksOf<T>(items: readonly T[], size: number): T[][] {
  const chunks: T[][] = [];
  for (let start = 0; start < items.length; start += size) {
    chunks.push(items.slice(start, start + size));
  }
  return chunks;
}

/** A result in claim order, which RETURNING and OUTPUT do not promise. */
export function inClaimOrder<
  T extends {
    readonly priority: number;
    readonly created_at: string;
    readonly work_item_id: string;
  },
>(rows: readonly T[]): T[] {
  return rows.toSorted(
    (a, b) =>
      a.priority - b.priority ||
      compareText(a.created_at, b.created_at) ||
      compareText(a.work_item_id, b.work_item_id),
  );
}

/** Escapes LIKE's wildcards with a backslash; `[` is one on SQL Server. */
export function escapeLike(text: string): string {
  return text.replace(/[\\%_[]/g, (character) => `\\${character}`);
}
