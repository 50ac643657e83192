import type { ServerResponse } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import type { JsonObject } from '#lib/json.ts';
import { type Harness, harness } from '#test/fetch-harness.ts';
import { type LoopbackServer, sendJson, startLoopbackServer } from '#test/loopback-server.ts';
import { mediawiki } from './index.ts';
import type { MediawikiSettings } from './settings.ts';

const opened: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of opened.splice(0).reverse()) await one.close();
});

interface Wiki extends Harness<MediawikiSettings> {
  readonly server: LoopbackServer;
  fetchTitle(title: string, revision?: string): ReturnType<Harness<MediawikiSettings>['fetch']>;
}

type Answer = (parameters: URLSearchParams, response: ServerResponse) => void;

async function wikiThat(answer: Answer, settings: JsonObject = {}): Promise<Wiki> {
  const server = await startLoopbackServer((request, response) =>
    answer(new URL(request.url ?? '', 'http://wiki').searchParams, response),
  );
  opened.push(server);
  const source = harness(mediawiki, {
    api_url: `${server.origin}/w/api.php`,
    email: 'op@example.org',
    ...settings,
  });
  opened.push(source);
  return {
    ...source,
    server,
    fetchTitle: (title, revision) => {
      const [item] = source.seed({ titles: [title] });
      if (!item) throw new Error('no item');
      return source.fetch({ ...item, revision: revision ?? null });
    },
  };
}

const page = (title: string, more: object = {}) => ({
  pageid: 7,
  ns: 0,
  title,
  lastrevid: 42,
  revisions: [{ revid: 42, slots: { main: { content: `Text of ${title}` } } }],
  ...more,
});

const links = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, index) => ({ ns: 0, title: `Link ${from + index}` }));

describe('a page', () => {
  it('is asked politely: with a contact, maxlag and formatversion 2, of the address as given', async () => {
    const wiki = await wikiThat((_, response) =>
      sendJson(response, { query: { pages: [page('Star Wars')] } }),
    );
    const outcome = await wiki.fetchTitle('Star Wars');
    expect(outcome).toMatchObject({ kind: 'fetched', validators: { revision: '42' } });
    const [asked] = wiki.server.requests;
    expect(asked?.headers['user-agent']).toBe('HolocronIngest/0.1 (op@example.org)');
    expect(asked?.url?.split('?')).toHaveLength(2);
    expect(Object.fromEntries(new URLSearchParams(asked?.url?.split('?')[1]))).toMatchObject({
      action: 'query',
      formatversion: '2',
      redirects: '1',
      maxlag: '5',
      plnamespace: '0',
      titles: 'Star Wars',
    });
  });

  it('keeps the query an API address has already', async () => {
    const wiki = await wikiThat((_, response) =>
      sendJson(response, { query: { pages: [page('A')] } }),
    );
    const source = harness(mediawiki, {
      api_url: `${wiki.server.origin}/w/api.php?farm=7`,
      email: 'op@example.org',
    });
    opened.push(source);
    const [item] = source.seed({ titles: ['A'] });
    if (item) await source.fetch(item);
    expect(wiki.server.requests[0]?.url).toMatch(/^\/w\/api\.php\?farm=7&action=query&/);
  });

  it('with more than 500 links is complete, the whole continuation sent each time, politely', async () => {
    const wiki = await wikiThat((asked, response) => {
      const offset = Number(asked.get('plcontinue') ?? 0);
      const to = Math.min(offset + 500, 1203);
      const part =
        offset === 0
          ? page('Hub', { links: links(0, 500) })
          : { pageid: 7, ns: 0, title: 'Hub', links: links(offset, to) };
      const more = to < 1203 ? { continue: { plcontinue: String(to), continue: '||info' } } : {};
      if (offset > 0) expect(asked.get('continue')).toBe('||info');
      sendJson(response, { batchcomplete: to >= 1203, ...more, query: { pages: [part] } });
    });
    const outcome = await wiki.fetchTitle('Hub');
    if (outcome.kind !== 'fetched') throw new Error(`was ${outcome.kind}`);
    const payload = outcome.payload as JsonObject;
    expect(payload['links']).toHaveLength(1203);
    expect(payload).toMatchObject({ title: 'Hub', revisions: [{ revid: 42 }] });
    expect(outcome.facts.details).toMatchObject({ requests: 3 });
    expect(wiki.pauses()).toBe(2);
    const [item] = wiki.seed({ titles: ['Hub'] });
    if (item) expect(mediawiki.discover(item, payload, wiki.context)).toHaveLength(1203);
  });

  it('whose continuation never moves ends with an error instead of asking for ever', async () => {
    const wiki = await wikiThat((_, response) =>
      sendJson(response, {
        continue: { plcontinue: '1', continue: '||' },
        query: { pages: [page('A')] },
      }),
    );
    expect(await wiki.fetchTitle('A')).toMatchObject({ kind: 'error', code: 'api_error' });
    expect(wiki.server.requests).toHaveLength(2);
  });

  it('of a revision that is known is unchanged, without its continuations', async () => {
    const wiki = await wikiThat((_, response) =>
      sendJson(response, {
        continue: { plcontinue: '1', continue: '||' },
        query: { pages: [page('A')] },
      }),
    );
    expect(await wiki.fetchTitle('A', '42')).toMatchObject({ kind: 'unchanged' });
    expect(wiki.server.requests).toHaveLength(1);
  });

  it('has a change only when its content changed, not when it was merely touched', async () => {
    let touched = '2026-01-01T00:00:00Z';
    let text = 'one';
    const wiki = await wikiThat((_, response) =>
      sendJson(response, {
        query: {
          pages: [
            page('A', {
              touched,
              revisions: [{ slots: { main: { content: text } }, timestamp: touched }],
            }),
          ],
        },
      }),
    );
    const projection = async () => {
      const outcome = await wiki.fetchTitle('A');
      return outcome.kind === 'fetched' ? outcome.projection : null;
    };
    const first = await projection();
    touched = '2026-02-02T00:00:00Z';
    expect(await projection()).toEqual(first);
    text = 'two';
    expect(await projection()).not.toEqual(first);
  });
});

