/** Reading bulk actions: one with its outcome, the list of them newest first, and their rows as the domain knows them. */
import { type Selectable, sql } from 'kysely';
import { z } from 'zod';
import type { Session } from '#db/engine.ts';
import type { BulkActionsTable } from '#db/schema.ts';
import { AppError } from '#lib/errors/app-error.ts';
import { pathOfFilters } from '#lib/filters/asks.ts';
import type { CountResult } from '#lib/paging/capped-count.ts';
import type { KeysetOrder } from '#lib/paging/keyset.ts';
import {
  isSmallGroup,
  type ListPage,
  type ListTable,
  readListPage,
} from '#lib/paging/list-page.ts';
import { refusals } from '../changes/refusal.ts';
import { itemChangeSchema } from '../changes/registry.ts';
import { type BulkFilterValues, bulkFilters } from './bulk-filters.ts';
import { type BulkAction, bulkActionStatuses } from './model.ts';
import { frozenScopeSchema } from './scope.ts';

export interface BulkActionDetail extends BulkAction {
  /** Whether the outcome of each item is still there, which undoing needs. */
  readonly isOutcomeKept: boolean;
}

/** Null when there is none. */
export async function getBulkAction(s: Session, id: string): Promise<BulkActionDetail | null> {
  const row = await s.q
    .selectFrom('bulk_actions')
    .selectAll()
    .where('bulk_action_id', '=', id)
    .executeTakeFirst();
  if (!row) return null;
  const first = await s.q
    .selectFrom('bulk_action_chunks')
    .select('chunk')
    .where('bulk_action_id', '=', id)
    .where('chunk', '=', 1)
    .executeTakeFirst();
  return { ...bulkActionFromRow(row), isOutcomeKept: first !== undefined };
}

/** @throws AppError `not_found` */
export async function requireBulkAction(s: Session, id: string): Promise<BulkActionDetail> {
  const action = await getBulkAction(s, id);
  if (!action) throw new AppError('not_found', 'There is no such background action.');
  return action;
}

const order = {
  sort: 'bulk_action_id',
  direction: 'desc',
  by: { column: sql.ref<string>('bulk_actions.bulk_action_id'), kind: 'text' },
  id: sql.ref<string>('bulk_actions.bulk_action_id'),
} as const satisfies KeysetOrder;

const bulkActions: ListTable<'bulk_actions', BulkActionRow & { readonly id: string }> = {
  from: ({ q }) => q.selectFrom('bulk_actions'),
  rows: ({ q }) => q.selectFrom('bulk_actions').selectAll().select('bulk_action_id as id'),
};

/**
 * One page, newest first, at most 100.
 * @throws AppError `cursor_invalid`; DatabaseError `db_statement_timeout` after five seconds
 */
export function listBulkActions(
  s: Session,
  request: {
    readonly filter?: BulkFilterValues | undefined;
    readonly cursor?: string | undefined;
    readonly limit?: number;
  } = {},
): Promise<ListPage<BulkAction>> {
  const { filter = {}, ...page } = request;
  const choose = (session: Session) =>
    pathOfFilters({
      engine: session.engine,
      ref: (column) => sql.ref<string>(`bulk_actions.${column}`),
      given: bulkFilters.given(filter),
      sort: order.sort,
      sortColumn: order.sort,
      isSmall: (where) => isSmallGroup(session, bulkActions, where),
    });
  return readListPage(s, bulkActions, order, page, choose, bulkActionFromRow);
}

export type BulkActionRow = Selectable<BulkActionsTable>;

const bulkChangeSchema = z.union([
  itemChangeSchema,
  z.object({ action: z.literal('undo'), of: itemChangeSchema }),
]);

const refusalCountsSchema = z.partialRecord(z.enum(refusals), z.number());
export type RefusalCounts = z.infer<typeof refusalCountsSchema>;

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
