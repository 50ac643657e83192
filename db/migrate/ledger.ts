/** The list of applied migrations in a SQL Server schema, as SQL: for the runner and for the script it writes. */
import type { MigrationFile } from './files.ts';

export const ledgerTable = (schema: string) => `[${schema}].[schema_migrations]`;

/** Batches that make the schema and its ledger when they are missing. */
export const makeLedger = (schema: string): readonly string[] => [
  `IF SCHEMA_ID(N'${schema}') IS NULL EXEC(N'CREATE SCHEMA [${schema}]');`,
  `IF OBJECT_ID(N'${ledgerTable(schema)}', N'U') IS NULL
    CREATE TABLE ${ledgerTable(schema)} (
        [version] NVARCHAR(10) NOT NULL,
        [name] NVARCHAR(200) NOT NULL,
        [checksum] NVARCHAR(64) NOT NULL,
        [applied_at] DATETIME2(3) NOT NULL,
        [duration_ms] INT NOT NULL,
        CONSTRAINT [PK_schema_migrations] PRIMARY KEY ([version])
    );`,
];

/** Notes a file as applied; once, whoever is first. `ms` is an expression of T-SQL. */
export const noteApplied = (schema: string, file: MigrationFile, ms: string) =>
  `IF NOT EXISTS (SELECT 1 FROM ${ledgerTable(schema)} WHERE [version] = N'${file.version}')
    INSERT INTO ${ledgerTable(schema)} ([version], [name], [checksum], [applied_at], [duration_ms])
    VALUES (N'${file.version}', N'${file.name}', N'${file.checksum}', SYSUTCDATETIME(), ${ms});`;
