/**
 * Once before all browser tests: the console's static files, which products that start side by side would write at
 * the same time; the worker as one bundle; and a filled database, of which each product gets a copy.
 */
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { bundledWorker, layFilesBesideServer, serverFile } from '../../scripts/support/build.ts';
import { prepareDatabase } from './prepare-database.ts';

/** Playwright's workers inherit the environment of the process that prepares, and nothing else. */
const names = { databaseFile: 'E2E_DATABASE_FILE', worker: 'E2E_WORKER' } as const;

/** Returns what removes it again. */
export default async function prepareProducts(): Promise<() => Promise<void>> {
  if (!existsSync(serverFile)) throw new Error('The console is not built: run `pnpm build` first.');
  await layFilesBesideServer();
  process.env[names.worker] = await bundledWorker((line) => console.log(line));
  const directory = await mkdtemp(path.join(tmpdir(), 'holocron-prepared-'));
  const databaseFile = path.join(directory, 'holocron.db');
  await prepareDatabase(databaseFile);
  process.env[names.databaseFile] = databaseFile;
  return () => rm(directory, { recursive: true, force: true });
}

/** What was prepared, by path. */
export function prepared(what: keyof typeof names): string {
  const file = process.env[names[what]];
  if (file === undefined) throw new Error('Nothing is prepared: call prepareProducts() first.');
  return file;
}
