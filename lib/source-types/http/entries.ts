/** Entries of lists, as items: taken from what was stored of the list, so that no list is asked twice. */
import { hashJson } from '#lib/canonical-json.ts';
import { AppError } from '#lib/errors/app-error.ts';
import type { WrittenJson } from '#lib/json.ts';
import {
  JsonText,
  jsonFault,
  parseWritten,
  parseWrittenWithin,
  quickJson,
  threadJson,
} from '#lib/json-text.ts';
import type { WorkItem } from '#lib/queue/model.ts';
import { defineHeavy } from '#lib/threads/heavy.ts';
import type {
  DiscoveredItem,
  FetchContext,
  FetchFacts,
  FetchOutcome,
  SharedFacts,
  StoredAnswer,
} from '../source-type.ts';
import { fetchedJson, storedFacts } from '../web/exchange.ts';
import { launchOf } from './changes.ts';
import {
  type EntryPaths,
  entriesByKey,
  entryItem,
  entryMetadata,
  entryPathsOf,
  revisionOf,
} from './list-entries.ts';
import type { HttpSettings } from './settings.ts';

/** Entries that are taken out of their list together. */
export const entriesTogether = 200;
/** Stored answers of a list that is not whole: an entry may have left it before it was its turn. */
const mostLookedThrough = 10;

type EntryItem = Pick<WorkItem, 'metadata' | 'revision' | 'contentHash'>;
type Context = FetchContext<HttpSettings>;

/** The outcome of each entry, in the order given. Nothing is asked for. */
export async function readEntries(
  items: readonly EntryItem[],
  context: Context,
): Promise<FetchOutcome[]> {
  const paths = entryPathsOf(context.settings);
  const found = new Map<EntryItem, FetchOutcome>();
  const byPage = Map.groupBy(items, ({ metadata }) => {
    const { page_type: type, page } = entryMetadata.safeParse(metadata).data ?? {};
    return JSON.stringify([type, page]);
  });
  for (const listed of byPage.values()) {
    const place = entryMetadata.safeParse(listed[0]?.metadata).data;
    if (place === undefined || paths === null) continue;
    const page = { resourceType: place.page_type, resourceId: place.page };
    let looked = 0;
    for await (const answer of context.stored?.(page) ?? []) {
      looked += 1;
      const left = listed.filter((item) => !found.has(item));
      const entries = await pick({ payload: answer.payload, keys: left.map(keyOf), paths });
      for (const item of left) {
        const entry = entries.get(keyOf(item));
        if (entry !== undefined) found.set(item, outcomeOf(item, entry, answer));
      }
      const mayBeOlder = context.settings.entries.unlisted === 'kept';
      if (!mayBeOlder || looked === mostLookedThrough) break;
      if (left.every((item) => found.has(item))) break;
    }
    if (looked > 0) continue;
    for (const item of listed) found.set(item, unread);
  }
  return items.map((item) => found.get(item) ?? (paths === null ? unnamed : unlisted));
}

const keyOf = ({ metadata }: EntryItem): string =>
  entryMetadata.safeParse(metadata).data?.key ?? '';

const failure = (code: 'http_gone' | 'not_ready' | 'api_error', message: string) =>
  ({ kind: 'error', facts: null, code, message, retryAfterMs: null }) as const;

const unlisted: FetchOutcome = failure('http_gone', 'The list does not hold the entry any more.');
const unread: FetchOutcome = failure('not_ready', 'Nothing is stored of the list of the entry.');
const unnamed: FetchOutcome = failure(
  'api_error',
  'The source does not say any more what names the entries of its lists.',
);

interface Entry {
  /** As it is written in the list. */
  readonly json: string;
  /** Hex SHA-256 of its canonical form. */
  readonly hash: string;
}

function outcomeOf(item: EntryItem, entry: Entry, answer: StoredAnswer): FetchOutcome {
  const facts: FetchFacts = storedFacts(answer, 'from_list');
  const revision = revisionOf(entry.hash);
  const validators = { etag: null, lastModified: null, revision };
  if (item.revision === revision && item.contentHash !== null) {
    const shared: SharedFacts = { statusCode: null, durationMs: 0, details: facts.details };
    return { kind: 'unchanged', facts: shared, validators, revisitMs: null };
  }
  const value = jsonFault(entry.json, quickJson) === null ? parseWritten(entry.json) : undefined;
  const json = new JsonText(entry.json, entry.hash, value);
  // Its list says when it has changed.
  return { ...fetchedJson(facts, json, { validators }), revisitMs: null };
}

interface Picking {
  readonly payload: string;
  readonly keys: readonly string[];
  readonly paths: EntryPaths;
}

const pickInThread = defineHeavy('http.entries', pickFrom);

async function pick(picking: Picking): Promise<ReadonlyMap<string, Entry>> {
  const isQuick = picking.payload.length <= quickJson.length;
  return new Map(isQuick ? pickFrom(picking) : await pickInThread(picking));
}

/** @throws AppError `payload_too_complex`: entries inside one another may be as long as all of them together, each */
function pickFrom({ payload, keys, paths }: Picking): [string, Entry][] {
  const entries = entriesIn(payload, paths);
  let characters = 0;
  const rows = [...new Set(keys)].flatMap((key) => {
    const row = entries.get(key);
    if (row === undefined) return [];
    const json = JSON.stringify(row);
    characters += json.length;
    if (characters > threadJson.length) {
      const message = 'The entries of the list are longer than 64 MiB together.';
      throw new AppError('payload_too_complex', message);
    }
    return [{ key, row, json }];
  });
  return rows.map(({ key, row, json }) => [key, { json, hash: hashJson(row) }]);
}

const entriesIn = (payload: string, paths: EntryPaths): ReadonlyMap<string, WrittenJson> =>
  entriesByKey(parseWrittenWithin(payload, threadJson) ?? null, paths);

interface Versions {
  readonly before: string;
  readonly now: string;
  readonly paths: EntryPaths;
}

const leftInThread = defineHeavy('http.entries.left', leftBetween);

function leftBetween({ before, now, paths }: Versions): string[] {
  const entries = entriesIn(now, paths);
  return [...entriesIn(before, paths).keys()].filter((key) => !entries.has(key));
}

type ListItem = Parameters<typeof entryItem>[0] & Pick<WorkItem, 'claimedAt'>;

/** What the answer before listed and this one does not: it is looked for once more, wherever it was listed last. */
export async function entriesThatLeft(
  item: ListItem,
  now: string,
  { settings, stored }: Context,
): Promise<DiscoveredItem[]> {
  const paths = entryPathsOf(settings);
  const { claimedAt: changedAt } = item;
  if (paths === null || changedAt === null) return [];
  if (settings.entries.unlisted !== 'gone' || launchOf(item.metadata) !== null) return [];
  for await (const { payload: before } of stored?.(item) ?? []) {
    if (before === now) return [];
    const isQuick = before.length + now.length <= quickJson.length;
    const versions = { before, now, paths };
    const keys = isQuick ? leftBetween(versions) : await leftInThread(versions);
    return keys.map((key) => {
      const { metadata: _, ...entry } = entryItem(item, key);
      return { ...entry, changedAt, onlyKnown: true };
    });
  }
  return [];
}
