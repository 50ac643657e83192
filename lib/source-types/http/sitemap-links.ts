/** What a sitemap leads to: pages, and further sitemaps. Pure. */
import { z } from 'zod';
import { hostOf } from '#lib/egress/url.ts';
import type { WrittenJson } from '#lib/json.ts';
import type { WorkItem } from '#lib/queue/model.ts';
import type { LeaveOut } from '../left-out.ts';
import type { DiscoveredItem } from '../source-type.ts';
import { canonicalUrl, followable, withoutWww } from '../web/addresses.ts';
import { pastMoment } from '../web/feed-values.ts';
import { droppedOf, httpItem, linkStep, sitemapItem, withChange } from './seeding.ts';
import type { HttpSettings } from './settings.ts';
import { isWanted, withShares } from './site-rules.ts';

const sitemapPayload = z.object({
  kind: z.enum(['pages', 'index']),
  entries: z.array(z.object({ url: z.string(), changed_at: z.string().nullable() })),
  beyond: z.number().default(0),
  others: z.number().default(0),
  ends_early: z.boolean().default(false),
});

const sitemapMetadata = z.looseObject({
  page_type: z.string(),
  /** Hosts whose robots.txt names the sitemap: it may list their pages. */
  sites: z.array(z.string()).default([]),
  /** Indexes it is inside of. */
  level: z.int().nonnegative().default(0),
});

/** Of indexes inside one another; the protocol allows one, sites that err have two or three. */
const deepestIndex = 5;

type SitemapItem = Pick<WorkItem, 'requestUri' | 'priority' | 'metadata'>;

/**
 * A sitemap may only list pages of its own site, and of those whose robots.txt names it (sitemaps.org/protocol,
 * "Sitemaps & Cross Submits"). What a robots.txt names may be anywhere.
 */
export function sitemapDiscover(
  item: SitemapItem,
  payload: WrittenJson,
  settings: HttpSettings,
  leave: LeaveOut,
): DiscoveredItem[] {
  const sitemap = sitemapPayload.safeParse(payload);
  if (!sitemap.success) return [];
  const { kind, entries, beyond, others, ends_early: endsEarly } = sitemap.data;
  leave('entries_beyond', beyond);
  leave('invalid', others);
  if (endsEarly) leave('ends_early');
  const metadata = sitemapMetadata.safeParse(item.metadata).data;
  const { page_type: pageType = 'document', sites = [], level = 0 } = metadata ?? {};
  const own = hostOf(item.requestUri);
  const isRobots = new URL(item.requestUri).pathname === '/robots.txt';
  const hosts = new Set([own, ...sites].map(withoutWww));
  const named = isRobots && own !== null ? [...new Set([...sites, own])] : sites;
  const found = new Map<string, DiscoveredItem>();
  const dropped = droppedOf(settings);
  for (const entry of entries) {
    const url = followable(entry.url, item.requestUri, dropped);
    if (url === null) leave('invalid');
    if (url === null || found.has(url)) continue;
    if (!isRobots && !hosts.has(withoutWww(hostOf(url)))) leave('off_list');
    else if (kind === 'pages') {
      if (!isWanted(url, settings.site, leave)) continue;
      const changedAt = pastMoment(entry.changed_at);
      found.set(url, withShares(pageOf(url, pageType, item, changedAt), settings.site));
    } else if (level >= deepestIndex) leave('nested_beyond');
    else {
      const inner = sitemapItem(url, pageType, item.priority);
      const where = {
        ...(named.length > 0 ? { sites: named } : {}),
        ...(isRobots ? {} : { level: level + 1 }),
      };
      const one = { ...inner, metadata: { ...inner.metadata, ...where } };
      found.set(url, { ...withChange(one, pastMoment(entry.changed_at)), isHop: false });
    }
  }
  found.delete(canonicalUrl(item.requestUri));
  return [...found.values()];
}

const pageOf = (
  url: string,
  type: string,
  { priority }: SitemapItem,
  changedAt: string | null,
) => ({
  ...withChange(httpItem(url, type, priority + linkStep), changedAt),
  isHop: false,
});
