import { afterEach, describe, expect, it } from 'vitest';
import type { JsonObject } from '#lib/json.ts';
import { harness, itemOf } from '#test/fetch-harness.ts';
import {
  type LoopbackServer,
  type Respond,
  sendJson,
  startLoopbackServer,
} from '#test/loopback-server.ts';
import { openalex } from './index.ts';

const opened: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of opened.splice(0).reverse()) await one.close();
});

async function openalexThat(respond: Respond, settings: JsonObject = {}, secrets = {}) {
  const server: LoopbackServer = await startLoopbackServer(respond);
  opened.push(server);
  const source = harness(openalex, { base_url: server.origin, ...settings }, { secrets });
  opened.push(source);
  return { ...source, server };
}

const work = (id: string, more: object = {}) => ({
  id: `https://openalex.org/${id}`,
  title: `Title of ${id}`,
  referenced_works: [],
  ...more,
});

describe('works', () => {
  it('are named with the W that was left out, and asked with the key as bearer, which is not kept', async () => {
    const source = await openalexThat(
      (_, response) => sendJson(response, work('W123')),
      {},
      { api_key: 'k-1' },
    );
    const [item] = source.seed({ work_ids: ['123'] });
    if (!item) throw new Error('no item');
    expect(item.resourceId).toBe('W123');
    const outcome = await source.fetch(item);
    expect(outcome).toMatchObject({ kind: 'fetched' });
    const received = outcome.kind === 'fetched' ? outcome.received?.body : undefined;
    expect(Buffer.from(received ?? []).toString()).toBe(JSON.stringify(work('W123')));
    expect(source.server.requests[0]).toMatchObject({
      url: '/works/W123',
      headers: { authorization: 'Bearer k-1' },
    });
    expect(JSON.stringify(outcome)).not.toContain('k-1');
  });

  it('by DOI are asked as doi: and turn out to be another name of the work', async () => {
    const source = await openalexThat((_, response) => sendJson(response, work('W9')));
    const [item] = source.seed({ dois: ['https://doi.org/10.7717/PeerJ.4375'] });
    if (!item) throw new Error('no item');
    const outcome = await source.fetch(item);
    expect(source.server.requests[0]?.url).toBe('/works/doi:10.7717/peerj.4375');
    expect(outcome).toMatchObject({ kind: 'alias', canonical: { resourceId: 'W9', isHop: false } });
  });

  it('that were merged (301) are another name of the one they went into', async () => {
    const source = await openalexThat((asked, response) => {
      if (asked.url === '/works/W1') response.writeHead(301, { location: '/works/W2' }).end();
      else sendJson(response, work('W2'));
    });
    const [item] = source.seed({ work_ids: ['W1'] });
    if (item)
      expect(await source.fetch(item)).toMatchObject({
        kind: 'alias',
        canonical: { resourceId: 'W2' },
      });
  });

  it('do not count as changed when only counters moved', async () => {
    let cited = 1;
    const source = await openalexThat((_, response) =>
      sendJson(
        response,
        work('W1', { cited_by_count: cited++, updated_date: `2026-01-0${cited}` }),
      ),
    );
    const [item] = source.seed({ work_ids: ['W1'] });
    if (!item) throw new Error('no item');
    const [first, second] = [await source.fetch(item), await source.fetch(item)];
    if (first.kind !== 'fetched' || second.kind !== 'fetched') throw new Error('not fetched');
    expect(first.payload).not.toEqual(second.payload);
    expect(first.projection).toEqual(second.projection);
  });

  it.each([
    [401, 'http_unauthorized'],
    [404, 'http_not_found'],
    [429, 'http_rate_limited'],
    [500, 'http_server_error'],
  ])('an answer %i has its code', async (status, code) => {
    const source = await openalexThat((_, response) =>
      sendJson(response, { error: 'x' }, { status, headers: { 'retry-after': '2' } }),
    );
    const [item] = source.seed({ work_ids: ['W1'] });
    if (item) expect(await source.fetch(item)).toMatchObject({ kind: 'error', code });
  });
});

