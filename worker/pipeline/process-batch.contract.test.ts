import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { contractEngines } from '#test/db/contract-engines.ts';
import {
  type LoopbackServer,
  type Respond,
  sendJson,
  startLoopbackServer,
} from '#test/loopback-server.ts';
import { type PipelineBench, usePipeline } from '#test/worker/pipeline.ts';
import { claimItems } from './claim.ts';
import type { LeasedItem } from './context.ts';
import { processBatch } from './process-batch.ts';

const titles = ['Alpha', 'Beta', 'Gamma', 'Missing'];

/** A wiki that has every page but `Missing`. */
const answer: Respond = (request, response) => {
  const asked = new URL(request.url ?? '', 'http://wiki').searchParams.get('titles') ?? '';
  const pages = asked.split('|').map((title) => ({
    ns: 0,
    title,
    ...(title === 'Missing' ? { missing: true } : { pageid: 1, lastrevid: 7, links: [] }),
  }));
  sendJson(response, { query: { pages } });
};

describe.each(contractEngines())('items fetched together on $name', (engine) => {
  const openBench = usePipeline(engine);
  let bench: PipelineBench;
  let server: LoopbackServer | undefined;
  beforeEach(async () => {
    bench = await openBench();
  });
  afterEach(async () => {
    await server?.close();
    await bench.dispose();
  });

  /** The items of a polite wiki, as one claim gives them. */
  async function claimAll(respond: Respond = answer): Promise<readonly LeasedItem[]> {
    server = await startLoopbackServer(respond);
    await bench.seed({
      name: 'wiki',
      type: 'mediawiki',
      settings: {
        api_url: `${server.origin}/api.php`,
        email: 'op@example.org',
        rate_limit_delay: 30,
      },
      seeds: [{ titles }],
    });
    const { batches } = await claimItems(bench.context, { requests: 1, slots: 1, items: 50 });
    const [batch, ...others] = batches;
    if (!batch) throw new Error('nothing could be claimed');
    expect(others).toEqual([]);
    expect(batch).toHaveLength(titles.length);
    return batch;
  }
  const results = (batch: readonly LeasedItem[]) => Promise.all(processBatch(batch, bench.context));
  const kinds = async (batch: readonly LeasedItem[]) =>
    (await results(batch)).map((result) => result.kind);
  const records = async () => {
    const rows = await bench.context.db.q
      .selectFrom('IngestRecords')
      .select('resource_id')
      .execute();
    return rows.map((row) => row.resource_id).sort();
  };
  const byStatus = async () => (await bench.context.store.getStats()).byStatus;

  it('take one request, and each ends on its own, with its own record', async () => {
    const batch = await claimAll();
    expect(await kinds(batch)).toEqual(['completed', 'completed', 'completed', 'failed']);
    expect(server?.requests).toHaveLength(1);
    expect(await records()).toEqual(['Alpha', 'Beta', 'Gamma']);
    expect(await byStatus()).toMatchObject({ completed: 3, failed: 1, in_progress: 0 });
  });

  it('count as one request of their host, and keep its rate with one slot', async () => {
    await results(await claimAll());
    const { db, store } = bench.context;
    const source = await db.q.selectFrom('sources').selectAll().executeTakeFirst();
    expect(source?.slot_lease_id).toBeNull();
    await db.q.updateTable('work_items').set({ status: 'pending', lease_id: null }).execute();
    const { items, retryInMs } = await store.claimPolitely(5, { owner: 'w2', leaseMs: 60_000 });
    expect(items).toEqual([]);
    expect(retryInMs).toBeGreaterThan(20_000);
    await db.engine.rollUpTotals(db);
    const host = await db.q.selectFrom('hosts').selectAll().executeTakeFirst();
    expect(host).toMatchObject({ requests_total: 1, consecutive_failures: 0 });
  });

  it('that lost their lease change nothing, and leave the others alone', async () => {
    const [first, second, ...others] = await claimAll();
    if (!first || !second) throw new Error('too few items');
    second.abort.abort('lease_lost');
    const batch = [first, second, ...others];
    expect(await kinds(batch)).toEqual(['completed', 'lost', 'completed', 'failed']);
    expect(await records()).toEqual(['Alpha', 'Gamma']);
    expect(await byStatus()).toMatchObject({ in_progress: 1 });
  });

  it('are all given back by a stop, their attempts uncounted', async () => {
    const batch = await claimAll(() => {
      for (const leased of batch) leased.abort.abort('stopping');
    });
    expect(await kinds(batch)).toEqual(Array(4).fill('released'));
    const rows = await bench.context.db.q
      .selectFrom('work_items')
      .select(['status', 'attempt', 'lease_id'])
      .execute();
    expect(rows).toEqual(Array(4).fill({ status: 'pending', attempt: 0, lease_id: null }));
  });

  it('are all tried again when the wiki is down, which is one failure of the host', async () => {
    const batch = await claimAll((_, response) => sendJson(response, {}, { status: 503 }));
    expect(await kinds(batch)).toEqual(Array(4).fill('retried'));
    const host = await bench.context.db.q.selectFrom('hosts').selectAll().executeTakeFirst();
    expect(host).toMatchObject({ requests_total: 1, count_5xx: 1, consecutive_failures: 1 });
    expect(host?.blocked_until).toBeNull();
  });
});
