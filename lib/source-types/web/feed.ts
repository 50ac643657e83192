/** Feeds of every kind, as what they list: RSS, Atom (`feed-xml.ts`) and JSON Feed. */
import { z } from 'zod';
import { hashJson, sha256 } from '#lib/canonical-json.ts';
import { type JsonObject, WrittenNumber } from '#lib/json.ts';
import { JsonText, jsonFault, parseWrittenWithin, quickJson, threadJson } from '#lib/json-text.ts';
import { defineHeavy } from '#lib/threads/heavy.ts';
import {
  addressOf,
  type Content,
  countingEntries,
  type Enclosure,
  type EntryDraft,
  emptyEntry,
  emptyFeed,
  type FeedDraft,
} from './feed-parts.ts';
import { decodeFeed, literalText, momentOf } from './feed-values.ts';
import { parseXmlFeed } from './feed-xml.ts';

/** Of one page of a feed; those behind them are left out. */
const mostEntries = 5000;

export interface FeedEntry {
  /** What the feed calls it, else its address, else made of what it says; one entry each in the feed. */
  readonly id: string;
  /** Its page, resolved. */
  readonly url: string | null;
  readonly title: string | null;
  /** ISO instants. */
  readonly published: string | null;
  readonly updated: string | null;
  readonly authors: readonly string[];
  readonly categories: readonly string[];
  readonly summary: Content | null;
  readonly content: Content | null;
  readonly enclosures: readonly Enclosure[];
  /** Another one when anything it says has changed. */
  readonly revision: string;
}

export interface Feed {
  readonly format: FeedDraft['format'];
  readonly title: string | null;
  /** The site's page. */
  readonly url: string | null;
  readonly language: string | null;
  /** Where its older entries are (RFC 5005). */
  readonly next: string | null;
  /** How long it asks to be left alone between two readings, s. */
  readonly rhythmS: number | null;
  readonly entries: readonly FeedEntry[];
  /** It had more entries than are read, or ends in the middle of them. */
  readonly isCut: boolean;
}

/**
 * What a text lists; null when it is no feed.
 * @param base the address it was received from
 * @throws AppError `payload_too_complex`
 */
