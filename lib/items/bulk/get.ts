/** Reading bulk actions: one with its outcome, and the list of them, newest first. */
import { sql } from 'kysely';
import type { Session } from '#db/engine.ts';
import { AppError } from '#lib/errors/app-error.ts';
import { type KeysetOrder, type Page, pageOf, planKeyset } from '#lib/paging/keyset.ts';
import type { BulkAction } from './model.ts';
import { bulkActionFromRow } from './rows.ts';

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

/** One page, newest first, at most 100. Throws AppError `cursor_invalid`. */
export async function listBulkActions(
  s: Session,
  request: { readonly cursor?: string | undefined; readonly limit?: number } = {},
): Promise<Page<BulkAction>> {
  const plan = planKeyset(s.engine, order, request);
  let query = s.q
    .selectFrom('bulk_actions')
    .selectAll()
    .select((eb) => [eb.ref('bulk_action_id').as('id'), plan.cursorText.as('cursorValue')])
    .orderBy('bulk_action_id', plan.descending ? 'desc' : 'asc');
  if (plan.where) query = query.where(plan.where);
  const rows = await s.engine.take(query, plan.fetch).execute();
  return pageOf(order, plan, rows, bulkActionFromRow);
}
