/** The items of feeds: the feed, its entries, the pages they link to. Pure. */
import { z } from 'zod';
import type { JsonValue } from '#lib/json.ts';
import type { NewWorkItem, WorkItem } from '#lib/queue/model.ts';
import type { LeaveOut } from '../left-out.ts';
import type { DiscoveredItem, PayloadAnswer, SourceContext } from '../source-type.ts';
import { canonicalUrl, followable, sameSite, shortId } from '../web/addresses.ts';
import { pastMoment } from '../web/feed-values.ts';
import type { FeedSeed, FeedSettings } from './settings.ts';

export const feedType = 'feed';
export const entryType = 'entry';
const pageType = 'page';

/** Of a feed: which seed it comes from, however it has moved since, and which page of it this is. */
export const feedMetadata = z.looseObject({ seed: z.string(), page: z.int().positive() });
/** Of an entry: the resource id of the feed that listed it last, and its id there. */
export const entryMetadata = z.looseObject({ feed: z.string(), entry: z.string() });

export function feedItem(
  url: string,
  seed: string,
  page: number,
  priority: number,
): DiscoveredItem {
  return {
    resourceType: feedType,
    resourceId: shortId(url, longestId),
    requestUri: url,
    requestMethod: 'GET',
    priority,
    metadata: { seed, page },
    isHop: false,
  };
}

const longestId = 500;

export const feedSeedItems = (
  { sourceName }: SourceContext<FeedSettings>,
  { feeds, priority }: FeedSeed,
): NewWorkItem[] =>
  [...new Set(feeds.map(canonicalUrl))].map((url) => {
    const { isHop: _, ...item } = feedItem(url, url, 1, priority);
    return { sourceSystem: 'feed', sourceName, ...item };
  });

const listed = z.object({ id: z.string(), revision: z.string() });
const feedPayload = z.object({
  next: z.string().nullable(),
  entries: z.array(listed),
  isCut: z.boolean().default(false),
});
const entryPayload = z.object({ url: z.string().nullable(), updated: z.string().nullable() });

type FeedItem = Pick<
  WorkItem,
  'resourceType' | 'resourceId' | 'requestUri' | 'metadata' | 'priority'
>;

/** What follows goes behind what it was found in. */
const step = 10;

/** Of a feed its entries and its next page, of an entry the page it links to. */
export function feedDiscover(
  item: FeedItem,
  payload: JsonValue,
  { settings }: Pick<SourceContext<FeedSettings>, 'settings'>,
  _answer?: PayloadAnswer,
  leave: LeaveOut = () => undefined,
): DiscoveredItem[] {
  if (item.resourceType === feedType) return entriesOf(item, payload, settings, leave);
  const entry = entryPayload.safeParse(payload);
  if (item.resourceType !== entryType || !settings.pages || !entry.success) return [];
  const url = followable(entry.data.url ?? '', item.requestUri, []);
  if (url === null || entry.data.url === null) return [];
  const updated = pastMoment(entry.data.updated);
  return [
    {
      resourceType: pageType,
      resourceId: shortId(url, longestId),
      requestUri: url,
      requestMethod: 'GET',
      priority: item.priority + step,
      isHop: false,
      ...(updated === null ? {} : { changedAt: updated }),
    },
  ];
}

function entriesOf(
  item: FeedItem,
  payload: JsonValue,
  settings: FeedSettings,
  leave: LeaveOut,
): DiscoveredItem[] {
  const feed = feedPayload.safeParse(payload);
  if (!feed.success) return [];
  const { seed, page } = feedMetadata.safeParse(item.metadata).data ?? {
    seed: item.requestUri,
    page: 1,
  };
  const found: DiscoveredItem[] = feed.data.entries.map(({ id, revision }) => ({
    resourceType: entryType,
    resourceId: entryId(id, seed),
    // What it is read from.
    requestUri: item.requestUri,
    requestMethod: 'GET',
    priority: item.priority + step,
    metadata: { feed: item.resourceId, entry: id },
    revision,
    isHop: false,
  }));
  if (feed.data.isCut) leave('ends_early');
  if (feed.data.next === null) return found;
  const next = followable(feed.data.next, item.requestUri, []);
  const isElsewhere = next === null || !sameSite(next, item.requestUri);
  if (!isElsewhere && page < settings.max_pages)
    return [...found, feedItem(next, seed, page + 1, item.priority + step)];
  leave(isElsewhere ? 'page_elsewhere' : 'pages_beyond');
  return found;
}

/** An id that is an address, a tag or a URN is one everywhere; others are the feed's own. */
const entryId = (id: string, seed: string): string =>
  shortId(
    /^(https?|tag|urn):\S+$/i.test(id) ? id : `${shortId(seed, 300)}#${cleaned(id)}`,
    longestId,
  );

/** As resource ids are: without control characters, and blanks at the ends. */
const cleaned = (id: string): string => id.replaceAll(/\p{Cc}+/gu, ' ').trim();
