import { type RawBuilder, sql } from 'kysely';
import type { Session } from '#db/engine.ts';
import type { RunStatus } from '#db/schema.ts';
import { chooseAccessPath, condition } from '#lib/paging/access-path.ts';
import type { KeysetOrder } from '#lib/paging/keyset.ts';
import {
  isSmallGroup,
  type ListPage,
  type ListTable,
  readListPage,
} from '#lib/paging/list-page.ts';
import type { Run } from './model.ts';
import { type RunRow, runFromRow } from './run-row.ts';

export interface ListRunsQuery {
  readonly status?: RunStatus | undefined;
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

function pathOf(session: Session, { status }: ListRunsQuery) {
  const conditions =
    status === undefined
      ? []
      : [
          condition(
            session.engine,
            ref,
            'status',
            (of) => sql<boolean>`${of('status')} = ${status}`,
          ),
        ];
  return chooseAccessPath({
    conditions,
    groups: conditions.map(({ key, seek }) => ({
      keys: [key],
      branches: [seek],
      order: order.sort,
    })),
    sort: order.sort,
    sortColumn: 'started_at',
    isSmall: (where: RawBuilder<boolean>) => isSmallGroup(session, runs, where),
  });
}