export function parseFeed(text: string, base: string): Feed | null {
  const draft = /^\s*\{/.test(text.slice(0, 1000))
    ? parseJsonFeed(text, base)
    : parseXmlFeed(text, base, mostEntries);
  return draft && feedOf(draft);
}

/** What a feed says of itself. */
export interface FeedFacts extends Omit<Feed, 'entries'> {
  readonly entries: number;
  /** The usual time between two of its latest entries, s; null when their dates do not say. */
  readonly gapS: number | null;
}

export interface ReadFeed {
  readonly facts: FeedFacts;
  /** The whole feed, as it is stored. */
  readonly payload: JsonObject | JsonText;
}

/** What is read on the event loop: some 10 ms at worst. */
const quickBytes = 64 * 1024;

/**
 * The same from what was received, where it holds up nobody.
 * @throws AppError `payload_too_complex`, `reading_overran`
 */
export async function readFeed(received: {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  readonly finalUrl: string;
}): Promise<ReadFeed | null> {
  const { headers, body, finalUrl } = received;
  if (body.byteLength <= quickBytes) {
    const feed = parseFeed(decodeFeed({ headers, body }).text, finalUrl);
    return feed && { facts: factsOf(feed), payload: payloadOf(feed) };
  }
  const { 'content-type': type } = headers;
  const read = await readInThread({
    headers: type === undefined ? {} : { 'content-type': type },
    body,
    finalUrl,
  });
  return read && { facts: read.facts, payload: new JsonText(read.text, read.hash) };
}

const readInThread = defineHeavy(
  'feed',
  ({ finalUrl, ...received }: Parameters<typeof readFeed>[0]) => {
    const feed = parseFeed(decodeFeed(received).text, finalUrl);
    if (feed === null) return null;
    const payload = payloadOf(feed);
    return { facts: factsOf(feed), text: JSON.stringify(payload), hash: hashJson(payload) };
  },
);

const factsOf = ({ entries, ...facts }: Feed): FeedFacts => ({
  ...facts,
  entries: entries.length,
  gapS: gapOf(entries),
});

const gapsLookedAt = 10;

function gapOf(entries: readonly FeedEntry[]): number | null {
  const moments = entries
    .flatMap(({ published, updated }) => published ?? updated ?? [])
    .map((moment) => Date.parse(moment))
    .toSorted((a, b) => b - a)
    .slice(0, gapsLookedAt + 1);
  const gaps = moments
    .slice(1)
    .map((moment, index) => (moments[index] ?? moment) - moment)
    .toSorted((a, b) => a - b);
  const median = gaps[Math.floor(gaps.length / 2)];
  return median === undefined ? null : Math.round(median / 1000);
}

// Plain data throughout; interfaces lack the index signature of JsonObject.
const payloadOf = (feed: Feed): JsonObject => ({ ...feed }) as unknown as JsonObject;

function feedOf({ entries, ttlS, periodS, frequency, ...facts }: FeedDraft): Feed {
  const perPeriod = periodS === null ? null : periodS / (frequency ?? 1);
  const rhythmS = Math.round(Math.max(ttlS ?? 0, perPeriod ?? 0));
  return {
    ...facts,
    rhythmS: rhythmS > 0 && Number.isFinite(rhythmS) ? rhythmS : null,
    entries: identified(entries),
  };
}

/**
 * Entries with their ids, each once. An id that stands for entries with different addresses identifies none of them;
 * of entries with the same id the one that changed last counts, else the first.
 */
function identified(drafts: readonly EntryDraft[]): FeedEntry[] {
  const byId = new Namesakes();
  for (const draft of drafts) byId.add(draft.id, pageOf(draft));
  const named = (draft: EntryDraft) => (byId.areOne(draft.id) ? draft.id : null);
  // Notes of one page all have its address: those of other titles are others.
  const unnamed = drafts.filter((draft) => named(draft) === null);
  const byAddress = new Namesakes();
  const byTitle = new Namesakes();
  for (const draft of unnamed) {
    byAddress.add(withoutCampaign(pageOf(draft)), draft.title ?? textOf(draft));
    byTitle.add(titledName(draft), textOf(draft));
  }
  const idOf = (draft: EntryDraft): string => {
    const address = withoutCampaign(pageOf(draft));
    const own = named(draft) ?? (byAddress.areOne(address) ? address : null);
    if (own !== null) return own;
    const titled = titledName(draft);
    return byTitle.areOne(titled) ? titled : madeName([titled, textOf(draft)]);
  };
  const entries = new Map<string, FeedEntry>();
  for (const draft of drafts) {
    const entry = entryOf(draft, idOf(draft));
    const before = entries.get(entry.id);
    if (before === undefined || (entry.updated ?? '') > (before.updated ?? '')) {
      entries.set(entry.id, entry);
    }
  }
  return [...entries.values()];
}

/** What stands behind a name: several things, where it says nothing of which is meant. */
class Namesakes {
  readonly #things = new Map<string, Set<string>>();

  add(name: string | null, thing: string | null): void {
    if (name === null) return;
    const known = this.#things.get(name) ?? new Set();
    if (thing !== null) known.add(thing);
    this.#things.set(name, known);
  }

  /** Whether a name is one, and stands for one thing at most. */
  areOne = (name: string | null): name is string =>
    name !== null && (this.#things.get(name)?.size ?? 0) <= 1;
}

const pageOf = ({ url, permalink, otherFormat }: EntryDraft): string | null =>
  url ?? permalink ?? otherFormat;

const textOf = ({ content, summary }: EntryDraft): string | null =>
  (content ?? summary)?.value ?? null;

const madeName = (parts: unknown): string => `made:${digestOf(parts)}`;

const titledName = ({ title, content, summary, published }: EntryDraft): string =>
  madeName([title ?? content ?? summary, published]);

function entryOf(draft: EntryDraft, id: string): FeedEntry {
  const { id: _, permalink: __, otherFormat: ___, content, summary, ...said } = draft;
  const parts = {
    ...said,
    url: pageOf(draft),
    // A feed that gives one text gives all it has.
    content: content ?? summary,
    summary: content === null ? null : summary,
  };
  return {
    id,
    ...parts,
    // Not by what its links stand on: a feed that moves changes no entry.
    revision: digestOf({
      ...parts,
      content: parts.content?.value,
      summary: parts.summary?.value,
    }),
  };
}

const digestOf = (value: unknown): string => sha256(JSON.stringify(value)).slice(0, 32);

/** Parameters that tell from where a reader came change between two readings of a feed. */
function withoutCampaign(address: string | null): string | null {
  const url = address === null ? null : URL.parse(address);
  if (!url?.search.includes('utm_')) return address;
  const kept = [...url.searchParams].filter(([name]) => !name.startsWith('utm_'));
  url.search = new URLSearchParams(kept).toString();
  return url.href;
}

const text = z.string().nullish().catch(null);
const list = <T extends z.ZodType>(entry: T) =>
  z
    .array(z.unknown())
    .catch([])
    .transform((all) => all.slice(0, 100).flatMap((one) => entry.safeParse(one).data ?? []));
const author = z.looseObject({ name: z.string() });

const jsonEntry = z.looseObject({
  // By its digits, where it is a number.
  id: z
    .union([z.string(), z.number(), z.instanceof(WrittenNumber)])
    .nullish()
    .catch(null),
  url: text,
  external_url: text,
  title: text,
  content_html: text,
  content_text: text,
  summary: text,
  date_published: text,
  date_modified: text,
  authors: list(author),
  /** Of version 1. */
  author: author.nullish().catch(null),
  tags: list(z.string()),
  attachments: list(z.looseObject({ url: z.string(), mime_type: text })),
});

/** jsonfeed.org/version/1.1 */
const jsonFeed = z.looseObject({
  version: z.string().regex(/^https?:\/\/(www\.)?jsonfeed\.org\/version\//),
  title: text,
  home_page_url: text,
  language: text,
  next_url: text,
  items: z.array(z.unknown()),
});

function parseJsonFeed(written: string, base: string): FeedDraft | null {
  const bounds = jsonFault(written, quickJson) === null ? quickJson : threadJson;
  const read = jsonFeed.safeParse(parseWrittenWithin(written, bounds));
  if (!read.success) return null;
  const { items, ...feed } = read.data;
  const isFull = countingEntries();
  const entries: EntryDraft[] = [];
  let isCut = items.length > mostEntries;
  for (const item of items.slice(0, mostEntries)) {
    const entry = jsonEntry.safeParse(item);
    if (!entry.success) continue;
    const draft = draftOf(entry.data, base);
    if (isFull(draft)) {
      isCut = true;
      break;
    }
    entries.push(draft);
  }
  return {
    ...emptyFeed('json'),
    title: literalText(feed.title ?? '') || null,
    url: addressOf(feed.home_page_url, base),
    language: feed.language ?? null,
    next: addressOf(feed.next_url, base),
    entries,
    isCut,
  };
}

function draftOf(entry: z.infer<typeof jsonEntry>, base: string): EntryDraft {
  const authors = [...entry.authors, ...(entry.author ? [entry.author] : [])];
  const contentOf = (type: Content['type'], value: string | null | undefined): Content | null =>
    value?.trim() ? { type, value, base } : null;
  return {
    ...emptyEntry(),
    id: entry.id == null ? null : String(entry.id).trim() || null,
    url: addressOf(entry.url, base) ?? addressOf(entry.external_url, base),
    title: literalText(entry.title ?? '') || null,
    summary: contentOf('text', entry.summary),
    content: contentOf('html', entry.content_html) ?? contentOf('text', entry.content_text),
    published: momentOf(entry.date_published),
    updated: momentOf(entry.date_modified),
    authors: authors.map(({ name }) => literalText(name)),
    categories: entry.tags.map(literalText),
    enclosures: entry.attachments.flatMap(({ url, mime_type: type }) => {
      const address = addressOf(url, base);
      return address === null ? [] : [{ url: address, type: type ?? null }];
    }),
  };
}