describe('another name of a page', () => {
  it('is an alias of its target, at the same depth and without a record', async () => {
    const wiki = await wikiThat((_, response) =>
      sendJson(response, {
        query: {
          redirects: [
            { from: 'SW', to: 'Starwars' },
            { from: 'Starwars', to: 'Star Wars' },
          ],
          pages: [page('Star Wars')],
        },
      }),
    );
    const outcome = await wiki.fetchTitle('SW');
    expect(outcome).toMatchObject({
      kind: 'alias',
      canonical: { resourceType: 'page', resourceId: 'Star_Wars', isHop: false, priority: 10 },
      facts: { details: { alias_of: 'Star Wars' } },
    });
  });

  it('by its first letter is an alias too, so that one page has one record', async () => {
    const wiki = await wikiThat((_, response) =>
      sendJson(response, {
        query: { normalized: [{ from: 'star Wars', to: 'Star Wars' }], pages: [page('Star Wars')] },
      }),
    );
    expect(await wiki.fetchTitle('star Wars')).toMatchObject({ kind: 'alias' });
    expect(await wiki.fetchTitle('Star Wars')).toMatchObject({ kind: 'fetched' });
  });

  it('that leads round in a circle ends as missing', async () => {
    const wiki = await wikiThat((_, response) =>
      sendJson(response, {
        batchcomplete: true,
        query: {
          redirects: [
            { from: 'A', to: 'B' },
            { from: 'B', to: 'A' },
          ],
        },
      }),
    );
    expect(await wiki.fetchTitle('A')).toMatchObject({ kind: 'error', code: 'page_missing' });
  });

  it('is not followed out of the namespaces, unless a person named it as a seed', async () => {
    const answer: Answer = (_, response) =>
      sendJson(response, {
        query: {
          redirects: [{ from: 'Manual', to: 'Help:Contents' }],
          pages: [page('Help:Contents', { ns: 12 })],
        },
      });
    const wiki = await wikiThat(answer);
    const [seed] = wiki.seed({ titles: ['Manual'] });
    if (!seed) throw new Error('no item');
    expect(await wiki.fetch({ ...seed, depth: 1 })).toMatchObject({
      kind: 'alias',
      canonical: null,
      facts: { details: { alias_of: 'Help:Contents', not_followed: 'namespace' } },
    });
    const followed = { kind: 'alias', canonical: { resourceId: 'Help:Contents' } };
    expect(await wiki.fetch(seed)).toMatchObject(followed);
    const wide = await wikiThat(answer, { namespaces: [0, 12] });
    expect(await wide.fetch({ ...seed, depth: 1 })).toMatchObject(followed);
  });

  it('of a category leads to the other category at any depth; that of a page does not', async () => {
    const wiki = await wikiThat((_, response) =>
      sendJson(response, {
        query: {
          redirects: [{ from: 'Category:Movies', to: 'Category:Films' }],
          pages: [page('Category:Films', { ns: 14 })],
          categorymembers: [],
        },
      }),
    );
    const [seed] = wiki.seed({ resource_type: 'category', titles: ['Category:Movies'] });
    if (!seed) throw new Error('no item');
    expect(await wiki.fetch({ ...seed, depth: 2 })).toMatchObject({
      canonical: { resourceType: 'category', resourceId: 'Category:Films' },
    });
    expect(await wiki.fetch({ ...seed, resourceType: 'page', depth: 2 })).toMatchObject({
      kind: 'alias',
      canonical: null,
    });
  });

  it('that leads to a category is an item of that kind', async () => {
    const wiki = await wikiThat((_, response) =>
      sendJson(response, {
        query: {
          redirects: [{ from: 'Films', to: 'Category:Films' }],
          pages: [page('Category:Films', { ns: 14 })],
        },
      }),
    );
    expect(await wiki.fetchTitle('Films')).toMatchObject({
      kind: 'alias',
      canonical: { resourceType: 'category', resourceId: 'Category:Films' },
    });
  });
});

