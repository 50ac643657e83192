/** All migrations as one script for `sqlcmd`: what `db:init` would do, for a database administrator to read and run. */
import type { MigrationFile } from './files.ts';
import { ledgerTable, makeLedger, noteApplied } from './ledger.ts';
import { serverBatch } from './server-batch.ts';
import { splitBatches } from './split-batches.ts';

const schema = '$(schema)';

/** Like the files it can be run again, and goes on where it was interrupted. */
export function migrationScript(files: readonly MigrationFile[], defaultSchema: string): string {
  const batches = [
    ...makeLedger(schema),
    refuseOtherLedger(files),
    ...files.flatMap((file) => [
      `PRINT N'${file.name}';`,
      ...splitBatches(file.script).flatMap(({ sql, repeat }) =>
        Array.from({ length: repeat }, () => serverBatch(sql)),
      ),
      noteApplied(schema, file, '0'),
    ]),
  ];
  return `-- The schema of Holocron Ingest for SQL Server: migrations ${files[0]?.version}-${files.at(-1)?.version}, with their entries in
-- schema_migrations, so that "pnpm db:init" finds nothing left to do. Run it in the database it is for, as a member
-- of db_owner, in SQLCMD mode:
--   sqlcmd -S SERVER -d DATABASE -i FILE
:on error exit
:setvar schema ${defaultSchema}
SET ANSI_NULLS, ANSI_PADDING, ANSI_WARNINGS, ARITHABORT, CONCAT_NULL_YIELDS_NULL, QUOTED_IDENTIFIER ON;
SET NUMERIC_ROUNDABORT OFF;
SET XACT_ABORT ON;
GO
${requireRowVersions}
GO
${batches.join('\nGO\n')}
GO
`;
}

const requireRowVersions = `IF EXISTS (SELECT 1 FROM sys.databases WHERE [database_id] = DB_ID() AND [is_read_committed_snapshot_on] = 0)
    THROW 50000, N'db_rcsi_off: run ALTER DATABASE CURRENT SET READ_COMMITTED_SNAPSHOT ON WITH ROLLBACK IMMEDIATE first.', 1;`;

/** A ledger with other names or checksums is of a build before the first release, or of altered files. */
function refuseOtherLedger(files: readonly MigrationFile[]): string {
  const known = files.map((f) => `(N'${f.version}', N'${f.name}', N'${f.checksum}')`);
  return `IF EXISTS (
    SELECT 1 FROM ${ledgerTable(schema)} AS a
    WHERE NOT EXISTS (
        SELECT 1 FROM (VALUES
            ${known.join(',\n            ')}
        ) AS k ([version], [name], [checksum])
        WHERE k.[version] = a.[version] AND k.[name] = a.[name] AND k.[checksum] = a.[checksum]))
    THROW 50000, N'This database was migrated by another version: pnpm db:init says which and what to do.', 1;`;
}
