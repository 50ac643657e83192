import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemActor } from '#lib/actor/model.ts';
import type { JsonObject } from '#lib/json.ts';
import { finishRuns } from '#lib/runs/finish-runs.ts';
import { launchRun } from '#lib/runs/launch-run.ts';
import { requireSource } from '#lib/sources/read-sources.ts';
import { contractEngines } from '#test/db/contract-engines.ts';
import {
  bodyOf,
  type LoopbackServer,
  sendJson,
  startLoopbackServer,
} from '#test/loopback-server.ts';
import { type PipelineBench, usePipeline } from '#test/worker/pipeline.ts';

const admin = systemActor('test');

describe.each(contractEngines())('a source that is asked for changes on $name', (engine) => {
  const openBench = usePipeline(engine);
  let bench: PipelineBench;
  let server: LoopbackServer;
  let asked: string[];
  /** Paths that fail now. */
  let broken: RegExp | null;
  beforeEach(async () => {
    bench = await openBench();
    asked = [];
    broken = null;
    server = await startLoopbackServer(async (request, response) => {
      const line = `${request.url}${await bodyOf(request)}`;
      asked.push(line);
      const isSecond = /page[=":]+2/.test(line);
      if (broken?.test(line)) response.writeHead(422).end();
      else if (line.startsWith('/i/')) sendJson(response, { line, at: asked.length });
      else
        sendJson(response, {
          items: isSecond ? [{ url: '/i/2' }] : [{ url: '/i/1' }],
          more: !isSecond,
        });
    });
  });
  afterEach(async () => {
    await server.close();
    await bench.dispose();
  });

  async function given(changes: JsonObject, seed: JsonObject = { urls: ['/list?limit=9'] }) {
    await bench.seed({
      name: 'api',
      type: 'http',
      settings: {
        base_url: server.origin,
        response: 'json',
        max_retries: 0,
        discovery: { enabled: true, links: ['$.items[*].url'], max_depth: 1 },
        paging: {
          by: 'page',
          rows: '$.items',
          parameter: 'page',
          put_in: seed['method'] === 'POST' ? 'body' : 'address',
          stop_field: '$.more',
          max_pages: 0,
        },
        changes,
      },
      seeds: [seed],
    });
    // Runs bring their own.
    await bench.context.db.q.deleteFrom('work_items').execute();
  }

  /** What a run from the seeds asks for; the pages of the list, then the others. */
  async function run(): Promise<{ lists: string[]; others: string[]; startedAt: string }> {
    const { db } = bench.context;
    asked = [];
    const { runId } = await launchRun(db, admin, { kind: 'seed', sources: ['api'] });
    await bench.crawl();
    await finishRuns(db);
    const { started_at: startedAt, status } = await db.q
      .selectFrom('ingest_runs')
      .select(['started_at', 'status'])
      .where('run_id', '=', runId)
      .executeTakeFirstOrThrow();
    expect(status).toBe('completed');
    const isOther = (line: string) => line.startsWith('/i/');
    return {
      lists: asked.filter((line) => !isOther(line)),
      others: asked.filter(isOther).sort(),
      startedAt,
    };
  }
  const changesFrom = async () => (await requireSource(bench.context.db, 'api')).changesFrom;

  it('is asked for everything first, then from the last run in which nothing of it failed', async () => {
    await given({ parameter: 'since', overlap: 60 });
    const first = await run();
    expect(first.lists).toEqual(['/list?limit=9', '/list?limit=9&page=2']);
    expect(first.others).toEqual(['/i/1', '/i/2']);
    expect(await changesFrom()).toBe(first.startedAt);
    const since = (moment: string) =>
      encodeURIComponent(new Date(Date.parse(moment) - 60_000).toISOString());
    const second = `/list?limit=9&since=${since(first.startedAt)}`;

    broken = /page=2/;
    expect((await run()).lists).toEqual([second, `${second}&page=2`]);
    expect(await changesFrom()).toBe(first.startedAt);

    broken = null;
    const third = await run();
    expect(third.lists).toEqual([second, `${second}&page=2`]);
    expect(await changesFrom()).toBe(third.startedAt);
    expect((await run()).lists[0]).toBe(`/list?limit=9&since=${since(third.startedAt)}`);
  });

  it('has what a list of changes names made due, and its lists never again', async () => {
    await given({ parameter: 'since' });
    await run();
    await run();
    const items = await bench.context.db.q
      .selectFrom('work_items')
      .select(['request_uri', 'next_fetch_at', bench.context.db.engine.now().as('now')])
      .execute();
    const due = new Map<string, boolean>();
    for (const { request_uri: uri, next_fetch_at: next, now } of items) {
      due.set(uri.slice(server.origin.length), next !== null && next <= now);
      if (uri.includes('/list')) expect(next).toBeNull();
    }
    expect([due.get('/i/1'), due.get('/i/2')]).toEqual([true, true]);
  });

  it.each([
    ['epoch_s', (ms: number) => String(Math.floor(ms / 1000))],
    ['epoch_ms', String],
    ['date', (ms: number) => new Date(ms).toISOString().slice(0, 10)],
  ])('may be told the moment as %s', async (format, written) => {
    await given({ parameter: 'since', format, overlap: 0 });
    const { startedAt } = await run();
    const [second] = (await run()).lists;
    expect(second).toBe(`/list?limit=9&since=${written(Date.parse(startedAt))}`);
  });

  it('may be told the moment in the body', async () => {
    const body = '{"filter":{"id":12345678901234567890}}';
    const seed = { urls: ['/list'], method: 'POST', body };
    await given({ parameter: 'filter.from', format: 'epoch_ms', overlap: 0, put_in: 'body' }, seed);
    const { lists, startedAt } = await run();
    expect(lists).toEqual([`/list${body}`, `/list{"filter":{"id":12345678901234567890},"page":2}`]);
    const from = Date.parse(startedAt);
    expect((await run()).lists[0]).toBe(
      `/list{"filter":{"id":12345678901234567890,"from":${from}}}`,
    );
  });
});
