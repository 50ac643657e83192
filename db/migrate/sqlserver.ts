/** The runner for SQL Server: waits for it, makes the database, applies what is pending under a lock. */
import { DatabaseError } from '../errors.ts';
import type { SqlServerSettings } from '../settings/model.ts';
import { connect, type TdsConnection } from '../sqlserver/connection.ts';
import { pause } from '../transaction.ts';
import type { MigrationFile } from './files.ts';
import type { MigrationReport } from './migrate.ts';
import { type AppliedMigration, migrationFailed, pendingFiles } from './plan.ts';
import { applied, type MigrationRun, wouldApply } from './run.ts';
import { serverBatch } from './server-batch.ts';
import { splitBatches } from './split-batches.ts';
import { readCreateIndex } from './tsql.ts';

export async function migrateSqlServer(
  settings: SqlServerSettings,
  run: MigrationRun,
): Promise<MigrationReport> {
  const found = await connectWithRetry(settings, run);
  if (found === null && run.dryRun) {
    run.log(`  - Would create the database ${settings.database}`);
    for (const { name } of run.files) run.log(wouldApply(name));
    return reportOf(run, true, run.files);
  }
  if (found === null) await createDatabase(settings, run);
  const connection = found ?? (await connectToNew(settings, run));
  try {
    run.log(`✓ Connected to ${settings.host}, database ${settings.database}`);
    if (!run.dryRun) await lock(connection, settings.schema, run);
    const pending = pendingFiles(run.files, await readApplied(connection, settings.schema));
    for (const file of pending) {
      if (run.dryRun) run.log(wouldApply(file.name));
      else run.log(applied(file.name, await applyOne(connection, settings.schema, file)));
    }
    return reportOf(run, found === null, pending);
  } finally {
    // The lock is the session's, so it ends here too, whatever happened.
    await connection.close();
  }
}

function reportOf(
  run: MigrationRun,
  created: boolean,
  pending: readonly MigrationFile[],
): MigrationReport {
  const done = pending.map(({ name }) => name);
  const alreadyApplied = run.files.map(({ name }) => name).filter((name) => !done.includes(name));
  return { dryRun: run.dryRun, created, applied: done, alreadyApplied };
}

/** Not there yet: a server that starts refuses connections first, and then logins for a while. */
const startingUp = [
  'db_connection_refused',
  'db_connect_timeout',
  'db_host_unknown',
  'db_connection_lost',
];

/**
 * A connection to the database; null when the server answers and the database is missing. Waits for
 * a server that does not answer; a refused login is final unless the server was seen starting.
 */
async function connectWithRetry(
  settings: SqlServerSettings,
  run: MigrationRun,
): Promise<TdsConnection | null> {
  const end = performance.now() + run.waitTimeoutMs;
  let seenStarting = false;
  for (;;) {
    try {
      return await connect(settings);
    } catch (error) {
      if (!(error instanceof DatabaseError)) throw error;
      if (error.code === 'db_missing') return null;
      const starting = startingUp.includes(error.code);
      const mayPass = starting || (seenStarting && error.code === 'db_login_failed');
      if (!mayPass || performance.now() > end) throw error;
      if (!seenStarting) run.log(`  - Waiting for SQL Server at ${settings.host}…`);
      seenStarting = true;
      await pause(Math.min(1_000, Math.max(0, end - performance.now())));
    }
  }
}

async function createDatabase(settings: SqlServerSettings, run: MigrationRun): Promise<void> {
  const master = await connect({ ...settings, database: 'master' });
  // Settings allow no bracket in the name.
  const name = `[${settings.database}]`;
  try {
    await master.executeBatch(
      `IF DB_ID(N'${settings.database.replaceAll("'", "''")}') IS NULL CREATE DATABASE ${name}`,
    );
  } catch (error) {
    // Another starter may have made it between the look and the deed.
    if (!(await databaseExists(master, settings.database))) throw error;
  }
  try {
    // Readers then see the last committed rows instead of waiting for writers; not every server has it.
    await master.executeBatch(`ALTER DATABASE ${name} SET READ_COMMITTED_SNAPSHOT ON`);
  } catch {
    run.log('  - Row versioning for readers is not available here; readers wait for writers.');
  } finally {
    await master.close();
  }
  run.log(`✓ Created the database ${settings.database}`);
}

async function databaseExists(master: TdsConnection, name: string): Promise<boolean> {
  const rows = await master.executeBatch(
    `SELECT 1 AS found WHERE DB_ID(N'${name.replaceAll("'", "''")}') IS NOT NULL`,
  );
  return rows.length > 0;
}

