/**
 * The main job on real input: a real MediaWiki crawled to its end by two workers on one database,
 * one of them killed with `kill -9` half-way. What must be found comes from the wiki's own tables,
 * what was asked and when from the wiki's own log.
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { migrate } from '#db/migrate/migrate.ts';
import { systemActor } from '#lib/access/model.ts';
import { loadConfig } from '#lib/config/load-config.ts';
import { createLogger } from '#lib/log.ts';
import { getRun } from '#lib/runs/get-run.ts';
import { launchRun } from '#lib/runs/launch-run.ts';
import type { Run } from '#lib/runs/model.ts';
import { openRuntime, type Runtime } from '#lib/runtime.ts';
import { saveSource } from '#lib/sources/save-source.ts';
import { type AccessLogEntry, apiRequests, gaps } from './access-log.ts';
import { mediaWikiLane } from './lane.ts';
import type { MediaWikiPackages } from './packages.ts';
import { seedTitle } from './pages.ts';
import { type Reachable, reachablePages } from './reachable.ts';
import { startWiki, type Wiki } from './wiki.ts';
import { startWorker, type WorkerProcess } from './worker-process.ts';

const packages = mediaWikiLane();

const sourceName = 'test-wiki';
const contact = 'operator@example.org';
const delaySeconds = 0.05;
const maxDepth = 5;

describe.runIf(packages !== null)('a wiki crawled by two workers, one killed half-way', () => {
  let crawl: Crawl;

  beforeAll(async () => {
    if (packages !== null) crawl = await crawlWiki(packages);
  }, 900_000);
  afterAll(() => crawl?.clear());

  it('ends by itself, with nothing pending or in progress', async () => {
    expect(crawl.run).toMatchObject({ status: 'completed', endReason: 'finished' });
    const left = await items(crawl.runtime, ['pending', 'in_progress']);
    expect(left).toEqual([]);
  });

  it('has exactly one record of every page that can be reached, and none of any other', async () => {
    const titles = await recordedTitles(crawl.runtime);
    expect(titles).toEqual([...crawl.expected.pages.keys()].sort());
    expect(titles.length).toBeGreaterThanOrEqual(300);
  });

  it('does not leave the namespaces of the source, not even by a redirect', async () => {
    const titles = await recordedTitles(crawl.runtime);
    expect(titles).not.toContain('Help:Contents');
    expect(titles).not.toContain('Behind_the_help');
  });

  it('recorded the links of the large page whole', async () => {
    const { payload } = await crawl.runtime.db.q
      .selectFrom('IngestRecords')
      .select('payload')
      .where('source_name', '=', sourceName)
      .where('resource_id', '=', 'Index_of_everything')
      .executeTakeFirstOrThrow();
    expect(JSON.parse(payload).links).toHaveLength(520);
  });

  it('failed for the pages that do not exist, and for nothing else', async () => {
    const failed = await items(crawl.runtime, ['failed']);
    expect(new Set(failed.map((item) => item.error_code))).toEqual(new Set(['page_missing']));
    const circles = ['Circle_one', 'Circle_two', 'Onto_itself'];
    expect(failed.map((item) => item.resource_id).sort()).toEqual(
      [...crawl.expected.missing, ...circles].sort(),
    );
  });

  it('was the work of both workers', async () => {
    const done = await crawl.runtime.db.q
      .selectFrom('work_item_attempts')
      .select((eb) => ['worker_id', eb.fn.countAll<number>().as('items')])
      .where('outcome', '=', 'completed')
      .groupBy('worker_id')
      .execute();
    expect(done).toHaveLength(2);
    expect(Math.min(...done.map((worker) => worker.items))).toBeGreaterThan(20);
  });

  it('knows what the killed worker held, and fetched it again', async () => {
    const expired = await crawl.runtime.db.q
      .selectFrom('work_item_attempts')
      .innerJoin('work_items', 'work_items.work_item_id', 'work_item_attempts.work_item_id')
      .innerJoin('workers', 'workers.worker_id', 'work_item_attempts.worker_id')
      .select(['work_items.status', 'work_items.attempt'])
      .where('work_item_attempts.outcome', '=', 'expired')
      .where('workers.pid', '=', crawl.killedPid)
      .execute();
    expect(expired.length).toBeGreaterThanOrEqual(1);
    expect(expired.every((item) => item.status !== 'in_progress' && item.attempt >= 2)).toBe(true);
  });

  it('counts in the run what is in the tables', async () => {
    const total = await items(crawl.runtime, ['completed', 'failed', 'skipped']);
    const succeeded = total.filter((item) => item.status === 'completed').length;
    expect(crawl.run).toMatchObject({
      itemsTotal: total.length,
      itemsProcessed: total.length,
      itemsSucceeded: succeeded,
      itemsFailed: total.length - succeeded,
    });
  });

  it('kept the polite distance between any two requests, by the log of the wiki', () => {
    // No tolerance: the log has microseconds, and a request can only arrive later than it was sent.
    const closest = Math.min(...gaps(crawl.requests));
    expect(crawl.requests.length).toBeGreaterThan(500);
    expect(closest).toBeGreaterThanOrEqual(delaySeconds * 1000);
  });

  it('named a contact in every request', () => {
    const agents = new Set(crawl.requests.map((request) => request.agent));
    expect([...agents].filter((agent) => !agent.includes(contact))).toEqual([]);
  });
});

interface Crawl {
  readonly runtime: Runtime;
  readonly run: Run;
  readonly expected: Reachable;
  readonly requests: readonly AccessLogEntry[];
  readonly killedPid: number;
  clear(): Promise<void>;
}

async function crawlWiki(mediaWiki: MediaWikiPackages): Promise<Crawl> {
  const directory = await mkdtemp(join(tmpdir(), 'holocron-crawl-'));
  const env = {
    DB_BACKEND: 'sqlite',
    INGEST_SQLITE_PATH: join(directory, 'holocron.db'),
    INGEST_SECRET_KEY: 'a key for this test alone, of enough length',
    INGEST_EGRESS_ALLOW: '127.0.0.0/8',
    INGEST_LEASE_SECONDS: '5',
  };
  const config = loadConfig({ env });
  await migrate(config.database);
  const runtime = await openRuntime(config, createLogger({ level: 'silent', name: 'test' }));
  const wiki = await startWiki(mediaWiki);
  const workers: WorkerProcess[] = [];
  const clear = async () => {
    await Promise.all(workers.filter((worker) => worker.running).map((worker) => worker.kill()));
    await runtime.close();
    await wiki.stop();
    await rm(directory, { recursive: true, force: true });
  };
  try {
    const expected = reachablePages(wiki.database, [seedTitle], maxDepth);
    const runId = await launch(runtime, wiki);
    for (const name of ['one', 'two'])
      workers.push(startWorker(env, join(directory, `${name}.log`)));
    const victim = await killHalfWay(runtime, workers, expected.pages.size / 2);
    const run = await untilEnded(runtime, runId, workers, directory);
    const requests = apiRequests(wiki.accessLog);
    await Promise.all(workers.filter((worker) => worker.running).map((worker) => worker.end()));
    return { runtime, run, expected, requests, killedPid: victim.pid, clear };
  } catch (error) {
    await clear();
    throw error;
  }
}

async function launch({ db, secretBox }: Runtime, wiki: Wiki): Promise<string> {
  const actor = systemActor('test');
  await saveSource(
    db,
    actor,
    {
      name: sourceName,
      type: 'mediawiki',
      enabled: true,
      settings: {
        api_url: wiki.apiUrl,
        email: contact,
        rate_limit_delay: delaySeconds,
        discovery: { enabled: true, discover_links: true, max_depth: maxDepth },
      },
      seeds: [{ resource_type: 'page', titles: [seedTitle] }],
    },
    { secretBox },
  );
  const { runId } = await launchRun(db, actor, { kind: 'seed', sources: [sourceName] });
  return runId;
}

/**
 * Kills one worker with `kill -9` while it holds an item. It is halted first: between looking and
 * killing, a running worker would finish what it held.
 */
