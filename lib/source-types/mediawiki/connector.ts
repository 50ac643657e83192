/**
 * Fetches pages, many in one request, and categories one by one. Pages that were fetched before are
 * asked for their revision first, which is cheap; only those that changed are fetched again.
 */
import type { ErrorCode } from '#lib/errors/codes.ts';
import type { JsonObject } from '#lib/json.ts';
import { type Exchange, failed, openExchange } from '../exchange.ts';
import type { FetchContext, FetchFacts, FetchOutcome } from '../source-type.ts';
import { askWhole, isFailure } from './ask.ts';
import { judge, revisionOf, type Verdict, type WikiItem } from './judge.ts';
import { payloadOf, projectionOf, type WikiMerge } from './merge.ts';
import { portionsOf } from './portions.ts';
import { apiUrl, queryOf, revisionsQuery } from './request.ts';
import type { MediawikiSettings } from './settings.ts';
import { titleFault } from './title.ts';

type Context = FetchContext<MediawikiSettings>;
type Failure = Extract<FetchOutcome, { kind: 'error' }>;

/** One item; see `fetchTogetherFromWiki`. */
export async function fetchFromWiki(item: WikiItem, context: Context): Promise<FetchOutcome> {
  const [outcome] = await fetchTogetherFromWiki([item], context);
  // A single item is always asked for: there is no portion before it that could have failed.
  if (!outcome) throw new Error('a single item was not asked for');
  return outcome;
}

/**
 * The outcome of each item, in the order given; null for those that were not asked for, because the
 * wiki told us to wait or could not be reached.
 */
export async function fetchTogetherFromWiki(
  items: readonly WikiItem[],
  context: Context,
): Promise<(FetchOutcome | null)[]> {
  const asking = { exchange: openExchange(context), context, together: items.length };
  const outcomes = new Map<WikiItem, FetchOutcome>();
  await fetchInPortions(items, asking, (found) => {
    for (const [item, outcome] of found) outcomes.set(item, outcome);
  });
  return items.map((item) => outcomes.get(item) ?? null);
}

async function fetchInPortions(
  items: readonly WikiItem[],
  asking: Asking,
  note: (found: Step['found']) => void,
): Promise<void> {
  const sound: WikiItem[] = [];
  for (const item of items) {
    const fault = titleFault(item.resourceId);
    if (fault === null) sound.push(item);
    else {
      const message = `"${item.resourceId}": ${fault}.`;
      note(new Map([[item, failed(asking.exchange, 'title_invalid', message)]]));
    }
  }
  const changed: WikiItem[] = [];
  for (const portion of portionsOf(sound.filter(wasFetched))) {
    const step = await check(portion, asking);
    note(step.found);
    if (step.trouble) return;
    changed.push(...step.changed);
  }
  const others = sound.filter((item) => !wasFetched(item));
  for (const portion of portionsToFetch([...changed, ...others])) {
    const step = await fetchPortion(portion, asking);
    note(step.found);
    if (step.trouble) return;
  }
}

/** Only of pages: a category's members change without a revision of its page. */
const wasFetched = (item: WikiItem): boolean =>
  item.resourceType !== 'category' && (item.lastFetchedAt !== null || item.revision !== null);

/** Members of a category come in a list of its own, one category at a time. */
function portionsToFetch(items: readonly WikiItem[]): WikiItem[][] {
  const categories = items.filter((item) => item.resourceType === 'category');
  const pages = items.filter((item) => item.resourceType !== 'category');
  return [...portionsOf(pages), ...categories.map((item) => [item])];
}

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

/** Asks for revisions alone: what is unchanged, gone or renamed is settled without any content. */
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
    else found.set(item, outcomeOf(item, verdict, answer, asking));
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
  const found = portion.map((item): [WikiItem, FetchOutcome] => {
    const verdict = judge(item, settings, answer);
    return [item, outcomeOf(item, verdict, answer, asking)];
  });
  return { found: new Map(found), trouble: false };
}

/** Final failures that one page alone may be the cause of. */
const fromOneOfThem: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'api_error',
  'http_client_error',
  'egress_too_large',
]);

async function fetchHalves(portion: readonly WikiItem[], asking: Asking): Promise<Step> {
  const middle = Math.ceil(portion.length / 2);
  const one = await fetchPortion(portion.slice(0, middle), asking);
  if (one.trouble) return one;
  const other = await fetchPortion(portion.slice(middle), asking);
  return { found: new Map([...one.found, ...other.found]), trouble: other.trouble };
}

function allFailed(portion: readonly WikiItem[], failure: Failure): Step {
  const { code, retryAfterMs } = failure;
  const unreachable = code.startsWith('egress_') && code !== 'egress_too_large';
  const told = retryAfterMs !== null || code === 'http_rate_limited' || code === 'blocked';
  return { found: new Map(portion.map((item) => [item, failure])), trouble: unreachable || told };
}

function outcomeOf(
  item: WikiItem,
  verdict: Verdict,
  merge: WikiMerge,
  { exchange, context, together }: Asking,
): FetchOutcome {
  const facts = (details: JsonObject = {}): FetchFacts => ({
    ...exchange.answered({ ...(together > 1 ? { items_together: together } : {}), ...details }),
    // What gives this item alone: an address with fifty titles is no description of a record.
    requestUri: apiUrl(
      context.settings,
      queryOf(context.settings, item.resourceType, [item.resourceId]),
    ),
  });
  switch (verdict.kind) {
    case 'failed':
      return {
        kind: 'error',
        facts: facts(),
        code: verdict.code,
        message: verdict.message,
        retryAfterMs: null,
      };
    case 'alias':
      return { kind: 'alias', facts: facts(verdict.details), canonical: verdict.canonical };
    case 'unchanged':
      return { kind: 'unchanged', facts: facts(), validators: validators(verdict.revision) };
    case 'current': {
      const page = payloadOf(verdict.parts, merge, item.resourceType);
      return {
        kind: 'fetched',
        facts: facts(),
        payload: page,
        text: null,
        contentType: 'application/json',
        projection: projectionOf(page),
        validators: validators(revisionOf(verdict.parts.page)),
      };
    }
  }
}

const validators = (revision: string | null) => ({ etag: null, lastModified: null, revision });
