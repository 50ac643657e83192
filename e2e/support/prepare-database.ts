/** What every product under test begins with: the schema, an account for each role, the sample source. */
import { ensureAdministrator } from '#lib/access/ensure-administrator.ts';
import { createUser } from '#lib/access/users.ts';
import { systemActor } from '#lib/actor/model.ts';
import { loadConfig } from '#lib/load-config.ts';
import { createLogger } from '#lib/log.ts';
import { openRuntime } from '#lib/runtime.ts';
import { ensureSampleSource } from '#lib/sources/save-source.ts';
import { migrate } from '../../db/migrate/migrate.ts';
import { accounts, password } from './accounts.ts';

/** The settings of a database that do not depend on where it is. */
export const databaseSettings = {
  DB_BACKEND: 'sqlite',
  INGEST_SECRET_KEY: 'the secret key of a product under test only',
} as const;

/** Makes the file; it is closed, and so whole, when this returns. */
export async function prepareDatabase(file: string): Promise<void> {
  const config = loadConfig({ env: { ...databaseSettings, INGEST_SQLITE_PATH: file } });
  await migrate(config.database);
  const runtime = await openRuntime(config, createLogger({ level: 'warn', name: 'prepare' }));
  try {
    await ensureAdministrator(runtime.db, { email: accounts.admin, password });
    for (const role of ['viewer', 'operator'] as const) {
      await createUser(runtime.db, systemActor('tests'), {
        email: accounts[role],
        name: role,
        role,
        password,
      });
    }
    // As if everybody had chosen their own.
    await runtime.db.q.updateTable('users').set({ must_change_password: 0 }).execute();
    await ensureSampleSource(runtime.db);
  } finally {
    await runtime.close();
  }
}
