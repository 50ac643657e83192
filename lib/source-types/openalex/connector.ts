/** Fetches works, alone or many in one request, and pages of searches. See https://developers.openalex.org */

import { chunksOf } from '#db/chunks.ts';
import type { HttpResponse } from '#lib/egress/http-client.ts';
import { retryAfterMs } from '#lib/egress/retry-after.ts';
import type { JsonObject, JsonValue } from '#lib/json.ts';
import { knownJson, parseJsonWithin } from '#lib/json-text.ts';
import type { WorkItem } from '#lib/queue/model.ts';
import type { FetchContext, FetchFacts, FetchOutcome } from '../source-type.ts';
import { bearer } from '../web/authentication.ts';
import { beginningOf, looksLikeHtml } from '../web/body.ts';
import {
  type Exchange,
  type Failure,
  failed,
  failureOf,
  fetchedJson,
  isFailure,
  jsonRequestHeaders,
  openExchange,
  stopsAsking,
} from '../web/exchange.ts';
import { budgetOf } from '../web/headers.ts';
import { decodeBody } from '../web/heavy-reading.ts';
import { failureOfChallenge, failureOfStatus } from '../web/refusals.ts';
import { entityOf, isEntityKind } from './entities.ts';
import { findListed } from './listed.ts';
import { entityItem, workItem, worksAddress } from './seeding.ts';
import { doiOf, type OpenalexSettings, workIdOf } from './settings.ts';

type Context = FetchContext<OpenalexSettings>;
export type OpenalexItem = Pick<
  WorkItem,
  | 'resourceType'
  | 'resourceId'
  | 'requestUri'
  | 'priority'
  | 'attempt'
  | 'metadata'
  | 'lastFetchedAt'
>;

export async function fetchFromOpenalex(
  item: OpenalexItem,
  context: Context,
): Promise<FetchOutcome> {
  const [outcome] = await fetchTogetherFromOpenalex([item], context);
  // A single item is always asked for: there is none before it that could have failed.
  if (!outcome) throw new Error('a single item was not asked for');
  return outcome;
}

/**
 * The outcome of each item, in the order given; null for those that were not asked for, because OpenAlex
 * asked us to wait or could not be reached. Many works in one request cost budget where single ones are
 * free, so that is done with a key only, and not once the budget is spent. What a list leaves out (a work
 * that was merged or removed) is asked for alone: then OpenAlex says what became of it.
 */
export async function fetchTogetherFromOpenalex(
  items: readonly OpenalexItem[],
  context: Context,
): Promise<(FetchOutcome | null)[]> {
  const exchange = openExchange(context);
  const outcomes = new Map<OpenalexItem, FetchOutcome>();
  for (const [item, { entity, facts }] of await findListed(items, context)) {
    outcomes.set(item, entityFetched(item, entity, facts, context.settings));
  }
  const unlisted = items.filter((item) => !outcomes.has(item));
  for (const portion of await portionsOf(unlisted, context)) {
    const answer = await askForMany(portion, exchange, context);
    if (isFailure(answer) && answer.code !== 'budget_spent') {
      if (portion.length < 2 || !mayBeOfOneItem(answer)) {
        for (const item of portion) outcomes.set(item, answer);
        if (isTrouble(answer)) return items.map((item) => outcomes.get(item) ?? null);
      }
    } else if (!isFailure(answer)) {
      for (const [item, outcome] of answer) outcomes.set(item, outcome);
    }
  }
  for (const item of items) {
    if (outcomes.has(item)) continue;
    const outcome = await fetchAlone(item, exchange, context);
    outcomes.set(item, outcome);
    if (outcome.kind === 'error' && isTrouble(outcome)) break;
  }
  return items.map((item) => outcomes.get(item) ?? null);
}

