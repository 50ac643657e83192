/** Rows of `bulk_actions` and `bulk_action_chunks` as the domain knows them. */
import type { Selectable } from 'kysely';
import { z } from 'zod';
import type { BulkActionsTable } from '#db/schema.ts';
import type { CountResult } from '#lib/paging/capped-count.ts';
import { workItemStatusSchema } from '#lib/queue/model.ts';
import { type ChangeableItem, itemChangeSchema } from '../changes/item-changes.ts';
import { type Refusal, refusals } from '../changes/refusal.ts';
import { frozenScopeSchema } from './frozen-scope.ts';
import { type BulkAction, bulkActionStatuses } from './model.ts';

export type BulkActionRow = Selectable<BulkActionsTable>;

const bulkChangeSchema = z.union([
  itemChangeSchema,
  z.object({ action: z.literal('undo'), of: itemChangeSchema }),
]);

const refusalCountsSchema = z.partialRecord(z.enum(refusals), z.number());
type RefusalCounts = z.infer<typeof refusalCountsSchema>;

const expectedKindSchema = z.enum(['exact', 'more', 'at_least', 'unknown']);

export function bulkActionFromRow(row: BulkActionRow): BulkAction {
  return {
    bulkActionId: row.bulk_action_id,
    change: bulkChangeSchema.parse({ ...parsed(row.params), action: row.action }),
    scope: row.undo_of === null ? frozenScopeSchema.parse(parsed(row.filter)) : null,
    status: z.enum(bulkActionStatuses).parse(row.status),
    isDryRun: row.dry_run === 1,
    expected: expectedOf(row),
    processed: row.processed_count,
    changed: row.changed_count,
    refused: row.skipped_count,
    refusals: refusalCountsOf(row),
    itemsPerSecond: row.items_per_second,
    requestedBy: row.requested_by,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    finishedAt: row.finished_at,
    errorMessage: row.error_message,
    undoOf: row.undo_of,
    undoneBy: row.undone_by,
  };
}

export const refusalCountsOf = (row: Pick<BulkActionRow, 'refusals'>): RefusalCounts =>
  refusalCountsSchema.parse(parsed(row.refusals));

const parsed = (text: string | null): object =>
  text === null ? {} : z.looseObject({}).parse(JSON.parse(text));

function expectedOf({ expected_kind: kind, expected_count: count }: BulkActionRow): CountResult {
  switch (expectedKindSchema.parse(kind)) {
    case 'exact':
      return { kind: 'exact', count };
    case 'more':
      return { kind: 'more', than: count };
    case 'at_least':
      return { kind: 'at_least', count, searched: count };
    case 'unknown':
      return { kind: 'unknown' };
  }
}

/** A count as the two columns that keep it. */
export function expectedColumns(expected: CountResult) {
  switch (expected.kind) {
    case 'exact':
    case 'at_least':
      return { expected_kind: expected.kind, expected_count: expected.count };
    case 'more':
      return { expected_kind: expected.kind, expected_count: expected.than };
    case 'unknown':
      return { expected_kind: expected.kind, expected_count: 0 };
  }
}

const changedGroupSchema = z.object({
  status: workItemStatusSchema,
  runId: z.string().nullable(),
  priority: z.number(),
  attempt: z.number(),
  waitReason: z.string().nullable(),
  /** Where it waited for a moment; null = it did not. */
  availableAt: z.string().nullable(),
  errorCode: z.string().nullable(),
  errorMessage: z.string().nullable(),
  refetch: z.string().nullable(),
  refetchEveryS: z.number().nullable(),
  ids: z.array(z.string()),
});
/** Items that were the same in all that a change touches, before it. */
export type ChangedGroup = z.infer<typeof changedGroupSchema>;

export function groupChanged(items: readonly ChangeableItem[]): ChangedGroup[] {
  const groups = new Map<string, ChangedGroup>();
  for (const item of items) {
    const before = {
      status: item.status,
      runId: item.run_id,
      priority: item.priority,
      attempt: item.attempt,
      waitReason: item.wait_reason,
      availableAt: item.wait_reason === null ? null : item.available_at,
      errorCode: item.error_code,
      errorMessage: item.error_message,
      refetch: item.refetch,
      refetchEveryS: item.refetch_every_s,
    };
    const key = JSON.stringify(before);
    const group = groups.get(key) ?? { ...before, ids: [] };
    group.ids.push(item.work_item_id);
    groups.set(key, group);
  }
  return [...groups.values()];
}

export const changedGroupsFrom = (text: string | null): ChangedGroup[] =>
  text === null ? [] : z.array(changedGroupSchema).parse(JSON.parse(text));

const refusedSchema = z.partialRecord(z.enum(refusals), z.array(z.string()));
/** Ids of refused items by reason. */
type RefusedIds = z.infer<typeof refusedSchema>;

export interface RefusedId {
  readonly id: string;
  readonly reason: Refusal;
}

export function groupRefused(refused: readonly RefusedId[]): RefusedIds {
  const groups: RefusedIds = {};
  for (const { id, reason } of refused) {
    const ids = groups[reason] ?? [];
    ids.push(id);
    groups[reason] = ids;
  }
  return groups;
}

export function refusedFrom(text: string | null): RefusedId[] {
  if (text === null) return [];
  const groups = refusedSchema.parse(JSON.parse(text));
  return refusals.flatMap((reason) => (groups[reason] ?? []).map((id) => ({ id, reason })));
}

/** The counts by reason with some more items added. */
export function addRefusals(counts: RefusalCounts, refused: readonly RefusedId[]): RefusalCounts {
  const sums = { ...counts };
  for (const { reason } of refused) sums[reason] = (sums[reason] ?? 0) + 1;
  return sums;
}
