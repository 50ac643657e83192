import { afterEach, describe, expect, it } from 'vitest';
import type { JsonObject } from '#lib/json.ts';
import type { WorkItem } from '#lib/queue/model.ts';
import { harness, itemOf } from '#test/fetch-harness.ts';
import { type Respond, startLoopbackServer } from '#test/loopback-server.ts';
import { canonicalUrl } from '../web/addresses.ts';
import { http } from './index.ts';

const opened: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of opened.splice(0).reverse()) await one.close();
});

async function site(respond: Respond, settings: JsonObject = {}) {
  const server = await startLoopbackServer((asked, response) => {
    if (asked.url === '/robots.txt') response.writeHead(404).end();
    else respond(asked, response);
  });
  opened.push(server);
  const source = harness(http, { base_url: `${server.origin}/`, ...settings });
  opened.push(source);
  const fetchPath = (path: string, over: Partial<WorkItem> = {}) => {
    const [item] = source.seed({ urls: [path] });
    if (!item) throw new Error('no item');
    return source.fetch({ ...item, ...over });
  };
  return { origin: server.origin, source, fetchPath };
}

const page = (head: string) => `<!doctype html><html><head>${head}</head><body>x</body></html>`;
const html = { 'content-type': 'text/html' };

describe('a page that goes by another address', () => {
  const calledMain: Respond = (asked, response) => {
    const head = asked.url === '/main' ? '' : '<link rel="canonical" href="/main">';
    response.writeHead(200, html).end(page(head));
  };

  it('is another name of the page under that address', async () => {
    const { origin, fetchPath, source } = await site(calledMain);
    const outcome = await fetchPath('print?id=1');
    expect(outcome).toMatchObject({
      kind: 'alias',
      facts: { details: { alias_of: `${origin}/main`, alias_by: 'canonical' } },
      canonical: { resourceId: `${origin}/main`, isHop: false },
    });
    if (outcome.kind !== 'alias' || !outcome.canonical) throw new Error('no target');
    expect(await source.fetch(itemOf(outcome.canonical))).toMatchObject({ kind: 'fetched' });
  });

  it('hands on what its sitemap said of its last change', async () => {
    const { fetchPath } = await site(calledMain);
    const changedAt = '2026-01-02T08:00:00.000Z';
    expect(await fetchPath('print', { metadata: { changed_at: changedAt } })).toMatchObject({
      canonical: { changedAt },
    });
    expect(await fetchPath('print')).not.toHaveProperty('canonical.changedAt');
  });

  it('may say so in a header, and then need not be HTML', async () => {
    const { fetchPath } = await site((_, response) => {
      response.writeHead(200, { 'content-type': 'text/plain', link: '</main>; rel="canonical"' });
      response.end('x');
    });
    expect(await fetchPath('copy')).toMatchObject({ kind: 'alias' });
  });

  it('is not sent on a second time when its target names it in turn', async () => {
    const { fetchPath, source } = await site((asked, response) => {
      const other = asked.url === '/a' ? '/b' : '/a';
      response.writeHead(200, html).end(page(`<link rel=canonical href=${other}>`));
    });
    const first = await fetchPath('a');
    if (first.kind !== 'alias' || !first.canonical) throw new Error(`was ${first.kind}`);
    expect(await source.fetch(itemOf(first.canonical))).toMatchObject({ kind: 'fetched' });
  });

  it.each([
    ['its own address', '<link rel=canonical href="/x">'],
    ['a page of another host', '<link rel=canonical href="https://elsewhere.example/x">'],
    ['no address at all', '<link rel=canonical href="javascript:x">'],
    ['a mere alternative', '<link rel=alternate href="/y">'],
  ])('is kept when it names %s', async (_, head) => {
    const { fetchPath } = await site((__, response) => {
      response.writeHead(200, html).end(page(head));
    });
    expect(await fetchPath('x')).toMatchObject({ kind: 'fetched' });
  });

  it('is kept where the source says so', async () => {
    const { fetchPath } = await site(calledMain, { one_address: false });
    expect(await fetchPath('print')).toMatchObject({ kind: 'fetched' });
  });
});

describe('a page that moved', () => {
  const moved =
    (status: number): Respond =>
    (asked, response) => {
      if (asked.url === '/new') response.writeHead(200, html).end(page(''));
      else response.writeHead(status, { location: '/new' }).end();
    };

  it.each([301, 308])('for good (%i) is another name of where it is now', async (status) => {
    const { origin, fetchPath } = await site(moved(status));
    expect(await fetchPath('old')).toMatchObject({
      kind: 'alias',
      facts: { details: { alias_by: 'redirect' } },
      canonical: { resourceId: `${origin}/new` },
    });
  });

  it.each([302, 303, 307])('for now (%i) keeps its address', async (status) => {
    const { fetchPath } = await site(moved(status));
    expect(await fetchPath('old')).toMatchObject({ kind: 'fetched' });
  });

  it('to another host is followed when a person named it, and left out when a link did', async () => {
    const elsewhere = await site((_, response) => {
      response.writeHead(200, html).end(page(''));
    });
    const { fetchPath } = await site((_, response) => {
      response.writeHead(301, { location: `${elsewhere.origin}/new` }).end();
    });
    expect(await fetchPath('old')).toMatchObject({
      canonical: { resourceId: `${elsewhere.origin}/new` },
    });
    expect(await fetchPath('old', { depth: 1 })).toMatchObject({ kind: 'alias', canonical: null });
  });
});

it.each([
  ['HTTP://Example.ORG:80/a/../b#top', 'http://example.org/b'],
  ['https://example.org/page#', 'https://example.org/page'],
  ['https://example.org/%7euser/%c3%a9', 'https://example.org/~user/%C3%A9'],
  ['https://example.org/a%2fb', 'https://example.org/a%2Fb'],
  ['https://example.org/?b=2&a=1', 'https://example.org/?b=2&a=1'],
])('the canonical form of %s is %s', (url, canonical) => {
  expect(canonicalUrl(url)).toBe(canonical);
  expect(canonicalUrl(canonical)).toBe(canonical);
});

describe('a challenge page', () => {
  it.each([
    ['by its header', 403, { 'cf-mitigated': 'challenge' }, 'x'],
    ['that answers 202', 202, { 'x-amzn-waf-action': 'challenge' }, ''],
    ['by what it holds', 503, html, '<title>Just a moment...</title>'],
    ['of Anubis', 403, html, '<script src="/.within.website/x/cmd/anubis/static/js/main.mjs">'],
  ])('%s is recognised', async (_, status, headers, body) => {
    const { fetchPath } = await site((__, response) => {
      response.writeHead(status, headers).end(body);
    });
    expect(await fetchPath('x')).toMatchObject({ kind: 'error', code: 'blocked' });
  });

  it('is not what a page about challenge pages is', async () => {
    const { fetchPath } = await site((_, response) => {
      response.writeHead(200, html).end('<title>Just a moment...</title> is what it says.');
    });
    expect(await fetchPath('x')).toMatchObject({ kind: 'fetched' });
  });
});
