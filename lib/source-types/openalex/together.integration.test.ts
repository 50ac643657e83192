import { afterEach, describe, expect, it } from 'vitest';
import type { JsonObject } from '#lib/json.ts';
import { harness } from '#test/fetch-harness.ts';
import { sendJson, startLoopbackServer } from '#test/loopback-server.ts';
import { openalex } from './index.ts';

const opened: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of opened.splice(0).reverse()) await one.close();
});

interface Reply {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: unknown;
}

const works: Readonly<Record<string, JsonObject>> = {
  W1: { id: 'https://openalex.org/W1', title: 'One' },
  W2: { id: 'https://openalex.org/W2', title: 'Two', doi: 'https://doi.org/10.1234/two' },
  W3: { id: 'https://openalex.org/W3', title: 'Three' },
};

/** OpenAlex with the works 1 to 3; W9 was merged into W1, W404 never was. `lists` answers for lists. */
async function openalexWith(
  options: {
    lists?: (filter: string) => Reply | null;
    settings?: JsonObject;
    key?: string | null;
    remaining?: number;
  } = {},
) {
  const server = await startLoopbackServer((request, response) => {
    const url = new URL(request.url ?? '', 'http://x');
    const filter = url.searchParams.get('filter');
    if (url.pathname === '/works') {
      const told = options.lists?.(filter ?? '');
      if (told) {
        sendJson(response, told.body, told);
        return;
      }
      const [field, values = ''] = (filter ?? '').split(/:(.*)/s);
      const wanted = values.split('|');
      const results = Object.entries(works)
        .filter(([id, work]) =>
          field === 'doi'
            ? wanted.includes(String(work['doi']).replace('https://doi.org/', ''))
            : wanted.includes(id),
        )
        .map(([, work]) => work);
      sendJson(response, { meta: { count: results.length }, results });
      return;
    }
    const id = decodeURIComponent(url.pathname.replace('/works/', ''));
    if (id === 'W9') response.writeHead(301, { location: '/works/W1' }).end();
    else if (works[id]) sendJson(response, works[id]);
    else sendJson(response, { error: 'not found' }, { status: 404 });
  });
  opened.push(server);
  const { key = 'k-1' } = options;
  const source = harness(
    openalex,
    { base_url: server.origin, ...options.settings },
    {
      secrets: key === null ? {} : { api_key: key },
      budget: () =>
        options.remaining === undefined
          ? null
          : { remaining: options.remaining, resetsInMs: 3_600_000 },
    },
  );
  opened.push(source);
  const asked = () => server.requests.map(({ url }) => decodeURIComponent(url ?? ''));
  return { ...source, asked };
}

