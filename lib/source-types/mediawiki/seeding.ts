import type { NewWorkItem } from '#lib/queue/model.ts';
import type { DiscoveredItem, SourceContext } from '../source-type.ts';
import { apiUrl, queryOf, searchQuery } from './request.ts';
import type { MediawikiSeed, MediawikiSettings } from './settings.ts';
import { resourceIdOfTitle } from './title.ts';

/** One item per distinct title, number of a page and revision, or the first page of a search's results. */
export function mediawikiSeedItems(
  context: SourceContext<MediawikiSettings>,
  seed: MediawikiSeed,
): NewWorkItem[] {
  if (seed.resource_type === 'search') {
    const search = { query: seed.search_query ?? '', maxPages: seed.max_pages };
    const first = searchItem(context.settings, search, { page: 1, offset: 0 }, seed.priority);
    return [{ sourceSystem: 'mediawiki', sourceName: context.sourceName, ...first }];
  }
  const named = (resourceType: string, ids: readonly string[]) =>
    [...new Set(ids)].map((resourceId) => ({
      sourceSystem: 'mediawiki',
      sourceName: context.sourceName,
      ...wikiItem(context.settings, resourceType, resourceId, seed.priority),
    }));
  return [
    ...named(seed.resource_type, (seed.titles ?? []).map(resourceIdOfTitle)),
    ...named('pageid', (seed.page_ids ?? []).map(String)),
    ...named('revision', (seed.revisions ?? []).map(String)),
  ];
}

/** An item of the wiki, as seeding, discovery and redirects make it. */
export function wikiItem(
  settings: MediawikiSettings,
  resourceType: string,
  resourceId: string,
  priority: number,
): DiscoveredItem {
  return {
    resourceType,
    resourceId,
    requestUri: apiUrl(settings, queryOf(settings, resourceType, [resourceId])),
    requestMethod: 'GET',
    priority,
  };
}

export interface WikiSearch {
  readonly query: string;
  /** 0 = all. */
  readonly maxPages: number;
}

/** One page of a search's results; its id names the search and the page's number. */
export function searchItem(
  settings: MediawikiSettings,
  { query, maxPages }: WikiSearch,
  at: { readonly page: number; readonly offset: number },
  priority: number,
): DiscoveredItem {
  return {
    resourceType: 'search',
    resourceId: `${query}#${at.page}`,
    requestUri: apiUrl(settings, searchQuery(settings, query, at.offset)),
    requestMethod: 'GET',
    metadata: { search_query: query, max_pages: maxPages, ...at },
    priority,
    isHop: false,
  };
}
