import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import type { WorkItem } from '#lib/queue/model.ts';
import { harness, itemOf } from '#test/fetch-harness.ts';
import { startLoopbackServer } from '#test/loopback-server.ts';
import { http } from './index.ts';
import { parseSitemap } from './sitemap.ts';

const opened: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of opened.splice(0).reverse()) await one.close();
});

const urlset = (...entries: string[]) =>
  `<?xml version="1.0" encoding="UTF-8"?>
<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">${entries.join('')}</urlset>`;
const entry = (loc: string, lastmod = '') =>
  `<url><loc> ${loc} </loc>${lastmod === '' ? '' : `<lastmod>${lastmod}</lastmod>`}</url>`;

async function siteOf(files: Readonly<Record<string, (origin: string) => string | Buffer>>) {
  const server = await startLoopbackServer((request, response) => {
    const file = files[request.url ?? ''];
    if (file) response.end(file(server.origin));
    else response.writeHead(404).end();
  });
  opened.push(server);
  const source = harness(http, {});
  opened.push(source);
  const read = async (item: WorkItem) => {
    const outcome = await source.fetch(item);
    if (outcome.kind !== 'fetched') return { outcome, items: [] };
    const items = http.discover(item, outcome.payload, source.context);
    return { outcome, items };
  };
  return { origin: server.origin, source, read };
}

describe('a sitemap', () => {
  it('leads to its pages as seeds of the kind that was asked for, with their last change', async () => {
    const site = await siteOf({
      '/sitemap.xml': (origin) =>
        urlset(
          entry(`${origin}/a?x=1&amp;y=2`, '2026-01-02'),
          entry(`${origin}/b`, '2026-01-02T10:00:00+02:00'),
          entry(`${origin}/b#again`),
          entry('https://elsewhere.example/c'),
          entry(`${origin}/d`, 'yesterday'),
        ),
    });
    const [item] = site.source.seed({
      resource_type: 'article',
      sitemaps: [`${site.origin}/sitemap.xml`],
    });
    if (!item) throw new Error('no item');
    expect(item).toMatchObject({ resourceType: 'sitemap' });
    const { items } = await site.read(item);
    expect(items).toMatchObject([
      {
        resourceType: 'article',
        resourceId: `${site.origin}/a?x=1&y=2`,
        metadata: { changed_at: '2026-01-02T23:59:59.999Z' },
        changedAt: '2026-01-02T23:59:59.999Z',
        isHop: false,
      },
      { resourceId: `${site.origin}/b`, changedAt: '2026-01-02T08:00:00.000Z' },
      { resourceId: `${site.origin}/d`, metadata: {} },
    ]);
  });

  it('may be an index of further ones, and packed as a file', async () => {
    const site = await siteOf({
      '/index.xml': (origin) =>
        `<sitemapindex xmlns="x"><sitemap><loc>${origin}/one.xml.gz</loc></sitemap></sitemapindex>`,
      '/one.xml.gz': (origin) => gzipSync(urlset(entry(`${origin}/page`))),
    });
    const [item] = site.source.seed({ sitemaps: [`${site.origin}/index.xml`] });
    if (!item) throw new Error('no item');
    const [inner] = (await site.read(item)).items;
    if (!inner) throw new Error('nothing found');
    expect(inner).toMatchObject({ resourceType: 'sitemap', isHop: false });
    const { items } = await site.read(itemOf(inner));
    expect(items).toMatchObject([{ resourceType: 'document', resourceId: `${site.origin}/page` }]);
  });

  it('is found through robots.txt', () => {
    const robots =
      'User-agent: *\nDisallow: /x\nSITEMAP: https://a.example/s.xml\n  sitemap:/t.xml';
    expect(parseSitemap(robots)).toEqual({
      kind: 'index',
      entries: [
        { url: 'https://a.example/s.xml', changedAt: null },
        { url: '/t.xml', changedAt: null },
      ],
    });
    expect(parseSitemap('User-agent: *\nDisallow:\n')).toBeNull();
  });

  it('may be a plain list', () => {
    expect(parseSitemap('https://a.example/1\r\nhttps://a.example/2\n')?.entries).toHaveLength(2);
  });

  it('that is none, or unpacks without an end, is an error', async () => {
    const site = await siteOf({
      '/page': () => '<!doctype html><html><body>Not here</body></html>',
      '/bomb.xml.gz': () => gzipSync(Buffer.alloc(60 * 1024 * 1024)),
      '/broken.xml.gz': () => Buffer.from([0x1f, 0x8b, 8, 0, 1, 2, 3]),
    });
    const sitemaps = ['page', 'bomb.xml.gz', 'broken.xml.gz'].map(
      (name) => `${site.origin}/${name}`,
    );
    const codes: unknown[] = [];
    for (const item of site.source.seed({ sitemaps })) {
      const { outcome } = await site.read(item);
      codes.push(outcome.kind === 'error' && outcome.code);
    }
    expect(codes).toEqual(['payload_invalid', 'egress_too_large', 'payload_invalid']);
  });

  it('of 50,000 entries and more is read to that number', () => {
    const text = urlset(
      ...Array.from({ length: 50_010 }, (_, n) => entry(`https://a.example/${n}`)),
    );
    expect(parseSitemap(text)?.entries).toHaveLength(50_000);
  });
});