describe('what is no page', () => {
  it.each([
    ['a missing one', { pages: [{ ns: 0, title: 'A', missing: true }] }, 'page_missing'],
    [
      'an invalid title',
      { pages: [{ title: 'A', invalid: true, invalidreason: 'bad characters' }] },
      'title_invalid',
    ],
    ['a special page', { pages: [{ ns: -1, title: 'A', special: true }] }, 'title_invalid'],
    ['a page of another wiki', { interwiki: [{ title: 'A', iw: 'de' }] }, 'title_invalid'],
  ])('%s is final', async (_, query, code) => {
    const wiki = await wikiThat((__, response) => sendJson(response, { query }));
    expect(await wiki.fetchTitle('A')).toMatchObject({ kind: 'error', code });
  });

  it('a title no wiki can have is not even asked for', async () => {
    const wiki = await wikiThat((_, response) => sendJson(response, {}));
    const [item] = wiki.seed({ titles: ['A'] });
    if (!item) throw new Error('no item');
    const outcome = await wiki.fetch({ ...item, resourceId: 'A|B' });
    expect(outcome).toMatchObject({ kind: 'error', code: 'title_invalid' });
    expect(wiki.server.requests).toHaveLength(0);
  });
});

describe('an error inside an answer with status 200', () => {
  it.each([
    ['maxlag', 'api_busy'],
    ['ratelimited', 'http_rate_limited'],
    ['globalblocking-ipblocked', 'blocked'],
    ['readapidenied', 'http_unauthorized'],
    ['readonly', 'api_busy'],
    ['internal_api_error_DBQueryError', 'api_busy'],
    ['blocked', 'blocked'],
    ['badvalue', 'api_error'],
  ])('%s becomes %s, with the wait the wiki asked for', async (code, expected) => {
    const wiki = await wikiThat((_, response) =>
      sendJson(
        response,
        { error: { code, info: 'Waiting for 10.0.0.1: 6 seconds lagged.' } },
        { headers: { 'retry-after': '6' } },
      ),
    );
    expect(await wiki.fetchTitle('A')).toMatchObject({
      kind: 'error',
      code: expected,
      retryAfterMs: 6000,
      message: expect.stringContaining(code),
      facts: { statusCode: 200 },
    });
  });

  it('in the middle of a continuation fails the whole page rather than storing half of it', async () => {
    const wiki = await wikiThat((asked, response) =>
      asked.has('plcontinue')
        ? sendJson(response, { error: { code: 'maxlag', info: 'lagged' } })
        : sendJson(response, {
            continue: { plcontinue: '1', continue: '||' },
            query: { pages: [page('A')] },
          }),
    );
    expect(await wiki.fetchTitle('A')).toMatchObject({ kind: 'error', code: 'api_busy' });
  });
});

