import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { DatabaseError } from '#db/errors.ts';
import { failingAnswersOf } from '#lib/items/failing-answers.ts';
import { contractEngines } from '#test/db/contract-engines.ts';
import { givenBlockedHost, givenRun } from '#test/queue-database.ts';
import { type PipelineBench, usePipeline } from '#test/worker/pipeline.ts';
import type { PipelineContext } from './context.ts';
import { processItem } from './process.ts';

describe.each(contractEngines())('the way of an item on $name', (engine) => {
  const openBench = usePipeline(engine);
  let bench: PipelineBench;
  let server: Server | undefined;
  let directory = '';

  beforeEach(async () => {
    directory = await mkdtemp(path.join(tmpdir(), 'pipeline-'));
  });
  afterEach(async () => {
    server?.closeAllConnections();
    server?.close();
    server = undefined;
    await bench.dispose();
    await rm(directory, { recursive: true, force: true });
  });

  const open = async (over: Partial<PipelineContext> = {}) => {
    bench = await openBench(over);
  };

  /** A source of type http whose one seed the given listener answers. */
  async function serve(listener: RequestListener, settings = {}): Promise<void> {
    server = createServer(listener);
    const port = await listening(server);
    await bench.seed({
      name: 'api',
      type: 'http',
      settings: { response: 'json', ...settings },
      seeds: [{ urls: [`http://127.0.0.1:${port}/thing`] }],
    });
  }

  const records = () => bench.context.db.q.selectFrom('IngestRecords').selectAll().execute();
  const stored = async (id: string) => {
    const item = await bench.context.store.getWorkItem(id);
    if (!item) throw new Error('the item is gone');
    return item;
  };

  it('ends with one record, the discovered items and the status, together', async () => {
    await open();
    await bench.seed({ settings: { resources: 20 }, seeds: [{ ids: ['test_resource_001'] }] });
    const leased = await bench.claimOne();
    const result = await processItem(leased, bench.context);
    expect(result).toMatchObject({ kind: 'completed' });
    expect(await stored(leased.item.workItemId)).toMatchObject({
      status: 'completed',
      leaseId: null,
    });
    const [record, ...others] = await records();
    expect(others).toEqual([]);
    expect(record).toMatchObject({ work_item_id: leased.item.workItemId, status_code: 200 });
    expect(record?.hash_sha256).toMatch(/^[0-9a-f]{64}$/);
    const { byStatus } = await bench.context.store.getStats();
    expect(byStatus.pending).toBe(result.kind === 'completed' ? result.discovered : -1);
    expect(byStatus.pending).toBeGreaterThan(0);
  });

  it('follows nothing when discovery is off', async () => {
    await open({ enableDiscovery: false });
    await bench.seed({ settings: { resources: 20 }, seeds: [{ ids: ['test_resource_001'] }] });
    expect(await processItem(await bench.claimOne(), bench.context)).toEqual({
      kind: 'completed',
      discovered: 0,
    });
  });

  it('a missing resource fails for good, at once', async () => {
    await open();
    await bench.seed({ seeds: [{ ids: ['no_such_thing'] }] });
    const leased = await bench.claimOne();
    expect(await processItem(leased, bench.context)).toEqual({ kind: 'failed' });
    expect(await stored(leased.item.workItemId)).toMatchObject({
      status: 'failed',
      errorCode: 'http_not_found',
      lastHttpStatus: 404,
    });
    expect(await records()).toEqual([]);
  });

  it('a server error is tried again later, its attempt counted', async () => {
    await open();
    await bench.seed({
      settings: { fail_ids: ['test_resource_001'] },
      seeds: [{ ids: ['test_resource_001'] }],
    });
    const leased = await bench.claimOne();
    expect(await processItem(leased, bench.context)).toEqual({ kind: 'retried' });
    expect(await stored(leased.item.workItemId)).toMatchObject({
      status: 'pending',
      attempt: 1,
      waitReason: 'backoff',
      errorCode: 'http_server_error',
    });
  });

  it('the last attempt fails the item', async () => {
    await open();
    await bench.seed({
      settings: { fail_ids: ['test_resource_001'], max_retries: 0 },
      seeds: [{ ids: ['test_resource_001'] }],
    });
    expect(await processItem(await bench.claimOne(), bench.context)).toEqual({ kind: 'failed' });
  });

  it.each([
    ['of -5', 429, { 'retry-after': '-5' }],
    ['of 0', 503, { 'retry-after': '0' }],
    ['that is over', 429, { 'retry-after': 'Wed, 21 Oct 2015 07:28:00 GMT' }],
    ['that is nonsense', 503, { 'retry-after': 'in a moment' }],
  ])('a Retry-After %s leaves the item to its own backoff', async (_, status, headers) => {
    await open();
    await serve((_request, response) => {
      response.writeHead(status, headers).end();
    });
    const leased = await bench.claimOne();
    expect(await processItem(leased, bench.context)).toEqual({ kind: 'retried' });
    const { availableAt, updatedAt, waitReason } = await stored(leased.item.workItemId);
    expect(waitReason).toBe('backoff');
    // The least that backoff gives; the two moments are of one statement, each rounded.
    expect(Date.parse(availableAt) - Date.parse(updatedAt)).toBeGreaterThanOrEqual(240);
  });

  it('a 403 that says when its limit is renewed is tried again then', async () => {
    await open();
    await serve((_request, response) => {
      const reset = String(Math.ceil(Date.now() / 1000) + 120);
      response.writeHead(403, { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': reset }).end();
    });
    const leased = await bench.claimOne();
    expect(await processItem(leased, bench.context)).toEqual({ kind: 'retried' });
    expect(await stored(leased.item.workItemId)).toMatchObject({ errorCode: 'http_rate_limited' });
    const { db } = bench.context;
    const host = await db.q
      .selectFrom('hosts')
      .select((eb) => db.engine.diffMs(db.engine.now(), eb.ref('blocked_until')).as('blockedMs'))
      .executeTakeFirstOrThrow();
    expect(host.blockedMs).toBeGreaterThan(100_000);
    expect(host.blockedMs).toBeLessThanOrEqual(121_000);
  });

  it('a 429 with Retry-After delays the whole host', async () => {
    await open();
    await serve((_request, response) => {
      response.writeHead(429, { 'retry-after': '120' });
      response.end('{}');
    });
    const leased = await bench.claimOne();
    expect(await processItem(leased, bench.context)).toEqual({ kind: 'retried' });
    const host = await bench.context.db.q.selectFrom('hosts').selectAll().executeTakeFirst();
    expect(host?.blocked_until).not.toBeNull();
    const item = await stored(leased.item.workItemId);
    expect(Date.parse(item.availableAt) - Date.parse(item.updatedAt)).toBeGreaterThan(110_000);
  });

  describe('an unchanged item', () => {
    /** A server with one answer and its ETag; the item is fetched once, with nothing deeper followed. */
    async function fetchedOnce(type: string, body: string, links: string[]): Promise<string> {
      await open();
      await serve(
        (request, response) => {
          const known = request.headers['if-none-match'] === '"1"';
          response.writeHead(known ? 304 : 200, { 'content-type': type, etag: '"1"' });
          response.end(known ? undefined : body);
        },
        {
          response: 'auto',
          respect_robots: false,
          discovery: { enabled: true, links, max_depth: 3 },
        },
      );
      const runId = await givenRun(bench.context.db, { maxDepth: 0 });
      await bench.context.db.q.updateTable('work_items').set({ run_id: runId }).execute();
      const leased = await bench.claimOne();
      expect(await processItem(leased, bench.context)).toEqual({
        kind: 'completed',
        discovered: 0,
      });
      return leased.item.workItemId;
    }
    const recrawl = async (id: string, maxDepth: number) => {
      const runId = await givenRun(bench.context.db, { maxDepth });
      await bench.context.store.resetForRecrawl({ workItemIds: [id] }, { runId });
      return processItem(await bench.claimOne(), bench.context);
    };
    const found = async () =>
      (
        await bench.context.db.q
          .selectFrom('work_items')
          .select('request_uri')
          .where('depth', '=', 1)
          .execute()
      ).map((row) => new URL(row.request_uri).pathname);

    it.each([
      ['JSON', 'application/json', '{"next": ["/deeper"]}', ['$.next[*]']],
      ['a web page', 'text/html; charset=utf-8', '<a href="deeper">on</a>', ['a[href]']],
    ])(
      'of %s is searched again in its stored payload when a recrawl goes deeper',
      async (_, ...page) => {
        const id = await fetchedOnce(...page);
        expect(await recrawl(id, 0)).toEqual({ kind: 'completed', discovered: 0 });
        expect(await found()).toEqual([]);
        expect(await recrawl(id, 1)).toEqual({ kind: 'completed', discovered: 1 });
        expect(await found()).toEqual(['/deeper']);
        const outcomes = await bench.context.db.q
          .selectFrom('work_item_attempts')
          .select('outcome')
          .orderBy('attempt_id')
          .execute();
        expect(outcomes.map(({ outcome }) => outcome)).toEqual([
          'completed',
          'unchanged',
          'unchanged',
        ]);
        expect(await records()).toHaveLength(1);
      },
    );
  });

  it('a redirect to a host that is to be left alone is waited for, and costs no attempt', async () => {
    await open();
    await serve((_, response) => {
      response.writeHead(302, { location: 'http://127.0.0.2:9/there' }).end();
    });
    await givenBlockedHost(bench.context.db, '127.0.0.2:9', 3_600_000);
    const { item } = await bench.claimOne().then(async (leased) => {
      expect(await processItem(leased, bench.context)).toEqual({ kind: 'released' });
      return leased;
    });
    const waiting = await stored(item.workItemId);
    expect(waiting).toMatchObject({ status: 'pending', attempt: 0, waitReason: 'backoff' });
    expect(Date.parse(waiting.availableAt) - Date.parse(waiting.updatedAt)).toBeGreaterThan(
      3_500_000,
    );
    const [attempt] = await bench.context.db.q
      .selectFrom('work_item_attempts')
      .selectAll()
      .execute();
    expect(attempt).toMatchObject({ outcome: 'released', error_code: 'redirect_host_waits' });
    // What was answered is kept, as of attempts that failed.
    expect(await failingAnswersOf(bench.context.db, item.workItemId)).toMatchObject([
      { httpStatus: 302, headers: { location: 'http://127.0.0.2:9/there' }, bodyBytes: 0 },
    ]);
  });

  it('a redirect out of the namespaces completes, with no record and nothing followed', async () => {
    await open();
    server = createServer((_request, response) => {
      const query = {
        redirects: [{ from: 'Manual', to: 'Help:Contents' }],
        pages: [{ ns: 12, title: 'Help:Contents', pageid: 1, lastrevid: 1 }],
      };
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ query }));
    });
    const port = await listening(server);
    await bench.seed({
      name: 'wiki',
      type: 'mediawiki',
      settings: { api_url: `http://127.0.0.1:${port}/api.php`, email: 'op@example.org' },
      seeds: [{ titles: ['Manual'] }],
    });
    await bench.context.db.q.updateTable('work_items').set({ depth: 1 }).execute();
    const leased = await bench.claimOne();
    expect(await processItem(leased, bench.context)).toEqual({ kind: 'completed', discovered: 0 });
    expect(await records()).toEqual([]);
    expect((await bench.context.store.getStats()).total).toBe(1);
  });

  it('an answer that is not JSON is an error with nothing stored', async () => {
    await open();
    await serve((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end('{"half": ');
    });
    const leased = await bench.claimOne();
    await processItem(leased, bench.context);
    expect(await stored(leased.item.workItemId)).toMatchObject({ errorCode: 'payload_invalid' });
    expect(await records()).toEqual([]);
  });

  it('a private address that is not allowed is refused for good', async () => {
    await open();
    await bench.seed({
      name: 'inside',
      type: 'http',
      settings: { response: 'json' },
      seeds: [{ urls: ['http://10.0.0.1/'] }],
    });
    const leased = await bench.claimOne();
    expect(await processItem(leased, bench.context)).toEqual({ kind: 'failed' });
    expect(await stored(leased.item.workItemId)).toMatchObject({
      errorCode: 'egress_address_refused',
    });
  });

  it('a source that was deleted meanwhile fails its item with the reason', async () => {
    await open();
    await bench.seed({});
    const leased = await bench.claimOne();
    const { db } = bench.context;
    await db.q.updateTable('sources').set({ deleted_at: db.engine.now() }).execute();
    expect(await processItem(leased, bench.context)).toEqual({ kind: 'failed' });
    expect(await stored(leased.item.workItemId)).toMatchObject({ errorCode: 'source_removed' });
  });

  it('writes the record to the lake, at the path the record names', async () => {
    await open({ lake: { enabled: true, baseDir: directory, prettyPrint: false } });
    await bench.seed({ seeds: [{ ids: ['test_resource_001'] }] });
    await processItem(await bench.claimOne(), bench.context);
    const [record] = await records();
    expect(record?.lake_path).toMatch(
      /^test\/sample\/resource\/test_resource_001_\d{8}_\d{6}_[0-9a-f]{8}\.json$/,
    );
    const file: unknown = JSON.parse(
      await readFile(path.join(directory, record?.lake_path ?? ''), 'utf8'),
    );
    expect(file).toMatchObject({
      ingest_id: record?.ingest_id,
      hash_sha256: record?.hash_sha256,
      payload: JSON.parse(record?.payload ?? ''),
    });
  });

  it('a lake that cannot be written is waited for, and nothing counts as done before', async () => {
    const blocked = path.join(directory, 'file');
    await writeFile(blocked, '');
    let looks = 0;
    const lake = {
      enabled: true,
      get baseDir() {
        looks += 1;
        return blocked;
      },
      prettyPrint: false,
    };
    await open({ lake });
    await bench.seed({ seeds: [{ ids: ['test_resource_001'] }] });
    const leased = await bench.claimOne();
    const processed = processItem(leased, bench.context);
    // Twice for each try.
    await vi.waitFor(() => expect(looks).toBeGreaterThan(2));
    expect(await records()).toEqual([]);
    await rm(blocked);
    expect(await processed).toMatchObject({ kind: 'completed' });
    expect(await stored(leased.item.workItemId)).toMatchObject({ status: 'completed', attempt: 1 });
    expect(await records()).toHaveLength(1);
  });

  it('a stop gives back what waits for the lake, its attempt uncounted', async () => {
    const blocked = path.join(directory, 'file');
    await writeFile(blocked, '');
    await open({ lake: { enabled: true, baseDir: blocked, prettyPrint: false } });
    await bench.seed({ seeds: [{ ids: ['test_resource_001'] }] });
    const leased = await bench.claimOne();
    const processed = processItem(leased, bench.context);
    leased.abort.abort('stopping');
    expect(await processed).toEqual({ kind: 'released' });
    expect(await stored(leased.item.workItemId)).toMatchObject({ status: 'pending', attempt: 0 });
  });

  describe('an error of the server that nobody knows', () => {
    const unknown = () => new DatabaseError('db_error', 'Msg 50000: no', { remedy: 'Look it up.' });
    /** Fails twice, then does what `fn` does. */
    function failingTwice<A extends unknown[], R>(fn: (...args: A) => Promise<R>) {
      let calls = 0;
      return {
        calls: () => calls,
        fn: (...args: A): Promise<R> => {
          calls += 1;
          return calls <= 2 ? Promise.reject(unknown()) : fn(...args);
        },
      };
    }
    const attempts = async () =>
      (
        await bench.context.db.q
          .selectFrom('work_item_attempts')
          .select(['outcome', 'error_code'])
          .execute()
      ).map(({ outcome, error_code }) => [outcome, error_code]);

    it('costs no attempt while an item is completed', async () => {
      await open();
      await bench.seed({ seeds: [{ ids: ['test_resource_001'] }] });
      const { completions } = bench.context;
      const complete = failingTwice(completions.complete.bind(completions));
      vi.spyOn(completions, 'complete').mockImplementation(complete.fn);
      const leased = await bench.claimOne();
      expect(await processItem(leased, bench.context)).toMatchObject({ kind: 'completed' });
      expect(complete.calls()).toBe(3);
      expect(await stored(leased.item.workItemId)).toMatchObject({ attempt: 1, errorCode: null });
      expect(await attempts()).toEqual([['completed', null]]);
    });

    it('costs no attempt while a failure is recorded', async () => {
      await open();
      await bench.seed({ seeds: [{ ids: ['no_such_thing'] }] });
      const { store } = bench.context;
      const fail = failingTwice(store.fail);
      const context = { ...bench.context, store: { ...store, fail: fail.fn } };
      const leased = await bench.claimOne();
      expect(await processItem(leased, context)).toEqual({ kind: 'failed' });
      expect(fail.calls()).toBe(3);
      expect(await attempts()).toEqual([['failed', 'http_not_found']]);
    });
  });

  it('a worker that lost its lease stores nothing and leaves no file', async () => {
    await open({ lake: { enabled: true, baseDir: directory, prettyPrint: false } });
    await bench.seed({ seeds: [{ ids: ['test_resource_001'] }] });
    const leased = await bench.claimOne();
    const stolen = {
      ...leased,
      item: { ...leased.item, leaseId: '019a0b1c-2d3e-7f40-8a5b-6c7d8e9fa0b1' },
    };
    expect(await processItem(stolen, bench.context)).toEqual({ kind: 'lost' });
    expect(await stored(leased.item.workItemId)).toMatchObject({ status: 'in_progress' });
    expect(await records()).toEqual([]);
    const left = await readdir(directory, { recursive: true, withFileTypes: true });
    expect(left.filter((entry) => entry.isFile())).toEqual([]);
  });

  it('a stop gives the item back with its attempt uncounted', async () => {
    await open();
    await bench.seed({ settings: { latency_ms: 60_000 }, seeds: [{ ids: ['test_resource_001'] }] });
    const leased = await bench.claimOne();
    const working = processItem(leased, bench.context);
    leased.abort.abort('stopping');
    expect(await working).toEqual({ kind: 'released' });
    expect(await stored(leased.item.workItemId)).toMatchObject({
      status: 'pending',
      attempt: 0,
      leaseId: null,
    });
  });

  it("keeps a source's delay over the whole fleet: the slot opens one delay after the request", async () => {
    await open();
    server = createServer((_, response) => response.end('{}'));
    const port = await listening(server);
    await bench.seed({
      type: 'http',
      settings: { response: 'json', rate_limit_delay: 30 },
      seeds: [{ urls: ['one', 'two'].map((name) => `http://127.0.0.1:${port}/${name}`) }],
    });
    await processItem(await bench.claimOne(), bench.context);
    const next = await bench.context.store.claimPolitely(5, { owner: 'worker-2', leaseMs: 60_000 });
    expect(next.items).toEqual([]);
    expect(next.retryInMs).toBeGreaterThan(25_000);
    expect(next.retryInMs).toBeLessThanOrEqual(31_000);
  });
});

async function listening(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  // A listening TCP server's address is an AddressInfo.
  return (server.address() as AddressInfo).port;
}
