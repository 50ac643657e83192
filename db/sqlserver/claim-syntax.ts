/** How SQL Server writes a list of claimable items. */
import { type RawBuilder, sql } from 'kysely';
import type { Engine } from '../engine.ts';
import type { CandidateSyntax } from '../queue/claim-candidates.ts';

/** Which of the three orders serves a query follows from its conditions; there are statistics. */
export function claimSyntax(engine: Engine, hints: RawBuilder<unknown>): CandidateSyntax {
  const columnsOf = (columns: RawBuilder<unknown>, rest: RawBuilder<unknown>, n: number) =>
    sql`select top (${sql.lit(n)}) ${columns} ${rest}`;
  return {
    items: () => sql`${engine.table('work_items')} as w with (${hints})`,
    hosts: sql`${engine.table('hosts')} as h with (nolock)`,
    rowsOf: (texts) =>
      sql`select cast([value] as nvarchar(300)) collate database_default from openjson(${JSON.stringify(texts)})`,
    exact: (host) => sql`${host} collate Latin1_General_100_BIN2`,
    first: columnsOf,
    firstOf: (columns, walk, where, n) =>
      columnsOf(
        columns,
        sql`from (${walk}) as w where ${where} order by w.priority, w.created_at, w.work_item_id`,
        n,
      ),
  };
}

/**
 * READPAST leaves what another session is claiming to it, UPDLOCK keeps what we found. Where READ COMMITTED
 * reads row versions (RCSI, Azure SQL's default), READPAST asks for READCOMMITTEDLOCK; elsewhere it changes
 * nothing. https://learn.microsoft.com/sql/t-sql/queries/hints-transact-sql-table
 */
export const claiming = sql`rowlock, updlock, readpast, readcommittedlock`;

/** For looking around: what another session is claiming is as good as gone. */
export const looking = sql`readpast, readcommittedlock`;
