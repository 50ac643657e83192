/** What a response leads to: the pages of a sitemap, the next page, links. Pure. */

import { z } from 'zod';
import { hostOf } from '#lib/egress/url.ts';
import { hasMember, type WrittenJson } from '#lib/json.ts';
import type { WorkItem } from '#lib/queue/model.ts';
import type { LeaveOut } from '../left-out.ts';
import type { DiscoveredItem, PayloadAnswer, SourceContext } from '../source-type.ts';
import { baseOf, canonicalUrl, followable, withoutWww } from '../web/addresses.ts';
import { credentialParameters } from '../web/authentication.ts';
import { isPage } from '../web/body.ts';
import { calledBy } from '../web/called-by.ts';
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
  | 'requestHeaders'
  | 'resourceType'
  | 'resourceId'
  | 'priority'
  | 'metadata'
  | 'depth'
>;

/** What an answer leads to, each once and never itself: the pages of a sitemap, entries, the next page, links. */
export function httpDiscover(
  item: HttpItem,
  payload: WrittenJson,
  { settings, userAgent }: Pick<SourceContext<HttpSettings>, 'settings' | 'userAgent'>,
  answer?: PayloadAnswer,
  leave: LeaveOut = () => undefined,
): DiscoveredItem[] {
  if (item.resourceType === sitemapType) return sitemapDiscover(item, payload, settings, leave);
  const text = hasMember(payload, 'text') ? textPayload.safeParse(payload).data : undefined;
  const html = text && isMarkup(text) ? text.text : null;
  const json = text ? null : payload;
  const entry =
    item.resourceType === entryType ? entryMetadata.safeParse(item.metadata).data : null;
  const listed = text || entry ? [] : entriesOf(item, payload, settings, leave);
  const headers = answer?.responseHeaders ?? {};
  const answeredBy = text?.url ?? finalUrlOf(answer) ?? item.requestUri;
  const isHere = siteOf(item, answeredBy);
  const answered = { headers, answeredBy, payload: json, html };
  const next = entry ? null : pageAfter(item, answered, isHere, settings, leave);
  const links = text
    ? linksOfText(html, answeredBy, settings, {
        headers,
        leave,
        agent: calledBy(item, { settings, userAgent }),
      })
    : linksOfJson(payload, answeredBy, settings, leave);
  const urls = new Set(links);
  urls.delete(canonicalUrl(item.requestUri));
  const { same_host: staysThere } = settings.discovery;
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
  answer: Omit<PagedAnswer, 'request' | 'metadata' | 'isList'>,
  isHere: (url: string) => boolean,
  settings: HttpSettings,
  leave: LeaveOut,
): DiscoveredItem | null {
  const { requestUri, requestBody: body, requestMethod: method, resourceType, priority } = item;
  const request = { url: requestUri, body };
  const list = { metadata: item.metadata, isList: item.depth === 0 };
  const next = nextPage({ ...answer, ...list, request }, settings.paging, leave);
  if (next === null) return null;
  const keys = credentialParameters(settings.authentication);
  const url = followable(next.request.url, requestUri, keys);
  // Credentials and pace belong to the host: a next page elsewhere is not followed.
  if (url === null || !isHere(url)) {
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

const isMarkup = (payload: z.infer<typeof textPayload>): boolean =>
  isPage(payload) || /xml/.test(payload.content_type);

/** The address that answered, where it is not part of the payload. */
function finalUrlOf(answer: PayloadAnswer | undefined): string | null {
  const url = answer?.details?.['final_url'];
  return typeof url === 'string' && URL.canParse(url) ? url : null;
}

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

interface TextReading extends Pick<PagedAnswer, 'headers'> {
  readonly leave: LeaveOut;
  /** See `calledBy`. */
  readonly agent: string;
}

function linksOfText(
  html: string | null,
  page: string,
  settings: HttpSettings,
  { headers, leave, agent }: TextReading,
): string[] {
  const { discovery } = settings;
  if (!discovery.enabled || html === null) return [];
  if (settings.respect_robots && headerForbidsLinks(headers['x-robots-tag'], agent)) return [];
  const selectors = discovery.links.filter((link) => !isJsonPath(link));
  const leadsOn = selectors.includes(everyLink);
  const found = addressesIn(html, leadsOn ? [...selectors, ...otherWays] : selectors);
  const isForbidden = found.metas.some(({ name = '', content = '' }) =>
    metaForbidsLinks(name, content, agent),
  );
  if (settings.respect_robots && isForbidden) return [];
  if (found.isFull) leave('links_beyond');
  if (found.isCut) leave('ends_early');
  const base = baseOf(found.base, page);
  const inMetas = found.metas.flatMap(({ 'http-equiv': means = '', content = '' }) =>
    means.trim().toLowerCase() === 'refresh' ? content : [],
  );
  // Browsers obey the header of that name as they do the element.
  const refreshes = leadsOn
    ? [...inMetas, headers['refresh'] ?? ''].flatMap((content) => refreshTarget(content) ?? [])
    : [];
  const dropped = droppedOf(settings);
  return [...found.addresses, ...refreshes].flatMap(
    (address) => followable(address, base, dropped) ?? [],
  );
}

/** Whoever follows every link follows what else leads a reader on. */
const everyLink = 'a[href]';
const otherWays = ['area[href]', 'iframe[src]', 'frame[src]'];

/**
 * Whether an address stays on the site: the host of the item, with its `www.` or without, and the one that answered
 * where a seed's redirect led.
 */
function siteOf({ requestUri, depth }: HttpItem, answeredBy: string) {
  const seeded = depth === 0 ? [hostOf(answeredBy)] : [];
  const hosts = new Set([hostOf(requestUri), ...seeded].map(withoutWww));
  return (url: string) => hosts.has(withoutWww(hostOf(url)));
}
