/** The addresses asked of a wiki's API. See https://www.mediawiki.org/wiki/API:Query */
import { categoryNamespace, type MediawikiSettings } from './settings.ts';
import { titleOfResourceId } from './title.ts';

/** `maxlag`: a lagging wiki answers with an error instead of working for us. */
const everyQuery = { action: 'query', format: 'json', formatversion: '2', maxlag: '5' };

/** Namespaces whose links are followed as pages; categories have a way of their own. */
export const pageNamespaces = (settings: MediawikiSettings): number[] =>
  settings.namespaces.filter((namespace) => namespace !== categoryNamespace);

/** Parameters of one page with its text, links and categories. */
function pageQuery(settings: MediawikiSettings, resourceId: string): Record<string, string> {
  return {
    ...everyQuery,
    redirects: '1',
    prop: 'revisions|links|categories|info|pageprops',
    rvprop: 'ids|timestamp|size|contentmodel|content',
    rvslots: 'main',
    pllimit: 'max',
    plnamespace: (pageNamespaces(settings).length > 0 ? pageNamespaces(settings) : [0]).join('|'),
    cllimit: 'max',
    titles: titleOfResourceId(resourceId),
  };
}

/** Parameters of a category's members. */
function categoryQuery(resourceId: string): Record<string, string> {
  const title = titleOfResourceId(resourceId);
  return {
    ...everyQuery,
    redirects: '1',
    prop: 'info',
    titles: title,
    list: 'categorymembers',
    cmtitle: title,
    cmtype: 'page|subcat',
    cmprop: 'ids|title|type',
    cmlimit: 'max',
  };
}

/** The query of an item of the given type. */
export const queryOf = (settings: MediawikiSettings, resourceType: string, resourceId: string) =>
  resourceType === 'category' ? categoryQuery(resourceId) : pageQuery(settings, resourceId);

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
