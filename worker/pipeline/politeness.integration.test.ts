import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemActor } from '#lib/actor/model.ts';
import { insertHost } from '#lib/hosts/insert-host.ts';
import type { JsonObject } from '#lib/json.ts';
import { saveSource } from '#lib/sources/save-source.ts';
import { seedItems } from '#lib/sources/seeds.ts';
import { type LoopbackServer, type Respond, startLoopbackServer } from '#test/loopback-server.ts';
import { openSite, type Site, until } from '#test/worker/processes.ts';

let site: Site;
const servers: LoopbackServer[] = [];
beforeEach(async () => {
  site = await openSite();
});
afterEach(async () => {
  await site.dispose();
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

interface Seen {
  readonly at: number;
  readonly inFlight: number;
  readonly path: string;
}

/** A server that notes what it sees, as an access log does. */
async function serve(answer: Respond): Promise<{ origin: string; seen: Seen[] }> {
  const seen: Seen[] = [];
  let inFlight = 0;
  const server = await startLoopbackServer((request, response) => {
    inFlight += 1;
    response.once('close', () => {
      inFlight -= 1;
    });
    seen.push({ at: performance.now(), inFlight, path: request.url ?? '' });
    answer(request, response);
  });
  servers.push(server);
  return { origin: server.origin, seen };
}

async function givenSource(name: string, settings: JsonObject, urls: readonly string[]) {
  const { db, secretBox, store } = site.runtime;
  const input = { name, type: 'http', enabled: true, settings, seeds: [{ urls: [...urls] }] };
  const saved = await saveSource(db, systemActor('test'), input, { secretBox });
  await store.enqueueMany(seedItems(saved));
}

const failures = () =>
  site.runtime.db.q
    .selectFrom('work_items')
    .select(['request_uri', 'error_code', 'error_message'])
    .where('status', '=', 'failed')
    .execute();

/** Runs the fleet until everything is done; ends with the first item that fails. */
async function crawl(workers: number): Promise<void> {
  const env = { INGEST_EGRESS_ALLOW: '127.0.0.0/8', INGEST_CONCURRENCY: '8' };
  const fleet = Array.from({ length: workers }, () => site.start('commands/worker.ts', [], env));
  await until(
    'all items are done',
    async () => {
      const { byStatus, total } = await site.runtime.store.getStats();
      expect(await failures()).toEqual([]);
      return byStatus.completed + byStatus.skipped === total;
    },
    110_000,
  );
  for (const { process } of fleet) process.kill('SIGTERM');
  for (const { ended } of fleet) expect((await ended).code).toBe(0);
}

const gaps = (seen: readonly Seen[]) =>
  seen.slice(1).map(({ at }, index) => at - (seen[index]?.at ?? 0));

describe('four workers, as the server sees them', () => {
  it('keep one distance for two sources on its host, redirects included', async () => {
    const { origin, seen } = await serve((request, response) => {
      if (request.url?.startsWith('/moved/')) {
        response.writeHead(302, { location: request.url.replace('/moved', '') }).end();
      } else response.end('{}');
    });
    const polite = { base_url: origin, response: 'json', rate_limit_delay: 0.1 };
    await givenSource('pages', polite, ['/page/{1..12}', '/moved/page/{13..15}']);
    await givenSource('search', polite, ['/search/{1..12}']);
    await crawl(4);
    expect(seen).toHaveLength(12 + 2 * 3 + 12);
    expect(Math.min(...gaps(seen))).toBeGreaterThanOrEqual(100);
    expect(Math.max(...seen.map(({ inFlight }) => inFlight))).toBe(1);
  });

  it('never have more requests with a host than its operator allows', async () => {
    const { origin, seen } = await serve((_, response) => {
      setTimeout(() => response.end('{}'), 40);
    });
    const { db } = site.runtime;
    await givenSource('api', { base_url: origin, response: 'json' }, ['/{1..60}']);
    await db.q
      .insertInto('hosts')
      .values({ host: new URL(origin).host, concurrency: 3, updated_at: db.engine.now() })
      .execute();
    await crawl(4);
    expect(seen).toHaveLength(60);
    expect(Math.max(...seen.map(({ inFlight }) => inFlight))).toBeLessThanOrEqual(3);
  });

  it('keep the distance of a host that redirects lead to, and obey its robots.txt', async () => {
    const target = await serve((request, response) => {
      if (request.url === '/robots.txt') response.end('User-agent: *\nDisallow: /secret');
      else response.end('{}');
    });
    const first = await serve((request, response) => {
      const to = request.url?.startsWith('/moved') ? request.url.replace('/moved', '') : null;
      if (to === null) response.writeHead(404).end();
      else response.writeHead(302, { location: `${target.origin}${to}` }).end();
    });
    const { db } = site.runtime;
    const host = new URL(target.origin).host;
    await insertHost(db, host, { delay_ms: 150, pace_ms: 150 });
    await givenSource('moved', { base_url: first.origin }, ['/moved/{1..10}', '/moved/secret']);
    await givenSource('direct', { base_url: target.origin, response: 'json' }, ['/own/{1..5}']);
    await crawl(4);

    const paths = target.seen.map(({ path }) => path).filter((path) => path !== '/robots.txt');
    expect(paths.toSorted()).toEqual(
      [
        ...Array.from({ length: 10 }, (_, n) => `/${n + 1}`),
        ...Array.from({ length: 5 }, (_, n) => `/own/${n + 1}`),
      ].toSorted(),
    );
    expect(Math.min(...gaps(target.seen))).toBeGreaterThanOrEqual(150);
    expect(Math.max(...target.seen.map(({ inFlight }) => inFlight))).toBe(1);
    const skipped = await db.q
      .selectFrom('work_items')
      .select(['request_uri', 'error_code'])
      .where('status', '=', 'skipped')
      .execute();
    expect(skipped).toEqual([
      { request_uri: `${first.origin}/moved/secret`, error_code: 'robots_disallowed' },
    ]);
  });

  it('take a Crawl-delay from the host that a redirect led to, and come back for the page', async () => {
    const target = await serve((request, response) => {
      if (request.url === '/robots.txt') response.end('User-agent: *\nCrawl-delay: 0.3');
      else response.end('{}');
    });
    const first = await serve((request, response) => {
      const location = `${target.origin}${request.url}`;
      response.writeHead(request.url === '/robots.txt' ? 404 : 307, { location }).end();
    });
    await givenSource('moved', { base_url: first.origin }, ['/{1..4}']);
    await crawl(1);
    expect(target.seen.map(({ path }) => path).toSorted()).toEqual(
      ['/1', '/2', '/3', '/4', '/robots.txt'].toSorted(),
    );
    expect(Math.min(...gaps(target.seen))).toBeGreaterThanOrEqual(300);
  });
});
