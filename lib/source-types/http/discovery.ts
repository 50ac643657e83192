/** What a response leads to: the pages of a sitemap, the next page, links. Pure. */

import { z } from 'zod';
import { hostOf } from '#lib/egress/url.ts';
import type { WrittenJson } from '#lib/json.ts';
import type { WorkItem } from '#lib/queue/model.ts';
import type { LeaveOut } from '../left-out.ts';
import type { DiscoveredItem, SourceContext, SourceType } from '../source-type.ts';
import { canonicalUrl, followable, sameSite, withoutWww } from '../web/addresses.ts';
import { credentialParameters } from '../web/authentication.ts';
import { beginsAsPage } from '../web/body.ts';
import { headerForbidsLinks, metaForbidsLinks, refreshTarget } from '../web/page-directives.ts';
import { addressesIn, isJsonPath, mostValues, valuesAt } from '../web/selector.ts';
import { launchOf } from './changes.ts';
import { entriesOf, entryMetadata, listOf } from './list-entries.ts';
import { nextPage, type PagedAnswer } from './next-page.ts';
import { droppedOf, httpItem, linkStep, requestItem } from './seeding.ts';
import { entryType, type HttpSettings, sitemapType } from './settings.ts';
import { isWanted, withShares } from './site-rules.ts';
import { sitemapDiscover } from './sitemap-links.ts';

const textPayload = z.object({
  content_type: z.string(),
  url: z.string().optional(),
  text: z.string(),
});

type HttpItem = Pick<
  WorkItem,
  | 'requestUri'
  | 'requestMethod'
  | 'requestBody'
  | 'resourceType'
  | 'resourceId'
  | 'priority'
  | 'metadata'
  | 'depth'
>;
type HttpDiscover = NonNullable<SourceType<HttpSettings>['discover']>;
type Answer = Parameters<HttpDiscover>[3];

/** What an answer leads to, each once and never itself: the pages of a sitemap, entries, the next page, links. */
export function httpDiscover(
  item: HttpItem,
  payload: WrittenJson,
  { settings }: Pick<SourceContext<HttpSettings>, 'settings'>,
  answer?: Answer,
  leave: LeaveOut = () => undefined,
): DiscoveredItem[] {
  if (item.resourceType === sitemapType) return sitemapDiscover(item, payload, settings, leave);
  const text = textPayload.safeParse(payload);
  const html = text.success && isPage(text.data) ? text.data.text : null;
  const json = text.success ? null : payload;
  const entry =
    item.resourceType === entryType ? entryMetadata.safeParse(item.metadata).data : null;
  const listed = text.success || entry ? [] : entriesOf(item, payload, settings, leave);
  const headers = answer?.responseHeaders ?? {};
  const next = entry ? null : pageAfter(item, { headers, payload: json, html }, settings, leave);
  const links = text.success
    ? linksOfText(text.data, html, item.requestUri, settings, { answer, leave })
    : linksOfJson(payload, item.requestUri, settings, leave);
  const urls = new Set(links);
  urls.delete(canonicalUrl(item.requestUri));
  const { same_host: staysThere } = settings.discovery;
  const isHere = siteOf(item, text.success ? text.data.url : undefined);
  urls.delete(next?.requestUri ?? '');
  const onSite = [...urls].filter((url) => !staysThere || isHere(url));
  leave('off_site', urls.size - onSite.length);
  const followed = onSite.filter((url) => isWanted(url, settings.site, leave));
  const launchedAt = launchOf(item.metadata);
  const found = followed.map((url) => {
    const page = httpItem(url, entry?.page_type ?? item.resourceType, item.priority + linkStep);
    const link = withShares(page, settings.site);
    // What a list of changes names has changed.
    return launchedAt === null ? link : { ...link, changedAt: launchedAt };
  });
  return [...listed, ...found, ...(next === null ? [] : [next])];
}

