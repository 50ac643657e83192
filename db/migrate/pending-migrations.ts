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
