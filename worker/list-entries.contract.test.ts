/** Entries of lists as a worker reads them: real store, real server. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sha256 } from '#lib/canonical-json.ts';
import type { JsonObject } from '#lib/json.ts';
import { resetForRecrawl } from '#lib/queue/recrawl.ts';
import { http } from '#lib/source-types/http/index.ts';
import { contractEngines } from '#test/db/contract-engines.ts';
import { bodyOf, type LoopbackServer, startLoopbackServer } from '#test/loopback-server.ts';
import { type PipelineBench, usePipeline } from '#test/worker/pipeline.ts';
import { processItem } from './pipeline/process.ts';

describe.each(contractEngines())('a list whose entries are items on $name', (engine) => {
  const openBench = usePipeline(engine);
  let bench: PipelineBench;
  let server: LoopbackServer;
  /** What is answered under a path, with what was sent behind it; an ETag of it lets it stay unchanged. */
  const files = new Map<string, string>();

  beforeEach(async () => {
    files.clear();
    bench = await openBench();
    server = await startLoopbackServer(async (request, response) => {
      const body = files.get((request.url ?? '') + (await bodyOf(request)));
      if (body === undefined) return void response.writeHead(404).end();
      const etag = `"${sha256(body)}"`;
      if (request.headers['if-none-match'] === etag) response.writeHead(304).end();
      else response.writeHead(200, { etag, 'content-type': 'application/json' }).end(body);
    });
  });
  afterEach(async () => {
    await server.close();
    await bench.dispose();
  });

  const seed = (settings: JsonObject, over: JsonObject = {}) =>
    bench.seed({
      name: 'api',
      type: 'http',
      settings: { base_url: server.origin, response: 'json', ...settings },
      seeds: [{ urls: ['/list'], ...over }],
    });
  const crawl = async () => {
    const before = server.requests.length;
    await bench.crawl();
    return server.requests.slice(before).map(({ url }) => url ?? '');
  };
  const entries = async () => {
    const rows = await bench.context.db.q
      .selectFrom('work_items')
      .selectAll()
      .where('resource_type', '=', 'entry')
      .orderBy('resource_id')
      .execute();
    return rows.map((row) => ({ ...row, resource_id: row.resource_id.replace(server.origin, '') }));
  };
  const names = async () => (await entries()).map((row) => `${row.resource_id} ${row.status}`);
  const payloads = async () => {
    const rows = await bench.context.db.q
      .selectFrom('IngestRecords')
      .select('payload')
      .where('resource_type', '=', 'entry')
      .execute();
    return rows.map(({ payload }) => payload).sort();
  };
  const fetchAgain = async (which: 'lists' | 'due') => {
    const { db } = bench.context;
    const all = db.q.selectFrom('work_items').select('work_item_id');
    const some =
      which === 'lists'
        ? all.where('resource_type', '<>', 'entry')
        : all.where('next_fetch_at', '<=', db.engine.now());
    const rows = await some.execute();
    await resetForRecrawl(db, { workItemIds: rows.map((row) => row.work_item_id) });
    return crawl();
  };
  /** Fetches the lists again, then whatever is due since. */
  const recrawl = async () => [...(await fetchAgain('lists')), ...(await fetchAgain('due'))];

  const offset: JsonObject = { by: 'offset', rows: '$.items', parameter: 'from', max_pages: 0 };
  const page = (...items: JsonObject[]) => JSON.stringify({ items });

  it('is asked once, and each entry has a record with its digits', async () => {
    files.set('/list', '{"id":9007199254740993,"n":1.10}\n\n{"id":"b","n":2}\n{"n":3}\n');
    await seed({ response: 'jsonl', entries: { key: '$.id' } });
    expect(await crawl()).toEqual(['/list']);
    expect(await names()).toEqual(['/list#9007199254740993 completed', '/list#b completed']);
    expect(await payloads()).toEqual(['{"id":"b","n":2}', '{"id":9007199254740993,"n":1.10}']);
    const [attempt] = await bench.context.db.q
      .selectFrom('work_item_attempts')
      .select('facts')
      .where('facts', 'like', '%entries_unnamed%')
      .execute();
    expect(JSON.parse(attempt?.facts ?? '')).toMatchObject({
      not_enqueued: { entries_unnamed: 1 },
    });
  });

  it('brings new and changed entries, and leaves the others alone', async () => {
    files.set('/list', '[{"id":1,"a":1},{"id":2,"a":1}]');
    await seed({ entries: { key: '$.id' } });
    await crawl();
    files.set('/list', '[{"a":1,"id":1},{"id":2,"a":2},{"id":3,"a":1}]');
    expect(await recrawl()).toEqual(['/list']);
    expect((await entries()).map((row) => row.change_count)).toEqual([0, 1, 0]);
    expect(await payloads()).toHaveLength(4);
    expect((await entries()).map((row) => row.next_fetch_at)).toEqual([null, null, null]);
  });

  it('tells what it does not hold any more, and takes back what it holds again', async () => {
    files.set('/list', '[{"id":1},{"id":2}]');
    await seed({ entries: { key: '$.id' } });
    await crawl();
    files.set('/list', '[{"id":2}]');
    await recrawl();
    expect(await entries()).toMatchObject([
      { status: 'skipped', error_code: 'resource_missing' },
      { status: 'completed' },
    ]);
    expect(await payloads()).toEqual(['{"id":1}', '{"id":2}']);
    files.set('/list', '[{"id":1,"back":true},{"id":2}]');
    await recrawl();
    expect(await names()).toEqual(['/list#1 completed', '/list#2 completed']);
    expect(await payloads()).toEqual(['{"id":1,"back":true}', '{"id":1}', '{"id":2}']);
  });

  it('that holds the latest only keeps the others', async () => {
    files.set('/list', '[{"id":1},{"id":2}]');
    await seed({ entries: { key: '$.id', unlisted: 'kept' } });
    const leased = await bench.claimOne();
    await processItem(leased, bench.context);
    await bench.context.db.q
      .updateTable('work_items')
      .set({ available_at: '2100-01-01T00:00:00.000Z' })
      .where('resource_type', '=', 'entry')
      .execute();
    files.set('/list', '[{"id":3}]');
    await recrawl();
    await bench.context.db.q
      .updateTable('work_items')
      .set({ available_at: '2020-01-01T00:00:00.000Z' })
      .where('resource_type', '=', 'entry')
      .where('status', '=', 'pending')
      .execute();
    expect(await crawl()).toEqual([]);
    expect(await names()).toEqual(['/list#1 completed', '/list#2 completed', '/list#3 completed']);
  });

  it('of several pages has entries that move between them', async () => {
    files.set('/list', page({ id: 1 }, { id: 2 }));
    files.set('/list?from=2', page({ id: 3 }));
    files.set('/list?from=3', page());
    await seed({ paging: offset, entries: { key: '$.id' } });
    await crawl();
    expect(await names()).toEqual([1, 2, 3].map((id) => `/list#${id} completed`));
    for (const [first, second] of [
      [[{ id: 2 }, { id: 3 }], []],
      [
        [{ id: 9 }, { id: 1 }],
        [{ id: 2 }, { id: 3 }],
      ],
    ] as const) {
      files.set('/list', page(...first));
      files.set('/list?from=2', page(...second));
      files.set('/list?from=4', page());
      await recrawl();
      const listed = [...first, ...second].map(({ id }) => `/list#${id} completed`);
      expect((await names()).filter((name) => name.endsWith('completed'))).toEqual(listed.sort());
    }
  });

  it('that was read before its entries were wanted gives them when it is unchanged', async () => {
    files.set('/list', '{"items":[{"id":"x"}]}');
    await seed({});
    await crawl();
    const settings = { base_url: server.origin, response: 'json' };
    await bench.context.db.q
      .updateTable('sources')
      .set({ settings: JSON.stringify({ ...settings, entries: { key: '$.id', rows: '$.items' } }) })
      .execute();
    bench.context.memory.sources.clear();
    await recrawl();
    expect(await names()).toEqual(['/list#x completed']);
  });

  it('of changes names its entries alike in every run, and none is gone', async () => {
    const { db, store } = bench.context;
    files.set('/list', '[{"id":1},{"id":2}]');
    files.set('/list?since=2026-01-01', '[{"id":2,"a":1}]');
    const changes = { parameter: 'since', format: 'date', overlap: 0 };
    const given = { response: 'json', changes, entries: { key: '$.id' } };
    const settings = http.settingsSchema.parse({ base_url: server.origin, ...given });
    await seed(given);
    await db.q.deleteFrom('work_items').execute();
    for (const [at, changesFrom] of [
      ['2026-01-01T00:00:00.000Z', null],
      ['2026-01-02T00:00:00.000Z', '2026-01-01T00:00:00.000Z'],
    ] as const) {
      const context = { sourceName: 'api', secrets: {}, settings, launch: { at, changesFrom } };
      await store.enqueueMany(http.seedItems(context, http.seedSchema.parse({ urls: ['/list'] })));
      await crawl();
    }
    expect(await fetchAgain('due')).toEqual([]);
    expect(await names()).toEqual(['/list#1 completed', '/list#2 completed']);
    expect(await payloads()).toEqual(['{"id":1}', '{"id":2,"a":1}', '{"id":2}']);
  });

  it('asked for by POST has entries of its own', async () => {
    files.set('/list{"q":"a"}', '[{"id":1}]');
    files.set('/list{"q":"b"}', '[{"id":1}]');
    const over = (q: string) => ({ urls: ['/list'], method: 'POST', body: `{"q":"${q}"}` });
    await bench.seed({
      name: 'api',
      type: 'http',
      settings: { base_url: server.origin, response: 'json', entries: { key: '$.id' } },
      seeds: [over('a'), over('b')],
    });
    await crawl();
    expect(await names()).toHaveLength(2);
    expect(await payloads()).toHaveLength(2);
  });

  it('that is large is read in threads', async () => {
    const rows = Array.from({ length: 250 }, (_, id) => ({ id, text: 'x'.repeat(600) }));
    files.set('/list', JSON.stringify(rows));
    await seed({ entries: { key: '$.id' } });
    await crawl();
    files.set('/list', JSON.stringify(rows.slice(3)));
    await recrawl();
    const statuses = Map.groupBy(await entries(), ({ status }) => status);
    expect(statuses.get('completed')).toHaveLength(247);
    expect(statuses.get('skipped')).toHaveLength(3);
  });
});