/** The next page of a list; null when this was the last, or the next is not followed. */
function pageAfter(
  item: HttpItem,
  answer: Pick<PagedAnswer, 'headers' | 'payload' | 'html'>,
  settings: HttpSettings,
  leave: LeaveOut,
): DiscoveredItem | null {
  const { requestUri, requestBody: body, requestMethod: method, resourceType, priority } = item;
  const request = { url: requestUri, body };
  const next = nextPage({ ...answer, request, metadata: item.metadata }, settings.paging, leave);
  if (next === null) return null;
  const keys = credentialParameters(settings.authentication);
  const url = followable(next.request.url, requestUri, keys);
  // Credentials and pace belong to the host: a next page elsewhere is not followed.
  if (url === null || !sameSite(url, requestUri)) {
    leave('page_elsewhere');
    return null;
  }
  const launchedAt = launchOf(item.metadata);
  const page = requestItem(
    { ...next.request, url },
    { method, resourceType, priority, launchedAt },
  );
  const ofLaunch = launchedAt === null ? {} : { launched_at: launchedAt };
  const ofList = settings.entries.key === undefined ? {} : { list: listOf(item) };
  return { ...page, metadata: { ...next.metadata, ...ofLaunch, ...ofList }, isHop: false };
}

/** Also what names no type and begins like a page. */
const isPage = (payload: z.infer<typeof textPayload>): boolean =>
  /html|xml/.test(payload.content_type) || beginsAsPage(payload);

function linksOfJson(
  payload: WrittenJson,
  base: string,
  settings: HttpSettings,
  leave: LeaveOut,
): string[] {
  const { discovery } = settings;
  if (!discovery.enabled) return [];
  const dropped = droppedOf(settings);
  return discovery.links
    .filter(isJsonPath)
    .flatMap((path) => {
      const values = valuesAt(payload, path);
      if (values.length === mostValues) leave('links_beyond');
      return values;
    })
    .flatMap((address) => followable(address, base, dropped) ?? []);
}

function linksOfText(
  payload: z.infer<typeof textPayload>,
  html: string | null,
  requestUri: string,
  settings: HttpSettings,
  { answer, leave }: { readonly answer: Answer; readonly leave: LeaveOut },
): string[] {
  const { discovery } = settings;
  if (!discovery.enabled || html === null) return [];
  const agent = settings.robots_token ?? settings.user_agent ?? defaultAgent;
  if (
    settings.respect_robots &&
    headerForbidsLinks(answer?.responseHeaders['x-robots-tag'], agent)
  ) {
    return [];
  }
  const page = payload.url ?? requestUri;
  const selectors = discovery.links.filter((link) => !isJsonPath(link));
  const leadsOn = selectors.includes(everyLink);
  const found = addressesIn(html, leadsOn ? [...selectors, ...otherWays] : selectors);
  const isForbidden = found.metas.some(({ name = '', content = '' }) =>
    metaForbidsLinks(name, content, agent),
  );
  if (settings.respect_robots && isForbidden) return [];
  if (found.isFull) leave('links_beyond');
  if (found.isCut) leave('ends_early');
  const base = (found.base === null ? null : URL.parse(found.base, page))?.href ?? page;
  const refreshes = found.metas.flatMap(({ 'http-equiv': means = '', content = '' }) =>
    leadsOn && means.trim().toLowerCase() === 'refresh' ? (refreshTarget(content) ?? []) : [],
  );
  const dropped = droppedOf(settings);
  return [...found.addresses, ...refreshes].flatMap(
    (address) => followable(address, base, dropped) ?? [],
  );
}

/** Whoever follows every link follows what else leads a reader on. */
const everyLink = 'a[href]';
const otherWays = ['area[href]', 'iframe[src]', 'frame[src]'];
/** Of sources without a user agent of their own. */
const defaultAgent = 'HolocronIngest';

/**
 * Whether an address stays on the site: the host of the item, with its `www.` or without, and the one that answered
 * where a seed's redirect led.
 */
function siteOf({ requestUri, depth }: HttpItem, answered: string | undefined) {
  const seeded = depth === 0 && answered !== undefined ? [hostOf(answered)] : [];
  const hosts = new Set([hostOf(requestUri), ...seeded].map(withoutWww));
  return (url: string) => hosts.has(withoutWww(hostOf(url)));
}
