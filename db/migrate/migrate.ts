/** Brings a database to the schema of this version. */
import type { DatabaseSettings } from '../settings/model.ts';
import { migrationsDir, readMigrationFiles } from './files.ts';
import { migrateSqlite } from './sqlite.ts';

export interface MigrateOptions {
  /** Default: the migrations of this version. For SQLite, the folder `sqlite` in it where there is one. */
  readonly dir?: string;
  /** Changes nothing at all, not even making the file or the database. */
  readonly dryRun?: boolean;
  /** How long to wait for a server that does not answer yet, ms; default 60,000. */
  readonly waitTimeoutMs?: number;
  /** Makes a missing database also on Azure SQL, where it is billed; elsewhere it is made anyway. */
  readonly create?: boolean;
  /** Turns on row versions in an existing SQL Server database; without them it is refused (`db_rcsi_off`). */
  readonly enableRcsi?: boolean;
  /** A line for a person at each step. */
  readonly log?: (line: string) => void;
}

export interface MigrationReport {
  readonly dryRun: boolean;
  /** The database or file was made (or, in a dry run, would be). */
  readonly created: boolean;
  /** Names applied now (or, in a dry run, that would be), in order. */
  readonly applied: readonly string[];
  /** Names that had been applied before. */
  readonly alreadyApplied: readonly string[];
}

export const defaultWaitTimeoutMs = 60_000;

/**
 * Applies what is pending, in order, under a lock, so that two starters don't collide: the second
 * waits and then finds nothing to do. Safe to repeat. Throws DatabaseError.
 */
export async function migrate(
  settings: DatabaseSettings,
  options: MigrateOptions = {},
): Promise<MigrationReport> {
  const run = {
    files: readMigrationFiles(migrationsDir(settings.engine, options.dir)),
    dryRun: options.dryRun ?? false,
    waitTimeoutMs: options.waitTimeoutMs ?? defaultWaitTimeoutMs,
    create: options.create ?? false,
    enableRcsi: options.enableRcsi ?? false,
    log: options.log ?? (() => {}),
  };
  if (settings.engine === 'sqlite') return migrateSqlite(settings.path, run);
  const { migrateSqlServer } = await import('./sqlserver.ts');
  return migrateSqlServer(settings, run);
}
