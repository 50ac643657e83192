/** What migrating an existing database with many rows will take, said before it begins. */
import type { TdsConnection } from '../sqlserver/connection.ts';
import type { MigrationFile } from './files.ts';
import { splitBatches } from './split-batches.ts';
import { readAddColumns, readCreateIndex } from './tsql.ts';

/** Below this many rows a step takes seconds. */
const manyRows = 100_000;
/**
 * Rows a second and bytes of log a row on a middling server, to the order of magnitude: an index is read, sorted
 * and written; columns with a default are written into every row by editions that cannot note them; a new key is
 * written row by row.
 */
const cost = {
  index: { rowsPerSecond: 250_000, logPerRow: 150 },
  filteredIndex: { rowsPerSecond: 1_000_000, logPerRow: 10 },
  columns: { rowsPerSecond: 100_000, logPerRow: 120 },
  key: { rowsPerSecond: 20_000, logPerRow: 400 },
} as const;
/** Enterprise and Developer, Azure SQL Database, Managed Instance. */
const onlineEditions = [3, 5, 8];

interface TableSize {
  readonly name: string;
  readonly rows: number;
  readonly bytes: number;
}

export interface Estimate {
  /** Tables with many rows, by name: their steps are worth a line each. */
  readonly large: ReadonlySet<string>;
  /** Sentences for a person. */
  readonly lines: readonly string[];
}

/** Nothing when the schema has no table with many rows, or the server does not tell sizes. */
export async function estimateLargeTables(
  connection: Pick<TdsConnection, 'executeBatch'>,
  schema: string,
  pending: readonly MigrationFile[],
): Promise<Estimate> {
  if (pending.length === 0) return { large: new Set(), lines: [] };
  const { sizes, edition, inexactKeys } = await readSizes(connection, schema);
  const large = sizes.filter(({ rows }) => rows >= manyRows);
  const batches = pending.flatMap(({ script }) => splitBatches(script).map(({ sql }) => sql));
  const online = onlineEditions.includes(edition);
  const lines = large.flatMap((table) => {
    const steps = stepsOf(batches, `[$(schema)].[${table.name}]`, {
      online,
      newKey: inexactKeys && table.name === 'work_items',
    });
    return steps.length === 0 ? [] : [sentence(table, steps)];
  });
  if (lines.length > 0) {
    lines.push(
      online
        ? 'Indexes are built while the tables are in use; an interrupted one is resumed by the next run.'
        : 'This edition locks a table while an index is built: stop what uses it. Run it again after an interruption.',
    );
  }
  return { large: new Set(large.map(({ name }) => name)), lines };
}

type Step = (typeof cost)[keyof typeof cost];

function stepsOf(
  batches: readonly string[],
  table: string,
  { online, newKey }: { online: boolean; newKey: boolean },
): Step[] {
  return [
    ...batches.flatMap((batch): Step[] => {
      const index = readCreateIndex(batch);
      if (index?.table === table && !/ CLUSTERED /.test(index.statement)) {
        return [index.filter ? cost.filteredIndex : cost.index];
      }
      const added = readAddColumns(batch);
      const writes =
        !online && added?.columns.some(({ definition }) => / NOT NULL /.test(definition));
      return added?.table === table && writes ? [cost.columns] : [];
    }),
    ...(newKey ? [cost.key] : []),
  ];
}

function sentence({ name, rows, bytes }: TableSize, steps: readonly Step[]): string {
  const seconds = steps.reduce((sum, step) => sum + rows / step.rowsPerSecond, 0);
  const log = steps.reduce((sum, step) => sum + rows * step.logPerRow, 0);
  const minutes = Math.max(1, Math.round(seconds / 60));
  return `${name} holds ${rows.toLocaleString('en-US')} rows (${gigabytes(bytes)}): about ${minutes} min and ${gigabytes(log)} of log.`;
}

const gigabytes = (bytes: number) => `${Math.max(0.1, bytes / 1e9).toFixed(1)} GB`;

async function readSizes(connection: Pick<TdsConnection, 'executeBatch'>, schema: string) {
  try {
    const rows = await connection.executeBatch(
      `SELECT t.[name] AS [name], SUM(CASE WHEN a.[type] = 1 THEN p.[rows] ELSE 0 END) AS [rows], SUM(a.[total_pages]) * 8192 AS [bytes],
         CONVERT(INT, SERVERPROPERTY(N'EngineEdition')) AS [edition],
         (SELECT COUNT(*) FROM sys.columns AS c WHERE c.[object_id] = OBJECT_ID(N'[${schema}].[work_items]')
            AND c.[name] = N'dedupe_key' AND (c.[collation_name] NOT LIKE N'%[_]BIN2' OR c.[max_length] < 1700)) AS [inexact]
       FROM sys.tables AS t
       JOIN sys.partitions AS p ON p.[object_id] = t.[object_id] AND p.[index_id] IN (0, 1)
       JOIN sys.allocation_units AS a ON a.[container_id] IN (p.[hobt_id], p.[partition_id])
       WHERE t.[schema_id] = SCHEMA_ID(N'${schema}') GROUP BY t.[name]`,
      { timeoutMs: 30_000 },
    );
    return {
      sizes: rows.map(
        (row): TableSize => ({
          name: String(row['name']),
          rows: Number(row['rows']),
          bytes: Number(row['bytes']),
        }),
      ),
      edition: Number(rows[0]?.['edition'] ?? 0),
      inexactKeys: Number(rows[0]?.['inexact'] ?? 0) > 0,
    };
  } catch {
    // An estimate is a courtesy: a server without these views is migrated without one.
    return { sizes: [], edition: 0, inexactKeys: false };
  }
}
