import type { JsonObject } from '#lib/json.ts';
import type { NewWorkItem } from '#lib/queue/model.ts';
import type { DiscoveredItem, SourceContext } from '../source-type.ts';
import { shortId } from '../web/addresses.ts';
import { doiOf, type OpenalexSeed, type OpenalexSettings, workIdOf } from './settings.ts';

/** One item per work, and one for the first page of a search. */
export function openalexSeedItems(
  { settings, sourceName }: SourceContext<OpenalexSettings>,
  seed: OpenalexSeed,
): NewWorkItem[] {
  const wants = (type: 'work' | 'search') =>
    seed.resource_type === undefined || seed.resource_type === type;
  const items: DiscoveredItem[] = [];
  if (wants('work')) {
    const ids = (seed.work_ids ?? []).flatMap((text) => workIdOf(text) ?? []);
    const dois = (seed.dois ?? []).flatMap((text) => doiOf(text) ?? []).map((doi) => `doi:${doi}`);
    items.push(
      ...[...new Set([...ids, ...dois])].map((id) => workItem(settings, id, seed.priority)),
    );
  }
  if (wants('search') && (seed.search_query !== undefined || (seed.filters?.length ?? 0) > 0)) {
    const search: Search = {
      search: seed.search_query ?? null,
      filter: seed.filters?.length ? seed.filters.join(',') : null,
      perPage: seed.per_page,
      maxPages: seed.max_pages,
    };
    items.push(searchItem(settings, search, { page: 1, cursor: '*' }, seed.priority));
  }
  return items.map((item) => ({ sourceSystem: 'openalex', sourceName, ...item }));
}

/** An item of one work; `id` is `W…` or `doi:…`. */
export function workItem(settings: OpenalexSettings, id: string, priority: number): DiscoveredItem {
  return {
    resourceType: 'work',
    resourceId: id,
    // encodeURI keeps the slash inside a DOI, as OpenAlex wants it.
    requestUri: apiAddress(
      settings,
      `/works/${encodeURI(id).replaceAll(/[?#]/g, encodeURIComponent)}`,
    ).href,
    requestMethod: 'GET',
    priority,
  };
}

export interface Search {
  readonly search: string | null;
  readonly filter: string | null;
  readonly perPage: number;
  /** 0 = all. */
  readonly maxPages: number;
}

/**
 * One page of a search. Its id names the search and the page number, not the cursor: the same
 * search has the same items when it is seeded again. Paging goes by cursor, since
 * `page × per_page` ends at 10,000 works.
 */
export function searchItem(
  settings: OpenalexSettings,
  search: Search,
  at: { readonly page: number; readonly cursor: string },
  priority: number,
): DiscoveredItem {
  const url = worksAddress(settings);
  if (search.search !== null) url.searchParams.set('search', search.search);
  if (search.filter !== null) url.searchParams.set('filter', search.filter);
  url.searchParams.set('per_page', String(search.perPage));
  const name = url.searchParams.toString();
  url.searchParams.set('cursor', at.cursor);
  const metadata: JsonObject = {
    search: search.search,
    filter: search.filter,
    per_page: search.perPage,
    max_pages: search.maxPages,
    page: at.page,
  };
  return {
    resourceType: 'search',
    resourceId: `${shortId(name, 300)}#${at.page}`,
    requestUri: url.href,
    requestMethod: 'GET',
    metadata,
    priority,
    isHop: false,
  };
}

/** Of lists of works. */
export const worksAddress = (settings: OpenalexSettings): URL => apiAddress(settings, '/works');

function apiAddress(settings: OpenalexSettings, path: string): URL {
  return new URL(`${settings.base_url.replace(/\/+$/, '')}${path}`);
}