/** A new database takes a moment until it lets anybody in. */
async function connectToNew(
  settings: SqlServerSettings,
  run: MigrationRun,
): Promise<TdsConnection> {
  const end = performance.now() + Math.max(run.waitTimeoutMs, 10_000);
  for (;;) {
    const connection = await connectWithRetry(settings, run);
    if (connection) return connection;
    if (performance.now() > end) return connect(settings);
    await pause(250);
  }
}

/** One starter at a time in this schema; the next waits, and then finds nothing to do. */
async function lock(connection: TdsConnection, schema: string, run: MigrationRun): Promise<void> {
  const rows = await connection.executeBatch(`
    DECLARE @granted INT;
    EXEC @granted = sp_getapplock @Resource = N'holocron_migrations_${schema}',
      @LockMode = N'Exclusive', @LockOwner = N'Session', @LockTimeout = ${Math.max(run.waitTimeoutMs, 1_000)};
    SELECT @granted AS granted;`);
  if (Number(rows[0]?.['granted']) >= 0) return;
  throw new DatabaseError('db_busy', 'Another process is applying migrations to this database.', {
    remedy: 'Wait for it to end, then run this again.',
  });
}

async function readApplied(connection: TdsConnection, schema: string): Promise<AppliedMigration[]> {
  const table = `[${schema}].[schema_migrations]`;
  const exists = await connection.executeBatch(
    `SELECT 1 AS found WHERE OBJECT_ID(N'${table}', N'U') IS NOT NULL`,
  );
  if (exists.length === 0) return [];
  const rows = await connection.executeBatch(
    `SELECT [version], [name], [checksum] FROM ${table} ORDER BY [version]`,
  );
  return rows.map((row) => ({
    version: String(row['version']),
    name: String(row['name']),
    checksum: String(row['checksum']),
  }));
}

/** Batch by batch: every one is written to be repeated, so an interrupted file is simply run again. */
async function applyOne(
  connection: TdsConnection,
  schema: string,
  file: MigrationFile,
): Promise<number> {
  await ensureList(connection, schema);
  const start = performance.now();
  for (const batch of splitBatches(file.script)) {
    // The variable as sqlcmd replaces it: as text. The settings allow only a plain identifier.
    const sql = serverBatch(batch.sql).replaceAll('$(schema)', schema);
    for (let time = 0; time < batch.repeat; time += 1) {
      try {
        await connection.executeBatch(sql);
      } catch (error) {
        if (isIndexThere(batch.sql, error)) continue;
        // A batch that opened a transaction must not leave it to the next run.
        await connection.executeBatch('IF @@TRANCOUNT > 0 ROLLBACK TRANSACTION').catch(() => {});
        throw migrationFailed(file, batch.line, error);
      }
    }
  }
  const ms = Math.round(performance.now() - start);
  await connection.executeBatch(`
    INSERT INTO [${schema}].[schema_migrations] ([version], [name], [checksum], [applied_at], [duration_ms])
    VALUES (N'${file.version}', N'${file.name}', N'${file.checksum}', SYSUTCDATETIME(), ${ms})`);
  return ms;
}

/**
 * Not every server lists an index under the name it was made with, so the guard of a `CREATE INDEX`
 * can miss it; the server itself does not. 1913 and 2714: the name is taken.
 */
function isIndexThere(batch: string, error: unknown): boolean {
  if (readCreateIndex(batch) === null) return false;
  const cause = error instanceof Error ? error.cause : null;
  return cause instanceof Error && 'number' in cause && [1913, 2714].includes(Number(cause.number));
}

async function ensureList(connection: TdsConnection, schema: string): Promise<void> {
  await connection.executeBatch(
    `IF SCHEMA_ID(N'${schema}') IS NULL EXEC(N'CREATE SCHEMA [${schema}]')`,
  );
  await connection.executeBatch(`
    IF OBJECT_ID(N'[${schema}].[schema_migrations]', N'U') IS NULL
    CREATE TABLE [${schema}].[schema_migrations] (
      [version] NVARCHAR(10) NOT NULL,
      [name] NVARCHAR(200) NOT NULL,
      [checksum] NVARCHAR(64) NOT NULL,
      [applied_at] DATETIME2(3) NOT NULL,
      [duration_ms] INT NOT NULL,
      CONSTRAINT [PK_schema_migrations] PRIMARY KEY ([version])
    )`);
}
