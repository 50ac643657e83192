/** Whether a database is behind this version. */
import type { Db } from '../engine.ts';
import { DatabaseError } from '../errors.ts';
import { migrationsDir, readMigrationFiles } from './files.ts';
import { pendingFiles } from './plan.ts';

/** Names of migrations this version has and the database lacks; all of them when it has no tables. */
export async function pendingMigrations(db: Db): Promise<string[]> {
  const files = readMigrationFiles(migrationsDir(db.name));
  try {
    const applied = await db.q
      .selectFrom('schema_migrations')
      .select(['version', 'name', 'checksum'])
      .execute();
    return pendingFiles(files, applied).map((file) => file.name);
  } catch (error) {
    if (error instanceof DatabaseError && error.code === 'db_schema_missing') {
      return files.map((file) => file.name);
    }
    throw error;
  }
}

/**
 * Why this version cannot work on the database: migrations are pending, or the schema's name is wrong,
 * which looks the same but wants another remedy.
 */
export async function pendingError(db: Db, pending: readonly string[]): Promise<DatabaseError> {
  const elsewhere = await db.engine.tablesElsewhere(db);
  if (elsewhere) {
    const { configured, found } = elsewhere;
    return new DatabaseError(
      'db_schema_missing',
      `The schema ${configured} has none of the tables; this database has them in ${found.join(', ')}.`,
      {
        remedy:
          'Correct INGEST_SQLSERVER_SCHEMA, or run pnpm db:init to make them in this schema as well.',
      },
    );
  }
  return new DatabaseError(
    'db_migrations_pending',
    `${pending.length} ${pending.length === 1 ? 'migration is' : 'migrations are'} not applied yet.`,
    { remedy: 'Run pnpm db:init.' },
  );
}