async function killHalfWay(
  runtime: Runtime,
  workers: readonly WorkerProcess[],
  half: number,
): Promise<WorkerProcess> {
  const [victim] = workers;
  if (victim === undefined) throw new Error('No worker was started.');
  await poll('half of the pages are done', 400_000, async () => {
    const done = await items(runtime, ['completed']);
    return done.length >= half;
  });
  await poll('the first worker holds an item', 60_000, async () => {
    victim.halt();
    const held = await runtime.db.q
      .selectFrom('work_items')
      .innerJoin('workers', 'workers.worker_id', 'work_items.lease_owner')
      .select('work_items.work_item_id')
      .where('work_items.status', '=', 'in_progress')
      .where('workers.pid', '=', victim.pid)
      .execute();
    if (held.length > 0) return true;
    victim.resume();
    return false;
  });
  await victim.kill();
  return victim;
}

async function untilEnded(
  runtime: Runtime,
  runId: string,
  workers: readonly WorkerProcess[],
  directory: string,
): Promise<Run> {
  let last: Run | null = null;
  await poll('the run ended', 400_000, async () => {
    last = await getRun(runtime.db, runId);
    if (!workers.some((worker) => worker.running)) {
      throw new Error(`No worker is left:\n${await readFile(join(directory, 'two.log'), 'utf8')}`);
    }
    return last !== null && last.status !== 'running';
  });
  if (last === null) throw new Error('The run is gone.');
  return last;
}

/** One title per record, sorted. */
async function recordedTitles({ db }: Runtime): Promise<string[]> {
  const records = await db.q
    .selectFrom('IngestRecords')
    .select('resource_id')
    .where('source_name', '=', sourceName)
    .where('resource_type', '=', 'page')
    .execute();
  return records.map((record) => record.resource_id).sort();
}

function items(
  { db }: Runtime,
  statuses: ('pending' | 'in_progress' | 'completed' | 'failed' | 'skipped')[],
) {
  return db.q
    .selectFrom('work_items')
    .select(['resource_id', 'status', 'error_code'])
    .where('source_name', '=', sourceName)
    .where('status', 'in', statuses)
    .execute();
}

async function poll(what: string, withinMs: number, isSo: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + withinMs;
  while (!(await isSo())) {
    if (Date.now() > deadline) throw new Error(`Not within ${withinMs / 1000} s: ${what}.`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
