/** Makes sure that the tables are there before anything is claimed. */
import { migrate } from '#db/migrate/migrate.ts';
import { pendingError, pendingMigrations } from '#db/migrate/pending-migrations.ts';
import type { DatabaseSettings } from '#db/settings/model.ts';
import type { Runtime } from '#lib/runtime.ts';

/** The embedded database is migrated; a server's is left to `db:init`. */
export async function prepareEmbedded(settings: DatabaseSettings): Promise<void> {
  if (settings.engine === 'sqlite') await migrate(settings);
}

/** Throws `db_migrations_pending` or `db_schema_missing` when the database is behind this program. */
export async function requireMigrated({ db }: Runtime): Promise<void> {
  const pending = await pendingMigrations(db);
  if (pending.length > 0) throw await pendingError(db, pending);
}