describe('many works', () => {
  it('come in one request; what a list leaves out is asked for alone', async () => {
    const source = await openalexWith();
    const items = source.seed({ work_ids: ['W1', 'W9', 'W2', 'W404', 'W3'] });
    const outcomes = await source.fetchTogether(items);
    expect(outcomes).toMatchObject([
      { kind: 'fetched', payload: { title: 'One' }, facts: { details: { items_together: 5 } } },
      { kind: 'alias', canonical: { resourceId: 'W1' } },
      { kind: 'fetched', payload: { title: 'Two' } },
      { kind: 'error', code: 'http_not_found' },
      { kind: 'fetched', payload: { title: 'Three' } },
    ]);
    expect(source.asked()).toEqual([
      '/works?filter=openalex_id:W1|W9|W2|W404|W3&per_page=5',
      '/works/W9',
      '/works/W1',
      '/works/W404',
    ]);
    const [first] = outcomes;
    expect(first?.kind === 'fetched' && first.facts.requestUri).toMatch(/\/works\/W1$/);
  });

  it('and DOIs go apart, and a DOI is another name of its work', async () => {
    const source = await openalexWith();
    const items = source.seed({ work_ids: ['W1', 'W3'], dois: ['10.1234/TWO', '10.1234/none'] });
    const outcomes = await source.fetchTogether(items);
    expect(outcomes.map((outcome) => outcome?.kind)).toEqual([
      'fetched',
      'fetched',
      'alias',
      'error',
    ]);
    expect(source.asked().slice(0, 2)).toEqual([
      '/works?filter=openalex_id:W1|W3&per_page=2',
      '/works?filter=doi:10.1234/two|10.1234/none&per_page=2',
    ]);
  });

  it.each([
    ['without a key', { key: null }],
    ['when the source says so', { settings: { works_together: 1 } }],
    ['once the budget is spent', { remaining: 0 }],
  ])('are asked for one by one %s, which costs nothing', async (_, options) => {
    const source = await openalexWith(options);
    const outcomes = await source.fetchTogether(source.seed({ work_ids: ['W1', 'W2'] }));
    expect(outcomes.map((outcome) => outcome?.kind)).toEqual(['fetched', 'fetched']);
    expect(source.asked()).toEqual(['/works/W1', '/works/W2']);
    expect(source.pauses()).toBe(1);
  });

  it('are asked for one by one when the budget turns out to be spent', async () => {
    const headers = { 'x-ratelimit-remaining-usd': '0', 'x-ratelimit-reset': '3600' };
    const source = await openalexWith({
      lists: () => ({ status: 429, headers, body: { error: 'daily limit exceeded' } }),
    });
    const outcomes = await source.fetchTogether(source.seed({ work_ids: ['W1', 'W2'] }));
    expect(outcomes.map((outcome) => outcome?.kind)).toEqual(['fetched', 'fetched']);
  });

  it('are asked for one by one when one of them spoils the list', async () => {
    const source = await openalexWith({ lists: () => ({ status: 400, body: { error: 'x' } }) });
    const outcomes = await source.fetchTogether(source.seed({ work_ids: ['W1', 'W2'] }));
    expect(outcomes.map((outcome) => outcome?.kind)).toEqual(['fetched', 'fetched']);
  });

  it.each([
    ['too many requests', 429, { 'retry-after': '9' }, {}, 'http_rate_limited'],
    ['403, which means the same', 403, {}, { message: 'Rate limit exceeded' }, 'http_rate_limited'],
    ['a key that is wrong', 401, {}, {}, 'http_unauthorized'],
  ])('after %s nothing more is asked', async (_, status, headers, body, code) => {
    const source = await openalexWith({
      lists: () => ({ status, headers, body }),
      settings: { works_together: 2 },
    });
    const outcomes = await source.fetchTogether(
      source.seed({ work_ids: ['W1', 'W2', 'W3', 'W4'] }),
    );
    expect(outcomes).toMatchObject([{ code }, { code }, null, null]);
    expect(source.asked()).toHaveLength(1);
  });
});

describe('a search', () => {
  const seed = { search_query: 'star wars' };

  it('waits for the next period once the budget is spent, without asking', async () => {
    const source = await openalexWith({ remaining: 0 });
    const [item] = source.seed(seed);
    if (!item) throw new Error('no item');
    expect(await source.fetch(item)).toMatchObject({
      kind: 'error',
      code: 'budget_spent',
      retryAfterMs: 3_600_000,
    });
    expect(source.asked()).toEqual([]);
  });

  it('that is told the budget is spent waits for it, too', async () => {
    const headers = { 'x-ratelimit-remaining-usd': '0', 'x-ratelimit-reset': '60' };
    const source = await openalexWith({ lists: () => ({ status: 429, headers, body: {} }) });
    const [item] = source.seed(seed);
    if (!item) throw new Error('no item');
    expect(await source.fetch(item)).toMatchObject({ code: 'budget_spent', retryAfterMs: 60_000 });
  });

  it('tells what is left of the budget', async () => {
    const source = await openalexWith({
      lists: () => ({
        headers: {
          'x-ratelimit-limit-usd': '1',
          'x-ratelimit-remaining-usd': '0.75',
          'x-ratelimit-reset': '3600',
        },
        body: { meta: {}, results: [] },
      }),
    });
    const [item] = source.seed(seed);
    if (!item) throw new Error('no item');
    expect(await source.fetch(item)).toMatchObject({
      facts: {
        details: { budget: { limit: 1, remaining: 0.75, unit: 'usd', resets_in_s: 3600 } },
      },
    });
  });
});
