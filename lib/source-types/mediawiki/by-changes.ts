/**
 * Settles pages that were fetched before by what the wiki says has changed since: no page of a quiet wiki is
 * asked for by its name. What the list does not say is left to the check of revisions. Each list is read once
 * for a run in this process, and only as far back as pages of the run need it.
 */

import type { JsonObject } from '#lib/json.ts';
import type { DiscoveredItem, FetchContext, FetchOutcome } from '../source-type.ts';
import { type Exchange, type Failure, failureOf, isFailure, stopsAsking } from '../web/exchange.ts';
import { askWiki } from './ask.ts';
import { type Appearance, ChangesFeed, momentOf, wikiInstant } from './changes-feed.ts';
import { aliasOf, readAliasChain, type WikiItem } from './judge.ts';
import { changesQuery } from './request.ts';
import { wikiItem } from './seeding.ts';
import type { MediawikiSettings } from './settings.ts';
import { resourceIdOfTitle } from './title.ts';

/** A run that goes on longer reads the list anew: what is asked for now is not answered from an old list. */
const goodForMs = 5 * 60_000;
/** Wikis give the time in seconds: two readings within one are the same. */
const leastAgeMs = 1_000;
/** 5,000 changes. A list that would have to be read further is not read on. */
const mostAnswers = 10;
/** Lists kept; the one that was opened first is dropped. */
const mostKept = 8;

interface Reading {
  readonly feed: ChangesFeed;
  /** Monotonic clock, ms. */
  readonly openedAt: number;
  /** Settles when the answer under way is there; never rejects. */
  underWay: Promise<void> | null;
}

const readings = new Map<string, Reading>();

interface Read {
  readonly feed: ChangesFeed;
  /** Whether a request was sent for it. */
  readonly asked: boolean;
}

/**
 * The list as it is known after at most one request: what pages that are asked for together may spend on it
 * is what their revisions would cost. Whether it reaches back far enough is for the caller to see.
 * A list that the wiki does not give ends where it is; only a wiki that must be left alone is a failure.
 * @param moments since when changes are wanted, by the wiki's clock, ms; at least one
 */
async function readChanges(
  exchange: Exchange,
  context: FetchContext<MediawikiSettings>,
  runId: string,
  moments: readonly number[],
): Promise<Read | Failure> {
  const reading = readingOf(`${runId} ${context.settings.api_url}`, moments);
  const { feed } = reading;
  while (reading.underWay !== null) await reading.underWay;
  const wanted = moments.filter((moment) => !feed.reaches(moment));
  const nearest = Math.max(...wanted);
  if (wanted.length === 0 || feed.next === null || feed.answersUntil(nearest) > mostAnswers) {
    return { feed, asked: false };
  }
  const asked = askWiki(exchange, context, { ...changesQuery, ...feed.next });
  const underWay = asked.then(
    () => undefined,
    () => undefined,
  );
  reading.underWay = underWay;
  try {
    const answer = await asked.catch((error: unknown) => failureOf(error, exchange, context));
    if (!isFailure(answer)) feed.add(answer);
    else if (stopsAsking(answer)) return answer;
    else feed.end();
    return { feed, asked: true };
  } finally {
    if (reading.underWay === underWay) reading.underWay = null;
  }
}

/** The run's reading, or a new one when that was too long ago for what is asked. */
function readingOf(key: string, moments: readonly number[]): Reading {
  const now = performance.now();
  const known = readings.get(key);
  if (known !== undefined) {
    const age = now - known.openedAt;
    const isYoung = moments.every((moment) => known.feed.isYoungerThan(moment));
    if (known.underWay !== null || age < leastAgeMs || (age < goodForMs && isYoung)) return known;
  }
  const fresh: Reading = { feed: new ChangesFeed(), openedAt: now, underWay: null };
  readings.delete(key);
  readings.set(key, fresh);
  const [oldest] = readings.keys();
  if (readings.size > mostKept && oldest !== undefined) readings.delete(oldest);
  return fresh;
}

type Context = FetchContext<MediawikiSettings>;
interface Settled {
  readonly found: ReadonlyMap<WikiItem, FetchOutcome>;
  /** Edited since they were fetched; what they are now is to be fetched. */
  readonly edited: readonly WikiItem[];
  /** To be asked for their revisions. */
  readonly unsettled: readonly WikiItem[];
  /** Of the list that was read now: known items that may have been missing. */
  readonly appeared: readonly DiscoveredItem[];
}

