import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemActor } from '#lib/actor/model.ts';
import { changeItems } from '#lib/items/changes/change-items.ts';
import { contractEngines } from '#test/db/contract-engines.ts';
import { type LoopbackServer, startLoopbackServer } from '#test/loopback-server.ts';
import { passTime } from '#test/queue-database.ts';
import { type PipelineBench, usePipeline } from '#test/worker/pipeline.ts';
import { processItem } from './process.ts';

describe.each(contractEngines())(
  'pages that fail on a host whose others answer, on $name',
  (engine) => {
    const openBench = usePipeline(engine);
    let bench: PipelineBench;
    let server: LoopbackServer;
    /** Whether a page, by its number, answers 500. */
    let fails: (page: number) => boolean;
    const asked: number[] = [];

    beforeEach(async () => {
      asked.length = 0;
      bench = await openBench();
      server = await startLoopbackServer((request, response) => {
        const page = Number(request.url?.split('/').at(-1));
        asked.push(page);
        response
          .writeHead(fails(page) ? 500 : 200, { 'content-type': 'text/plain' })
          .end(`${page}`);
      });
    });
    afterEach(async () => {
      await server.close();
      await bench.dispose();
    });

    const seed = (last: number, settings = {}) =>
      bench.seed({
        name: 'site',
        type: 'http',
        settings: { respect_robots: false, max_retries: 0, ...settings },
        seeds: [{ urls: [`${server.origin}/page/{0..${last}}`] }],
      });
    /** Processes what can be claimed now, and returns how it went. */
    async function work(most = Number.POSITIVE_INFINITY): Promise<string[]> {
      const kinds: string[] = [];
      while (kinds.length < most) {
        const leased = await bench.claimOne().catch(() => null);
        if (leased === null) break;
        kinds.push((await processItem(leased, bench.context)).kind);
      }
      return kinds;
    }
    const host = () => bench.context.db.q.selectFrom('hosts').selectAll().executeTakeFirstOrThrow();
    async function retryFailed(): Promise<number> {
      const { db } = bench.context;
      const failed = await db.q
        .selectFrom('work_items')
        .select('work_item_id')
        .where('status', '=', 'failed')
        .execute();
      const ids = failed.map((item) => item.work_item_id);
      await changeItems(db, systemActor('test'), { action: 'retry' }, ids);
      return ids.length;
    }

    it('never shut it, however often all of them are retried', async () => {
      fails = (page) => page % 7 === 0;
      await seed(59);
      expect(await work()).toHaveLength(60);
      for (let round = 0; round < 2; round += 1) {
        asked.length = 0;
        expect(await retryFailed()).toBe(9);
        expect(await work()).toEqual(Array(9).fill('failed'));
        expect(asked).toHaveLength(9);
        expect(await host()).toMatchObject({
          blocked_until: null,
          consecutive_failures: 0,
          pace_ms: 0,
        });
      }
    });

    it('do shut it when it answers none, also those that failed while it was away', async () => {
      fails = () => true;
      await seed(11);
      expect(await work()).toHaveLength(5);
      expect((await host()).blocked_until).not.toBeNull();
      // Each wait is followed by one request.
      for (let probe = 0; probe < 7; probe += 1) {
        await passTime(bench.context.db, 16 * 60_000);
        expect(await work()).toHaveLength(1);
      }
      expect(asked).toHaveLength(12);
      await retryFailed();
      await passTime(bench.context.db, 16 * 60_000);
      expect(await work()).toHaveLength(1);
      expect((await host()).blocked_until).not.toBeNull();
    });

    it('count once, however often one of them is tried', async () => {
      fails = () => true;
      await seed(0, { max_retries: 8 });
      for (let attempt = 0; attempt < 9; attempt += 1) {
        expect(await work()).toHaveLength(1);
        await passTime(bench.context.db, 16 * 60_000);
      }
      expect(await host()).toMatchObject({ blocked_until: null, consecutive_failures: 1 });
    });

    it('let others be its probe: a page that can answer opens it again', async () => {
      fails = (page) => page < 5;
      await seed(20, { max_retries: 9 });
      // On a slow database some of them are due again before the fifth was asked.
      expect(new Set(await work())).toEqual(new Set(['retried']));
      expect(await host()).toMatchObject({ consecutive_failures: 5 });
      expect((await host()).blocked_until).not.toBeNull();
      asked.length = 0;
      for (let probe = 0; probe < 5 && !asked.some((page) => page > 4); probe += 1) {
        await passTime(bench.context.db, 31_000);
        expect(await work(1)).toHaveLength(1);
      }
      expect(asked.at(-1)).toBe(5);
      expect(await host()).toMatchObject({
        consecutive_failures: 0,
        failing_pages: null,
        pace_ms: 0,
      });
      expect(await work()).toEqual(Array(15).fill('completed'));
    });
  },
);
