/** A worker process of the product, bundled as it is shipped, on an embedded database of its own. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { migrate } from '#db/migrate/migrate.ts';
import { systemActor } from '#lib/actor/model.ts';
import type { SourceInput } from '#lib/config/model.ts';
import { loadConfig } from '#lib/load-config.ts';
import { createLogger } from '#lib/log.ts';
import { launchRun } from '#lib/runs/launch-run.ts';
import { openRuntime, type Runtime } from '#lib/runtime.ts';
import { saveSource } from '#lib/sources/save-source.ts';
import { allocatorSettings, workerFlags } from '../../scripts/support/launch-settings.ts';

const root = join(import.meta.dirname, '..', '..');

/** Bundles the worker into the directory; returns its program. */
export async function bundleWorker(directory: string): Promise<string> {
  await execa(process.execPath, ['scripts/bundle-worker.ts', directory], { cwd: root });
  return join(directory, 'bin', 'worker.mjs');
}

export interface Embedded {
  readonly directory: string;
  readonly runtime: Runtime;
  /** Saves a source and launches a run over its seeds, as an operator would. */
  launch(source: SourceInput): Promise<void>;
  /** Starts the worker; its log comes on standard error. */
  start(worker: string, args: readonly string[], more?: More): ChildProcess;
}

interface More {
  /** For Node. */
  readonly flags?: readonly string[];
  /** Variables of the worker beside the usual ones. */
  readonly settings?: Readonly<Record<string, string>>;
}

/** Gives the work a migrated database, and removes it afterwards. `settings` are environment variables. */
export async function withEmbedded<T>(
  settings: Readonly<Record<string, string>>,
  work: (embedded: Embedded) => Promise<T>,
): Promise<T> {
  const directory = await mkdtemp(join(tmpdir(), 'bench-holocron-'));
  const env = {
    DB_BACKEND: 'sqlite',
    INGEST_SQLITE_PATH: join(directory, 'holocron.db'),
    INGEST_SECRET_KEY: 'a key for this benchmark alone, long enough',
    INGEST_EGRESS_ALLOW: '127.0.0.0/8',
    ...settings,
  };
  const config = loadConfig({ env });
  await migrate(config.database);
  const runtime = await openRuntime(config, createLogger({ level: 'silent', name: 'bench' }));
  const actor = systemActor('bench');
  try {
    return await work({
      directory,
      runtime,
      async launch(source) {
        const { db, secretBox } = runtime;
        await saveSource(db, actor, source, { secretBox });
        await launchRun(db, actor, { kind: 'seed', sources: [source.name] });
      },
      start: (worker, args, { flags = [], settings: more = {} } = {}) =>
        spawn(process.execPath, [...workerFlags, ...flags, worker, ...args], {
          cwd: directory,
          env: {
            ...allocatorSettings,
            ...env,
            ...more,
            NODE_ENV: 'production',
            PATH: process.env['PATH'],
          },
          stdio: ['ignore', 'ignore', 'pipe'],
        }),
    });
  } finally {
    await runtime.close();
    await rm(directory, { recursive: true, force: true });
  }
}