describe("an answer that is not the API's", () => {
  const html = '<!DOCTYPE html><html><body>Checking your browser</body></html>';
  it.each([
    ['a web page', 200, html, 'blocked'],
    ['a web page with 403', 403, html, 'blocked'],
    ['text', 200, 'Hello', 'payload_invalid'],
    ['cut JSON', 200, '{"query": {"pages": [', 'payload_invalid'],
    ['other JSON', 200, '{"hello": "world"}', 'payload_invalid'],
    ['404', 404, 'no such file', 'http_not_found'],
    ['429', 429, 'slow down', 'http_rate_limited'],
    ['503', 503, html, 'http_server_error'],
  ])('%s (%d) has its own code', async (_, status, body, code) => {
    const wiki = await wikiThat((__, response) => {
      response.writeHead(status, { 'retry-after': '30' }).end(body);
    });
    const outcome = await wiki.fetchTitle('A');
    expect(outcome).toMatchObject({ kind: 'error', code });
    if (outcome.kind === 'error' && (status === 429 || status === 503)) {
      expect(outcome.retryAfterMs).toBe(30_000);
    }
  });

  it('a cut connection and a slow wiki are errors of the network', async () => {
    const cut = await wikiThat((_, response) => void response.destroy());
    expect(await cut.fetchTitle('A')).toMatchObject({
      kind: 'error',
      code: 'egress_connect_failed',
    });
    const slow = await wikiThat(() => undefined, { timeout: 1 });
    expect(await slow.fetchTitle('A')).toMatchObject({ kind: 'error', code: 'egress_timeout' });
  });
});

describe('a category', () => {
  it('yields all its members over continuations', async () => {
    const wiki = await wikiThat(
      (asked, response) => {
        expect(asked.get('cmtitle')).toBe('Category:Films');
        const second = asked.has('cmcontinue');
        sendJson(response, {
          ...(second ? {} : { continue: { cmcontinue: 'x', continue: '-||' } }),
          query: {
            pages: [{ ns: 14, title: 'Category:Films', missing: true }],
            categorymembers: second
              ? [{ ns: 14, title: 'Category:Old films', type: 'subcat' }]
              : [
                  { ns: 0, title: 'A New Hope', type: 'page' },
                  { ns: 2, title: 'User:X', type: 'page' },
                ],
          },
        });
      },
      { discovery: { discover_categories: true } },
    );
    const [item] = wiki.seed({ resource_type: 'category', titles: ['Category:Films'] });
    if (!item) throw new Error('no item');
    const outcome = await wiki.fetch(item);
    if (outcome.kind !== 'fetched') throw new Error(`was ${outcome.kind}`);
    const found = mediawiki.discover(item, outcome.payload, wiki.context);
    expect(
      found.map(({ resourceType, resourceId, priority }) => [resourceType, resourceId, priority]),
    ).toEqual([
      ['page', 'A_New_Hope', 20],
      ['category', 'Category:Old_films', 30],
    ]);
  });
});
