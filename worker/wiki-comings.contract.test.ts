/** Pages of a wiki that were missing and come, or come back: its list of changes has them asked for again. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemActor } from '#lib/actor/model.ts';
import type { JsonObject } from '#lib/json.ts';
import { finishRuns } from '#lib/runs/finish-runs.ts';
import { launchRun } from '#lib/runs/launch-run.ts';
import type { LaunchRequest } from '#lib/runs/model.ts';
import { prepareRuns } from '#lib/runs/prepare-runs.ts';
import { contractEngines } from '#test/db/contract-engines.ts';
import { type LoopbackServer, sendJson, startLoopbackServer } from '#test/loopback-server.ts';
import { type PipelineBench, usePipeline } from '#test/worker/pipeline.ts';

const instant = (ms: number) => `${new Date(ms).toISOString().slice(0, 19)}Z`;

describe.each(contractEngines())('pages that a wiki gets later, on $name', (engine) => {
  const openBench = usePipeline(engine);
  let bench: PipelineBench;
  let server: LoopbackServer;
  /** Pages by title: their revision. */
  const pages = new Map<string, { readonly revid: number }>();
  let changes: JsonObject[] = [];

  beforeEach(async () => {
    pages.clear();
    changes = [{ type: 'edit', title: 'Old', revid: 1, timestamp: '2020-01-01T00:00:00Z' }];
    bench = await openBench();
    server = await startLoopbackServer((request, response) => {
      const asked = new URL(request.url ?? '', 'http://wiki').searchParams;
      const curtimestamp = instant(Date.now());
      if (asked.get('list') === 'recentchanges') {
        return sendJson(response, { curtimestamp, query: { recentchanges: changes } });
      }
      if (asked.get('list') === 'logevents') {
        return sendJson(response, { curtimestamp, query: { logevents: [] } });
      }
      const titles = (asked.get('titles') ?? '').split('|');
      const query = { pages: titles.map(pageOf) };
      sendJson(response, { curtimestamp, query });
    });
  });
  afterEach(async () => {
    await server.close();
    await bench.dispose();
  });

  const pageOf = (title: string): JsonObject => {
    const page = pages.get(title);
    if (page === undefined) return { ns: 0, title, missing: true };
    const { revid } = page;
    const revisions = [{ revid, slots: { main: { content: `Text ${revid}` } } }];
    return { pageid: 7, ns: 0, title, lastrevid: revid, revisions };
  };
  const seed = (...titles: string[]) =>
    bench.seed({
      name: 'wiki',
      type: 'mediawiki',
      settings: {
        api_url: `${server.origin}/api.php`,
        email: 'op@example.org',
        rate_limit_delay: 0,
        max_retries: 0,
      },
      seeds: [{ titles }],
    });
  /** A run over what is completed, and what it leads to. */
  const recrawl = async () => {
    const { db } = bench.context;
    const request: LaunchRequest = {
      kind: 'recrawl',
      sources: ['wiki'],
      statuses: ['completed'],
    };
    await launchRun(db, systemActor('test'), request);
    await prepareRuns(db);
    await bench.crawl();
    await finishRuns(db);
  };
  const statuses = async () => {
    const rows = await bench.context.db.q
      .selectFrom('work_items')
      .select(['resource_id', 'status', 'error_code'])
      .orderBy('resource_id')
      .execute();
    return rows.map((row) => `${row.resource_id} ${row.error_code ?? row.status}`);
  };

  it('are asked for again when they are made, restored or moved there, and no others', async () => {
    pages.set('Home', { revid: 1 });
    pages.set('Gone', { revid: 2 });
    await seed('Home', 'Red', 'Gone', 'Moved here', 'Still red');
    await bench.crawl();
    pages.delete('Gone');
    const deletion = { type: 'log', title: 'Gone', logtype: 'delete', logaction: 'delete' };
    changes.unshift({ ...deletion, timestamp: instant(Date.now()) });
    await recrawl();
    expect(await statuses()).toEqual([
      'Gone resource_missing',
      'Home completed',
      'Moved_here page_missing',
      'Red page_missing',
      'Still_red page_missing',
    ]);
    pages.set('Red', { revid: 3 });
    pages.set('Gone', { revid: 2 });
    pages.set('Moved here', { revid: 4 });
    pages.set('Unknown', { revid: 5 });
    const timestamp = instant(Date.now() + 1_000);
    changes.unshift(
      { type: 'new', title: 'Red', revid: 3, timestamp },
      { type: 'log', title: 'Gone', logtype: 'delete', logaction: 'restore', timestamp },
      {
        type: 'log',
        title: 'Elsewhere',
        logtype: 'move',
        logaction: 'move',
        logparams: { target_title: 'Moved here' },
        timestamp,
      },
      { type: 'new', title: 'Unknown', revid: 5, timestamp },
    );
    await recrawl();
    expect(await statuses()).toEqual([
      'Gone completed',
      'Home completed',
      'Moved_here completed',
      'Red completed',
      'Still_red page_missing',
    ]);
    const records = await bench.context.db.q
      .selectFrom('IngestRecords')
      .select('resource_id')
      .execute();
    expect(records.map((row) => row.resource_id).sort()).toEqual([
      'Gone',
      'Home',
      'Moved_here',
      'Red',
    ]);
  });

  it('are not asked for in every run for what the list said before they were last tried', async () => {
    pages.set('Home', { revid: 1 });
    changes.unshift({ type: 'new', title: 'Red', revid: 3, timestamp: '2026-01-01T00:00:00Z' });
    await seed('Home', 'Red');
    await bench.crawl();
    const asked = () =>
      server.requests.filter(({ url }) => /titles=[^&]*Red/.test(url ?? '')).length;
    expect(asked()).toBe(1);
    await recrawl();
    expect(asked()).toBe(1);
    expect(await statuses()).toEqual(['Home completed', 'Red page_missing']);
  });
});