/** What is asked for together: ids with ids, DOIs with DOIs, and only what has not failed before. */
async function portionsOf(
  items: readonly OpenalexItem[],
  context: Context,
): Promise<(readonly OpenalexItem[])[]> {
  const { settings, secrets } = context;
  const size = settings.works_together;
  if (size < 2 || !secrets['api_key'] || items.length < 2) return [];
  if (await isSpent(context)) return [];
  const fresh = items.filter((item) => item.resourceType === 'work' && item.attempt <= 1);
  const isDoi = ({ resourceId }: OpenalexItem) => resourceId.startsWith('doi:');
  // A comma or bar in a DOI would end the filter's value.
  const dois = fresh.filter((item) => isDoi(item) && !/[|,]/.test(item.resourceId));
  const ids = fresh.filter((item) => !isDoi(item));
  return [ids, dois].flatMap((kind) =>
    [...chunksOf(kind, size)].filter((portion) => portion.length > 1),
  );
}

async function askForMany(
  portion: readonly OpenalexItem[],
  exchange: Exchange,
  context: Context,
): Promise<Failure | Map<OpenalexItem, FetchOutcome>> {
  const ids = portion.map(({ resourceId }) => resourceId.replace(/^doi:/, ''));
  const field = portion[0]?.resourceId.startsWith('doi:') ? 'doi' : 'openalex_id';
  const url = worksAddress(context.settings);
  url.searchParams.set('filter', `${field}:${ids.join('|')}`);
  url.searchParams.set('per_page', String(portion.length));
  const body = await askJson(url.href, exchange, context);
  if (isFailure(body)) return body;
  const results = Array.isArray(body['results']) ? body['results'] : [];
  const found = new Map<OpenalexItem, FetchOutcome>();
  for (const work of results) {
    if (work === null || typeof work !== 'object' || Array.isArray(work)) continue;
    const names = [
      typeof work['id'] === 'string' ? workIdOf(work['id']) : null,
      typeof work['doi'] === 'string' ? `doi:${doiOf(work['doi'])}` : null,
    ];
    for (const item of portion) {
      if (!names.includes(item.resourceId)) continue;
      const facts = {
        ...exchange.answered({ items_together: portion.length }),
        // What gives this item alone: an address with fifty works is no description of a record.
        requestUri: workItem(context.settings, item.resourceId, item.priority).requestUri,
      };
      found.set(item, entityFetched(item, work, facts, context.settings));
    }
  }
  return found;
}

async function fetchAlone(
  item: OpenalexItem,
  exchange: Exchange,
  context: Context,
): Promise<FetchOutcome> {
  const { settings } = context;
  const isList = item.resourceType === 'search';
  if (isList && (await isSpent(context))) {
    const { resetsInMs = null } = (await context.budget?.()) ?? {};
    return failed(exchange, 'budget_spent', spent, resetsInMs);
  }
  const kind = isEntityKind(item.resourceType) ? item.resourceType : 'work';
  const address = entityItem(settings, { kind, id: item.resourceId }, item.priority).requestUri;
  const body = await askJson(isList ? item.requestUri : address, exchange, context);
  if (isFailure(body)) return body;
  const outcome = isList
    ? searchFetched(body, exchange.answered())
    : entityFetched(item, body, exchange.answered(), settings);
  if (outcome.kind === 'error') return { ...outcome, answer: exchange.latest() };
  const received = exchange.received();
  return outcome.kind === 'fetched' && received ? { ...outcome, received } : outcome;
}

const spent =
  'The budget at OpenAlex is spent; searches and lists are asked again when it is renewed.';

async function isSpent(context: Context): Promise<boolean> {
  const budget = await context.budget?.();
  return budget != null && budget.remaining <= 0;
}

async function askJson(
  url: string,
  exchange: Exchange,
  context: Context,
): Promise<JsonObject | Failure> {
  const { settings, secrets } = context;
  const key = secrets['api_key'];
  const headers = jsonRequestHeaders(settings);
  const credential = key ? bearer(key, [new URL(settings.base_url).origin]) : undefined;
  try {
    return await readAnswer(await exchange.ask(url, { headers, credential }), exchange);
  } catch (error) {
    return failureOf(error, exchange, context);
  }
}

