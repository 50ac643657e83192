import { sql } from 'kysely';
import type { Session } from '#db/engine.ts';
import { pathOfFilters } from '#lib/filters/asks.ts';
import type { KeysetOrder } from '#lib/paging/keyset.ts';
import {
  isSmallGroup,
  type ListPage,
  type ListTable,
  readListPage,
} from '#lib/paging/list-page.ts';
import type { Run } from './model.ts';
import { type RunFilterValues, runFilters } from './run-filters.ts';
import { type RunRow, runFromRow } from './run-row.ts';

export interface ListRunsQuery {
  readonly filter?: RunFilterValues | undefined;
  readonly cursor?: string | undefined;
  /** 1..100, default 100. */
  readonly limit?: number | undefined;
}

const ref = (column: string) => sql.ref<string>(`current_runs.${column}`);

const order: KeysetOrder = {
  sort: 'started_at',
  direction: 'desc',
  by: { column: ref('started_at'), kind: 'instant' },
  id: ref('run_id'),
};

const runs: ListTable<'current_runs', RunRow & { readonly id: string }> = {
  from: ({ q }) => q.selectFrom('current_runs'),
  rows: ({ q }) => q.selectFrom('current_runs').selectAll().select('run_id as id'),
};

/**
 * Runs, the latest first, by keyset pages.
 * @throws AppError `cursor_invalid`; DatabaseError `db_statement_timeout` after five seconds
 */
export function listRuns(s: Session, query: ListRunsQuery = {}): Promise<ListPage<Run>> {
  return readListPage(s, runs, order, query, (session) => pathOf(session, query), runFromRow);
}

const pathOf = (session: Session, { filter = {} }: ListRunsQuery) =>
  pathOfFilters({
    engine: session.engine,
    ref,
    given: runFilters.given(filter),
    sort: order.sort,
    sortColumn: 'started_at',
    isSmall: (where) => isSmallGroup(session, runs, where),
  });

/** Runs that are looked through for those of one source. */
const searchedRuns = 1_000;

/** The runs of a source, the latest first: of the last 1,000 of all. */
export async function listRunsOfSource(s: Session, name: string, most: number): Promise<Run[]> {
  const latest = s.q
    .selectFrom('ingest_runs')
    .select(['run_id', 'started_at', 'source_revisions'])
    .orderBy('started_at', 'desc')
    .orderBy('run_id', 'desc');
  const found = s.q
    .selectFrom(s.engine.take(latest, searchedRuns).as('latest'))
    .select('run_id')
    .where(s.engine.contains(sql.ref('source_revisions'), `${JSON.stringify(name)}:`))
    .orderBy('started_at', 'desc')
    .orderBy('run_id', 'desc');
  // The search takes upper and lower case for the same.
  const ids = (await s.engine.take(found, most * 2).execute()).map((row) => row.run_id);
  if (ids.length === 0) return [];
  const rows = await s.q
    .selectFrom('current_runs')
    .selectAll()
    .where('run_id', 'in', s.engine.listed(ids))
    .execute();
  return rows
    .map(runFromRow)
    .filter(({ sourceRevisions }) => Object.hasOwn(sourceRevisions, name))
    .toSorted((a, b) => b.startedAt.localeCompare(a.startedAt) || b.runId.localeCompare(a.runId))
    .slice(0, most);
}
