import type { JsonObject } from '#lib/json.ts';
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

/** A title, or the address of a page of the wiki: its path behind `/wiki/`, or its parameter `title`. */
export function mediawikiSeedOf(
  text: string,
  { api_url: api }: Pick<MediawikiSettings, 'api_url'>,
  seeds: readonly JsonObject[],
): JsonObject | string {
  const kind = seeds.find(({ titles }) => titles !== undefined)?.['resource_type'];
  const ofKind = kind === 'category' || kind === 'content' ? { resource_type: kind } : {};
  const url = /^https?:\/\//i.test(text) ? URL.parse(text) : null;
  if (url === null) return { ...ofKind, titles: [text] };
  const { host } = new URL(api);
  if (url.host !== host) return `It is on ${url.host}, and the wiki on ${host}.`;
  const [, path] = /^\/wiki\/(.+)$/.exec(url.pathname) ?? [];
  const title = url.searchParams.get('title') ?? (path === undefined ? null : decoded(path));
  return title === null
    ? 'It is no page of the wiki: give the address of one, or its title.'
    : { ...ofKind, titles: [title] };
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
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
