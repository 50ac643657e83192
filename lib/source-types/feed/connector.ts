/** Fetches feeds by their own rhythm, entries from what is stored of them, and the pages they link to. */
import type { HttpResponse } from '#lib/egress/http-client.ts';
import type { WorkItem } from '#lib/queue/model.ts';
import { fetchOverHttp } from '../http/connector.ts';
import { httpSettings } from '../http/settings.ts';
import type { FetchContext, FetchOutcome } from '../source-type.ts';
import { canonicalUrl } from '../web/addresses.ts';
import { beginningOf } from '../web/body.ts';
import { failed, fetchedJson, guarded } from '../web/exchange.ts';
import { type FeedFacts, readFeed } from '../web/feed.ts';
import { conditionOf, validatorsOf } from '../web/headers.ts';
import { unpackedFile } from '../web/packed-file.ts';
import { refusalOf } from '../web/refusals.ts';
import { readEntries } from './entries.ts';
import { entryType, feedItem, feedMetadata, feedType } from './items.ts';
import type { FeedSettings } from './settings.ts';

type Context = FetchContext<FeedSettings>;

const accepted =
  'application/atom+xml, application/rss+xml, application/feed+json, application/rdf+xml;q=0.9, application/xml;q=0.8, text/xml;q=0.8, */*;q=0.5';

export async function fetchFromFeed(item: WorkItem, context: Context): Promise<FetchOutcome> {
  switch (item.resourceType) {
    case feedType:
      return fetchFeed(item, context);
    case entryType: {
      const [outcome] = await readEntries([item], context);
      if (outcome === undefined) throw new Error('an entry without an outcome');
      return outcome;
    }
    default:
      return fetchPage(item, context);
  }
}

function fetchFeed(item: WorkItem, context: Context): Promise<FetchOutcome> {
  return guarded(context, async (exchange) => {
    const { user_agent: userAgent } = context.settings;
    const response = await exchange.ask(item.requestUri, {
      headers: {
        accept: accepted,
        ...(userAgent === undefined ? {} : { 'user-agent': userAgent }),
        ...conditionOf(item),
      },
    });
    const validators = validatorsOf(response, item);
    if (response.status === 304 && Object.keys(conditionOf(item)).length > 0) {
      const revisitMs = revisitOf(item, null, response, context.settings);
      return { kind: 'unchanged', facts: exchange.answered(), validators, revisitMs };
    }
    const refused = refusalOf(exchange, response);
    if (refused) return refused;
    const moved = movedTo(item, response);
    if (moved !== null) {
      const { seed, page } = placeOf(item);
      const facts = exchange.answered({ alias_of: moved, alias_by: 'redirect' });
      return { kind: 'alias', facts, canonical: feedItem(moved, seed, page, item.priority) };
    }
    const read = await readFeed({ ...response, body: await unpackedFile(response.body) });
    if (read === null) {
      const beginning = new TextDecoder().decode(response.body.subarray(0, 1000));
      const message = `The response is not a feed; it begins "${beginningOf(beginning)}".`;
      return failed(exchange, 'payload_invalid', message);
    }
    const { entries, isCut } = read.facts;
    const facts = exchange.answered({ entries, ...(isCut ? { more_entries: true } : {}) });
    const revisitMs = revisitOf(item, read.facts, response, context.settings);
    const kept = { ...validators, revision: rhythmText(read.facts.rhythmS) };
    const received = exchange.received();
    return { ...fetchedJson(facts, read.payload, { validators: kept, received }), revisitMs };
  });
}

const placeOf = (item: WorkItem) =>
  feedMetadata.safeParse(item.metadata).data ?? { seed: item.requestUri, page: 1 };

/** Where a feed has moved for good; null when it has not. */
function movedTo(item: WorkItem, { redirects, finalUrl }: HttpResponse): string | null {
  const isForGood =
    redirects.length > 0 && redirects.every(({ status }) => status === 301 || status === 308);
  const address = canonicalUrl(finalUrl);
  return isForGood && address !== canonicalUrl(item.requestUri) ? address : null;
}

/** An unchanged feed that says nothing of its rhythm waits so many times longer. */
const growth = 1.5;

/** When a feed is due again, ms: as it asks, else by how often it has something new, within the source's bounds. */
function revisitOf(
  item: WorkItem,
  feed: FeedFacts | null,
  { headers }: HttpResponse,
  { least_interval: least, most_interval: most }: FeedSettings,
): number {
  const ownS = feed === null ? rhythmIn(item.revision) : (feed.rhythmS ?? 0);
  const asked = Math.max(ownS, freshForS(headers));
  const seen = feed === null ? growth * plannedS(item) : (feed.gapS ?? most) / 2;
  // The pages behind the first hold what is older.
  const wished = placeOf(item).page > 1 ? most : asked > 0 ? asked : seen;
  const boundedS = Math.min(most, Math.max(least, wished));
  // Feeds that were fetched together do not come back together for ever.
  return Math.round(boundedS * 1000 * (1 + Math.random() / 20));
}

/** What a feed said of its rhythm is kept with its validators: an answer that it is unchanged does not say it again. */
const rhythmText = (rhythmS: number | null) => (rhythmS === null ? null : `every ${rhythmS} s`);
const rhythmIn = (text: string | null): number =>
  Number(/^every (\d{1,12}) s$/.exec(text ?? '')?.[1] ?? 0);

function freshForS(headers: HttpResponse['headers']): number {
  const control = (headers['cache-control'] ?? '').slice(0, 1000).toLowerCase();
  if (/no-cache|no-store/.test(control)) return 0;
  return Number(/(?:^|[\s,])max-age\s{0,9}=\s{0,9}"?(\d{1,9})/.exec(control)?.[1] ?? 0);
}

/** What the interval before this fetch was to be, s. */
function plannedS({ lastFetchedAt, nextFetchAt }: WorkItem): number {
  if (lastFetchedAt === null || nextFetchAt === null) return 0;
  return Math.max(0, (Date.parse(nextFetchAt) - Date.parse(lastFetchedAt)) / 1000);
}

/** As the type `http` fetches a page. */
function fetchPage(item: WorkItem, context: Context): Promise<FetchOutcome> {
  const {
    pages: _,
    max_pages: __,
    least_interval: ___,
    most_interval: ____,
    ...common
  } = context.settings;
  return fetchOverHttp(item, { ...context, settings: httpSettings.parse(common) });
}
