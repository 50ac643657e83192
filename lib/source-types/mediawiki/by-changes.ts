/**
 * Settles pages that were fetched before by what the wiki says has changed since: no page of a quiet wiki
 * is asked for by its name. What the list does not tell is left to the check of revisions.
 */
import type { JsonObject } from '#lib/json.ts';
import type { Exchange } from '../exchange.ts';
import type { FetchContext, FetchOutcome } from '../source-type.ts';
import { readAliasChain } from './alias-chain.ts';
import { isFailure } from './ask.ts';
import { type ChangesFeed, momentOf, wikiInstant } from './changes-feed.ts';
import { aliasOf, type WikiItem } from './judge.ts';
import { readChanges } from './read-changes.ts';
import type { MediawikiSettings } from './settings.ts';
import { resourceIdOfTitle } from './title.ts';

type Context = FetchContext<MediawikiSettings>;
type Failure = Extract<FetchOutcome, { kind: 'error' }>;

interface Settled {
  readonly found: ReadonlyMap<WikiItem, FetchOutcome>;
  /** Edited since they were fetched; what they are now is to be fetched. */
  readonly edited: readonly WikiItem[];
  /** To be asked for their revisions. */
  readonly unsettled: readonly WikiItem[];
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
  for (const [runId, ofRun] of Map.groupBy(candidates, (candidate) => candidate.runId)) {
    const moments = ofRun.map(({ knownAt }) => knownAt);
    const feed = await readChanges(exchange, context, runId, moments);
    if (isFailure(feed)) return feed;
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
    unsettled: items.filter((item) => !found.has(item) && !edited.has(item)),
  };
}

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
