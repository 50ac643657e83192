/** How a batch of a migration is sent to a server: the same statements, in the way that suits tables with rows. */
import { type AddColumns, type CreateIndex, readAddColumns, readCreateIndex } from './tsql.ts';

/** Batches that are neither columns nor an index are sent as they stand. */
export function serverBatch(batch: string): string {
  const columns = readAddColumns(batch);
  if (columns) return addMissingColumns(columns);
  const index = readCreateIndex(batch);
  return index && mayHoldRows(index.table) ? createIndex(index) : batch;
}

/** Of an existing Holocron database; the other tables are made by the same migration, and empty. */
const mayHoldRows = (table: string) =>
  /\[(?:work_items|IngestRecords|ingest_runs|seen_resources)\]$/.test(table);

/**
 * One ALTER for all columns that are missing: Standard and Express touch every row for a column with a default,
 * and so touch them once. Babelfish takes one column a statement.
 */
function addMissingColumns({ table, columns }: AddColumns): string {
  const missing = columns.map(
    ({ name, definition }) =>
      `IF COL_LENGTH(${text(table)}, N'${name}') IS NULL SET @add = @add + @next + ${text(definition)};`,
  );
  return `DECLARE @add NVARCHAR(MAX) = N'', @next NVARCHAR(300) = N', ';
IF SERVERPROPERTY(N'Babelfish') IS NOT NULL SET @next = N'; ALTER TABLE ${table} ADD ';
${missing.join('\n')}
IF @add <> N''
BEGIN
    SET @add = N'ALTER TABLE ${table} ADD ' + SUBSTRING(@add, LEN(@next + N'.'), LEN(@add));
    EXEC(@add);
END`;
}

/**
 * A filter's texts take the collation of the column they are compared with, which in an existing database need not
 * be the database's own: SQL Server refuses the index then (10611). Where the edition can, an index of a table with
 * rows is built beside its users, and resumed by the same statement after an interruption, which filtered ones
 * are not (https://learn.microsoft.com/sql/t-sql/statements/create-index-transact-sql).
 */
function createIndex({ table, guard, statement, filter }: CreateIndex): string {
  const compared = [
    ...new Set([...(filter ?? '').matchAll(/\[(\w+)\] (?:=|<>) N'/g)].map(([, column]) => column)),
  ];
  const collations = compared.map(
    (column, n) => `
    DECLARE @collation${n} NVARCHAR(200) = COALESCE((SELECT N' COLLATE ' + collation_name FROM sys.columns
        WHERE object_id = OBJECT_ID(${text(table)}) AND name = N'${column}'
            AND collation_name <> CONVERT(NVARCHAR(200), DATABASEPROPERTYEX(DB_NAME(), N'Collation'))), N'');`,
  );
  const collated = text(statement).replace(
    /\[(\w+)\] (=|<>) N''\w*''/g,
    (comparison, column) => `${comparison}' + @collation${compared.indexOf(column)} + N'`,
  );
  const online = filter === null ? 'ONLINE = ON, RESUMABLE = ON' : 'ONLINE = ON';
  return `${guard}
BEGIN
    DECLARE @with NVARCHAR(100) = N'';
    IF CONVERT(INT, SERVERPROPERTY(N'EngineEdition')) IN (3, 5, 8) AND EXISTS (SELECT 1 FROM ${table})
        SET @with = N' WITH (${online})';${collations.join('')}
    EXEC(${collated} + @with);
END`;
}

const text = (value: string) => `N'${value.replaceAll("'", "''")}'`;
