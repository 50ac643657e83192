/** What has to be there before anything serves: the tables, the first source, the first sign-in. */
import { migrate } from '#db/migrate/migrate.ts';
import { ensureAdministrator } from '#lib/access/ensure-administrator.ts';
import type { AppConfig } from '#lib/config/model.ts';
import { loadConfig } from '#lib/load-config.ts';
import { createLogger } from '#lib/log.ts';
import { openRuntime } from '#lib/runtime.ts';
import { ensureSampleSource } from '#lib/sources/save-source.ts';
import type { SettingsFlags } from './program.ts';

export interface Prepared {
  readonly config: AppConfig;
  readonly databaseLabel: string;
  /** Null when somebody can sign in already, or passwords are off. */
  readonly firstSignIn: Awaited<ReturnType<typeof ensureAdministrator>>;
}

/** Migrates, and makes the sample source and the administrator when they are missing. */
export async function prepareInstallation(flags: SettingsFlags): Promise<Prepared> {
  const config = loadConfig({ flags });
  await migrate(config.database);
  const runtime = await openRuntime(config, createLogger({ level: 'warn', name: 'start' }));
  try {
    await ensureSampleSource(runtime.db);
    // Where passwords are off, the provider makes the administrators.
    const firstSignIn = config.signIn.passwords
      ? await ensureAdministrator(runtime.db, config.admin)
      : null;
    return { config, databaseLabel: runtime.db.label, firstSignIn };
  } finally {
    await runtime.close();
  }
}
