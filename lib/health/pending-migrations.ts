/**
 * The migrations this version has and the database lacks, for the web process.
 *
 * It reads the directory by itself because `db/migrate/files.ts` finds it with `new URL(…,
 * import.meta.url)`, which the bundler of the console takes for a module and cannot resolve. Once that
 * is mended, `pendingMigrations` of `db/migrate` takes this file's place.
 */
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import type { Db } from '#db/engine.ts';
import { DatabaseError } from '#db/errors.ts';

/** All of them when the database has no tables. Throws when the directory cannot be read. */
export async function namesOfPendingMigrations(db: Db): Promise<string[]> {
  const names = await migrationNames(db.name);
  try {
    const rows = await db.q.selectFrom('schema_migrations').select('version').execute();
    const applied = new Set(rows.map(({ version }) => version));
    return names.filter((name) => !applied.has(name.split('_')[0] ?? name));
  } catch (error) {
    if (error instanceof DatabaseError && error.code === 'db_schema_missing') return names;
    throw error;
  }
}

/** `0001_create_schema`, in order. SQLite's stand in a folder of the same directory. */
async function migrationNames(engine: Db['name']): Promise<string[]> {
  const given = process.env['INGEST_MIGRATIONS_DIR'];
  const base = given ?? path.join(process.cwd(), 'db', 'migrations');
  const files = await readdir(engine === 'sqlite' ? path.join(base, 'sqlite') : base);
  return files
    .filter((name) => name.endsWith('.sql'))
    .map((name) => name.slice(0, -'.sql'.length))
    .sort();
}
