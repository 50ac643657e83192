/** Opens the embedded database. */
import { Kysely } from 'kysely';
import type { Db } from '../engine.ts';
import type { Database } from '../schema.ts';
import { displayPath } from '../settings/describe.ts';
import { newStats } from '../stats.ts';
import { runTransaction } from '../transaction.ts';
import { beginTransaction } from './begin-transaction.ts';
import { SqliteFileDialect } from './dialect.ts';
import { sqliteEngine } from './engine.ts';
import { SqliteFile } from './file.ts';

/** Makes the file and its directory when absent. Throws `db_file_unusable` or `db_busy`. */
export function openSqlite(file: string): Db {
  const opened = new SqliteFile(file);
  const stats = newStats(() => opened.pool());
  opened.stats = stats;
  const dialect = new SqliteFileDialect(opened);
  const q = new Kysely<Database>({ dialect });
  const begin = () => beginTransaction({ file: opened, dialect, q, engine: sqliteEngine });
  return {
    name: 'sqlite',
    label: `SQLite ${displayPath(file)}`,
    q,
    engine: sqliteEngine,
    stats,
    // One writer at a time: a unique violation is a fact, never a race.
    transaction: (fn) =>
      runTransaction({ q, engine: sqliteEngine, stats, uniqueCanRace: false, begin }, fn),
    close: async () => {
      await q.destroy();
      // Kysely never made the driver when no query was run.
      opened.close();
    },
  };
}
