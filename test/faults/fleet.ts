/** Workers as processes of their own over one database, for tests of what happens to them. */
import path from 'node:path';
import { expect, type TestContext } from 'vitest';
import type { ContractEngine } from '#test/db/contract-engines.ts';
import { openSite, type Running, type Site, until } from '../worker/processes.ts';
import { allRunsCompleted } from './campaign.ts';
import { inconsistencies } from './consistency.ts';

/** Longer than a lease and its rescue take, and than a suspect waits after them (`lib/queue/lease/suspects.ts`), ms. */
const withoutProgressMs = 180_000;

/** A test that takes so long hangs, ms. Its waits end when nothing comes to an end any more; this is for the rest. */
export const hangMs = 1_800_000;

interface WorkerOptions {
  readonly concurrency?: number;
  readonly env?: Readonly<Record<string, string>>;
}

export interface Fleet {
  readonly site: Site;
  /** Starts a worker, with leases of five seconds. */
  worker(options?: WorkerOptions): Running;
  /**
   * Waits until every run is completed, asks all workers to end, and fails unless they do so in order
   * and everything holds that must hold of a queue.
   */
  finish(): Promise<void>;
  dispose(): Promise<void>;
}

/** Lines of each worker's log that a failed test shows. */
const linesShown = 40;

/** `onTestFailed` is that of the test's context: a failure shows what the workers said last. */
export async function openFleet(
  engine: ContractEngine,
  { onTestFailed }: Pick<TestContext, 'onTestFailed'>,
): Promise<Fleet> {
  const site = await openSite(engine.freshSettings);
  const logs: Running[] = [];
  onTestFailed(() => {
    for (const one of logs.slice(-4)) {
      console.log(one.log().split('\n').slice(-linesShown).join('\n'));
    }
  });
  const lakeDir = path.join(site.directory, 'lake');
  const workers = new Set<Running>();
  return {
    site,
    worker({ concurrency = 4, env = {} } = {}) {
      const running = site.start('commands/worker.ts', ['--concurrency', String(concurrency)], {
        INGEST_LEASE_SECONDS: '5',
        INGEST_LAKE_ENABLED: 'yes',
        INGEST_LAKE_DIR: lakeDir,
        ...env,
      });
      workers.add(running);
      logs.push(running);
      void running.ended.then(() => workers.delete(running));
      return running;
    },
    async finish() {
      await allRunsCompleted(site.runtime, withoutProgressMs);
      const left = [...workers];
      // One that was started last may not listen to signals yet.
      for (const worker of left) await until('the worker is up', () => isUp(worker));
      for (const { process } of left) process.kill('SIGTERM');
      for (const { ended } of left) expect((await ended).code).toBe(0);
      expect(await inconsistencies(site.runtime.db, lakeDir)).toEqual([]);
    },
    dispose: () => site.dispose(),
  };
}

/** A worker logs this when it has signed on, just before it claims. */
export const isUp = (worker: Running): boolean => worker.log().includes('worker started');