async function readAnswer(
  response: HttpResponse,
  exchange: Exchange,
): Promise<JsonObject | Failure> {
  const challenge = failureOfChallenge(exchange, response);
  if (challenge) return challenge;
  const { text } = await decodeBody(response);
  const refused = ownRefusalOf(response, text, exchange) ?? failureOfStatus(exchange, response);
  if (refused) return refused;
  const payload = parseJsonWithin(text, knownJson);
  if (payload !== null && typeof payload === 'object' && !Array.isArray(payload)) return payload;
  return looksLikeHtml(text)
    ? failed(exchange, 'blocked', 'OpenAlex answered with a web page instead of data.')
    : failed(
        exchange,
        'payload_invalid',
        `The response is not a JSON object; it begins "${beginningOf(text)}".`,
      );
}

/** OpenAlex's own meaning of two statuses: https://developers.openalex.org/api-reference/errors */
function ownRefusalOf(response: HttpResponse, text: string, exchange: Exchange): Failure | null {
  const wait = retryAfterMs(response.headers);
  const budget = budgetOf(response.headers);
  if (response.status === 429 && budget !== null && budget.remaining <= 0) {
    const resets = budget.resets_in_s === null ? null : budget.resets_in_s * 1000;
    return failed(exchange, 'budget_spent', spent, wait ?? resets);
  }
  if (response.status === 403 && /rate limit/i.test(text.slice(0, 1000))) {
    return failed(exchange, 'http_rate_limited', 'OpenAlex was asked too quickly (403).', wait);
  }
  return null;
}

/** Not to be asked any further now. */
const isTrouble = (failure: Failure): boolean =>
  failure.code === 'http_unauthorized' || (failure.code !== 'budget_spent' && stopsAsking(failure));

/** A final refusal of a list may be one work's doing: then each is asked for alone. */
const mayBeOfOneItem = ({ code }: Failure): boolean =>
  code === 'http_client_error' ||
  code === 'egress_too_large' ||
  code === 'payload_too_complex' ||
  code === 'payload_invalid';

/** A work or another entity; or another name of one: a DOI's work, or what was merged into another (301). */
function entityFetched(
  item: Pick<WorkItem, 'resourceType' | 'resourceId' | 'priority'>,
  body: JsonObject,
  facts: FetchFacts,
  settings: OpenalexSettings,
): FetchOutcome {
  const entity = typeof body['id'] === 'string' ? entityOf(body['id']) : null;
  if (entity?.kind !== item.resourceType) {
    const kind = item.resourceType;
    return invalid(
      facts,
      `The response is not ${/^[aeiou]/.test(kind) ? 'an' : 'a'} ${kind} of OpenAlex.`,
    );
  }
  if (entity.id === item.resourceId) return fetched(body, facts);
  return {
    kind: 'alias',
    facts: { ...facts, details: { ...facts.details, alias_of: entity.id } },
    canonical: { ...entityItem(settings, entity, item.priority), isHop: false },
  };
}

/** A page of results. */
const searchFetched = (body: JsonObject, facts: FetchFacts): FetchOutcome =>
  Array.isArray(body['results'])
    ? fetched(body, facts)
    : invalid(facts, 'The response is not a page of results of OpenAlex.');

const fetched = (payload: JsonObject, facts: FetchFacts): FetchOutcome =>
  fetchedJson(facts, payload, { projection: withoutCounters(payload) });

const invalid = (facts: FetchFacts, message: string): FetchOutcome => ({
  kind: 'error',
  facts,
  code: 'payload_invalid',
  message,
  retryAfterMs: null,
});

/** Counters and clocks of OpenAlex that move without the work having changed. */
const movingParts = new Set([
  'cited_by_count',
  'works_count',
  'summary_stats',
  'counts_by_year',
  'updated_date',
  'cited_by_percentile_year',
  'citation_normalized_percentile',
  'fwci',
  'relevance_score',
  'db_response_time_ms',
  'next_cursor',
  'cost_usd',
]);

function withoutCounters(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map(withoutCounters);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name]) => !movingParts.has(name))
      .map(([name, part]) => [name, withoutCounters(part)]),
  );
}
