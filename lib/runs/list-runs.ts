import { sql } from 'kysely';
import type { Session } from '#db/engine.ts';
import type { RunStatus } from '#db/schema.ts';
import { type KeysetOrder, type Page, pageOf, planKeyset } from '#lib/paging/keyset.ts';
import type { Run } from './model.ts';
import { runFromRow } from './rows.ts';

export interface ListRunsQuery {
  readonly status?: RunStatus | undefined;
  readonly cursor?: string | undefined;
  /** 1..100, default 100. */
  readonly limit?: number | undefined;
}

const order: KeysetOrder = {
  sort: 'started_at',
  direction: 'desc',
  by: { column: sql.ref('started_at'), kind: 'instant' },
  id: sql.ref<string>('run_id'),
};

/**
 * Runs, the latest first, by keyset pages.
 * @throws AppError `cursor_invalid`
 */
export async function listRuns(s: Session, query: ListRunsQuery = {}): Promise<Page<Run>> {
  const plan = planKeyset(s.engine, order, query);
  let select = s.q
    .selectFrom('ingest_runs')
    .selectAll()
    .select(plan.cursorText.as('cursor_value'))
    .orderBy(plan.orderBy);
  if (query.status !== undefined) select = select.where('status', '=', query.status);
  if (plan.where !== null) select = select.where(plan.where);
  const rows = await s.engine.take(select, plan.fetch).execute();
  const positioned = rows.map((row) => ({ ...row, id: row.run_id, cursorValue: row.cursor_value }));
  return pageOf(order, plan, positioned, runFromRow);
}
