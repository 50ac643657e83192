import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createRobotsMemory } from '#lib/source-types/web/robots.ts';
import { contractEngines } from '#test/db/contract-engines.ts';
import { type LoopbackServer, startLoopbackServer } from '#test/loopback-server.ts';
import { passTime } from '#test/queue-database.ts';
import { type PipelineBench, usePipeline } from '#test/worker/pipeline.ts';
import { claimItems } from './claim.ts';
import { processItem } from './process.ts';

describe.each(contractEngines())('the distance a site asks for, on $name', (engine) => {
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

  /** Ten pages behind the robots.txt, of a source without a rate. */
  async function siteWith(robots: () => string, settings: object = {}): Promise<LoopbackServer> {
    server = await startLoopbackServer((request, response) => {
      response.end(request.url === '/robots.txt' ? robots() : 'page');
    });
    await bench.seed({
      name: 'site',
      type: 'http',
      settings: { base_url: `${server.origin}/`, ...settings },
      seeds: [{ urls: ['page/{1..10}'] }],
    });
    return server;
  }
  const claim = async () =>
    (await claimItems(bench.context, { requests: 20, slots: 20, items: 20 })).batches.flat();
  const work = async () => {
    const leased = await claim();
    const results = await Promise.all(leased.map((one) => processItem(one, bench.context)));
    return results.map(({ kind }) => kind);
  };
  const pages = (site: LoopbackServer) =>
    site.requests.filter(({ url }) => url !== '/robots.txt').length;

  it('is kept from the first page on, by everybody who had claimed without knowing it', async () => {
    const site = await siteWith(() => 'User-agent: *\nCrawl-delay: 40\n');
    expect(await work()).toEqual(Array(10).fill('released'));
    expect(site.requests.map(({ url }) => url)).toEqual(['/robots.txt']);
    expect(await claim()).toEqual([]);
    await passTime(bench.context.db, 41_000);
    expect(await work()).toEqual(['completed']);
    expect(await work()).toEqual([]);
    await passTime(bench.context.db, 41_000);
    expect(await work()).toEqual(['completed']);
    expect(pages(site)).toBe(2);
    const attempts = await bench.context.db.q
      .selectFrom('work_items')
      .select('attempt')
      .where('status', '=', 'pending')
      .execute();
    expect(attempts.every(({ attempt }) => attempt === 0)).toBe(true);
  });

  it('ends with the rule', async () => {
    let robots = 'User-agent: *\nCrawl-delay: 1\n';
    await siteWith(() => robots);
    await work();
    await passTime(bench.context.db, 2_000);
    robots = '';
    const fresh = { ...bench.context, robots: createRobotsMemory() };
    const [leased] = await claim();
    if (!leased) throw new Error('nothing could be claimed');
    expect(await processItem(leased, fresh)).toMatchObject({ kind: 'completed' });
    const host = await bench.context.db.q
      .selectFrom('hosts')
      .select(['pace_ms', 'robots_delay_ms'])
      .where('pace_ms', '>', 0)
      .execute();
    expect(host).toEqual([]);
  });

  it('is none where robots.txt names none', async () => {
    const site = await siteWith(() => 'User-agent: *\nDisallow: /private\n');
    expect(await work()).toEqual(Array(10).fill('completed'));
    expect(site.requests.filter(({ url }) => url === '/robots.txt')).toHaveLength(1);
  });
});
