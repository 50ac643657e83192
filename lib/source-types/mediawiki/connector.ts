/**
 * Fetches pages, many in one request, and categories one by one. Of pages that were fetched before the wiki's
 * list of changes shows which are to be looked at; these are asked for their revision first, which is cheap,
 * and only those that changed are fetched again.
 */
import type { ErrorCode } from '#lib/errors/codes.ts';
import type { JsonObject } from '#lib/json.ts';
import type { DiscoveredItem, FetchContext, FetchFacts, FetchOutcome } from '../source-type.ts';
import {
  type Exchange,
  type Failure,
  failed,
  failureOf,
  fetchedJson,
  isFailure,
  openExchange,
  stopsAsking,
} from '../web/exchange.ts';
import {
  contentOf,
  payloadOf,
  projectionOf,
  textOf,
  type WikiMerge,
  type WikiPage,
} from './answer.ts';
import { askWhole, askWiki } from './ask.ts';
import { settleByChanges } from './by-changes.ts';
import { fetchById, isById } from './by-id.ts';
import { judge, revisionOf, type Verdict, type WikiItem, writeAliasChain } from './judge.ts';
import { lookElsewhere } from './missing.ts';
import { apiUrl, portionsOf, queryOf, renderedQuery, revisionsQuery } from './request.ts';
import { fetchSearch } from './search.ts';
import type { MediawikiSettings } from './settings.ts';
import { titleFault } from './title.ts';

type Context = FetchContext<MediawikiSettings>;
/** One item; see `fetchTogetherFromWiki`. */
export async function fetchFromWiki(item: WikiItem, context: Context): Promise<FetchOutcome> {
  const [outcome] = await fetchTogetherFromWiki([item], context);
  // A single item is always asked for: there is no portion before it that could have failed.
  if (!outcome) throw new Error('a single item was not asked for');
  return outcome;
}

/**
 * The outcome of each item, in the order given; null for those that were not asked for, because the
 * wiki asked us to wait or could not be reached.
 */
export async function fetchTogetherFromWiki(
  items: readonly WikiItem[],
  context: Context,
): Promise<(FetchOutcome | null)[]> {
  const asking = { exchange: openExchange(context), context, together: items.length };
  const outcomes = new Map<WikiItem, FetchOutcome>();
  const [first] = items;
  if (first?.resourceType === 'search') {
    for (const item of items) outcomes.set(item, await fetchSearch(item, asking.exchange, context));
    return items.map((item) => outcomes.get(item) ?? null);
  }
  if (first && isById(first)) {
    const found = await fetchById(items, asking.exchange, context);
    return items.map((item) => found.get(item) ?? null);
  }
  const appeared = await fetchInPortions(items, asking, (found) => {
    for (const [item, outcome] of found) outcomes.set(item, outcome);
  });
  return withNews(
    items.map((item) => outcomes.get(item) ?? null),
    appeared,
  );
}

/** News of other items go with the first item that is completed by an answer of the wiki. */
function withNews(
  outcomes: readonly (FetchOutcome | null)[],
  leadsTo: readonly DiscoveredItem[],
): (FetchOutcome | null)[] {
  const bearer = outcomes.find(
    (one) => one !== null && one.kind !== 'error' && one.facts.statusCode !== null,
  );
  return outcomes.map((one) =>
    leadsTo.length > 0 && one !== null && one === bearer ? { ...one, leadsTo } : one,
  );
}

