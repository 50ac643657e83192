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
import { defaultShape, seedTitle } from './pages.ts';
import { type Reachable, reachablePages } from './reachable.ts';
import { startWiki, type Wiki } from './wiki.ts';
import { startWorker, type WorkerProcess } from './worker-process.ts';

const packages = mediaWikiLane();

const sourceName = 'test-wiki';
const contact = 'operator@example.org';
/** Long enough that both workers come to ask, however slowly they start: a crawl is some 25 requests. */
const delaySeconds = 1;
const maxDepth = 5;
/** Made between the crawl and the recrawl. */
const edits: readonly (readonly [title: string, text: string])[] = [
  ['Article 0010', 'Wholly new words.'],
  ['Deep 2', 'Still on to [[Deep 3]].'],
  ['Étoile', 'Une étoile.'],
];

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
    expect(JSON.parse(payload).links).toHaveLength(defaultShape.hubLinks);
  });

  it('skipped the links to pages that do not exist, and failed for nothing', async () => {
    expect(await items(crawl.runtime, ['failed'])).toEqual([]);
    const skipped = await items(crawl.runtime, ['skipped']);
    expect(new Set(skipped.map((item) => item.error_code))).toEqual(new Set(['page_missing']));
    const circles = ['Circle_one', 'Circle_two', 'Onto_itself'];
    expect(skipped.map((item) => item.resource_id).sort()).toEqual(
      [...crawl.expected.missing, ...circles].sort(),
    );
  });

  it('was the work of both workers', async () => {
    const done = await doneByWorker(crawl.runtime);
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
    const count = (status: string) => total.filter((item) => item.status === status).length;
    expect(crawl.run).toMatchObject({
      itemsTotal: total.length,
      itemsProcessed: total.length,
      itemsSucceeded: count('completed'),
      itemsFailed: count('failed'),
      itemsSkipped: count('skipped'),
    });
  });

  it('kept the polite distance between any two requests, by the log of the wiki', () => {
    // No tolerance: the log has microseconds, and a request can only arrive later than it was sent.
    const closest = Math.min(...gaps(crawl.requests));
    expect(closest).toBeGreaterThanOrEqual(delaySeconds * 1000);
  });

  it('named a contact in every request', () => {
    const agents = new Set(crawl.requests.map((request) => request.agent));
    expect([...agents].filter((agent) => !agent.includes(contact))).toEqual([]);
  });

  it('asked for many pages at once: at least twelve times fewer requests than items', () => {
    expect(crawl.requests.length).toBeLessThanOrEqual(crawl.run.itemsProcessed / 12);
  });

  describe('and crawled again after three edits', () => {
    let again: { readonly run: Run; readonly requests: readonly AccessLogEntry[] };

    beforeAll(async () => {
      again = await crawl.recrawl();
    });

    it('found every change, and took the rest as unchanged without fetching it', async () => {
      expect(again.run).toMatchObject({ status: 'completed', itemsFailed: 0 });
      const twice = await crawl.runtime.db.q
        .selectFrom('IngestRecords')
        .select((eb) => ['resource_id', eb.fn.countAll<number>().as('records')])
        .where('source_name', '=', sourceName)
        .groupBy('resource_id')
        .having((eb) => eb.fn.countAll(), '>', 1)
        .execute();
      expect(twice.map((row) => row.resource_id).sort()).toEqual(
        edits.map(([title]) => title.replaceAll(' ', '_')).sort(),
      );
      expect(again.run.itemsUnchanged).toBe(crawl.expected.pages.size - edits.length);
    });

    it('cost no more than 3 requests for 100 pages, and one for each edited page', () => {
      const pages = crawl.expected.pages.size;
      expect(again.requests.length).toBeGreaterThan(edits.length);
      expect(again.requests.length).toBeLessThanOrEqual(pages * 0.03 + edits.length);
      expect(Math.min(...gaps(again.requests))).toBeGreaterThanOrEqual(delaySeconds * 1000);
    });
  });
});

interface Crawl {
  readonly runtime: Runtime;
  readonly run: Run;
  readonly expected: Reachable;
  readonly requests: readonly AccessLogEntry[];
  readonly killedPid: number;
  /** Edits the wiki and sends all pages round again; the worker that is left does it. */
  recrawl(): Promise<{ readonly run: Run; readonly requests: readonly AccessLogEntry[] }>;
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
    const victim = startWorker(env, join(directory, 'one.log'));
    workers.push(victim);
    await untilDone(runtime, runId, 20);
    workers.push(startWorker(env, join(directory, 'two.log')));
    await untilDone(runtime, runId, expected.pages.size / 3);
    await killWhileItHolds(runtime, victim, runId);
    const run = await untilEnded(runtime, runId, workers, directory);
    const requests = apiRequests(wiki.accessLog);
    const recrawl = async () => {
      for (const [title, text] of edits) await wiki.edit(title, text);
      const request = { kind: 'recrawl' as const, sources: [sourceName], resourceType: 'page' };
      const again = await launchRun(runtime.db, systemActor('test'), request);
      const ended = await untilEnded(runtime, again.runId, workers, directory);
      return { run: ended, requests: apiRequests(wiki.accessLog).slice(requests.length) };
    };
    return { runtime, run, expected, requests, killedPid: victim.pid, recrawl, clear };
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

/** Both fail at once when the run is over before what they wait for. */
async function stillRunning(runtime: Runtime, runId: string): Promise<void> {
  const run = await getRun(runtime.db, runId);
  if (run?.status !== 'running') throw new Error('The run ended too soon for this test.');
}

const untilDone = (runtime: Runtime, runId: string, count: number) =>
  poll(`${count} pages are done`, 120_000, async () => {
    await stillRunning(runtime, runId);
    return (await items(runtime, ['completed'])).length >= count;
  });

/**
 * Kills a worker with `kill -9` while it holds items. It is halted first: between looking and
 * killing, a running worker would finish what it held.
 */
async function killWhileItHolds(
  runtime: Runtime,
  victim: WorkerProcess,
  runId: string,
): Promise<void> {
  await poll('the first worker holds an item', 60_000, async () => {
    await stillRunning(runtime, runId);
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
}

const doneByWorker = ({ db }: Runtime) =>
  db.q
    .selectFrom('work_item_attempts')
    .select((eb) => ['worker_id', eb.fn.countAll<number>().as('items')])
    .where('outcome', '=', 'completed')
    .groupBy('worker_id')
    .execute();

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
