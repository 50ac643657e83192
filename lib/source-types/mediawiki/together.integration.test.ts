import { afterEach, describe, expect, it } from 'vitest';
import type { JsonObject } from '#lib/json.ts';
import type { WorkItem } from '#lib/queue/model.ts';
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
  /** What each request asked for, in order. */
  asked(): URLSearchParams[];
  items(titles: readonly string[], over?: Partial<WorkItem>): WorkItem[];
}

interface Reply {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: unknown;
}

async function wikiThat(
  answer: (titles: readonly string[], asked: URLSearchParams) => Reply,
): Promise<Wiki> {
  const parametersOf = (url: string | undefined) => new URL(url ?? '', 'http://wiki').searchParams;
  const server = await startLoopbackServer((request, response) => {
    const asked = parametersOf(request.url);
    const { body, ...options } = answer((asked.get('titles') ?? '').split('|'), asked);
    sendJson(response, body, options);
  });
  opened.push(server);
  const source = harness(mediawiki, {
    api_url: `${server.origin}/w/api.php`,
    email: 'op@example.org',
    discovery: { discover_categories: true },
  });
  opened.push(source);
  return {
    ...source,
    server,
    asked: () => server.requests.map(({ url }) => parametersOf(url)),
    items: (titles, over = {}) =>
      source.seed({ titles: [...titles] }).map((item) => ({ ...item, ...over })),
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
const pages = (titles: readonly string[]): Reply => ({
  body: { query: { pages: titles.map((title) => page(title)) } },
});
const numbered = (count: number) => Array.from({ length: count }, (_, n) => `Page ${n}`);

describe('pages fetched together', () => {
  it('take one request for fifty, and each gets what is its own', async () => {
    const wiki = await wikiThat((titles) => pages([...titles].reverse()));
    const items = wiki.items(numbered(50));
    const outcomes = await wiki.fetchTogether(items);
    expect(wiki.server.requests).toHaveLength(1);
    expect(outcomes).toHaveLength(50);
    for (const [index, outcome] of outcomes.entries()) {
      expect(outcome).toMatchObject({
        kind: 'fetched',
        payload: { title: `Page ${index}` },
        // What gives this page alone, not the address with all fifty.
        facts: { requestUri: items[index]?.requestUri, details: { items_together: 50 } },
      });
    }
  });

  it('are continued together, until the lists of all are whole', async () => {
    const links = (from: number) => [{ ns: 0, title: `Link ${from}` }];
    const wiki = await wikiThat((_, asked) => {
      const second = asked.get('plcontinue') === '2|0|x';
      return {
        body: second
          ? {
              query: {
                pages: [
                  { ns: 0, title: 'A' },
                  { ns: 0, title: 'B', links: links(2) },
                ],
              },
            }
          : {
              continue: { plcontinue: '2|0|x', continue: '||' },
              query: { pages: [page('A', { links: links(1) }), page('B')] },
            },
      };
    });
    const outcomes = await wiki.fetchTogether(wiki.items(['A', 'B']));
    expect(outcomes).toMatchObject([
      { payload: { title: 'A', links: links(1), revisions: [{ revid: 42 }] } },
      { payload: { title: 'B', links: links(2), revisions: [{ revid: 42 }] } },
    ]);
    expect(wiki.pauses()).toBe(1);
    expect(wiki.asked()[1]?.get('titles')).toBe('A|B');
  });

  it('come to their own ends: fetched, renamed, missing, invalid, elsewhere, in a circle', async () => {
    const wiki = await wikiThat(() => ({
      body: {
        query: {
          normalized: [
            { from: 'star Wars', to: 'Star wars' },
            { fromencoded: true, from: 'Caf%C3%A8', to: 'Café' },
          ],
          redirects: [
            { from: 'Star wars', to: 'Star Wars' },
            { from: 'Round', to: 'About' },
            { from: 'About', to: 'Round' },
          ],
          interwiki: [{ title: 'de:Krieg', iw: 'de' }],
          pages: [
            page('Star Wars'),
            page('Café'),
            { ns: 0, title: 'Nothing', missing: true },
            { title: 'Bad~~~title', invalid: true, invalidreason: 'tildes' },
          ],
        },
      },
    }));
    const titles = [
      'star Wars',
      'Star Wars',
      'Cafè',
      'Nothing',
      'Bad~~~title',
      'de:Krieg',
      'Round',
      'Lost',
    ];
    const outcomes = await wiki.fetchTogether(wiki.items(titles));
    expect(outcomes).toMatchObject([
      { kind: 'alias', canonical: { resourceId: 'Star_Wars' } },
      { kind: 'fetched', payload: { title: 'Star Wars' } },
      { kind: 'alias', canonical: { resourceId: 'Café' } },
      { kind: 'error', code: 'page_missing' },
      { kind: 'error', code: 'title_invalid' },
      { kind: 'error', code: 'title_invalid' },
      { kind: 'error', code: 'page_missing' },
      { kind: 'error', code: 'payload_invalid' },
    ]);
  });

  it('with long titles are divided, so that no address is too long for a server', async () => {
    const wiki = await wikiThat(pages);
    const titles = Array.from({ length: 20 }, (_, n) => `${'銀河'.repeat(40)}${n}`);
    const outcomes = await wiki.fetchTogether(wiki.items(titles));
    expect(outcomes.every((outcome) => outcome?.kind === 'fetched')).toBe(true);
    const lengths = wiki.server.requests.map(({ url }) => url?.length ?? 0);
    expect(lengths.length).toBeGreaterThan(1);
    expect(Math.max(...lengths)).toBeLessThan(8000);
    expect(wiki.pauses()).toBe(lengths.length - 1);
  });
});

describe('when the wiki fails', () => {
  it('an error that passes is the outcome of each, so that each is tried again', async () => {
    const wiki = await wikiThat(() => ({ body: { error: { code: 'readonly', info: 'backup' } } }));
    const outcomes = await wiki.fetchTogether(wiki.items(['A', 'B', 'C']));
    expect(outcomes).toMatchObject(Array(3).fill({ kind: 'error', code: 'api_busy' }));
    expect(wiki.server.requests).toHaveLength(1);
  });

  it('for good because of one page, the others are fetched all the same', async () => {
    const wiki = await wikiThat((titles) =>
      titles.includes('Page 5') ? { body: { error: { code: 'poisonous' } } } : pages(titles),
    );
    const outcomes = await wiki.fetchTogether(wiki.items(numbered(8)));
    const failed = outcomes.flatMap((outcome, index) => (outcome?.kind === 'error' ? [index] : []));
    expect(failed).toEqual([5]);
  });

  it('and tells us to wait, nothing more is asked and the rest goes back', async () => {
    const wiki = await wikiThat(() => ({
      status: 429,
      headers: { 'retry-after': '30' },
      body: {},
    }));
    // Two that failed twice are asked for one by one.
    const outcomes = await wiki.fetchTogether(wiki.items(['A', 'B'], { attempt: 3 }));
    expect(outcomes).toMatchObject([{ code: 'http_rate_limited', retryAfterMs: 30_000 }, null]);
    expect(wiki.server.requests).toHaveLength(1);
  });

  it('and cannot be reached, what was not asked for goes back', async () => {
    const wiki = await wikiThat(pages);
    const items = wiki.items(['A', 'B'], { attempt: 3 });
    await wiki.server.close();
    expect(await wiki.fetchTogether(items)).toMatchObject([
      { code: 'egress_connect_failed' },
      null,
    ]);
  });

  it('items that failed before are asked for in smaller company, in the end alone', async () => {
    const wiki = await wikiThat(pages);
    await wiki.fetchTogether([
      ...wiki.items(numbered(12), { attempt: 2 }),
      ...wiki.items(['Alone', 'Lonely'], { attempt: 3 }),
    ]);
    const counts = wiki.asked().map((asked) => asked.get('titles')?.split('|').length);
    expect(counts).toEqual([10, 2, 1, 1]);
  });
});

describe('pages that were fetched before', () => {
  const before = { revision: '42', lastFetchedAt: '2026-01-01T00:00:00.000Z' };

  it('are asked for their revisions, fifty at once, and are not fetched while unchanged', async () => {
    const wiki = await wikiThat(pages);
    const outcomes = await wiki.fetchTogether(wiki.items(numbered(50), before));
    const kinds = outcomes.map((outcome) => outcome?.kind);
    expect(kinds).toEqual(Array(50).fill('unchanged'));
    expect(outcomes[0]).toMatchObject({ validators: { revision: '42' } });
    expect(wiki.asked().map((asked) => asked.get('prop'))).toEqual(['revisions']);
  });

  it('are fetched when their revision is another, together with pages that are new', async () => {
    const wiki = await wikiThat((titles) => ({
      body: {
        query: {
          pages: titles.map((title) => page(title, { lastrevid: title === 'Page 3' ? 43 : 42 })),
        },
      },
    }));
    const outcomes = await wiki.fetchTogether([
      ...wiki.items(numbered(5), before),
      ...wiki.items(['New']),
    ]);
    expect(outcomes.map((outcome) => outcome?.kind)).toEqual([
      ...['unchanged', 'unchanged', 'unchanged', 'fetched', 'unchanged'],
      'fetched',
    ]);
    expect(outcomes[3]).toMatchObject({ validators: { revision: '43' } });
    const [, second, ...more] = wiki.asked();
    expect(second?.get('titles')).toBe('Page 3|New');
    expect(more).toEqual([]);
  });

  it('and have become redirects, or are gone, are settled without content', async () => {
    const wiki = await wikiThat(() => ({
      body: {
        query: {
          redirects: [{ from: 'Old', to: 'New' }],
          pages: [page('New'), { ns: 0, title: 'Gone', missing: true }],
        },
      },
    }));
    expect(await wiki.fetchTogether(wiki.items(['Old', 'Gone'], before))).toMatchObject([
      { kind: 'alias', canonical: { resourceId: 'New' } },
      { kind: 'error', code: 'page_missing' },
    ]);
    // And the log, for what has gone.
    expect(wiki.server.requests).toHaveLength(2);
  });

  it('categories are always fetched: their members change without a revision', async () => {
    const wiki = await wikiThat((titles) => ({
      body: {
        query: {
          pages: titles.map((title) => page(title, { ns: 14 })),
          categorymembers: [{ ns: 0, title: 'Member' }],
        },
      },
    }));
    const items = wiki
      .seed({ resource_type: 'category', titles: ['Category:A', 'Category:B'] })
      .map((item) => ({ ...item, ...before }));
    const outcomes = await wiki.fetchTogether(items);
    const members = outcomes.map((outcome) =>
      outcome?.kind === 'fetched' ? (outcome.payload as JsonObject)['members'] : null,
    );
    expect(members).toEqual(Array(2).fill([{ ns: 0, title: 'Member' }]));
    expect(wiki.asked().map((asked) => asked.get('cmtitle'))).toEqual(['Category:A', 'Category:B']);
  });
});
