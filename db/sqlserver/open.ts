/** Opens a SQL Server database: a pool that connects at the first query. */
import { Kysely } from 'kysely';
import type { Db } from '../engine.ts';
import type { Database } from '../schema.ts';
import { labelOf } from '../settings/describe.ts';
import type { SqlServerSettings } from '../settings/model.ts';
import { type DatabaseStats, newStats } from '../stats.ts';
import { runTransaction } from '../transaction.ts';
import { SqlServerDialect } from './dialect.ts';
import { sqlServerEngine } from './engine.ts';
import { ConnectionPool } from './pool.ts';
import type { OnAway } from './reconnect.ts';

export function openSqlServer(settings: SqlServerSettings, onAway?: OnAway): Db {
  const pool = new ConnectionPool(settings, {
    onReadAgain: () => {
      stats.deadlocksRetried += 1;
    },
    onAway,
  });
  const stats: DatabaseStats = newStats(() => pool.figures());
  const q = new Kysely<Database>({ dialect: new SqlServerDialect(pool) }).withSchema(
    settings.schema,
  );
  const engine = sqlServerEngine(settings.schema);
  return {
    name: 'sqlserver',
    label: labelOf(settings),
    q,
    engine,
    stats,
    transaction: (fn) => runTransaction({ q, engine, stats, uniqueCanRace: true }, fn),
    close: async () => {
      await q.destroy();
      // Kysely never made the driver when no query was run.
      await pool.destroy();
    },
  };
}
