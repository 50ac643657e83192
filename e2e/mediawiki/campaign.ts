/** A database, a wiki and real worker processes: a crawl from its launch to its end. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { WorkItemStatus } from '#db/schema.ts';
import { systemActor } from '#lib/actor/model.ts';
import { loadConfig } from '#lib/load-config.ts';
import { createLogger } from '#lib/log.ts';
import { launchRun } from '#lib/runs/launch-run.ts';
import type { Run } from '#lib/runs/model.ts';
import { getRun } from '#lib/runs/run-row.ts';
import { openRuntime, type Runtime } from '#lib/runtime.ts';
import { saveSource } from '#lib/sources/save-source.ts';
import { makeMigrated } from '#test/db/make-migrated.ts';
import { seedTitle } from './pages.ts';
import { startWorker, type WorkerProcess } from './worker-process.ts';

export const contact = 'operator@example.org';

export interface SourceOfWiki {
  readonly name: string;
  readonly apiUrl: string;
  readonly delaySeconds: number;
  readonly maxDepth: number;
}

export interface Campaign {
  readonly runtime: Runtime;
  /** Adds the source and launches a run of its seed. */
  crawl(source: SourceOfWiki): Promise<string>;
  /** Sends all pages of the source round again. */
  recrawl(source: string): Promise<string>;
  startWorker(): WorkerProcess;
  /** Fails at once when the run is over before. */
  untilDone(runId: string, source: string, count: number): Promise<void>;
  /** Fails at once when no worker is left. */
  untilEnded(runId: string): Promise<Run>;
  /**
   * Kills a worker with `kill -9` while it holds items. It is halted first: between looking and
   * killing, a running worker would finish what it held.
   */
  killWhileItHolds(worker: WorkerProcess, runId: string): Promise<void>;
  /** One title per record, sorted. */
  recordedTitles(source: string): Promise<string[]>;
  items(source: string, statuses: readonly WorkItemStatus[]): Promise<readonly ItemOfWiki[]>;
  /** Kills what still runs and removes everything. */
  clear(): Promise<void>;
}

interface ItemOfWiki {
  readonly resource_id: string;
  readonly status: WorkItemStatus;
  readonly error_code: string | null;
}

export async function openCampaign(): Promise<Campaign> {
  const directory = await mkdtemp(join(tmpdir(), 'holocron-crawl-'));
  const env = {
    DB_BACKEND: 'sqlite',
    INGEST_SQLITE_PATH: join(directory, 'holocron.db'),
    INGEST_SECRET_KEY: 'a key for this test alone, of enough length',
    INGEST_EGRESS_ALLOW: '127.0.0.0/8',
    INGEST_LEASE_SECONDS: '5',
  };
  const config = loadConfig({ env });
  await makeMigrated(config.database);
  const runtime = await openRuntime(config, createLogger({ level: 'silent', name: 'test' }));
  const { db, secretBox } = runtime;
  const actor = systemActor('test');
  const workers: WorkerProcess[] = [];
  const logOf = (worker: number) => join(directory, `worker-${worker}.log`);

  const items: Campaign['items'] = (source, statuses) =>
    db.q
      .selectFrom('work_items')
      .select(['resource_id', 'status', 'error_code'])
      .where('source_name', '=', source)
      .where('status', 'in', [...statuses])
      .execute();

  const stillRunning = async (runId: string) => {
    const run = await getRun(db, runId);
    if (run?.status !== 'running') throw new Error('The run ended too soon for this test.');
  };

  return {
    runtime,
    items,
    async crawl({ name, apiUrl, delaySeconds, maxDepth }) {
      const input = {
        name,
        type: 'mediawiki',
        enabled: true,
        settings: {
          api_url: apiUrl,
          email: contact,
          rate_limit_delay: delaySeconds,
          discovery: { enabled: true, discover_links: true, max_depth: maxDepth },
        },
        seeds: [{ resource_type: 'page', titles: [seedTitle] }],
      };
      await saveSource(db, actor, input, { secretBox });
      const { runId } = await launchRun(db, actor, { kind: 'seed', sources: [name] });
      return runId;
    },
    async recrawl(source) {
      const request = { kind: 'recrawl' as const, sources: [source], resourceType: 'page' };
      return (await launchRun(db, actor, request)).runId;
    },
    startWorker() {
      const worker = startWorker(env, logOf(workers.length));
      workers.push(worker);
      return worker;
    },
    untilDone: (runId, source, count) =>
      poll(`${count} pages are done`, 240_000, async () => {
        await stillRunning(runId);
        return (await items(source, ['completed'])).length >= count;
      }),
    async untilEnded(runId) {
      let last: Run | null = null;
      await poll('the run ended', 400_000, async () => {
        last = await getRun(db, runId);
        if (!workers.some((worker) => worker.running)) {
          const log = await readFile(logOf(workers.length - 1), 'utf8');
          throw new Error(`No worker is left:\n${log}`);
        }
        return last !== null && last.status !== 'running';
      });
      if (last === null) throw new Error('The run is gone.');
      return last;
    },
    async killWhileItHolds(worker, runId) {
      await poll('the worker holds an item', 60_000, async () => {
        await stillRunning(runId);
        worker.halt();
        const held = await db.q
          .selectFrom('work_items')
          .innerJoin('workers', 'workers.worker_id', 'work_items.lease_owner')
          .select('work_items.work_item_id')
          .where('work_items.status', '=', 'in_progress')
          .where('workers.pid', '=', worker.pid)
          .execute();
        if (held.length > 0) return true;
        worker.resume();
        return false;
      });
      await worker.kill();
    },
    async recordedTitles(source) {
      const records = await db.q
        .selectFrom('IngestRecords')
        .select('resource_id')
        .where('source_name', '=', source)
        .where('resource_type', '=', 'page')
        .execute();
      return records.map((record) => record.resource_id).sort();
    },
    async clear() {
      await Promise.all(workers.filter((worker) => worker.running).map((worker) => worker.kill()));
      await runtime.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

async function poll(what: string, withinMs: number, isSo: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + withinMs;
  while (!(await isSo())) {
    if (Date.now() > deadline) throw new Error(`Not within ${withinMs / 1000} s: ${what}.`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
