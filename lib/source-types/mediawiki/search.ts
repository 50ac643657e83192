/** Searches: one page of results is one item, and leads to the pages it lists and to the next one. */
import { z } from 'zod';
import type { JsonObject, JsonValue } from '#lib/json.ts';
import type { WorkItem } from '#lib/queue/model.ts';
import type { DiscoveredItem, FetchContext, FetchOutcome } from '../source-type.ts';
import { type Exchange, failed, failureOf, fetchedJson, isFailure } from '../web/exchange.ts';
import { askWiki } from './ask.ts';
import { searchQuery } from './request.ts';
import { searchItem, wikiItem } from './seeding.ts';
import { categoryNamespace, type MediawikiSettings } from './settings.ts';
import { resourceIdOfTitle } from './title.ts';

const searchMetadata = z.looseObject({
  search_query: z.string(),
  max_pages: z.number(),
  page: z.number(),
  offset: z.number(),
});

const resultsShape = z.looseObject({
  results: z.array(z.looseObject({ ns: z.number(), title: z.string() })),
  next_offset: z.number().nullable(),
});

/** Results go behind the page of results they stand on. */
const resultStep = 10;

/** The payload: `{ search_query, offset, total, results, next_offset }`. */
export async function fetchSearch(
  item: Pick<WorkItem, 'metadata'>,
  exchange: Exchange,
  context: FetchContext<MediawikiSettings>,
): Promise<FetchOutcome> {
  const known = searchMetadata.safeParse(item.metadata);
  if (!known.success) {
    return failed(exchange, 'api_error', 'The item does not say what is searched for.');
  }
  const { search_query: query, offset } = known.data;
  const answer = await askWiki(
    exchange,
    context,
    searchQuery(context.settings, query, offset),
  ).catch((error: unknown) => failureOf(error, exchange, context));
  if (isFailure(answer)) return answer;
  const results = (answer.query?.search ?? []).map(({ ns, title }) => ({ ns, title }));
  const next = answer.continue?.['sroffset'];
  const payload: JsonObject = {
    search_query: query,
    offset,
    total: answer.query?.searchinfo?.totalhits ?? null,
    results,
    next_offset: next === undefined ? null : Number(next),
  };
  return fetchedJson(exchange.answered(), payload, {
    projection: results.map(({ title }) => title),
  });
}

/** What a search found; neither the pages nor the next results are a link hop: the seed asked for them. */
export function resultsOf(
  item: Pick<WorkItem, 'priority' | 'metadata'>,
  payload: JsonValue,
  settings: MediawikiSettings,
): DiscoveredItem[] {
  const found = resultsShape.safeParse(payload);
  const known = searchMetadata.safeParse(item.metadata);
  if (!found.success || !known.success) return [];
  const ids = new Map(
    found.data.results.map(({ ns, title }) => [resourceIdOfTitle(title), ns] as const),
  );
  const items: DiscoveredItem[] = [...ids].map(([id, ns]) => {
    const kind = ns === categoryNamespace ? 'category' : 'page';
    return { ...wikiItem(settings, kind, id, item.priority + resultStep), isHop: false };
  });
  const { search_query: query, max_pages: maxPages, page } = known.data;
  const offset = found.data.next_offset;
  // One that does not grow leads back.
  if (
    offset === null ||
    offset <= known.data.offset ||
    ids.size === 0 ||
    (maxPages > 0 && page >= maxPages)
  )
    return items;
  const next = searchItem(settings, { query, maxPages }, { page: page + 1, offset }, item.priority);
  return [...items, next];
}