interface Candidate {
  readonly item: WikiItem;
  readonly runId: string;
  /** When the item was last known to be as it is, by the wiki's clock, ms. */
  readonly knownAt: number;
}

/**
 * Items without a run are asked for by a person, here and now: no list that was read before may answer.
 * @param items pages and contents that were fetched before
 * @param canFetch whether an edited item may be fetched without looking where its title leads first
 */
export async function settleByChanges(
  items: readonly WikiItem[],
  exchange: Exchange,
  context: Context,
  canFetch: (item: WikiItem) => boolean,
): Promise<Settled | Failure> {
  const candidates = context.settings.changes_feed ? items.flatMap(candidateOf) : [];
  const found = new Map<WikiItem, FetchOutcome>();
  const edited = new Set<WikiItem>();
  const appeared: DiscoveredItem[] = [];
  for (const [runId, ofRun] of Map.groupBy(candidates, (candidate) => candidate.runId)) {
    const moments = ofRun.map(({ knownAt }) => knownAt);
    const read = await readChanges(exchange, context, runId, moments);
    if (isFailure(read)) return read;
    const { feed } = read;
    if (read.asked) appeared.push(...feed.appearances().flatMap(itemsOf(context.settings)));
    for (const candidate of ofRun) {
      const { item } = candidate;
      if (!feed.reaches(candidate.knownAt)) continue;
      const outcome = outcomeBy(feed, candidate, exchange, context);
      if (outcome !== null) found.set(item, outcome);
      else if (wasEdited(feed, candidate) && canFetch(item)) edited.add(item);
    }
  }
  return {
    found,
    edited: [...edited],
    appeared,
    unsettled: items.filter((item) => !found.has(item) && !edited.has(item)),
  };
}

/** Where a title stood that has a page again: as a page, as what it holds, as a category. None is made by this. */
const itemsOf =
  (settings: MediawikiSettings) =>
  ({ resourceId, at }: Appearance): DiscoveredItem[] =>
    ['page', 'content', 'category'].map((type) => ({
      ...wikiItem(settings, type, resourceId, 0),
      changedAt: new Date(at).toISOString(),
      onlyKnown: true,
      isHop: false,
    }));

function candidateOf(item: WikiItem): Candidate[] {
  const knownAt = momentOf(item.lastModified);
  const isKnown = item.revision !== null || readAliasChain(item.etag) !== null;
  return item.runId === null || knownAt === null || !isKnown
    ? []
    : [{ item, runId: item.runId, knownAt }];
}

/** Null when the list does not settle it. */
function outcomeBy(
  feed: ChangesFeed,
  { item, knownAt }: Candidate,
  exchange: Exchange,
  { settings }: Context,
): FetchOutcome | null {
  const asOf = wikiInstant(feed.asOf ?? 0);
  const facts = (details: JsonObject = {}) => {
    const known = { ...details, settled_by: 'recent_changes', as_of: asOf };
    const shared = { statusCode: null, durationMs: 0, details: { ...known, requests: 0 } } as const;
    return exchange.facts(known) ?? shared;
  };
  if (item.revision !== null) {
    const touch = feed.touchSince(knownAt, item.resourceId);
    if (touch !== null && touch.revision !== item.revision) return null;
    const validators = { etag: null, lastModified: asOf, revision: item.revision };
    return { kind: 'unchanged', facts: facts(), validators };
  }
  const chain = readAliasChain(item.etag);
  if (chain === null) return null;
  const names = [item.resourceId, ...chain.titles.map(resourceIdOfTitle)];
  if (names.some((name) => feed.touchSince(knownAt, name) !== null)) return null;
  const { canonical, details } = aliasOf(item, settings, chain);
  const validators = { etag: item.etag, lastModified: asOf, revision: null };
  return { kind: 'alias', facts: facts(details), canonical, validators };
}

const wasEdited = (feed: ChangesFeed, { item, knownAt }: Candidate): boolean =>
  item.revision !== null && (feed.touchSince(knownAt, item.resourceId)?.revision ?? null) !== null;