/** Returns what the list of changes told of other items. */
async function fetchInPortions(
  items: readonly WikiItem[],
  asking: Asking,
  record: (found: Step['found']) => void,
): Promise<readonly DiscoveredItem[]> {
  const sound: WikiItem[] = [];
  for (const item of items) {
    const fault = titleFault(item.resourceId);
    if (fault === null) sound.push(item);
    else {
      const message = `"${item.resourceId}": ${fault}.`;
      record(new Map([[item, failed(asking.exchange, 'title_invalid', message)]]));
    }
  }
  const checked = sound.filter((item) => wasFetched(item) || isRendered(item, asking));
  // A page to be rendered is looked at first: where its title leads the rendering does not say.
  const canFetch = (item: WikiItem) => !isRendered(item, asking);
  const settled = await settleByChanges(checked, asking.exchange, asking.context, canFetch);
  if (isFailure(settled)) {
    record(allFailed(checked, settled).found);
    return [];
  }
  const { appeared } = settled;
  record(settled.found);
  const changed = [...settled.edited];
  for (const portion of portionsOf(settled.unsettled)) {
    const step = await check(portion, asking);
    record(step.found);
    if (step.trouble) return appeared;
    changed.push(...step.changed);
  }
  const others = sound.filter((item) => !checked.includes(item));
  for (const portion of portionsToFetch([...changed, ...others], asking)) {
    const [first] = portion;
    const step =
      first && isRendered(first, asking)
        ? await fetchRendered(first, asking)
        : await fetchPortion(portion, asking);
    record(step.found);
    if (step.trouble) return appeared;
  }
  return appeared;
}

/** Only of pages: a category's members change without a revision of its page. */
const wasFetched = (item: WikiItem): boolean =>
  item.resourceType !== 'category' && (item.lastFetchedAt !== null || item.revision !== null);

/** The API renders one page a request; where a title leads it says in its list of pages only. */
const isRendered = (item: WikiItem, { context }: Asking): boolean =>
  item.resourceType === 'content' && context.settings.content_format === 'html';

/** Members of a category come in a list of its own, one category at a time; rendered pages do too. */
function portionsToFetch(items: readonly WikiItem[], asking: Asking): WikiItem[][] {
  const isAlone = (item: WikiItem) => item.resourceType === 'category' || isRendered(item, asking);
  const together = items.filter((item) => !isAlone(item));
  return [...portionsOf(together), ...items.filter(isAlone).map((item) => [item])];
}

/** A page as readers see it; that there is one, and that it has this title, was asked before. */
async function fetchRendered(item: WikiItem, asking: Asking): Promise<Step> {
  const { exchange, context } = asking;
  const answer = await askWiki(exchange, context, renderedQuery(item.resourceId)).catch(
    (error: unknown) => failureOf(error, exchange, context),
  );
  if (isFailure(answer)) return allFailed([item], answer);
  const { title, revid, text, pageid, ns } = answer.parse ?? { title: '', text: '' };
  const page = { title, lastrevid: revid, pageid: numberOr(pageid), ns: numberOr(ns) };
  const payload = contentOf(page, 'html', text);
  const outcome = fetchedJson(factsOf(item, asking), payload, {
    received: exchange.received(),
    projection: { title, text },
    validators: validators(revid === undefined ? null : String(revid), answer.curtimestamp ?? null),
  });
  return { found: new Map([[item, outcome]]), trouble: false };
}

const numberOr = (value: unknown) => (typeof value === 'number' ? value : undefined);

interface Asking {
  readonly exchange: Exchange;
  readonly context: Context;
  /** Items that share the requests. */
  readonly together: number;
}

interface Step {
  readonly found: ReadonlyMap<WikiItem, FetchOutcome>;
  /** The wiki is not to be asked any further now. */
  readonly trouble: boolean;
}

/** Asks for revisions alone: what is unchanged, missing or renamed is settled without any content. */
async function check(
  portion: readonly WikiItem[],
  asking: Asking,
): Promise<Step & { readonly changed: readonly WikiItem[] }> {
  const { exchange, context } = asking;
  const query = revisionsQuery(portion.map((item) => item.resourceId));
  const answer = await askWhole(exchange, context, query, () => true);
  if (isFailure(answer)) return { ...allFailed(portion, answer), changed: [] };
  const found = new Map<WikiItem, FetchOutcome>();
  const changed: WikiItem[] = [];
  for (const item of portion) {
    const verdict = judge(item, context.settings, answer);
    if (verdict.kind === 'current') changed.push(item);
    else found.set(item, await settledOutcome(item, verdict, answer, asking));
  }
  return { found, changed, trouble: false };
}

