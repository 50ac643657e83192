/** The runner for SQL Server: applies what is pending under a lock, and says what it does to large tables. */
import { DatabaseError } from '../errors.ts';
import type { SqlServerSettings } from '../settings/model.ts';
import { connect, type TdsConnection } from '../sqlserver/connection.ts';
import { quoteServer, serverMessages } from '../sqlserver/server-messages.ts';
import type { MigrationFile } from './files.ts';
import { estimateLargeTables } from './large-tables.ts';
import { ledgerTable, makeLedger, noteApplied } from './ledger.ts';
import type { MigrationReport } from './migrate.ts';
import { type AppliedMigration, migrationFailed, pendingFiles } from './plan.ts';
import { applied, type MigrationRun, wouldApply } from './run.ts';
import { serverBatch } from './server-batch.ts';
import { type Batch, splitBatches } from './split-batches.ts';
import { reachDatabase } from './sqlserver-database.ts';
import { readAddColumns, readCreateIndex } from './tsql.ts';

export async function migrateSqlServer(
  settings: SqlServerSettings,
  run: MigrationRun,
): Promise<MigrationReport> {
  const { connection, created } = await reachDatabase(settings, run, connect);
  if (connection === null) {
    run.log(`  - Would create the database ${settings.database}`);
    for (const { name } of run.files) run.log(wouldApply(name));
    return reportOf(run, true, run.files);
  }
  try {
    run.log(`✓ Connected to ${settings.host}, database ${settings.database}`);
    const pending = await applyPending(connection, settings.schema, run);
    return reportOf(run, created, pending);
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

async function applyPending(
  connection: TdsConnection,
  schema: string,
  run: MigrationRun,
): Promise<readonly MigrationFile[]> {
  if (!run.dryRun) {
    await lock(connection, schema, run);
    // Somebody's open transaction is waited for that long, not for ever.
    await connection.executeBatch(`SET LOCK_TIMEOUT ${lockTimeoutMs(run)}`);
  }
  const pending = pendingFiles(run.files, await readApplied(connection, schema));
  const { lines, large } = await estimateLargeTables(connection, schema, pending);
  for (const line of lines) run.log(`  - ${line}`);
  for (const file of pending) {
    if (run.dryRun) run.log(wouldApply(file.name));
    else run.log(applied(file.name, await applyOne(connection, { schema, file, large }, run.log)));
  }
  return pending;
}

const lockTimeoutMs = ({ waitTimeoutMs }: MigrationRun) => Math.max(waitTimeoutMs, 1_000);

/** One starter at a time in this schema; the next waits, and then finds nothing to do. */
async function lock(connection: TdsConnection, schema: string, run: MigrationRun): Promise<void> {
  const rows = await connection.executeBatch(`
    DECLARE @granted INT;
    EXEC @granted = sp_getapplock @Resource = N'holocron_migrations_${schema}',
      @LockMode = N'Exclusive', @LockOwner = N'Session', @LockTimeout = ${lockTimeoutMs(run)};
    SELECT @granted AS granted;`);
  if (Number(rows[0]?.['granted']) >= 0) return;
  throw new DatabaseError('db_busy', 'Another process is applying migrations to this database.', {
    remedy: 'Wait for it to end, then run this again.',
  });
}

async function readApplied(connection: TdsConnection, schema: string): Promise<AppliedMigration[]> {
  const table = ledgerTable(schema);
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
  work: { schema: string; file: MigrationFile; large: ReadonlySet<string> },
  log: (line: string) => void,
): Promise<number> {
  const { schema, file, large } = work;
  for (const sql of makeLedger(schema)) await connection.executeBatch(sql);
  const start = performance.now();
  const batches = splitBatches(file.script);
  for (const [at, batch] of batches.entries()) {
    const step = largeStep(batch, large);
    if (step) log(`  - ${file.name}, step ${at + 1} of ${batches.length}: ${step}`);
    await applyBatch(connection, { schema, file, batch }, (text) =>
      log(`  - ${file.name}: ${text}`),
    );
  }
  const ms = Math.round(performance.now() - start);
  await connection.executeBatch(noteApplied(schema, file, String(ms)));
  return ms;
}

/** What a batch does to a table with many rows; null when it is quick. */
function largeStep({ sql }: Batch, large: ReadonlySet<string>): string | null {
  const isLarge = (table: string) => large.has(/\[(\w+)\]$/.exec(table)?.[1] ?? '');
  const index = readCreateIndex(sql);
  if (index) return isLarge(index.table) ? `building ${index.name}` : null;
  const added = readAddColumns(sql);
  return added && isLarge(added.table) ? `adding ${added.columns.length} columns` : null;
}

async function applyBatch(
  connection: TdsConnection,
  { schema, file, batch }: { schema: string; file: MigrationFile; batch: Batch },
  onMessage: (text: string) => void,
): Promise<void> {
  // The variable as sqlcmd replaces it: as text. The settings allow only a plain identifier.
  const sql = serverBatch(batch.sql).replaceAll('$(schema)', schema);
  for (let time = 0; time < batch.repeat; time += 1) {
    try {
      await connection.executeBatch(sql, { onMessage });
    } catch (error) {
      if (isIndexThere(batch.sql, error)) continue;
      // A batch that opened a transaction must not leave it to the next run.
      await connection.executeBatch('IF @@TRANCOUNT > 0 ROLLBACK TRANSACTION').catch(() => {});
      throw migrationFailed(file, { line: batch.line, said: quoteServer(error), cause: error });
    }
  }
}

/**
 * Not every server lists an index under the name it was made with, so the guard of a `CREATE INDEX`
 * can miss it; the server itself does not. 1913 and 2714: the name is taken.
 */
function isIndexThere(batch: string, error: unknown): boolean {
  if (readCreateIndex(batch) === null) return false;
  return serverMessages(error).some(({ number }) => number === 1913 || number === 2714);
}
