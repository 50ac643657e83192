/** Entries, as items: taken from what was stored of the feed that lists them, so that no feed is asked twice. */
import { z } from 'zod';
import type { JsonObject, JsonValue } from '#lib/json.ts';
import { JsonText, parseJsonWithin, quickJson, threadJson } from '#lib/json-text.ts';
import type { WorkItem } from '#lib/queue/model.ts';
import { defineHeavy } from '#lib/threads/heavy.ts';
import type { FetchContext, FetchFacts, FetchOutcome, SharedFacts } from '../source-type.ts';
import { openExchange, storedFacts } from '../web/exchange.ts';
import { readFeed } from '../web/feed.ts';
import { refusalOf } from '../web/refusals.ts';
import { entryMetadata, feedType } from './items.ts';
import type { FeedSettings } from './settings.ts';

/** Entries that are taken out of their feed together. */
export const entriesTogether = 50;
/** Stored answers of a feed that are looked through: an entry may have left it before it was its turn. */
const mostLookedThrough = 10;

type EntryItem = Pick<WorkItem, 'metadata' | 'requestUri' | 'revision' | 'contentHash'>;
type Context = FetchContext<FeedSettings>;

/** The outcome of each entry, in the order given. */
export async function readEntries(
  items: readonly EntryItem[],
  context: Context,
): Promise<FetchOutcome[]> {
  const found = new Map<EntryItem, FetchOutcome>();
  const byFeed = Map.groupBy(items, ({ metadata }) => entryMetadata.safeParse(metadata).data?.feed);
  for (const [feed, listed] of byFeed) {
    if (feed === undefined) continue;
    for await (const answer of answersOf(feed, listed, context)) {
      const left = listed.filter((item) => !found.has(item));
      const entries = await pick(answer.payload, left.map(idOf));
      for (const item of left) {
        const entry = entries.get(idOf(item));
        if (entry !== undefined) found.set(item, outcomeOf(item, entry, answer.facts));
      }
      if (left.every((item) => found.has(item))) break;
    }
  }
  return items.map((item) => found.get(item) ?? unlisted);
}

const idOf = ({ metadata }: EntryItem): string =>
  entryMetadata.safeParse(metadata).data?.entry ?? '';

const unlisted: FetchOutcome = {
  kind: 'error',
  facts: null,
  code: 'http_gone',
  message: 'The feed does not list the entry any more.',
  retryAfterMs: null,
};

interface Answer {
  /** JSON of the feed. */
  readonly payload: string;
  readonly facts: FetchFacts;
}

async function* answersOf(
  feed: string,
  [first]: readonly EntryItem[],
  context: Context,
): AsyncGenerator<Answer> {
  let count = 0;
  for await (const stored of context.stored?.({ resourceType: feedType, resourceId: feed }) ?? []) {
    yield { payload: stored.payload, facts: storedFacts(stored, 'from_feed') };
    count += 1;
    if (count === mostLookedThrough) return;
  }
  // Nothing is kept of it: a trial fetch.
  if (count > 0 || first === undefined) return;
  const exchange = openExchange(context);
  const response = await exchange.ask(first.requestUri);
  const read = refusalOf(exchange, response) === null ? await readFeed(response) : null;
  if (read === null) return;
  const { payload } = read;
  yield {
    payload: payload instanceof JsonText ? payload.text : JSON.stringify(payload),
    facts: exchange.answered(),
  };
}

function outcomeOf(item: EntryItem, entry: JsonObject, facts: FetchFacts): FetchOutcome {
  const revision = typeof entry['revision'] === 'string' ? entry['revision'] : null;
  const validators = { etag: null, lastModified: null, revision };
  if (item.revision !== null && item.revision === revision && item.contentHash !== null) {
    const shared: SharedFacts = { statusCode: null, durationMs: 0, details: facts.details };
    return { kind: 'unchanged', facts: shared, validators, revisitMs: null };
  }
  return {
    kind: 'fetched',
    facts,
    payload: entry,
    text: null,
    contentType: 'application/json',
    projection: revision ?? entry,
    validators,
    // Its feed says when it has changed.
    revisitMs: null,
  };
}

const feedPayload = z.object({ entries: z.array(z.looseObject({ id: z.string() })) });

interface Picking {
  readonly payload: string;
  readonly ids: readonly string[];
}

const pickInThread = defineHeavy('feed.entries', pickFrom);

async function pick(
  payload: string,
  ids: readonly string[],
): Promise<ReadonlyMap<string, JsonObject>> {
  const picking = { payload, ids };
  const entries =
    payload.length <= quickJson.length ? pickFrom(picking) : await pickInThread(picking);
  return new Map(entries.map((entry) => [String(entry['id']), entry]));
}

function pickFrom({ payload, ids }: Picking): JsonObject[] {
  const value: JsonValue | undefined = parseJsonWithin(payload, threadJson);
  const feed = feedPayload.safeParse(value);
  if (!feed.success) return [];
  const wanted = new Set(ids);
  // They came out of JSON, whole.
  return feed.data.entries.filter(({ id }) => wanted.has(id)) as JsonObject[];
}