async function fetchPortion(portion: readonly WikiItem[], asking: Asking): Promise<Step> {
  const { exchange, context } = asking;
  const { settings } = context;
  const [first] = portion;
  if (!first) return { found: new Map(), trouble: false };
  const ids = portion.map((item) => item.resourceId);
  const query = queryOf(settings, first.resourceType, ids);
  const settled = (merge: WikiMerge) =>
    portion.every((item) => judge(item, settings, merge).kind !== 'current');
  const answer = await askWhole(exchange, context, query, settled);
  if (isFailure(answer)) {
    return portion.length > 1 && fromOneOfThem.has(answer.code)
      ? fetchHalves(portion, asking)
      : allFailed(portion, answer);
  }
  const found = new Map<WikiItem, FetchOutcome>();
  for (const item of portion) {
    const verdict = judge(item, settings, answer);
    found.set(item, await settledOutcome(item, verdict, answer, asking));
  }
  return { found, trouble: false };
}

/** What is missing is looked for elsewhere first. */
async function settledOutcome(
  item: WikiItem,
  verdict: Verdict,
  merge: WikiMerge,
  asking: Asking,
): Promise<FetchOutcome> {
  const missing = verdict.kind === 'failed' ? verdict.missing : undefined;
  const elsewhere = missing && (await lookElsewhere(item, missing, asking));
  return elsewhere ?? outcomeOf(item, verdict, merge, asking);
}

/** Final failures that one page alone may be the cause of. */
const fromOneOfThem: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'api_error',
  'http_client_error',
  'egress_too_large',
  'payload_too_complex',
]);

async function fetchHalves(portion: readonly WikiItem[], asking: Asking): Promise<Step> {
  const middle = Math.ceil(portion.length / 2);
  const one = await fetchPortion(portion.slice(0, middle), asking);
  if (one.trouble) return one;
  const other = await fetchPortion(portion.slice(middle), asking);
  return { found: new Map([...one.found, ...other.found]), trouble: other.trouble };
}

function allFailed(portion: readonly WikiItem[], failure: Failure): Step {
  return { found: new Map(portion.map((item) => [item, failure])), trouble: stopsAsking(failure) };
}

function outcomeOf(
  item: WikiItem,
  verdict: Verdict,
  merge: WikiMerge,
  asking: Asking,
): FetchOutcome {
  const facts = (details: JsonObject = {}) => factsOf(item, asking, details);
  switch (verdict.kind) {
    case 'failed':
      return {
        kind: 'error',
        facts: facts(),
        code: verdict.code,
        message: verdict.message,
        retryAfterMs: null,
        answer: asking.exchange.latest(),
      };
    case 'alias':
      return {
        kind: 'alias',
        facts: facts(verdict.details),
        canonical: verdict.canonical,
        validators: {
          etag: verdict.chain === null ? null : writeAliasChain(verdict.chain),
          lastModified: merge.asOf,
          revision: null,
        },
      };
    case 'unchanged':
      return {
        kind: 'unchanged',
        facts: facts(),
        validators: validators(verdict.revision, merge.asOf),
      };
    case 'current': {
      if (item.resourceType === 'content')
        return wikitextOf(verdict.parts.page, merge.asOf, facts());
      const page = payloadOf(verdict.parts, merge, item.resourceType);
      return fetchedJson(facts(), page, {
        projection: projectionOf(page),
        validators: validators(revisionOf(verdict.parts.page), merge.asOf),
      });
    }
  }
}

function wikitextOf(page: WikiPage, asOf: string | null, facts: FetchFacts): FetchOutcome {
  // The page was parsed from JSON, so it holds JSON values only.
  const text = textOf((page as JsonObject)['revisions']);
  return fetchedJson(facts, contentOf(page, 'wikitext', text), {
    projection: { title: page.title, text },
    validators: validators(revisionOf(page), asOf),
  });
}

function factsOf(
  item: WikiItem,
  { exchange, context: { settings }, together }: Asking,
  details: JsonObject = {},
): FetchFacts {
  return {
    ...exchange.answered({ ...(together > 1 ? { items_together: together } : {}), ...details }),
    // What gives this item alone: an address with fifty titles is no description of a record.
    requestUri: apiUrl(settings, queryOf(settings, item.resourceType, [item.resourceId])),
  };
}

/** As If-Modified-Since does, the moment says since when changes are to be asked for: by the wiki's clock. */
const validators = (revision: string | null, asOf: string | null) => ({
  etag: null,
  lastModified: asOf,
  revision,
});
