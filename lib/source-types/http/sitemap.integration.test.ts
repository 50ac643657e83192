import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import type { WorkItem } from '#lib/queue/model.ts';
import { harness, itemOf } from '#test/fetch-harness.ts';
import { startLoopbackServer } from '#test/loopback-server.ts';
import { countingLeftOut } from '../left-out.ts';
import { http } from './index.ts';
import { parseSitemap, readSitemap } from './sitemap.ts';

const opened: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of opened.splice(0).reverse()) await one.close();
});

const urlset = (...entries: string[]) =>
  `<?xml version="1.0" encoding="UTF-8"?>
<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">${entries.join('')}</urlset>`;
const base = 'https://a.example/sitemap.xml';
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
    if (outcome.kind !== 'fetched') return { outcome, items: [], leftOut: {} };
    const { leave, leftOut } = countingLeftOut();
    const items = http.discover(item, outcome.payload, source.context, undefined, leave);
    return { outcome, items, leftOut };
  };
  return { origin: server.origin, source, read };
}

const changed = '2026-01-02T08:00:00.000Z';
const page = 'https://a.example/p';

describe('what a sitemap says of changes', () => {
  const source = { settings: http.settingsSchema.parse({}) };
  const announced = (lastmod: string) => {
    const said = parseSitemap(urlset(entry(page, lastmod)), base)?.entries[0]?.changedAt ?? null;
    const found = { kind: 'pages', entries: [{ url: page, changed_at: said }] };
    const item = itemOf({ resourceType: 'sitemap', resourceId: base, requestUri: base });
    return http.discover(item, found, { ...source, sourceName: 's', secrets: {} })[0]?.changedAt;
  };

  it.each([
    ['2026-01-31', '2026-01-31T23:59:59.999Z'],
    ['2026', '2026-01-01T00:00:00.000Z'],
    ['2026-01', '2026-01-01T00:00:00.000Z'],
    ['2026-01-31T10:00:00+02:00', '2026-01-31T08:00:00.000Z'],
    ['2026-01-31 10:00', '2026-01-31T10:00:00.000Z'],
    ['Fri, 30 Jan 2026 10:00:00 GMT', '2026-01-30T10:00:00.000Z'],
  ])('%s is %s', (lastmod, moment) => {
    expect(announced(lastmod)).toBe(moment);
  });

  it.each(['2026-02-31', '2026-13-01', 'yesterday', '0000-00-00', '2199-01-01'])(
    '%s is nothing: no such day, or one to come, which would be news each time',
    (lastmod) => {
      expect(announced(lastmod)).toBeUndefined();
    },
  );
});

