/** Real worker and command processes over one database of their own, for tests. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { DatabaseSettings } from '#db/settings/model.ts';
import { loadConfig } from '#lib/load-config.ts';
import { createLogger } from '#lib/log.ts';
import { openRuntime, type Runtime } from '#lib/runtime.ts';
import { makeMigrated } from '#test/db/make-migrated.ts';
import { environmentOf } from '../db/environment-of.ts';
import { programOf } from './program.ts';

interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Running {
  readonly process: ChildProcess;
  readonly ended: Promise<Ended>;
  /** What it has written to standard error so far. */
  log(): string;
}

export interface Site {
  readonly directory: string;
  readonly settings: DatabaseSettings;
  readonly runtime: Runtime;
  /** Runs a script (`programOf` says from where) with Node and waits for its end. */
  run(script: string, args: readonly string[], env?: Record<string, string>): Promise<Ended>;
  /** Starts a script; it is killed with the site when it still runs. */
  start(script: string, args: readonly string[], env?: Record<string, string>): Running;
  /** Kills what still runs, closes the database, removes the directory. */
  dispose(): Promise<void>;
}

type FreshSettings = () => Promise<{ settings: DatabaseSettings; remove(): Promise<void> }>;

/** Over an embedded database, unless `fresh` gives the place of another (`ContractEngine.freshSettings`). */
export async function openSite(fresh?: FreshSettings): Promise<Site> {
  const directory = await mkdtemp(path.join(tmpdir(), 'site-'));
  const place = await fresh?.();
  const own = place
    ? environmentOf(place.settings)
    : { DB_BACKEND: 'sqlite', INGEST_SQLITE_PATH: path.join(directory, 'holocron.db') };
  const config = loadConfig({ env: own });
  await makeMigrated(config.database);
  const runtime = await openRuntime(config, createLogger({ level: 'silent', name: 'test' }));
  const started = new Set<Running>();

  function start(
    script: string,
    args: readonly string[],
    env: Record<string, string> = {},
  ): Running {
    const program = programOf(script);
    const child = spawn(process.execPath, [program.file, ...args], {
      // Not the project's folder, where a developer's .env would be read.
      cwd: directory,
      env: {
        NODE_ENV: 'production' as const,
        PATH: process.env['PATH'],
        HOME: directory,
        ...program.env,
        ...own,
        INGEST_LOG_LEVEL: 'info',
        ...env,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    const ended = new Promise<Ended>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code, signal) => resolve({ code, signal, stdout, stderr }));
    });
    const running: Running = { process: child, ended, log: () => stderr };
    started.add(running);
    void ended.finally(() => started.delete(running));
    return running;
  }

  return {
    directory,
    settings: config.database,
    runtime,
    start,
    run: (script, args, env) => start(script, args, env).ended,
    async dispose() {
      const left = [...started];
      for (const running of left) running.process.kill('SIGKILL');
      await Promise.all(left.map((running) => running.ended));
      await runtime.close();
      await place?.remove();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** Polls until the condition holds; fails after the deadline with what it waited for. */
export async function until(
  what: string,
  condition: () => Promise<boolean> | boolean,
  withinMs = 60_000,
): Promise<void> {
  const deadline = performance.now() + withinMs;
  while (!(await condition())) {
    if (performance.now() > deadline)
      throw new Error(`waited ${withinMs} ms in vain until ${what}`);
    await sleep(50);
  }
}
