/** What is left to apply, and whether what was applied is still what the files say. */
import { DatabaseError } from '../errors.ts';
import type { MigrationFile } from './files.ts';

export interface AppliedMigration {
  readonly version: string;
  readonly name: string;
  readonly checksum: string;
}

/**
 * The files not yet applied, in order. Throws `db_prerelease` for a database of a build before the first release,
 * `db_newer` for one that a later version has migrated, `db_migration_changed` naming an altered file.
 */
export function pendingFiles(
  files: readonly MigrationFile[],
  applied: readonly AppliedMigration[],
): MigrationFile[] {
  const byVersion = new Map(files.map((file) => [file.version, file]));
  // Names are never changed after a release, so another name for a number was given before the first one.
  const renamed = applied.find(
    (one) => (byVersion.get(one.version)?.name ?? one.name) !== one.name,
  );
  if (renamed) throw prerelease(renamed);
  const unknown = applied.filter((one) => !byVersion.has(one.version));
  if (unknown.length > 0) throw newer(unknown);
  const known = new Map(applied.map((one) => [one.version, one]));
  return files.filter((file) => {
    const before = known.get(file.version);
    if (before && before.checksum !== file.checksum) throw changed(file);
    return before === undefined;
  });
}

function changed(file: MigrationFile): DatabaseError {
  return new DatabaseError(
    'db_migration_changed',
    `The migration ${file.name} was altered after it had been applied to this database.`,
    { remedy: 'Put the file back as it was, and add the change as a new, later migration.' },
  );
}

function prerelease(found: AppliedMigration): DatabaseError {
  return new DatabaseError(
    'db_prerelease',
    `This database was made by a build before the first release (it has ${found.name}).`,
    {
      remedy:
        'Carry its records over: “pnpm snapshot export DIR” with that build, then “pnpm db:init” on an empty database (or another INGEST_SQLSERVER_SCHEMA) and “pnpm snapshot import DIR” with this one.',
    },
  );
}

function newer(unknown: readonly AppliedMigration[]): DatabaseError {
  const names = unknown.map(({ name }) => name).join(', ');
  return new DatabaseError(
    'db_newer',
    `A later version has migrated this database; this one does not know ${names}.`,
    { remedy: 'Run that version or a later one, or restore the backup made before the upgrade.' },
  );
}

/**
 * A batch failed. `said` is the database's own message, which whoever migrates needs to see: it is the diagnosis.
 * Refusals with a code a person can act on keep it.
 */
export function migrationFailed(
  file: MigrationFile,
  { line, said, cause }: { line: number; said: string | null; cause: unknown },
): DatabaseError {
  const known = cause instanceof DatabaseError && cause.code !== 'db_error' ? cause : null;
  const sentences = [
    `The migration ${file.name} failed at line ${line}.`,
    ...(known ? [known.message] : []),
    ...(said === null ? [] : [`The database said: ${said}`]),
  ];
  return new DatabaseError(
    known && keptCodes.includes(known.code) ? known.code : 'db_migration_failed',
    sentences.join(' '),
    {
      remedy: known?.remedy ?? 'Correct the cause and run it again: what was done before stays.',
      cause,
    },
  );
}

const keptCodes: readonly string[] = [
  'db_permission_denied',
  'db_connection_lost',
  'db_busy',
  'db_full',
];
