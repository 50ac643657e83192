/** The addresses asked of a wiki's API. See https://www.mediawiki.org/wiki/API:Query */
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

/** Parameters of pages' latest revisions, and where redirects lead; without content. */
export const revisionsQuery = (resourceIds: readonly string[]): Record<string, string> => ({
  ...everyQuery,
  redirects: '1',
  prop: 'info',
  titles: titlesOf(resourceIds),
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

/** The query of items of one type: many pages, or one category. */
export const queryOf = (
  settings: MediawikiSettings,
  resourceType: string,
  resourceIds: readonly string[],
) => (resourceType === 'category' ? categoryQuery(resourceIds) : pageQuery(settings, resourceIds));

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
