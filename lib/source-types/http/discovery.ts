import { z } from 'zod';
import { hostOf } from '#lib/egress/url.ts';
import type { JsonValue } from '#lib/json.ts';
import type { WorkItem } from '#lib/queue/model.ts';
import type { DiscoveredItem, SourceContext, SourceType } from '../source-type.ts';
import { nextPage } from './paging.ts';
import {
  canonicalOf,
  canonicalUrl,
  httpItem,
  maxUrlLength,
  sameHost,
  sitemapItem,
} from './seeding.ts';
import { addressesIn, isJsonPath, valuesAt } from './selector.ts';
import { type HttpSettings, sitemapType } from './settings.ts';

const textPayload = z.object({
  content_type: z.string(),
  url: z.string().optional(),
  text: z.string(),
});

const sitemapPayload = z.object({
  kind: z.enum(['pages', 'index']),
  entries: z.array(z.object({ url: z.string(), changed_at: z.string().nullable() })),
});

const sitemapMetadata = z.looseObject({ page_type: z.string() });
const pageMetadata = z.looseObject({ page: z.int().positive() });

type HttpItem = Pick<WorkItem, 'requestUri' | 'resourceType' | 'priority' | 'metadata'>;
type HttpDiscover = NonNullable<SourceType<HttpSettings>['discover']>;
type Answer = Parameters<HttpDiscover>[3];

/** Links go behind the page they were found on. */
const linkStep = 10;

/** What an answer leads to, each once and never itself: the pages of a sitemap, the next page, links. */
export function httpDiscover(
  item: HttpItem,
  payload: JsonValue,
  { settings }: Pick<SourceContext<HttpSettings>, 'settings'>,
  answer?: Answer,
): DiscoveredItem[] {
  if (item.resourceType === sitemapType) return pagesOf(item, payload, settings);
  const text = textPayload.safeParse(payload);
  const html = text.success && /html|xml/.test(text.data.content_type) ? text.data.text : null;
  const page = pageMetadata.safeParse(item.metadata);
  const number = page.success ? page.data.page : 1;
  const next = nextPage(
    {
      requestUri: item.requestUri,
      headers: answer?.responseHeaders ?? {},
      payload: text.success ? null : payload,
      html,
      page: number,
    },
    settings.paging,
  );
  const following = next === null ? null : followable(next, item.requestUri, []);
  const links = text.success
    ? linksOfText(text.data, html, item.requestUri, settings)
    : linksOfJson(payload, item.requestUri, settings);
  const urls = new Set(links);
  urls.delete(canonicalUrl(item.requestUri));
  const { same_host: staysThere } = settings.discovery;
  const here = hostOf(item.requestUri);
  const found = [...urls]
    .filter((url) => url !== following && (!staysThere || hostOf(url) === here))
    .map((url) => httpItem(url, item.resourceType, item.priority + linkStep));
  // Credentials and manners belong to the host: a next page elsewhere is none.
  if (following === null || hostOf(following) !== here) return found;
  return [
    ...found,
    {
      ...httpItem(following, item.resourceType, item.priority),
      metadata: { page: number + 1 },
      isHop: false,
    },
  ];
}

function linksOfJson(payload: JsonValue, base: string, { discovery }: HttpSettings): string[] {
  if (!discovery.enabled) return [];
  return discovery.links
    .filter(isJsonPath)
    .flatMap((path) => valuesAt(payload, path))
    .flatMap((address) => followable(address, base, discovery.drop_parameters) ?? []);
}

function linksOfText(
  payload: z.infer<typeof textPayload>,
  html: string | null,
  requestUri: string,
  { discovery }: HttpSettings,
): string[] {
  if (!discovery.enabled || html === null) return [];
  const page = payload.url ?? requestUri;
  const found = addressesIn(
    html,
    discovery.links.filter((link) => !isJsonPath(link)),
  );
  const base = (found.base === null ? null : URL.parse(found.base, page))?.href ?? page;
  return found.addresses.flatMap(
    (address) => followable(address, base, discovery.drop_parameters) ?? [],
  );
}

/** A sitemap may list what lies on its own host only (sitemaps.org/protocol#location). */
function pagesOf(item: HttpItem, payload: JsonValue, settings: HttpSettings): DiscoveredItem[] {
  const sitemap = sitemapPayload.safeParse(payload);
  const metadata = sitemapMetadata.safeParse(item.metadata);
  if (!sitemap.success) return [];
  const pageType = metadata.success ? metadata.data.page_type : 'document';
  const found = new Map<string, DiscoveredItem>();
  for (const entry of sitemap.data.entries) {
    const url = followable(entry.url, item.requestUri, settings.discovery.drop_parameters);
    if (url === null || found.has(url) || !sameHost(url, item.requestUri)) continue;
    const one =
      sitemap.data.kind === 'index'
        ? sitemapItem(url, pageType, item.priority)
        : httpItem(url, pageType, item.priority + linkStep);
    const changed = entry.changed_at === null ? {} : { changed_at: entry.changed_at };
    found.set(url, { ...one, metadata: { ...one.metadata, ...changed }, isHop: false });
  }
  found.delete(canonicalUrl(item.requestUri));
  return [...found.values()];
}

/** The canonical address of a link, or null when it is not one a crawler follows. */
function followable(address: string, base: string, dropped: readonly string[]): string | null {
  const url = URL.parse(address.trim(), base);
  const fetchable = url?.protocol === 'http:' || url?.protocol === 'https:';
  if (!url || !fetchable || url.username !== '' || url.password !== '') return null;
  const names = dropped.length === 0 || url.search === '' ? [] : new Set(url.searchParams.keys());
  for (const name of names) {
    const drop = dropped.some((one) =>
      one.endsWith('*') ? name.startsWith(one.slice(0, -1)) : name === one,
    );
    if (drop) url.searchParams.delete(name);
  }
  const canonical = canonicalOf(url);
  return canonical.length <= maxUrlLength ? canonical : null;
}
