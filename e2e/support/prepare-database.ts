/** Fills the database named by the environment: schema, an account for each role, the sample source. */
import { ensureAdministrator } from '#lib/access/ensure-administrator.ts';
import { createUser } from '#lib/access/users.ts';
import { systemActor } from '#lib/actor/model.ts';
import { loadConfig } from '#lib/load-config.ts';
import { createLogger } from '#lib/log.ts';
import { openRuntime } from '#lib/runtime.ts';
import { ensureSampleSource } from '#lib/sources/save-source.ts';
import { migrate } from '../../db/migrate/migrate.ts';
import { accounts, password } from './accounts.ts';

const config = loadConfig({ env: process.env });
await migrate(config.database);
const runtime = await openRuntime(config, createLogger({ level: 'warn', name: 'prepare' }));
await ensureAdministrator(runtime.db, { email: accounts.admin, password });
for (const role of ['viewer', 'operator'] as const) {
  await createUser(runtime.db, systemActor('tests'), {
    email: accounts[role],
    name: role,
    role,
    password,
  });
}
await ensureSampleSource(runtime.db);
await runtime.close();