describe('a sitemap is read', () => {
  it.each([
    [
      'with a prefix',
      `<ns0:urlset xmlns:ns0="x"><ns0:url><ns0:loc>${page}</ns0:loc></ns0:url></ns0:urlset>`,
    ],
    ['whose entries have one', `<urlset><s:url><s:loc>${page}</s:loc></s:url></urlset>`],
    [
      'with an entity of its own',
      `<?xml version="1.0"?><!DOCTYPE urlset [<!ENTITY page "${page}">]><urlset><url><loc>&page;</loc></url></urlset>`,
    ],
    [
      'with a DOCTYPE',
      `<?xml version="1.0"?><!DOCTYPE urlset SYSTEM "x.dtd"><urlset><url><loc>${page}</loc></url></urlset>`,
    ],
    ['without a namespace, after blanks', `\n  <urlset><url><loc>${page}</loc></url></urlset>`],
    ['in capitals', `<URLSET><URL><LOC>${page}</LOC></URL></URLSET>`],
    ['in capitals here and there', `<urlSet><Url><Loc>${page}</loc></url></urlset>`],
    ['with CDATA', `<urlset><url><loc><![CDATA[${page}]]></loc></url></urlset>`],
    [
      'with a style sheet',
      `<?xml-stylesheet href="x.xsl"?><urlset><url><loc>${page}</loc></url></urlset>`,
    ],
    [
      'with images',
      `<urlset><url><loc>${page}</loc><image:image><image:loc>${page}.png</image:loc></image:image></url></urlset>`,
    ],
    ['as text with a byte order mark', `\uFEFF${page}\n`],
    [
      'as RSS',
      `<rss version="2.0"><channel><title>t</title><item><title>x</title><link>${page}</link></item></channel></rss>`,
    ],
    [
      'as Atom',
      `<feed xmlns="http://www.w3.org/2005/Atom"><title>t</title><id>f</id><entry><id>e</id><title>x</title><link href="/p"/></entry></feed>`,
    ],
    [
      'as JSON Feed',
      JSON.stringify({
        version: 'https://jsonfeed.org/version/1.1',
        title: 't',
        items: [{ id: '1', url: page }],
      }),
    ],
  ])('%s', async (_, text) => {
    const payload = await readSitemap(Buffer.from(text), base);
    expect(payload).toEqual({ kind: 'pages', entries: [{ url: page, changed_at: null }] });
  });

  it('as text with lines that are none of it, unless they are as many', async () => {
    const entries = [{ url: page }, { url: `${page}2` }];
    const text = `# pages\n${page}\n-- end of part 1 --\n${page}2\n`;
    expect(await readSitemap(Buffer.from(text), base)).toMatchObject({ entries, others: 1 });
    expect(await readSitemap(Buffer.from(`${page}\nis gone\n`), base)).toBeNull();
    expect(await readSitemap(Buffer.from(`Pages:\n${page}\n${page}2\n`), base)).toBeNull();
  });

  it('in UTF-16, and with the last change that a feed tells', async () => {
    const text = `\uFEFF<urlset><url><loc>${page}</loc><lastmod>${changed}</lastmod></url></urlset>`;
    const entries = [{ url: page, changed_at: changed }];
    expect(await readSitemap(Buffer.from(text, 'utf16le'), base)).toMatchObject({ entries });
    const atom = `<feed xmlns="http://www.w3.org/2005/Atom"><title>t</title><id>f</id><entry><id>e</id><title>x</title><updated>${changed}</updated><link href="${page}"/></entry></feed>`;
    expect(await readSitemap(Buffer.from(atom), base)).toMatchObject({ entries });
  });

  it('as far as it goes when it ends in the middle, and says so', async () => {
    const whole = urlset(entry(page), entry(`${page}2`), entry(`${page}3`));
    const half = whole.slice(0, whole.indexOf(`${page}3`) + 12);
    const entries = [{ url: page }, { url: `${page}2` }];
    const expected = { kind: 'pages', entries, ends_early: true };
    expect(await readSitemap(Buffer.from(half), base)).toMatchObject(expected);
    expect(await readSitemap(Buffer.from(whole), base)).not.toHaveProperty('ends_early');
    const many = urlset(
      ...Array.from({ length: 500 }, (_, n) => entry(`${page}${n}/${Math.sin(n)}`)),
    );
    const packed = gzipSync(many);
    const cut = await readSitemap(packed.subarray(0, packed.length / 2), base);
    if (cut === null || !('entries' in cut) || !Array.isArray(cut['entries']))
      throw new Error('none');
    expect(cut).toMatchObject({ ends_early: true });
    expect(cut['entries'].length).toBeGreaterThan(50);
    expect(cut['entries'].length).toBeLessThan(400);
  });
});

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
    expect(parseSitemap(robots, 'https://a.example/robots.txt')).toEqual({
      kind: 'index',
      entries: [
        { url: 'https://a.example/s.xml', changedAt: null },
        { url: '/t.xml', changedAt: null },
      ],
      beyond: 0,
      endsEarly: false,
    });
    expect(parseSitemap('User-agent: *\nDisallow:\n', base)).toBeNull();
  });

  it('on another host is followed where the robots.txt of the site names it, else it says so', async () => {
    const cdn = await siteOf({
      '/index.xml': (origin) =>
        `<sitemapindex><sitemap><loc>${origin}/one.xml</loc></sitemap></sitemapindex>`,
      '/one.xml': () => urlset(entry(`${site.origin}/a`), entry('https://elsewhere.example/b')),
    });
    const site = await siteOf({ '/robots.txt': () => `Sitemap: ${cdn.origin}/index.xml` });
    const [robots] = site.source.seed({ sitemaps: [`${site.origin}/robots.txt`] });
    const [index] = robots ? (await site.read(robots)).items : [];
    const [inner] = index ? (await site.read(itemOf(index))).items : [];
    if (!inner) throw new Error('the sitemap was not found');
    const named = await site.read(itemOf(inner));
    expect(named.items).toMatchObject([{ requestUri: `${site.origin}/a` }]);
    expect(named.leftOut).toEqual({ off_list: 1 });
    const unnamed = await site.read(itemOf({ ...inner, metadata: { page_type: 'document' } }));
    expect(unnamed).toMatchObject({ items: [], leftOut: { off_list: 2 } });
  });

  it('inside indexes without end is not followed for ever', async () => {
    const site = await siteOf({
      '/index.xml': (origin) =>
        `<sitemapindex><sitemap><loc>${origin}/x</loc></sitemap></sitemapindex>`,
    });
    const [seed] = site.source.seed({ sitemaps: [`${site.origin}/index.xml`] });
    let item = seed;
    let levels = 0;
    for (; item; levels += 1) {
      const { items, leftOut } = await site.read({
        ...item,
        requestUri: `${site.origin}/index.xml`,
      });
      const [next] = items;
      if (!next) expect(leftOut).toEqual({ nested_beyond: 1 });
      item = next && itemOf(next);
    }
    expect(levels).toBe(6);
  });

  it('may be a plain list', () => {
    expect(
      parseSitemap('https://a.example/1\r\n# a remark\r\nhttps://a.example/2\n', base)?.entries,
    ).toHaveLength(2);
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

  it('of 50,000 entries and more is read to that number, and says so', () => {
    const text = urlset(
      ...Array.from({ length: 50_010 }, (_, n) => entry(`https://a.example/${n}`)),
    );
    const sitemap = parseSitemap(text, base);
    expect(sitemap?.entries).toHaveLength(50_000);
    expect(sitemap?.beyond).toBe(10);
  });
});
