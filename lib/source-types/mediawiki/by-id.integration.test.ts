import { afterEach, describe, expect, it } from 'vitest';
import type { JsonObject } from '#lib/json.ts';
import { harness } from '#test/fetch-harness.ts';
import { sendJson, startLoopbackServer } from '#test/loopback-server.ts';
import { mediawiki } from './index.ts';

const opened: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of opened.splice(0).reverse()) await one.close();
});

async function wikiThat(answer: (asked: URLSearchParams) => unknown) {
  const server = await startLoopbackServer((request, response) =>
    sendJson(response, answer(new URL(request.url ?? '', 'http://wiki').searchParams)),
  );
  opened.push(server);
  const source = harness(mediawiki, {
    api_url: `${server.origin}/api.php`,
    email: 'op@example.org',
  });
  opened.push(source);
  const fetchSeed = async (seed: JsonObject) => source.fetchTogether(source.seed(seed));
  return { server, source, fetchSeed };
}

describe('pages by their numbers', () => {
  it('are other names of their titles, in one request; numbers of none are missing', async () => {
    const { fetchSeed, server } = await wikiThat(() => ({
      query: {
        pages: [
          { pageid: 7, ns: 0, title: 'Star Wars' },
          { pageid: 8, ns: 14, title: 'Category:Films' },
          { pageid: 9, missing: true },
        ],
      },
    }));
    expect(await fetchSeed({ page_ids: [7, 8, 9, 7] })).toMatchObject([
      { kind: 'alias', canonical: { resourceType: 'page', resourceId: 'Star_Wars', isHop: false } },
      { kind: 'alias', canonical: { resourceType: 'category', resourceId: 'Category:Films' } },
      { kind: 'error', code: 'page_missing' },
    ]);
    expect(server.requests[0]?.url).toContain('pageids=7%7C8%7C9');
    expect(server.requests).toHaveLength(1);
  });
});

describe('old revisions', () => {
  const revision = (revid: number, content: string) => ({ revid, slots: { main: { content } } });

  it('are what they were, also two of a page, and over several answers', async () => {
    const { fetchSeed } = await wikiThat((asked) =>
      asked.has('rvcontinue')
        ? {
            query: {
              pages: [{ pageid: 7, ns: 0, title: 'A', revisions: [revision(12, 'twelve')] }],
            },
          }
        : {
            continue: { rvcontinue: 'x' },
            query: {
              badrevids: { 99: { revid: 99, missing: true } },
              pages: [
                {
                  pageid: 7,
                  ns: 0,
                  title: 'A',
                  revisions: [
                    revision(11, 'eleven'),
                    { revid: 13, slots: { main: { texthidden: true } } },
                  ],
                },
              ],
            },
          },
    );
    expect(await fetchSeed({ revisions: [11, 12, 13, 99] })).toMatchObject([
      { kind: 'fetched', payload: { title: 'A', revid: 11, text: 'eleven' }, revisitMs: null },
      { kind: 'fetched', payload: { revid: 12, text: 'twelve' }, validators: { revision: '12' } },
      { kind: 'error', code: 'http_forbidden' },
      { kind: 'error', code: 'page_missing' },
    ]);
  });

  it('lead to nothing further, and a seed has at least one name of some kind', async () => {
    const { source } = await wikiThat(() => ({}));
    const [item] = source.seed({ revisions: [11] });
    if (!item) throw new Error('no item');
    expect(mediawiki.discover(item, { title: 'A', text: '[[B]]' }, source.context)).toEqual([]);
    expect(mediawiki.seedSchema.safeParse({}).success).toBe(false);
    for (const wrong of [0, -1, 1.5, '7'])
      expect(mediawiki.seedSchema.safeParse({ page_ids: [wrong] }).success).toBe(false);
  });
});
