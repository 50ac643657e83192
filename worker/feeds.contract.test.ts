/** Feeds as a worker reads them: real store, real server. */
import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { JsonObject } from '#lib/json.ts';
import { resetForRecrawl } from '#lib/queue/recrawl.ts';
import { finishRuns } from '#lib/runs/finish-runs.ts';
import { launchRun } from '#lib/runs/launch-run.ts';
import { prepareRuns } from '#lib/runs/prepare-runs.ts';
import { getRun } from '#lib/runs/run-row.ts';
import { operator } from '#test/campaign.ts';
import { contractEngines } from '#test/db/contract-engines.ts';
import { type LoopbackServer, startLoopbackServer } from '#test/loopback-server.ts';
import { type PipelineBench, usePipeline } from '#test/worker/pipeline.ts';
import { claimItems } from './pipeline/claim.ts';
import { processBatch } from './pipeline/process-batch.ts';

interface Entry {
  readonly id: number;
  readonly text?: string;
}

const rss = (entries: readonly Entry[], more = '') =>
  `<rss version="2.0"><channel><title>News</title><ttl>60</ttl>${more}${entries
    .map(
      ({ id, text = 'text' }) =>
        `<item><guid>${id}</guid><link>/pages/${id}</link><title>No ${id}</title><description>${text} ${id}</description></item>`,
    )
    .join('')}</channel></rss>`;

