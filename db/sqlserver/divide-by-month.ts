/** Carries out what `partitions.ts` says on a server, or only says what it would take. */
import { DatabaseError } from '../errors.ts';
import { migrationsDir, readMigrationFiles } from '../migrate/files.ts';
import { splitBatches } from '../migrate/split-batches.ts';
import { readCreateIndex } from '../migrate/tsql.ts';
import type { SqlServerSettings } from '../settings/model.ts';
import { connect, type TdsConnection } from './connection.ts';
import { isMicrosoft } from './inspect/server.ts';
import {
  monthsBetween,
  type PartitionedTable,
  partitionedTables,
  partitionStatements,
} from './partitions.ts';

export interface DivisionReport {
  readonly table: PartitionedTable;
  readonly rows: number;
  readonly bytes: number;
  /** To the order of magnitude: each index is read, sorted and written. */
  readonly minutes: number;
  readonly statements: readonly string[];
  /** Indexes that no migration makes: while one is not on the scheme, no partition can be emptied by itself. */
  readonly foreign: readonly string[];
}

export interface DivisionOptions {
  readonly tables: readonly PartitionedTable[];
  readonly dryRun: boolean;
  readonly onReport: (report: DivisionReport) => void;
  /** Before each statement that is carried out. */
  readonly onStatement: (table: PartitionedTable, place: number, of: number) => void;
}

const monthsAhead = 3;
const rowsPerSecond = 250_000;
/** Enterprise and Developer, Azure SQL Database, Managed Instance. */
const onlineEditions = [3, 5, 8];

/** @throws DatabaseError `db_settings_invalid` where the server is another product, which has no partitions to show */
export async function divideByMonth(
  settings: SqlServerSettings,
  { tables, dryRun, onReport, onStatement }: DivisionOptions,
): Promise<void> {
  const connection = await connect(settings);
  try {
    const [server] = await connection.executeBatch('SELECT @@VERSION AS version');
    if (server && !isMicrosoft(server)) throw otherProduct();
    for (const table of tables) {
      const report = await plan(connection, settings.schema, table);
      onReport(report);
      if (dryRun) continue;
      for (const [place, statement] of report.statements.entries()) {
        onStatement(table, place + 1, report.statements.length);
        await connection.executeBatch(statement);
      }
    }
  } finally {
    await connection.close();
  }
}

const otherProduct = () =>
  new DatabaseError(
    'db_settings_invalid',
    'The server speaks the protocol of SQL Server and is another product: only tables of SQL Server can be divided by month.',
    { remedy: 'Leave them whole there: retention deletes in portions.' },
  );

async function plan(
  connection: Pick<TdsConnection, 'executeBatch'>,
  schema: string,
  table: PartitionedTable,
): Promise<DivisionReport> {
  const name = `[${schema}].[${table}]`;
  const { time } = partitionedTables[table];
  const [facts] = await connection.executeBatch(`
    SELECT CONVERT(INT, SERVERPROPERTY(N'EngineEdition')) AS edition,
      (SELECT MIN([${time}]) FROM ${name}) AS oldest, SYSUTCDATETIME() AS now_utc,
      (SELECT SUM(p.[rows]) FROM sys.partitions AS p WHERE p.[object_id] = OBJECT_ID(N'${name}') AND p.index_id IN (0, 1)) AS row_count,
      (SELECT SUM(a.total_pages) * 8192 FROM sys.partitions AS p
        JOIN sys.allocation_units AS a ON a.container_id IN (p.hobt_id, p.[partition_id])
        WHERE p.[object_id] = OBJECT_ID(N'${name}')) AS bytes`);
  const indexes = indexesOf(table);
  const known = new Set([...indexes.map((index) => index.name), `PK_${table}`]);
  const there = await connection.executeBatch(
    `SELECT [name] FROM sys.indexes WHERE [object_id] = OBJECT_ID(N'${name}') AND [name] IS NOT NULL`,
  );
  const now = new Date(String(facts?.['now_utc']));
  const until = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + monthsAhead, 1));
  const oldest = facts?.['oldest'] ?? null;
  const rows = Number(facts?.['row_count'] ?? 0);
  return {
    table,
    rows,
    bytes: Number(facts?.['bytes'] ?? 0),
    minutes: Math.max(1, Math.round((rows * (indexes.length + 1)) / rowsPerSecond / 60)),
    statements: partitionStatements({
      schema,
      table,
      indexes,
      months: monthsBetween(oldest === null ? now : new Date(String(oldest)), until),
      online: onlineEditions.includes(Number(facts?.['edition'] ?? 0)),
    }),
    foreign: there.map((row) => String(row['name'])).filter((index) => !known.has(index)),
  };
}

/** The indexes of a table, as the migrations make them. */
export const indexesOf = (table: PartitionedTable) => {
  const found = readMigrationFiles(migrationsDir('sqlserver')).flatMap(({ script }) =>
    splitBatches(script).flatMap(({ sql }) => readCreateIndex(sql) ?? []),
  );
  return found.filter(
    (index, at) =>
      index.table === `[$(schema)].[${table}]` &&
      found.findIndex(({ name }) => name === index.name) === at,
  );
};
