import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { listEvents } from '#lib/events/list-events.ts';
import { finishRuns } from '#lib/runs/finish-runs.ts';
import { launchRun } from '#lib/runs/launch-run.ts';
import { prepareRuns } from '#lib/runs/prepare-runs.ts';
import { getRun } from '#lib/runs/run-row.ts';
import { operator } from '#test/campaign.ts';
import { contractEngines } from '#test/db/contract-engines.ts';
import { type LoopbackServer, startLoopbackServer } from '#test/loopback-server.ts';
import { type PipelineBench, usePipeline } from '#test/worker/pipeline.ts';

/** Pages by their path: what stands in the head, and in the body. */
type Pages = Readonly<Record<string, readonly [head: string, body: string]>>;

const link = (path: string) => `<a href="${path}">${path}</a>`;
const canonical = (address: string) => `<link rel="canonical" href="${address}">`;

describe.each(contractEngines())('sites as people make them, crawled on $name', (engine) => {
  const openBench = usePipeline(engine);
  const servers: LoopbackServer[] = [];
  let bench: PipelineBench;
  beforeEach(async () => {
    bench = await openBench();
  });
  afterEach(async () => {
    for (const server of servers.splice(0)) await server.close();
    await bench.dispose();
  });

  async function crawl(
    pages: Pages,
    seed = '/',
    settings: object = {},
    types: Readonly<Record<string, string>> = {},
  ) {
    const server = await startLoopbackServer(({ url = '' }, response) => {
      const [head, body] = pages[url] ?? [];
      if (head === undefined) return void response.writeHead(404).end();
      response.writeHead(200, { 'content-type': types[url] ?? 'text/html' });
      response.end(`<!doctype html><html><head>${head}</head><body>${body}</body></html>`);
    });
    servers.push(server);
    await bench.seed({
      name: 'site',
      type: 'http',
      settings: {
        base_url: server.origin,
        discovery: { enabled: true, max_depth: 9 },
        ...settings,
      },
      seeds: [{ urls: [seed] }],
    });
    const crawled = await bench.crawl();
    return new Map([...crawled].map(([url, item]) => [url.slice(server.origin.length), item]));
  }
  const stored = (crawled: Awaited<ReturnType<typeof crawl>>) =>
    [...crawled].flatMap(([path, { records }]) => (records === 1 ? [path] : [])).sort();

  it('links are left alone where a page forbids them to the name of this deployment', async () => {
    const forbidding = (name: string) => `<meta name="${name}" content="nofollow">`;
    const crawled = await crawl({
      '/': ['', link('/ours') + link('/others')],
      '/ours': [forbidding('test'), link('/c')],
      '/others': [forbidding('holocroningest'), link('/d')],
      '/c': ['', 'c'],
      '/d': ['', 'd'],
    });
    expect(stored(crawled)).toEqual(['/', '/d', '/others', '/ours']);
  });

  it('every page names the home page: all of them are stored, and say why', async () => {
    const crawled = await crawl({
      '/': [canonical('/'), link('/a') + link('/b')],
      '/a': [canonical('/'), link('/c')],
      '/b': [canonical('/'), 'b'],
      '/c': [canonical('/'), link('/')],
    });
    expect(stored(crawled)).toEqual(['/', '/a', '/b', '/c']);
    expect(crawled.get('/c')?.facts).toMatchObject({ kept_because: 'home_page' });
  });

  it('every page names some page of the site: those that read differently are stored', async () => {
    const paths = ['/start', ...Array.from({ length: 12 }, (_, n) => `/p${n}`)];
    const menu = paths.map(link).join(' ');
    const crawled = await crawl(
      Object.fromEntries(
        paths.map((path) => [path, [canonical('/start'), `${menu} About ${path}.`]]),
      ),
      '/start',
    );
    expect(stored(crawled)).toEqual(paths.toSorted());
  });

  it('the pages of a list name its first: each is stored, and its links are followed', async () => {
    const crawled = await crawl(
      {
        '/list': [canonical('/list'), `One ${link('/a')} ${link('/list?page=2')}`],
        '/list?page=2': [canonical('/list'), `Two ${link('/b')} ${link('/list?page=3')}`],
        '/list?page=3': [canonical('/list'), `Three ${link('/c')}`],
        '/a': ['', 'a'],
        '/b': ['', 'b'],
        '/c': ['', 'c'],
      },
      '/list',
    );
    expect(stored(crawled)).toEqual(['/a', '/b', '/c', '/list', '/list?page=2', '/list?page=3']);
  });

  it('a page under two addresses is stored once, and the links of either are followed', async () => {
    const text = 'The same text under either address, long enough to be compared.';
    const crawled = await crawl({
      '/': ['', link('/page?session=1')],
      '/page': [canonical('/page'), text],
      '/page?session=1': [canonical('/page'), `${text}<a href="/only-here?session=1"></a>`],
      '/only-here?session=1': ['', 'x'],
    });
    expect(stored(crawled)).toEqual(['/', '/only-here?session=1', '/page']);
    expect(crawled.get('/page?session=1')?.facts).toMatchObject({ alias_by: 'canonical' });
  });

  it('only the pages that are meant are fetched, and what the source does not store is skipped', async () => {
    const types: Record<string, string> = { '/docs/file.bin': 'application/octet-stream' };
    const crawled = await crawl(
      {
        '/': ['', ['/docs/', '/blog/', '/docs/old/x', '/docs/a.zip'].map(link).join('')],
        '/docs/': [
          '',
          link('/docs/a?utm_source=x&b=1') + link('/docs/a?b=1') + link('/docs/file.bin'),
        ],
        '/docs/a?b=1': ['', link('/docs/x/x/x/x/') + link('/docs/calendar?month=2099-01')],
        '/docs/file.bin': ['', 'x'],
      },
      '/?utm_campaign=seed',
      {
        site: {
          include: ['/docs/'],
          exclude: ['/docs/old/*'],
          skip_extensions: ['.ZIP'],
          content_types: ['text/*'],
        },
      },
      types,
    );
    expect([...crawled.keys()].sort()).toEqual(['/', '/docs/', '/docs/a?b=1', '/docs/file.bin']);
    expect(stored(crawled)).toEqual(['/', '/docs/', '/docs/a?b=1']);
    expect(crawled.get('/docs/file.bin')).toMatchObject({ status: 'skipped' });
    expect(crawled.get('/')?.facts).toMatchObject({ not_enqueued: { excluded: 3 } });
    expect(crawled.get('/docs/a?b=1')?.facts).toMatchObject({ not_enqueued: { trap: 2 } });
  });

  it('no more pages of a host or folder are taken than the source says, and the rest is told', async () => {
    const blog = Array.from({ length: 6 }, (_, n) => `/blog/${n}`);
    const docs = Array.from({ length: 6 }, (_, n) => `/docs/${n}`);
    const paths = [...blog, ...docs];
    const pages = Object.fromEntries(paths.map((path) => [path, ['', link('/blog/0')] as const]));
    const crawled = await crawl({ ...pages, '/': ['', paths.map(link).join('')] }, '/', {
      site: { most_per_host: 8, most_per_folder: ['/blog/ 2'] },
    });
    expect([...crawled.keys()].filter((path) => path.startsWith('/blog/'))).toHaveLength(2);
    expect(crawled.size).toBe(8);
    expect(crawled.get('/')?.facts).toMatchObject({ not_enqueued: { over_share: 5 } });
  });

  it('pages that only lead to what is stored are followed, and say that they are not stored', async () => {
    const crawled = await crawl(
      { '/': ['', link('/a')], '/a': ['', link('/a.txt')], '/a.txt': ['', 'text'] },
      '/',
      { site: { content_types: ['text/plain'] } },
      { '/a.txt': 'text/plain' },
    );
    expect(stored(crawled)).toEqual(['/a.txt']);
    expect(crawled.get('/a')).toMatchObject({
      status: 'completed',
      facts: { not_stored: 'text/html' },
    });
  });

  it('a list that goes on beyond what is read says so, on the item and in the log of its run', async () => {
    const next = (page: number) => `<a rel="next" href="/list?page=${page}"></a>`;
    const crawled = await crawl(
      {
        '/list': ['', next(2) + link('/a')],
        '/list?page=2': ['', next(3) + link('/b')],
        '/list?page=3': ['', link('/c')],
        '/a': ['', link('/too/deep')],
      },
      '/list',
      { paging: { by: 'link', max_pages: 2 }, discovery: { enabled: true, max_depth: 1 } },
    );
    expect(crawled.get('/list?page=2')?.facts).toMatchObject({ not_enqueued: { pages_beyond: 1 } });
    expect(crawled.get('/a')?.facts).toMatchObject({ not_enqueued: { too_deep: 1 } });
    await bench.context.cuts.recordAll(bench.context.db);
    const { events } = await listEvents(bench.context.db, { kinds: ['items.left_out'] });
    expect(events).toMatchObject([
      {
        level: 'warn',
        sourceName: 'site',
        data: { items: 3, left_out: { pages_beyond: 1, too_deep: 2 } },
      },
    ]);
    expect(events[0]?.message).toMatch(/^More was there: 1 /);
  });

  describe('a page that was not there and is linked still', () => {
    const site = new Map<string, readonly [head: string, body: string]>();
    const { runs, linked } = { runs: [] as string[], linked: link('/late') + link('/other') };
    const run = async (kind: 'seed' | 'recrawl') => {
      const { runId } = await launchRun(bench.context.db, operator, { kind, sources: ['site'] });
      await prepareRuns(bench.context.db);
      const crawled = await bench.crawl();
      await finishRuns(bench.context.db);
      runs.push(runId);
      return [...crawled.values()].map(({ status }) => status).sort();
    };
    const asked = (server: LoopbackServer, path: string) =>
      server.requests.filter(({ url }) => url === path).length;

    it('is asked for once in each run, by whichever pages name it, and stored when it is there', async () => {
      for (const path of ['/', '/other', '/third']) site.set(path, ['', linked + link('/third')]);
      const server = await startLoopbackServer(({ url = '', headers }, response) => {
        const [, body] = site.get(url) ?? [];
        if (body === undefined) response.writeHead(404).end();
        else if (headers['if-none-match'] === '"1"') response.writeHead(304).end();
        else response.writeHead(200, { 'content-type': 'text/html', etag: '"1"' }).end(body);
      });
      servers.push(server);
      await bench.seed({
        name: 'site',
        type: 'http',
        settings: { base_url: server.origin, discovery: { enabled: true, max_depth: 3 } },
        seeds: [{ urls: ['/'] }],
      });
      expect(await run('seed')).toEqual(['completed', 'completed', 'completed', 'skipped']);
      expect(asked(server, '/late')).toBe(1);
      expect(await run('recrawl')).toEqual(['completed', 'completed', 'completed', 'skipped']);
      expect(asked(server, '/late')).toBe(2);
      site.set('/late', ['', 'late']);
      expect(await run('recrawl')).toEqual(Array(4).fill('completed'));
      const last = await getRun(bench.context.db, runs.at(-1) ?? '');
      expect(last).toMatchObject({ itemsTotal: 4, itemsProcessed: 4, itemsSucceeded: 4 });
    });
  });
});
