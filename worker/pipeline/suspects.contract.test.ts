import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { test as testType } from '#lib/source-types/test/index.ts';
import { registerWorker } from '#lib/workers/presence.ts';
import { contractEngines } from '#test/db/contract-engines.ts';
import { type PipelineBench, usePipeline } from '#test/worker/pipeline.ts';
import { claimItems } from './claim.ts';
import { processBatch } from './process-batch.ts';

const room = { requests: 20, slots: 20, items: 20 };

describe.each(contractEngines())('suspects on $name', (engine) => {
  const openBench = usePipeline(engine);
  let bench: PipelineBench;
  beforeEach(async () => {
    bench = await openBench();
  });
  afterEach(async () => {
    vi.restoreAllMocks();
    await bench.dispose();
  });
  const suspect = (...ids: string[]) =>
    bench.context.db.q
      .updateTable('work_items')
      .set({ error_code: 'worker_lost' })
      .where('resource_id', 'in', ids)
      .execute();

  it('are tried one at a time, each under its worker’s word, and others beside them', async () => {
    const { db, workerId } = bench.context;
    await registerWorker(db, { workerId, hostName: 'a', pid: 1, version: '1', concurrency: 4 });
    await bench.seed({ seeds: [{ ids: ['a', 'b', 'c', 'free'] }] });
    await suspect('a', 'b', 'c');
    const sound = testType.fetch;
    const underWay = new Set<string>();
    const most = { suspects: 0, all: 0 };
    const words: (string | null)[] = [];
    const freed = Promise.withResolvers<void>();
    vi.spyOn(testType, 'fetch').mockImplementation(async (item, context) => {
      underWay.add(item.resourceId);
      most.all = Math.max(most.all, underWay.size);
      if (item.resourceId === 'free') await freed.promise;
      else {
        most.suspects = Math.max(most.suspects, [...underWay].filter((id) => id !== 'free').length);
        const row = await db.q
          .selectFrom('workers')
          .select('suspect_lease_id')
          .where('worker_id', '=', workerId)
          .executeTakeFirstOrThrow();
        words.push(row.suspect_lease_id);
        if (words.length === 3) freed.resolve();
      }
      underWay.delete(item.resourceId);
      return sound(item, context);
    });
    const { batches } = await claimItems(bench.context, room);
    const results = batches.flatMap((batch) => processBatch(batch, bench.context));
    for (const { kind } of await Promise.all(results))
      expect(['released', 'lost']).not.toContain(kind);
    expect(most).toEqual({ suspects: 1, all: 2 });
    const leases = batches
      .flat()
      .filter(({ item }) => item.resourceId !== 'free')
      .map(({ item }) => item.leaseId);
    expect(words.toSorted()).toEqual(leases.toSorted());
  });

  const titles = ['Alpha', 'Beta', 'Gamma', 'Delta'];
  const claimPages = async (delayS: number) => {
    await bench.seed({
      type: 'mediawiki',
      settings: {
        api_url: 'http://127.0.0.1:9/api.php',
        email: 'op@example.org',
        rate_limit_delay: delayS,
      },
      seeds: [{ titles }],
    });
    await suspect('Alpha', 'Gamma');
    const { batches } = await claimItems(bench.context, room);
    return batches.map((batch) =>
      batch.map(({ item, abort }) => `${item.resourceId}${abort.signal.aborted ? ' back' : ''}`),
    );
  };

  it('are taken out of what is fetched together', async () => {
    expect(await claimPages(0)).toEqual([['Beta', 'Delta'], ['Alpha'], ['Gamma']]);
  });

  it('have a polite slot alone, and the rest of its claim goes back', async () => {
    expect(await claimPages(5)).toEqual([['Alpha'], ['Beta back'], ['Gamma back'], ['Delta back']]);
  });
});
