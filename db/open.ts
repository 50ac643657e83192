/** Opens the database that the settings name. */
import type { Db } from './engine.ts';
import { openReads } from './reads/open-reads.ts';
import type { ReplicaState } from './reads/replica-switch.ts';
import type { DatabaseSettings, SqliteSettings, SqlServerSettings } from './settings/model.ts';
import { settingsOfReplica } from './settings/replica-settings.ts';
import { openSqlite } from './sqlite/open.ts';
import type { OnAway } from './sqlserver/reconnect.ts';

/**
 * SQLite: opens the file, made when absent. SQL Server: makes the pool; the first query connects.
 * Neither looks at the tables: see `pendingMigrations`. Throws DatabaseError.
 */
export async function openDatabase(settings: DatabaseSettings, onAway?: OnAway): Promise<Db> {
  if (settings.engine === 'sqlite') return openSqlite(settings.path);
  // Loaded when asked for: the embedded default does without the drivers of SQL Server.
  const { openSqlServer } = await import('./sqlserver/open.ts');
  return openSqlServer(settings, onAway);
}

interface OpenedDatabase {
  readonly db: Db;
  /**
   * For lists and statistics: on SQL Server a readable copy where one is configured, which may lag behind and
   * gives way to `db` while it cannot be read; on SQLite threads that read the same file; else `db` itself.
   */
  readonly reads: Db;
  /** What is known of the copy; null where none is configured. */
  readonly replica: () => ReplicaState | null;
  close(): Promise<void>;
}

interface ReadsEvents {
  /** The server is away, once for each reason, or (null) is back; until then the process tries again by itself. */
  readonly onAway?: OnAway;
  /** The copy went away, or is back. */
  readonly onReplica: (state: ReplicaState) => void;
  /** Reading threads cannot be started: reads run on the database itself from here on. */
  readonly onNoReaders: (reason: unknown) => void;
}

/** `openDatabase`, and beside it what its lists are read from, which connects at the first query. */
export async function openWithReads(
  settings: DatabaseSettings,
  events: ReadsEvents,
): Promise<OpenedDatabase> {
  const db = await openDatabase(settings, events.onAway);
  const { reads, replica } =
    settings.engine === 'sqlite'
      ? await readersOfFile(db, settings, events)
      : await readsOfServer(db, settings, events);
  return {
    db,
    reads,
    replica,
    async close() {
      if (reads !== db) await reads.close();
      await db.close();
    },
  };
}

type OpenedReads = Pick<OpenedDatabase, 'reads' | 'replica'>;

/** A query would hold up the process until it has its answer. */
async function readersOfFile(
  db: Db,
  { path }: SqliteSettings,
  { onNoReaders }: ReadsEvents,
): Promise<OpenedReads> {
  const { openSqliteReaders } = await import('./sqlite/open-readers.ts');
  return { reads: openSqliteReaders(db, path, onNoReaders), replica: () => null };
}

async function readsOfServer(
  db: Db,
  settings: SqlServerSettings,
  { onReplica }: ReadsEvents,
): Promise<OpenedReads> {
  const own = settingsOfReplica(settings);
  if (!own) return { reads: db, replica: () => null };
  const { openSqlServer } = await import('./sqlserver/open.ts');
  const reads = openReads({ primary: db, replica: openSqlServer(own), onChange: onReplica });
  return { reads, replica: reads.replica };
}
