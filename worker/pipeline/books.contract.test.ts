import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { contractEngines } from '#test/db/contract-engines.ts';
import { type LoopbackServer, startLoopbackServer } from '#test/loopback-server.ts';
import { type PipelineBench, usePipeline } from '#test/worker/pipeline.ts';

interface Page {
  readonly type?: string;
  readonly body: string;
}

const html = (head: string, body: string): Page => ({
  body: `<!DOCTYPE HTML><html lang="en"><head>${head}</head><body>${body}</body></html>`,
});
const words = (topic: string, count = 60) =>
  Array.from({ length: count }, (_, n) => `${topic} says ${n}.`).join(' ');

/** As mdBook 0.4 makes them: the table of contents is a page of its own, in a frame for those without scripts. */
function book(chapters: number): Map<string, Page> {
  const names = Array.from({ length: chapters }, (_, n) => `ch${n < 10 ? '0' : ''}${n}.html`);
  const toc = names.map((name) => `<li><a href="${name}">${name}</a></li>`).join('');
  const frame =
    '<noscript><iframe class="sidebar-iframe-outer" src="toc.html"></iframe></noscript>';
  const head = '<meta charset="UTF-8"><link rel="shortcut icon" href="favicon.png">';
  const pages = new Map(
    names.map((name) => [
      `/book/${name}`,
      html(head, `<nav id="sidebar">${frame}</nav><main><h1>${name}</h1>${words(name)}</main>`),
    ]),
  );
  const toctree = html('<base target="_parent">', `<ol class="chapter">${toc}</ol>`);
  const print = html(
    '<meta name="robots" content="noindex">',
    names.map((name) => words(name)).join(''),
  );
  return pages
    .set('/book/', html(head, `<nav>${frame}</nav><main>Welcome.</main>`))
    .set('/book/toc.html', toctree)
    .set('/book/print.html', print);
}

const slips: readonly ((path: string) => string)[] = [
  () => '/',
  () => 'https://elsewhere.example/',
  (path) => path.slice(1),
  (path) => `/v1${path}`,
  (path) => `${path}#section`,
  (path) => path,
  () => '/guide/0',
  (path) => `example.org${path}`,
];

/** A guide whose every page errs about its own address in one way or another, and a printed view of each that does not. */
function guide(count: number, origin: () => string): Map<string, () => Page> {
  const paths = Array.from({ length: count }, (_, n) => `/guide/${n}`);
  const menu = ['/', ...paths].map((path) => `<a href="${path}">${path}</a>`).join(' ');
  const pages = new Map<string, () => Page>([
    ['/', () => html('<link rel="canonical" href="/">', menu)],
    ['/robots.txt', () => ({ type: 'text/plain', body: `Sitemap: ${origin()}/map.xml` })],
    [
      '/map.xml',
      () => ({
        type: 'application/xml',
        body: `<?xml version="1.0"?><ns0:urlset xmlns:ns0="x">${[...paths, '/only/listed']
          .map((path) => `<ns0:url><ns0:loc>${origin()}${path}?utm_source=map</ns0:loc></ns0:url>`)
          .join('')}</ns0:urlset>`,
      }),
    ],
    ['/only/listed', () => html('', words('listed'))],
  ]);
  for (const [n, path] of paths.entries()) {
    const slip = slips[n % slips.length]?.(path) ?? '';
    const text = `<h1>${path}</h1>${words(path)}`;
    const print = `<a href="${path}/print"></a>`;
    pages.set(path, () => html(`<link rel="canonical" href="${slip}">`, menu + text + print));
    pages.set(`${path}/print`, () => html(`<link rel="canonical" href="${path}">`, text));
  }
  return pages;
}

describe.each(contractEngines())('whole sites, crawled on $name', (engine) => {
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

  async function serve(pageOf: (path: string) => Page | undefined): Promise<LoopbackServer> {
    const server = await startLoopbackServer(({ url = '' }, response) => {
      const page = pageOf(url);
      if (!page) return void response.writeHead(404).end();
      response.writeHead(200, { 'content-type': page.type ?? 'text/html' }).end(page.body);
    });
    servers.push(server);
    return server;
  }
  async function crawl({ origin }: LoopbackServer, seeds: object) {
    const settings = { base_url: `${origin}/`, discovery: { enabled: true, max_depth: 5 } };
    await bench.seed({ name: 'site', type: 'http', settings, seeds: [{ ...seeds }] });
    const crawled = [...(await bench.crawl())];
    const paths = (which: (records: number) => boolean) =>
      crawled
        .filter(([, { records }]) => which(records))
        .map(([url]) => url.slice(origin.length))
        .sort();
    return { stored: paths((records) => records === 1), twice: paths((records) => records > 1) };
  }

  it('a book whose contents stand in a frame for those without scripts', async () => {
    const pages = book(40);
    const server = await serve((path) => pages.get(path));
    const { stored, twice } = await crawl(server, { urls: ['book/'] });
    // Nothing links to the printed view.
    const truth = [...pages.keys()].filter((path) => path !== '/book/print.html').sort();
    expect(stored).toEqual(truth);
    expect(twice).toEqual([]);
  });

  it('a guide whose pages err about their addresses, from its home page and its robots.txt', async () => {
    const pages = guide(24, () => server.origin);
    const server = await serve((path) => pages.get(path.replace('?utm_source=map', ''))?.());
    const { stored, twice } = await crawl(server, { urls: ['/'], sitemaps: ['/robots.txt'] });
    const texts = [...pages.keys()].filter((path) => !path.endsWith('/print'));
    for (const path of texts) expect(stored).toContain(path);
    expect(twice).toEqual([]);
  });
});