describe('references', () => {
  const references = { referenced_works: ['https://openalex.org/W2', 'https://openalex.org/W3'] };
  const discovered = (settings: JsonObject, payload: JsonObject) =>
    openalex
      .discover(
        itemOf({
          resourceType: 'work',
          resourceId: 'W1',
          requestUri: 'https://api.openalex.org/works/W1',
        }),
        payload,
        { sourceName: 'x', secrets: {}, settings: openalex.settingsSchema.parse(settings) },
      )
      .map(({ resourceId }) => resourceId);

  it.each([
    ['the title contains an entity', { entities: ['star wars'] }, true],
    ['a concept equals one', { entities: ['space opera'] }, true],
    ['the DOI is listed', { identifiers: { doi: ['https://doi.org/10.1234/SW'] } }, true],
    ['the id is listed', { identifiers: { openalex_id: ['1'] } }, true],
    ['nothing is asked for', {}, true],
    ['nothing fits', { entities: ['star trek'] }, false],
    ['the case differs and matters', { entities: ['star wars'], case_sensitive: true }, false],
  ])('are followed when %s', (_, matching, follows) => {
    const payload = {
      ...work('W1', references),
      title: 'Star Wars in culture',
      doi: 'https://doi.org/10.1234/sw',
      concepts: [{ display_name: 'Space opera' }],
    } as JsonObject;
    expect(discovered({ entity_matching: matching }, payload)).toEqual(follows ? ['W2', 'W3'] : []);
  });

  it('and related works only as configured', () => {
    const payload = work('W1', {
      ...references,
      related_works: ['https://openalex.org/W4'],
    }) as JsonObject;
    expect(
      discovered({ discovery: { discover_references: false, discover_related: true } }, payload),
    ).toEqual(['W4']);
    expect(discovered({ discovery: { enabled: false } }, payload)).toEqual([]);
  });
});

describe('a search', () => {
  const searching = (seed: JsonObject) =>
    openalexThat((asked, response) => {
      const cursor = new URL(asked.url ?? '', 'http://x').searchParams.get('cursor');
      const page = cursor === '*' ? 1 : Number(cursor);
      sendJson(response, {
        meta: { next_cursor: page < 3 ? String(page + 1) : null },
        results: [work(`W${page}0`), work(`W${page}1`)],
      });
    }, {}).then(async (source) => {
      const queue = source.seed({ search_query: 'star wars', per_page: 2, ...seed });
      const ids: string[] = [];
      for (let item = queue.shift(); item; item = queue.shift()) {
        const outcome = await source.fetch(item);
        if (outcome.kind !== 'fetched') throw new Error(`was ${outcome.kind}`);
        for (const found of openalex.discover(item, outcome.payload, source.context)) {
          expect(found.isHop).toBe(false);
          if (found.resourceType === 'search') queue.push(itemOf(found));
          else ids.push(found.resourceId);
        }
      }
      return { ids, source };
    });

  it('is read page by page by cursor until there is none', async () => {
    const { ids, source } = await searching({
      max_pages: 0,
      filters: ['type:article', 'is_oa:true'],
    });
    expect(ids).toEqual(['W10', 'W11', 'W20', 'W21', 'W30', 'W31']);
    expect(source.server.requests[0]?.url).toBe(
      '/works?search=star+wars&filter=type%3Aarticle%2Cis_oa%3Atrue&per_page=2&cursor=*',
    );
  });

  it('ends at its number of pages', async () => {
    expect((await searching({ max_pages: 2 })).ids).toEqual(['W10', 'W11', 'W20', 'W21']);
  });

  it('has the same items when it is seeded again', async () => {
    const source = await openalexThat((_, response) => sendJson(response, {}));
    const seed = { search_query: 'x'.repeat(490), per_page: 2 };
    expect(source.seed(seed)).toEqual(source.seed(seed));
    expect(source.seed(seed)[0]?.resourceId.length).toBeLessThanOrEqual(500);
  });
});

it('a seed that names nothing is refused', () => {
  expect(openalex.seedSchema.safeParse({ priority: 1 }).success).toBe(false);
  expect(openalex.seedSchema.safeParse({ resource_type: 'search', work_ids: ['W1'] }).success).toBe(
    false,
  );
});
