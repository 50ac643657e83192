/** Reading the embedded database without holding up the process that asks. */
import { type CompiledQuery, Kysely, type QueryResult } from 'kysely';
import type { Db } from '../engine.ts';
import { readingDialect } from '../reads/open-reads.ts';
import type { Database } from '../schema.ts';
import { toSqlite } from './dialect.ts';
import { NoReaders, ReaderPool } from './reader-pool.ts';

/**
 * A `Db` for lists and statistics: its queries run in threads of their own, started at the first one, and see
 * whatever was committed before they were asked. Where threads cannot be started they run on `primary`,
 * and `onFault` is told once. Closed before the primary.
 */
export function openSqliteReaders(
  primary: Db,
  file: string,
  onFault: (reason: unknown) => void = () => {},
): Db {
  const pool = new ReaderPool(file);
  let fault: NoReaders | null = null;

  async function run<R>(query: CompiledQuery<R>): Promise<QueryResult<R>> {
    if (fault) return primary.q.executeQuery(query);
    try {
      // The row type is what the caller's query builder inferred from the schema.
      const rows = (await pool.run(query.sql, query.parameters.map(toSqlite))) as R[];
      return { rows };
    } catch (error) {
      if (!(error instanceof NoReaders)) throw error;
      if (!fault) onFault(error);
      fault = error;
      return primary.q.executeQuery(query);
    }
  }

  const q = new Kysely<Database>({ dialect: readingDialect(primary, run) });
  return {
    name: primary.name,
    label: primary.label,
    q,
    engine: primary.engine,
    stats: primary.stats,
    transaction: () => Promise.reject(new Error('What is written goes to the database itself.')),
    async close() {
      await q.destroy();
      await pool.close();
    },
  };
}
