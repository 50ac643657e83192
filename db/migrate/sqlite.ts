/** The runner for the embedded database: each migration is one transaction. */
import { existsSync } from 'node:fs';
import Sqlite from 'better-sqlite3';
import { busy, classifySqliteError, isBusy } from '../sqlite/classify-error.ts';
import { openHandle } from '../sqlite/file.ts';
import { pause } from '../transaction.ts';
import type { MigrationFile } from './files.ts';
import type { MigrationReport } from './migrate.ts';
import { type AppliedMigration, migrationFailed, pendingFiles } from './plan.ts';
import { applied, type MigrationRun, wouldApply } from './run.ts';
import { splitBatches } from './split-batches.ts';

type Handle = Sqlite.Database;

export async function migrateSqlite(file: string, run: MigrationRun): Promise<MigrationReport> {
  const exists = existsSync(file);
  if (run.dryRun) return dryRun(file, exists, run);
  if (!exists) run.log(`✓ Creating the database file ${file}`);
  const handle = await retryTransient(file, run, () => openHandle(file));
  try {
    const pending = pendingFiles(run.files, readApplied(handle));
    const done: string[] = [];
    for (const migration of pending) {
      const ms = await applyOne(handle, file, migration, run);
      if (ms === null) continue;
      run.log(applied(migration.name, ms));
      done.push(migration.name);
    }
    return report(run, { created: !exists, done });
  } finally {
    handle.close();
  }
}

function dryRun(file: string, exists: boolean, run: MigrationRun): MigrationReport {
  const pending = exists ? pendingFiles(run.files, readAppliedWithoutTrace(file)) : run.files;
  if (!exists) run.log(`  - Would create the database file ${file}`);
  for (const migration of pending) run.log(wouldApply(migration.name));
  return report(run, { created: !exists, done: pending.map(({ name }) => name) });
}

function report(
  run: MigrationRun,
  { created, done }: { created: boolean; done: readonly string[] },
): MigrationReport {
  const names = run.files.map(({ name }) => name);
  const alreadyApplied = names.filter((name) => !done.includes(name));
  return { dryRun: run.dryRun, created, applied: done, alreadyApplied };
}

/**
 * One migration under the write lock; null when another starter applied it while we waited.
 * `BEGIN IMMEDIATE` is the lock: whoever comes second reads the list again inside it.
 */
async function applyOne(
  handle: Handle,
  file: string,
  migration: MigrationFile,
  run: MigrationRun,
): Promise<number | null> {
  await retryTransient(file, run, () => handle.exec('BEGIN IMMEDIATE'));
  try {
    handle.exec(`CREATE TABLE IF NOT EXISTS schema_migrations (
      version TEXT NOT NULL CONSTRAINT PK_schema_migrations PRIMARY KEY,
      name TEXT NOT NULL,
      checksum TEXT NOT NULL,
      applied_at TEXT NOT NULL,
      duration_ms INTEGER NOT NULL
    ) WITHOUT ROWID`);
    if (!pendingFiles(run.files, readApplied(handle)).includes(migration)) {
      handle.exec('ROLLBACK');
      return null;
    }
    const start = performance.now();
    runBatches(handle, file, migration);
    const ms = Math.round(performance.now() - start);
    handle
      .prepare(
        `INSERT INTO schema_migrations (version, name, checksum, applied_at, duration_ms)
         VALUES (?, ?, ?, strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), ?)`,
      )
      .run(migration.version, migration.name, migration.checksum, ms);
    handle.exec('COMMIT');
    return ms;
  } catch (error) {
    if (handle.inTransaction) handle.exec('ROLLBACK');
    throw classifySqliteError(error, file);
  }
}

/** The schema that these files make, in memory: what a file of this version is compared with. */
export function makeInMemory(files: readonly MigrationFile[]): Handle {
  const handle = new Sqlite(':memory:');
  for (const file of files) runBatches(handle, ':memory:', file);
  return handle;
}

function runBatches(handle: Handle, file: string, migration: MigrationFile): void {
  for (const batch of splitBatches(migration.script)) {
    if (columnExists(handle, batch.sql)) continue;
    for (let time = 0; time < batch.repeat; time += 1) {
      try {
        handle.exec(batch.sql);
      } catch (error) {
        const said = error instanceof Error ? error.message : null;
        throw migrationFailed(migration, {
          line: batch.line,
          said,
          cause: classifySqliteError(error, file),
        });
      }
    }
  }
}

/**
 * SQLite has no `ADD COLUMN IF NOT EXISTS`. A batch that is nothing but one such statement is passed
 * over when the column is there, so that a file that lost its list of migrations can be run again.
 */
function columnExists(handle: Handle, sql: string): boolean {
  const statement = sql.replace(/^(?:\s*--.*\n)*/, '');
  const match = /^\s*ALTER TABLE (\w+) ADD COLUMN (\w+)\b[^;]*;?\s*$/i.exec(statement);
  if (!match) return false;
  const found = handle
    .prepare('SELECT 1 FROM pragma_table_info(?) WHERE name = ? COLLATE NOCASE')
    .get(match[1], match[2]);
  return found !== undefined;
}

function readApplied(handle: Handle): AppliedMigration[] {
  const exists = handle
    .prepare(`SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'schema_migrations'`)
    .get();
  if (exists === undefined) return [];
  return handle
    .prepare<[], AppliedMigration>(
      'SELECT version, name, checksum FROM schema_migrations ORDER BY version',
    )
    .all();
}

/**
 * Leaves no trace. A reader of a WAL database needs the files beside it; a read-only one cannot
 * remove them again, so where there are none yet it is opened for writing, and nothing is written.
 */
function readAppliedWithoutTrace(file: string): AppliedMigration[] {
  let handle: Handle | undefined;
  try {
    const readonly = existsSync(`${file}-wal`);
    handle = new Sqlite(file, { readonly, fileMustExist: true, timeout: 1000 });
    handle.pragma('query_only = 1');
    return readApplied(handle);
  } catch (error) {
    throw classifySqliteError(error, file);
  } finally {
    handle?.close();
  }
}

async function retryTransient<T>(file: string, run: MigrationRun, fn: () => T): Promise<T> {
  const end = performance.now() + run.waitTimeoutMs;
  for (;;) {
    try {
      return fn();
    } catch (error) {
      const locked = isBusy(error) || isBusy(error instanceof Error ? error.cause : null);
      if (!locked) throw classifySqliteError(error, file);
      if (performance.now() > end) throw busy(error);
      await pause(20 + Math.random() * 80);
    }
  }
}
