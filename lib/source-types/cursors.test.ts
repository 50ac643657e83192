/** Lists whose cursors lead back end at the first repeat. */
import { expect, it } from 'vitest';
import type { JsonObject } from '#lib/json.ts';
import { mediawiki } from './mediawiki/index.ts';
import { openalex } from './openalex/index.ts';
import type { DiscoveredItem } from './source-type.ts';

it('of OpenAlex, by the cursors of the pages before', () => {
  const settings = openalex.settingsSchema.parse({ email: 'op@example.org' });
  const context = { sourceName: 'works', settings, secrets: {} };
  const seed = openalex.seedSchema.parse({ resource_type: 'search', search_query: 'droid' });
  const [first] = openalex.seedItems(context, seed);
  if (!first) throw new Error('no first page');
  // No limit of pages: the cursors alone end it.
  const asWorkItem = (item: DiscoveredItem) =>
    ({ ...first, ...item, metadata: { ...item.metadata, max_pages: 0 } }) as never;
  let page: DiscoveredItem | undefined = first;
  let pages = 0;
  while (page !== undefined && pages < 50) {
    const cursor = pages % 2 === 0 ? 'a' : 'b';
    const payload: JsonObject = {
      meta: { next_cursor: cursor },
      results: [{ id: `https://openalex.org/W${pages + 1}` }],
    };
    page = openalex
      .discover(asWorkItem(page), payload, context)
      .find(({ resourceType }) => resourceType === 'search');
    pages += 1;
  }
  expect(pages).toBe(3);
});

it('of a wiki search, by an offset that does not grow', () => {
  const settings = mediawiki.settingsSchema.parse({
    api_url: 'https://wiki.example/api.php',
    email: 'op@example.org',
  });
  const context = { sourceName: 'wiki', settings, secrets: {} };
  const item = {
    resourceType: 'search',
    priority: 10,
    metadata: { search_query: 'droid', offset: 50, page: 2, max_pages: 0 },
  } as never;
  const pagesAfter = (offset: number) => {
    const payload = { results: [{ ns: 0, title: 'R2-D2' }], next_offset: offset };
    return mediawiki
      .discover(item, payload, context)
      .filter(({ resourceType }) => resourceType === 'search').length;
  };
  expect([0, 50, 100].map(pagesAfter)).toEqual([0, 0, 1]);
});
