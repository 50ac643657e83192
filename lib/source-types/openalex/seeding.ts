import type { JsonObject } from '#lib/json.ts';
import type { NewWorkItem } from '#lib/queue/model.ts';
import type { DiscoveredItem, SourceContext } from '../source-type.ts';
import { shortId } from '../web/addresses.ts';
import { entityOf, type KindListed, pathOf } from './entities.ts';
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
  if (seed.resource_type === undefined) {
    const entities = (seed.entity_ids ?? []).flatMap((text) => entityOf(text) ?? []);
    const distinct = new Map(entities.map((entity) => [entity.id, entity]));
    items.push(...[...distinct.values()].map((one) => entityItem(settings, one, seed.priority)));
  }
  if (wants('search') && (seed.search_query !== undefined || (seed.filters?.length ?? 0) > 0)) {
    const search: Search = {
      entity: seed.entity,
      search: seed.search_query ?? null,
      filter: seed.filters?.length ? seed.filters.join(',') : null,
      perPage: seed.per_page,
      maxPages: seed.max_pages,
    };
    items.push(searchItem(settings, search, { page: 1, cursor: '*' }, seed.priority));
  }
  return items.map((item) => ({ sourceSystem: 'openalex', sourceName, ...item }));
}

/** By a DOI, the id of a work (which may lack its letter) or that of another entity. */
export function openalexSeedOf(text: string): JsonObject | string {
  if (doiOf(text) !== null) return { dois: [text] };
  if (workIdOf(text) !== null) return { work_ids: [text] };
  if (entityOf(text) !== null) return { entity_ids: [text] };
  return 'It is no DOI and no OpenAlex id, such as 10.7717/peerj.4375, W2741809807 or A5023888391.';
}

/** An item of one work; `id` is `W…` or `doi:…`. */
export const workItem = (
  settings: OpenalexSettings,
  id: string,
  priority: number,
): DiscoveredItem => entityItem(settings, { kind: 'work', id }, priority);

/** An item of one entity of any kind. */
export function entityItem(
  settings: OpenalexSettings,
  { kind, id }: { readonly kind: KindListed; readonly id: string },
  priority: number,
): DiscoveredItem {
  // encodeURI keeps the slash inside a DOI, as OpenAlex wants it.
  const path = `${pathOf(kind)}/${encodeURI(id).replaceAll(/[?#]/g, encodeURIComponent)}`;
  return {
    resourceType: kind,
    resourceId: id,
    requestUri: selecting(apiAddress(settings, path), kind, settings).href,
    requestMethod: 'GET',
    priority,
  };
}

/** Asks for the chosen fields alone, and for those by which an answer is known. */
function selecting(url: URL, kind: KindListed, { select }: OpenalexSettings): URL {
  if (select.length === 0) return url;
  const names = ['id', ...(kind === 'work' ? ['doi'] : []), ...select];
  url.searchParams.set('select', [...new Set(names)].join(','));
  return url;
}

export interface Search {
  readonly entity: KindListed;
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
  const url = apiAddress(settings, pathOf(search.entity));
  if (search.search !== null) url.searchParams.set('search', search.search);
  if (search.filter !== null) url.searchParams.set('filter', search.filter);
  url.searchParams.set('per_page', String(search.perPage));
  const query = url.searchParams.toString();
  const name = search.entity === 'work' ? query : `${search.entity}:${query}`;
  url.searchParams.set('cursor', at.cursor);
  selecting(url, search.entity, settings);
  const metadata: JsonObject = {
    entity: search.entity,
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
export const worksAddress = (settings: OpenalexSettings): URL =>
  selecting(apiAddress(settings, pathOf('work')), 'work', settings);

function apiAddress(settings: OpenalexSettings, path: string): URL {
  return new URL(`${settings.base_url.replace(/\/+$/, '')}${path}`);
}
