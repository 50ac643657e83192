/** A database with every table, as `migrate` makes it. */
import { constants } from 'node:fs';
import { copyFile } from 'node:fs/promises';
import { inject } from 'vitest';
import { migrate } from '#db/migrate/migrate.ts';
import type { DatabaseSettings } from '#db/settings/model.ts';

/** In an empty place. On SQLite a copy of this run's file: migrating takes a few hundred times as long. */
export async function makeMigrated(settings: DatabaseSettings): Promise<void> {
  if (settings.engine !== 'sqlite') {
    await migrate(settings);
    return;
  }
  await copyFile(inject('migratedSqlite'), settings.path, constants.COPYFILE_EXCL);
}
