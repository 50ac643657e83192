/** Once per run of vitest: an empty, migrated SQLite file, which each test's database is a copy of. */
import { mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { TestProject } from 'vitest/node';
import { migrate } from '#db/migrate/migrate.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** The file; closed, so that it is the whole database. */
    readonly migratedSqlite: string;
  }
}

export default async function setUp(project: TestProject): Promise<() => Promise<void>> {
  const directory = await mkdtemp(path.join(tmpdir(), 'migrated-'));
  const file = path.join(directory, 'migrated.db');
  const make = async () => {
    const made = path.join(directory, 'next.db');
    await migrate({ engine: 'sqlite', path: made, reason: 'The tests copy it.', notes: [] });
    await rename(made, file);
  };
  await make();
  // In watch mode: the migrations may be what has changed.
  project.onTestsRerun(make);
  project.provide('migratedSqlite', file);
  return () => rm(directory, { recursive: true, force: true });
}