describe.each(contractEngines())('a feed on $name', (engine) => {
  const openBench = usePipeline(engine);
  let bench: PipelineBench;
  let server: LoopbackServer;
  /** What stands at a path: a body with its ETag, a redirect, or nothing. */
  const files = new Map<string, { readonly body?: string; readonly moved?: string }>();

  beforeEach(async () => {
    files.clear();
    bench = await openBench();
    server = await startLoopbackServer((request, response) => {
      const file = files.get(request.url ?? '');
      if (file?.moved !== undefined) {
        response.writeHead(301, { location: file.moved }).end();
        return;
      }
      if (file?.body === undefined) return void response.writeHead(404).end();
      const etag = `"${Buffer.from(file.body).toString('base64url').slice(-300)}"`;
      if (request.headers['if-none-match'] === etag) response.writeHead(304).end();
      else response.writeHead(200, { etag, 'content-type': 'text/xml' }).end(file.body);
    });
  });
  afterEach(async () => {
    await server.close();
    await bench.dispose();
  });

  const seed = (settings: JsonObject = {}, paths = ['/feed.xml']) =>
    bench.seed({
      name: 'news',
      type: 'feed',
      settings: { rate_limit_delay: 0, ...settings },
      seeds: [{ feeds: paths.map((path) => server.origin + path) }],
    });

  /** Works until nothing can be claimed; what was asked for since the call, in order. */
  const drain = async (together = 99): Promise<string[]> => {
    const before = server.requests.length;
    for (;;) {
      const { batches } = await claimItems(bench.context, {
        requests: 9,
        slots: 9,
        items: together,
      });
      if (batches.length === 0) return server.requests.slice(before).map(({ url }) => url ?? '');
      await Promise.all(batches.flatMap((batch) => processBatch(batch, bench.context)));
    }
  };
  const items = (type: string) =>
    bench.context.db.q
      .selectFrom('work_items')
      .selectAll()
      .where('resource_type', '=', type)
      .orderBy('resource_id')
      .execute();
  const makeDue = async (type: string) => {
    const ids = (await items(type)).map((row) => row.work_item_id);
    await resetForRecrawl(bench.context.db, { workItemIds: ids });
  };
  /** As a recrawl of what is due takes it. */
  const recrawlDue = async () => {
    const { db } = bench.context;
    const rows = await db.q
      .selectFrom('work_items')
      .select('work_item_id')
      .where('next_fetch_at', '<=', db.engine.now())
      .execute();
    await resetForRecrawl(db, { workItemIds: rows.map((row) => row.work_item_id) });
    return rows.length;
  };
  const texts = async () => {
    const rows = await bench.context.db.q
      .selectFrom('IngestRecords')
      .select('payload')
      .where('resource_type', '=', 'entry')
      .orderBy('fetched_at_utc')
      .execute();
    return rows.map(({ payload }) => JSON.parse(payload).content.value).sort();
  };

  it('is asked once, and each of its entries has a record', async () => {
    files.set('/feed.xml', { body: rss([{ id: 1 }, { id: 2 }, { id: 1 }]) });
    await seed();
    expect(await drain()).toEqual(['/feed.xml']);
    expect(await texts()).toEqual(['text 1', 'text 2']);
    const [feed] = await bench.context.db.q
      .selectFrom('IngestRecords')
      .select('body_sha256')
      .where('resource_type', '=', 'feed')
      .execute();
    const sent = files.get('/feed.xml')?.body ?? '';
    expect(feed?.body_sha256).toBe(createHash('sha256').update(sent).digest('hex'));
    expect(await items('entry')).toMatchObject([
      { resource_id: `${server.origin}/feed.xml#1`, status: 'completed', next_fetch_at: null },
      { resource_id: `${server.origin}/feed.xml#2`, status: 'completed', next_fetch_at: null },
    ]);
  });

  it('is due again as it asks, also when it is unchanged', async () => {
    files.set('/feed.xml', { body: rss([{ id: 1 }]) });
    await seed();
    const interval = async () => {
      const [row] = await items('feed');
      const { last_fetched_at: last, next_fetch_at: next } = row ?? {};
      return (Date.parse(next ?? '') - Date.parse(last ?? '')) / 1000;
    };
    await drain();
    for (const _ of [1, 2]) {
      expect(await interval()).toBeGreaterThanOrEqual(3600);
      expect(await interval()).toBeLessThanOrEqual(3780);
      await makeDue('feed');
      expect(await drain()).toEqual(['/feed.xml']);
    }
    const records = await bench.context.db.q.selectFrom('IngestRecords').selectAll().execute();
    expect(records).toHaveLength(2);
  });

  it('brings new entries and edited ones, and leaves the others alone', async () => {
    files.set('/feed.xml', { body: rss([{ id: 1 }, { id: 2 }]) });
    await seed();
    await drain();
    files.set('/feed.xml', { body: rss([{ id: 3 }, { id: 2, text: 'edited' }, { id: 1 }]) });
    await makeDue('feed');
    await drain();
    expect(await texts()).toEqual(['text 1', 'text 2', 'text 3']);
    expect(await recrawlDue()).toBe(1);
    expect(await drain()).toEqual([]);
    expect(await texts()).toEqual(['edited 2', 'text 1', 'text 2', 'text 3']);
  });

  it('brings edited entries within the run that reads it, also where that was at them before', async () => {
    files.set('/feed.xml', { body: rss([{ id: 1 }, { id: 2 }]) });
    await seed();
    await drain();
    files.set('/feed.xml', { body: rss([{ id: 2, text: 'edited' }, { id: 1 }]) });
    const { db } = bench.context;
    const launched = await launchRun(db, operator, { kind: 'recrawl', sources: ['news'] });
    await prepareRuns(db);
    const feedLast = { priority: 9999 };
    await db.q
      .updateTable('work_items')
      .set(feedLast)
      .where('resource_type', '=', 'feed')
      .execute();
    await drain(1);
    expect(await texts()).toEqual(['edited 2', 'text 1', 'text 2']);
    await finishRuns(db);
    const numbers = { itemsTotal: 3, itemsProcessed: 3, itemsSucceeded: 3, status: 'completed' };
    expect(await getRun(db, launched.runId)).toMatchObject(numbers);
  });

  it('keeps an entry that left it before it was its turn', async () => {
    files.set('/feed.xml', { body: rss([{ id: 1 }]) });
    await seed();
    const [leased] = (await claimItems(bench.context, { requests: 1, slots: 1, items: 1 })).batches;
    if (!leased) throw new Error('nothing was claimed');
    await Promise.all(processBatch(leased, bench.context));
    const [entry] = await items('entry');
    await bench.context.db.q
      .updateTable('work_items')
      .set({ available_at: '2100-01-01T00:00:00.000Z' })
      .where('work_item_id', '=', entry?.work_item_id ?? '')
      .execute();
    files.set('/feed.xml', { body: rss([{ id: 2 }]) });
    await makeDue('feed');
    await drain();
    await bench.context.db.q
      .updateTable('work_items')
      .set({ available_at: '2020-01-01T00:00:00.000Z' })
      .where('work_item_id', '=', entry?.work_item_id ?? '')
      .execute();
    await drain();
    expect(await texts()).toEqual(['text 1', 'text 2']);
  });

  it('that moved for good is asked where it went, and its entries stay the same', async () => {
    files.set('/feed.xml', { body: rss([{ id: 1 }]) });
    await seed();
    await drain();
    files.set('/feed.xml', { moved: '/new.xml' });
    files.set('/new.xml', { body: rss([{ id: 2 }, { id: 1, text: 'edited' }]) });
    await makeDue('feed');
    expect(await drain()).toEqual(['/feed.xml', '/new.xml', '/new.xml']);
    expect(await items('entry')).toHaveLength(2);
    expect(await recrawlDue()).toBe(1);
    await drain();
    expect(await texts()).toEqual(['edited 1', 'text 1', 'text 2']);
  });

  it('is read page by page as far as it is wanted', async () => {
    const next = (page: number) =>
      `<link xmlns="http://www.w3.org/2005/Atom" rel="next" href="/feed.xml?page=${page}"/>`;
    files.set('/feed.xml', { body: rss([{ id: 1 }], next(2)) });
    files.set('/feed.xml?page=2', { body: rss([{ id: 2 }], next(3)) });
    files.set('/feed.xml?page=3', { body: rss([{ id: 3 }], next(1)) });
    await seed({ max_pages: 2 });
    expect(await drain()).toEqual(['/feed.xml', '/feed.xml?page=2']);
    expect(await items('entry')).toHaveLength(2);
  });

  it('leads to the pages of its entries where they are wanted, as robots.txt allows', async () => {
    files.set('/robots.txt', { body: 'User-agent: *\nDisallow: /pages/2\nDisallow: /feed.xml' });
    files.set('/feed.xml', { body: rss([{ id: 1 }, { id: 2 }, { id: 3 }]) });
    files.set('/pages/1', { body: '<p>One</p>' });
    await seed({ pages: true });
    expect((await drain()).toSorted()).toEqual([
      '/feed.xml',
      '/pages/1',
      '/pages/3',
      '/robots.txt',
    ]);
    expect(await items('page')).toMatchObject([
      { status: 'completed' },
      { status: 'skipped', error_code: 'robots_disallowed' },
      { status: 'skipped' },
    ]);
  });

  it('that is none fails with a sentence', async () => {
    files.set('/feed.xml', { body: '<!doctype html><title>Gone fishing</title>' });
    await seed({ max_retries: 0 });
    await drain();
    expect(await items('feed')).toMatchObject([
      {
        status: 'failed',
        error_code: 'payload_invalid',
        error_message: expect.stringMatching(/not a feed/),
      },
    ]);
  });
});
