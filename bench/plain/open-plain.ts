import { resolveDatabaseSettings } from '#db/settings/settings.ts';
import type { PlainQueue } from './plain-queue.ts';

/** Opens the queue that this environment names, as a worker process does. Its table is there. */
export async function openPlainQueue(
  environment: Readonly<Record<string, string | undefined>>,
): Promise<PlainQueue> {
  const settings = resolveDatabaseSettings(environment);
  if (settings.engine === 'sqlite') {
    const { openPlainSqlite } = await import('./plain-sqlite.ts');
    return openPlainSqlite(settings.path);
  }
  const { openPlainSqlServer } = await import('./plain-sqlserver.ts');
  return openPlainSqlServer(settings);
}
