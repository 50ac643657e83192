/**
 * The addresses asked of a wiki's API, and how many pages go into one. See
 * https://www.mediawiki.org/wiki/API:Query
 */

import type { WikiItem } from './judge.ts';
import { categoryNamespace, type MediawikiSettings } from './settings.ts';
import { titleOfResourceId } from './title.ts';

/** `maxlag`: a lagging wiki answers with an error instead of working for us. */
const everyQuery = { action: 'query', format: 'json', formatversion: '2', maxlag: '5' };

/** Namespaces whose links are followed as pages; categories have a way of their own. */
export const pageNamespaces = (settings: MediawikiSettings): number[] =>
  settings.namespaces.filter((namespace) => namespace !== categoryNamespace);

const titlesOf = (resourceIds: readonly string[]): string =>
  resourceIds.map(titleOfResourceId).join('|');

/** Parameters of pages with their text, links and categories. */
function pageQuery(
  settings: MediawikiSettings,
  resourceIds: readonly string[],
): Record<string, string> {
  return {
    ...everyQuery,
    redirects: '1',
    prop: 'revisions|links|categories|info|pageprops',
    rvprop: 'ids|timestamp|size|contentmodel|content',
    rvslots: 'main',
    pllimit: 'max',
    plnamespace: (pageNamespaces(settings).length > 0 ? pageNamespaces(settings) : [0]).join('|'),
    cllimit: 'max',
    titles: titlesOf(resourceIds),
  };
}

/**
 * Parameters of pages' latest revisions, and where redirects lead; without content. `prop=info` returns the
 * same and three times as much beside it.
 */
export const revisionsQuery = (resourceIds: readonly string[]): Record<string, string> => ({
  ...everyQuery,
  redirects: '1',
  prop: 'revisions',
  rvprop: 'ids',
  titles: titlesOf(resourceIds),
});

/**
 * Parameters of what has changed in the wiki, latest first: edits, new pages, and what the log says of pages
 * that were moved, deleted, restored, merged or imported.
 */
export const changesQuery: Readonly<Record<string, string>> = {
  ...everyQuery,
  list: 'recentchanges',
  rctype: 'edit|new|log',
  rcprop: 'ids|title|timestamp|loginfo',
  rclimit: 'max',
};

/** Parameters of pages' wikitext alone. */
const wikitextQuery = (resourceIds: readonly string[]): Record<string, string> => ({
  ...everyQuery,
  redirects: '1',
  prop: 'revisions|info',
  rvprop: 'ids|timestamp|contentmodel|content',
  rvslots: 'main',
  titles: titlesOf(resourceIds),
});

/** Parameters of a page as readers see it, without what changes from one rendering to the next. */
export const renderedQuery = (resourceId: string): Record<string, string> => ({
  ...everyQuery,
  action: 'parse',
  prop: 'text|revid',
  disablelimitreport: '1',
  disableeditsection: '1',
  page: titleOfResourceId(resourceId),
});

/** Parameters of a file that another wiki may describe. */
export const sharedFileQuery = (title: string): Record<string, string> => ({
  ...everyQuery,
  prop: 'imageinfo',
  iiprop: 'timestamp|url|size|mime|sha1|extmetadata',
  titles: title,
});

/** Parameters of the latest that the log says of a page. */
export const logQuery = (title: string): Record<string, string> => ({
  ...everyQuery,
  list: 'logevents',
  leprop: 'title|type|details|timestamp',
  lelimit: '1',
  letitle: title,
});

/** Most results the API gives for one request of an account without special rights. */
const searchLimit = 50;

/** Parameters of one page of a search's results. */
export const searchQuery = (
  settings: MediawikiSettings,
  search: string,
  offset: number,
): Record<string, string> => ({
  ...everyQuery,
  list: 'search',
  srsearch: search,
  srnamespace: settings.namespaces.join('|'),
  srlimit: String(searchLimit),
  sroffset: String(offset),
  srinfo: 'totalhits',
  srprop: '',
});

/** Parameters of the titles that pages of these numbers have. */
const pageIdsQuery = (ids: readonly string[]): Record<string, string> => ({
  ...everyQuery,
  prop: 'info',
  pageids: ids.join('|'),
});

/** Parameters of revisions by their numbers, whichever pages they are of. */
const oldRevisionsQuery = (ids: readonly string[]): Record<string, string> => ({
  ...everyQuery,
  prop: 'revisions',
  rvprop: 'ids|timestamp|contentmodel|content',
  rvslots: 'main',
  revids: ids.join('|'),
});

/** Parameters of a category's members. */
function categoryQuery(resourceIds: readonly string[]): Record<string, string> {
  const titles = titlesOf(resourceIds);
  return {
    ...everyQuery,
    redirects: '1',
    prop: 'info',
    titles,
    list: 'categorymembers',
    cmtitle: titles,
    cmtype: 'page|subcat',
    cmprop: 'ids|title|type',
    cmlimit: 'max',
  };
}

/** The query of items of one type: many pages or their wikitext, one rendered page, or one category. */
export function queryOf(
  settings: MediawikiSettings,
  resourceType: string,
  resourceIds: readonly string[],
): Record<string, string> {
  if (resourceType === 'category') return categoryQuery(resourceIds);
  if (resourceType === 'pageid') return pageIdsQuery(resourceIds);
  if (resourceType === 'revision') return oldRevisionsQuery(resourceIds);
  if (resourceType !== 'content') return pageQuery(settings, resourceIds);
  return settings.content_format === 'html'
    ? renderedQuery(resourceIds[0] ?? '')
    : wikitextQuery(resourceIds);
}

/** The API's address with parameters; whatever query it had already stays. */
export function apiUrl(
  settings: MediawikiSettings,
  parameters: Readonly<Record<string, string>>,
): string {
  const url = new URL(settings.api_url);
  url.hash = '';
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
  return url.href;
}

/** The API's limit for accounts without special rights. */
export const maxTitles = 50;
/** Of the encoded titles; many servers refuse addresses beyond 8 KiB. */
const maxTitlesLength = 6000;

/**
 * Divides items into what one request asks for. An item that failed before is asked for in smaller
 * groups each time, in the end alone: a page that the wiki cannot deliver must not use up the
 * attempts of the others.
 */
export function portionsOf<I extends Pick<WikiItem, 'resourceId' | 'attempt'>>(
  items: readonly I[],
): I[][] {
  const portions: { readonly most: number; length: number; readonly items: I[] }[] = [];
  for (const item of items) {
    const most = groupSizeOf(item.attempt);
    const length = encodeURIComponent(`|${titleOfResourceId(item.resourceId)}`).length;
    const open = portions.find(
      (portion) =>
        portion.most === most &&
        portion.items.length < most &&
        portion.length + length <= maxTitlesLength,
    );
    if (open) {
      open.items.push(item);
      open.length += length;
    } else portions.push({ most, length, items: [item] });
  }
  return portions.map((portion) => portion.items);
}

function groupSizeOf(attempt: number): number {
  if (attempt <= 1) return maxTitles;
  return attempt === 2 ? 10 : 1;
}
