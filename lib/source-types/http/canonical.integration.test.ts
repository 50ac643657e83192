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

  it('may say so in a header, relative to the address that answered', async () => {
    const { origin, fetchPath } = await site((asked, response) => {
      if (asked.url === '/copy') response.writeHead(302, { location: '/new/copy' }).end();
      else if (asked.url === '/new/main') response.writeHead(200, html).end(page(''));
      else response.writeHead(200, { ...html, link: '<main>; rel=canonical' }).end(page(''));
    });
    expect(await fetchPath('copy')).toMatchObject({
      kind: 'alias',
      facts: { details: { alias_of: `${origin}/new/main` } },
    });
  });

  it('may be of no type, and begin like one', async () => {
    const { origin, fetchPath } = await site((asked, response) => {
      response.end(page(asked.url === '/main' ? '' : '<link rel="canonical" href="/main">'));
    });
    expect(await fetchPath('print')).toMatchObject({
      kind: 'alias',
      facts: { details: { alias_of: `${origin}/main` } },
    });
  });

  it('is told with what was sent, whose links count', async () => {
    const { origin, source, fetchPath } = await site(
      (asked, response) => {
        const head = asked.url === '/main' ? '' : '<link rel="canonical" href="/main">';
        response
          .writeHead(200, html)
          .end(`<head>${head}</head><body>x <a href="/more">y</a></body>`);
      },
      { discovery: { enabled: true } },
    );
    const outcome = await fetchPath('print');
    if (outcome.kind !== 'alias' || outcome.payload === undefined) throw new Error(outcome.kind);
    const [item] = source.seed({ urls: ['print'] });
    const links = item && http.discover(item, outcome.payload, source.context);
    expect(links).toMatchObject([{ resourceId: `${origin}/more` }]);
  });

  const long = (own: string) => `${'shared words of every page '.repeat(20)} ${own}`;
  const slip = (head: string, other: Respond, settings: JsonObject = {}) =>
    site((asked, response) => {
      if (asked.url !== '/docs/x') return other(asked, response);
      response.writeHead(200, html).end(`<head>${head}</head><body>${long('its own')}</body>`);
    }, settings);
  const notThere: Respond = (_, response) => void response.writeHead(404).end();
  const shows =
    (body: string, head = ''): Respond =>
    (_, response) =>
      void response.writeHead(200, html).end(`<head>${head}</head><body>${body}</body>`);

  it.each<[string, string, string, Respond]>([
    ['is not there', 'not_there', '/gone', notThere],
    ['is meant from the root and is not', 'not_there', 'docs/x', notThere],
    ['has lost its scheme', 'not_there', 'example.org/docs/x', notThere],
    ['is the home page', 'home_page', '/', shows(long('its own'))],
    ['reads differently', 'reads_differently', '/list', shows('Quite another text stands here.')],
    [
      'differs in a few words of many',
      'reads_differently',
      '/docs/y',
      shows(long('and here stands a text of thirteen words that is not there on it')),
    ],
    [
      'names this one in turn',
      'names_another',
      '/docs/y',
      shows(long('its own'), '<link rel=canonical href="/docs/x">'),
    ],
    [
      'names a third',
      'names_another',
      '/docs/y',
      shows(long('its own'), '<link rel=canonical href="/docs/z">'),
    ],
    [
      'redirects',
      'moves_on',
      '/docs/y',
      (asked, response) =>
        asked.url === '/docs/y'
          ? void response.writeHead(302, { location: '/docs/z' }).end()
          : shows(long('its own'))(asked, response),
    ],
    ['is on another host', 'other_host', 'https://elsewhere.example/docs/x', notThere],
  ])('is kept, and says why, when what it names %s', async (_, because, name, other) => {
    const { fetchPath, origin } = await slip(`<link rel=canonical href="${name}">`, other);
    const outcome = await fetchPath('docs/x');
    const named = new URL(name, `${origin}/docs/x`).href;
    expect(outcome).toMatchObject({
      kind: 'fetched',
      facts: { statusCode: 200, details: { named, kept_because: because } },
    });
  });

  it('is kept where what it names is not for crawlers', async () => {
    const server = await startLoopbackServer((asked, response) => {
      if (asked.url === '/robots.txt') response.end('User-agent: *\nDisallow: /main');
      else calledMain(asked, response);
    });
    const source = harness(http, { base_url: `${server.origin}/` });
    opened.push(server, source);
    const [item] = source.seed({ urls: ['print'] });
    const outcome = item && (await source.fetch(item));
    expect(outcome).toMatchObject({ facts: { details: { kept_because: 'disallowed' } } });
    expect(server.requests.map(({ url }) => url)).toEqual(['/robots.txt', '/print']);
  });

  it('is kept when it names two', async () => {
    const head = '<link rel=canonical href="/a"><link rel=canonical href="/b">';
    const { fetchPath } = await slip(head, notThere);
    expect(await fetchPath('docs/x')).toMatchObject({
      facts: { details: { kept_because: 'names_several' } },
    });
  });

  it('is found by the base of its head, and what stands in the body is not heard', async () => {
    const same = shows(long('its own'));
    const based = await slip('<base href="/docs/v2/"><link rel=canonical href="x">', same);
    expect(await based.fetchPath('docs/x')).toMatchObject({
      kind: 'alias',
      facts: { details: { alias_of: `${based.origin}/docs/v2/x` } },
    });
    const { fetchPath } = await slip('</head><p><link rel=canonical href="/docs/y">', same);
    const outcome = await fetchPath('docs/x');
    expect(outcome.kind).toBe('fetched');
    expect(outcome.facts?.details).not.toHaveProperty('named');
  });

  it('asks for what many pages name once, and believes no site whose names prove wrong', async () => {
    const { fetchPath, origin, source } = await site((asked, response) => {
      const { url = '' } = asked;
      const head = url.startsWith('/m') ? `<link rel=canonical href="/gone${url}">` : '';
      if (url.startsWith('/gone')) response.writeHead(404).end();
      else response.writeHead(200, html).end(`<head>${head}</head><body>${url}</body>`);
    });
    const because: unknown[] = [];
    for (let n = 1; n <= 12; n += 1) {
      const { facts } = await fetchPath(`m${n}`);
      because.push(facts?.details['kept_because']);
    }
    expect(because.slice(0, 9)).toEqual(Array(9).fill('not_there'));
    expect(because.slice(9)).toEqual(Array(3).fill('names_proved_wrong'));
    expect(origin).toContain('127.0.0.1');
    expect(source.pauses()).toBeLessThan(12);
  });

  it.each([
    ['its own address', '<link rel=canonical href="/x">'],
    ['its own address with a fragment', '<link rel=canonical href="#/route">'],
    ['its own address in a form of its own', '<LINK REL=Canonical HREF="./a/../%78">'],
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
  ['https://example.org/page?', 'https://example.org/page'],
  ['https://example.org/page?#top', 'https://example.org/page'],
  ['https://example.org/%7euser/%c3%a9', 'https://example.org/~user/%C3%A9'],
  ['https://example.org/a%2fb', 'https://example.org/a%2Fb'],
  ['https://example.org./a', 'https://example.org/a'],
  ['https://example.org.:8443/a', 'https://example.org:8443/a'],
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
