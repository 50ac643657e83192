/** Opens the database that the settings name. */
import type { Db } from './engine.ts';
import type { DatabaseSettings } from './settings/model.ts';
import { openSqlite } from './sqlite/open.ts';

/**
 * SQLite: opens the file, made when absent. SQL Server: makes the pool; the first query connects.
 * Neither looks at the tables: see `pendingMigrations`. Throws DatabaseError.
 */
export async function openDatabase(settings: DatabaseSettings): Promise<Db> {
  if (settings.engine === 'sqlite') return openSqlite(settings.path);
  // Loaded when asked for: the embedded default does without the drivers of SQL Server.
  const { openSqlServer } = await import('./sqlserver/open.ts');
  return openSqlServer(settings);
}
