/** What is left to apply, and whether what was applied is still what the files say. */
import { DatabaseError } from '../errors.ts';
import type { MigrationFile } from './files.ts';

export interface AppliedMigration {
  readonly version: string;
  readonly name: string;
  readonly checksum: string;
}

/** The files not yet applied, in order. Throws `db_migration_changed` naming an altered file. */
export function pendingFiles(
  files: readonly MigrationFile[],
  applied: readonly AppliedMigration[],
): MigrationFile[] {
  const known = new Map(applied.map((one) => [one.version, one]));
  return files.filter((file) => {
    const before = known.get(file.version);
    if (before && before.checksum !== file.checksum) throw changed(file, before);
    return before === undefined;
  });
}

function changed(file: MigrationFile, before: AppliedMigration): DatabaseError {
  const renamed = before.name === file.name ? '' : ` (applied as ${before.name})`;
  return new DatabaseError(
    'db_migration_changed',
    `The migration ${file.name}${renamed} was altered after it had been applied to this database.`,
    { remedy: 'Put the file back as it was, and add the change as a new, later migration.' },
  );
}

/** A batch failed; what the server said goes to the log with the cause, its place to the person. */
export function migrationFailed(file: MigrationFile, line: number, cause: unknown): DatabaseError {
  // Refusals a person can act on keep their own code; the place is added.
  const known = cause instanceof DatabaseError && cause.code !== 'db_error' ? cause : null;
  const why = known ? ` ${known.message}` : '';
  return new DatabaseError(
    known?.code === 'db_permission_denied' || known?.code === 'db_connection_lost'
      ? known.code
      : 'db_migration_failed',
    `The migration ${file.name} failed at line ${line}.${why}`,
    {
      remedy:
        known?.remedy ??
        'Look into the log for what the server said. What was done before stays; correct the cause and run it again.',
      cause,
    },
  );
}
