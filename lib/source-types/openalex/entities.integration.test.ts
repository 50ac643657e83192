import { afterEach, describe, expect, it } from 'vitest';
import { createHttpClient } from '#lib/egress/create-http-client.ts';
import type { JsonObject } from '#lib/json.ts';
import { harness, itemOf } from '#test/fetch-harness.ts';
import { loopbackNetworks, sendJson, startLoopbackServer } from '#test/loopback-server.ts';
import { openalex } from './index.ts';

const opened: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of opened.splice(0).reverse()) await one.close();
});

const at = (id: string) => `https://openalex.org/${id}`;

async function api(settings: JsonObject = {}) {
  const server = await startLoopbackServer((request, response) => {
    const url = new URL(request.url ?? '', 'http://api');
    const id = url.pathname.split('/').at(-1) ?? '';
    if (url.pathname === '/authors') {
      return sendJson(response, {
        meta: { next_cursor: 'n2' },
        results: [{ id: at('A1'), display_name: 'Ada', works_count: 3 }, { id: at('A2') }],
      });
    }
    if (id === 'A404') return sendJson(response, {}, { status: 404 });
    // Merged into another.
    sendJson(response, { id: at(id === 'A9' ? 'A1' : id), display_name: id });
  });
  opened.push(server);
  const source = harness(openalex, { base_url: server.origin, rate_limit_delay: 0, ...settings });
  opened.push(source);
  const paths = () => server.requests.map(({ url }) => url?.split('?')[0]);
  return { server, source, paths };
}

describe('entities beside works', () => {
  it('are seeded by their ids, each asked under its own path', async () => {
    const { source, paths } = await api();
    const items = source.seed({
      entity_ids: ['A1', at('I2'), 's3', 'T4', 'F5', 'P6', 'https://api.openalex.org/authors/A1'],
    });
    expect(items.map(({ resourceType, resourceId }) => `${resourceType} ${resourceId}`)).toEqual([
      'author A1',
      'institution I2',
      'source S3',
      'topic T4',
      'funder F5',
      'publisher P6',
    ]);
    for (const item of items) expect(await source.fetch(item)).toMatchObject({ kind: 'fetched' });
    expect(paths()).toEqual([
      '/authors/A1',
      '/institutions/I2',
      '/sources/S3',
      '/topics/T4',
      '/funders/F5',
      '/publishers/P6',
    ]);
    for (const wrong of ['W1', 'X1', 'author'])
      expect(openalex.seedSchema.safeParse({ entity_ids: [wrong] }).success, wrong).toBe(false);
  });

  it('that were merged are other names, and those that are gone are gone', async () => {
    const { source } = await api();
    const [merged, gone] = source.seed({ entity_ids: ['A9', 'A404'] });
    if (!merged || !gone) throw new Error('no items');
    expect(await source.fetch(merged)).toMatchObject({
      kind: 'alias',
      canonical: { resourceType: 'author', resourceId: 'A1' },
    });
    expect(await source.fetch(gone)).toMatchObject({ kind: 'error', code: 'http_not_found' });
  });

  it('are found by searches of their own, page by page', async () => {
    const { source, server } = await api();
    const [search] = source.seed({ entity: 'author', search_query: 'ada' });
    if (!search) throw new Error('no search');
    const outcome = await source.fetch(search);
    if (outcome.kind !== 'fetched') throw new Error('not fetched');
    const found = openalex.discover(search, outcome.payload, source.context);
    expect(found).toMatchObject([
      { resourceType: 'author', resourceId: 'A1', isHop: false },
      { resourceType: 'author', resourceId: 'A2' },
      { resourceType: 'search', metadata: { entity: 'author', page: 2 } },
    ]);
    expect(found[2]?.requestUri).toMatch(/\/authors\?.*cursor=n2/);
    expect(server.requests[0]?.url).toMatch(/^\/authors\?search=ada/);
  });

  it('are what a matching work leads to, as far as they are wanted', async () => {
    const { source } = await api({
      discovery: { discover_references: false, entities: ['author', 'source', 'funder'] },
    });
    const work = {
      id: at('W1'),
      title: 'x',
      authorships: [
        { author: { id: at('A1') }, institutions: [{ id: at('I1') }] },
        { author: null },
      ],
      primary_location: { source: { id: at('S1'), host_organization: at('P1') } },
      locations: [{ source: { id: at('S1') } }, { source: null }],
      grants: [{ funder: at('F1') }],
      topics: 'none',
    };
    const item = itemOf({ resourceType: 'work', resourceId: 'W1', requestUri: 'x' });
    const found = openalex.discover(item, work, source.context);
    expect(found.map(({ resourceId }) => resourceId)).toEqual(['A1', 'S1', 'F1']);
  });

  it('and works are asked for the chosen fields alone, and for those that name them', async () => {
    const { source, server } = await api({ select: ['title', 'id'] });
    for (const item of source.seed({ work_ids: ['W1'], entity_ids: ['A1'] }))
      await source.fetch(item);
    for (const item of source.seed({ search_query: 'x' })) await source.fetch(item);
    const selects = server.requests.map(({ url }) =>
      new URL(url ?? '', 'http://x').searchParams.get('select'),
    );
    expect(selects).toEqual(['id,doi,title', 'id,title', 'id,doi,title']);
  });

  it('that a list contains are not asked for again, unless they were fetched before', async () => {
    const { source, server } = await api();
    const payload = JSON.stringify({
      results: [{ id: at('W1'), title: 'listed' }, { id: at('W2') }],
    });
    const http = createHttpClient({ allow: loopbackNetworks, userAgent: 'x' });
    opened.push(http);
    const fetching = {
      ...source.context,
      http,
      signal: new AbortController().signal,
      politePause: async () => undefined,
      stored: async function* () {
        const answer = {
          contentType: null,
          requestUri: `${server.origin}/works?search=x`,
          statusCode: 200,
        };
        yield { ...answer, payload, fetchedAt: '2026-11-30T00:00:00.000Z' };
      },
    };
    const listed = (id: string, over = {}) =>
      itemOf(
        {
          resourceType: 'work',
          resourceId: id,
          requestUri: `${server.origin}/works/${id}`,
          metadata: { listed_in: 's#1' },
        },
        over,
      );
    const outcomes = await openalex.batch?.fetch(
      [listed('W1'), listed('W3'), listed('W2', { lastFetchedAt: '2026-01-01T00:00:00.000Z' })],
      fetching,
    );
    expect(outcomes).toMatchObject([
      { kind: 'fetched', payload: { title: 'listed' }, facts: { details: { requests: 0 } } },
      { kind: 'fetched', payload: { display_name: 'W3' } },
      { kind: 'fetched', payload: { display_name: 'W2' } },
    ]);
    expect(server.requests.map(({ url }) => url)).toEqual(['/works/W3', '/works/W2']);
  });
});
