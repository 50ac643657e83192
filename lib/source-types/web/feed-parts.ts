/** What the elements of a feed in XML say, each by its name: vocabulary and local name, in lower case. */
import { sizeOf } from '#lib/threads/size.ts';
import { literalText, momentOf, plainText } from './feed-values.ts';

export interface Content {
  readonly type: 'text' | 'html';
  readonly value: string;
  /** What its relative links stand on. */
  readonly base: string;
}

export interface Enclosure {
  readonly url: string;
  readonly type: string | null;
}

/** An entry as far as it says something of itself. */
export interface EntryDraft {
  id: string | null;
  url: string | null;
  /** An id that is an address too. */
  permalink: string | null;
  /** The same in another format than a page. */
  otherFormat: string | null;
  title: string | null;
  summary: Content | null;
  content: Content | null;
  published: string | null;
  updated: string | null;
  authors: string[];
  categories: string[];
  enclosures: Enclosure[];
}

/** Authors, categories and enclosures of one entry, each. */
const mostParts = 100;

export const emptyEntry = (): EntryDraft => ({
  id: null,
  url: null,
  permalink: null,
  otherFormat: null,
  title: null,
  summary: null,
  content: null,
  published: null,
  updated: null,
  authors: [],
  categories: [],
  enclosures: [],
});

/** Of all entries of a feed, characters: each repeats what its links stand on. */
const mostCharacters = 32 * 1024 * 1024;

/** Counts what entries hold; true once there is no more room, for the entry that is given. */
export function countingEntries(): (entry: EntryDraft) => boolean {
  let characters = 0;
  return (entry) => {
    characters += sizeOf(entry, mostCharacters);
    return characters > mostCharacters;
  };
}

export interface FeedDraft {
  format: 'rss' | 'atom' | 'json';
  title: string | null;
  url: string | null;
  language: string | null;
  /** The page with older entries. */
  next: string | null;
  /** How long it asks to be left alone, and how often it is published, s. */
  ttlS: number | null;
  periodS: number | null;
  /** Times in a period. */
  frequency: number | null;
  entries: EntryDraft[];
  /** More entries were there than are read, or it ends in the middle of them. */
  isCut: boolean;
}

export const emptyFeed = (format: FeedDraft['format']): FeedDraft => ({
  format,
  title: null,
  url: null,
  language: null,
  next: null,
  ttlS: null,
  periodS: null,
  frequency: null,
  entries: [],
  isCut: false,
});

export type Attributes = Readonly<Record<string, string>>;

export interface Element {
  /** `item`, `atom:entry`: vocabulary and local name, in lower case. */
  readonly name: string;
  readonly attributes: Attributes;
  readonly base: string;
  /** The text inside, without markup. */
  inside: string;
  /** The same with its markup; null when it has none. */
  markup: string | null;
}

type Reading<T> = (draft: T, frame: Element) => void;

/** The first of several counts, as long as it says something. */
const setTitle: Reading<{ title: string | null }> = (draft, frame) => {
  draft.title ??= titleOf(frame) || null;
};

function titleOf({ name, attributes, inside, markup }: Element): string {
  const type = attributes['type']?.toLowerCase() ?? '';
  const isText = name.startsWith('atom:') && !type.includes('html');
  return isText || type.includes('xhtml') ? literalText(inside) : plainText(markup ?? inside);
}

export const channelParts = new Map<string, Reading<FeedDraft>>([
  ['title', setTitle],
  ['atom:title', setTitle],
  [
    'link',
    (feed, { inside, base }) => {
      feed.url ??= addressOf(inside, base);
    },
  ],
  [
    'atom:link',
    (feed, { attributes, base }) => {
      const address = addressOf(attributes['href'], base);
      const relation = relationOf(attributes);
      // RFC 5005: pages of a feed, and the archives of one.
      if (relation === 'next') feed.next = address ?? feed.next;
      else if (relation === 'prev-archive') feed.next ??= address;
      else if (relation === 'alternate' && feed.format === 'atom') feed.url ??= address;
    },
  ],
  [
    'language',
    (feed, { inside }) => {
      feed.language = inside.trim().slice(0, 40) || null;
    },
  ],
  [
    'ttl',
    (feed, { inside }) => {
      feed.ttlS = Number(inside) > 0 ? Number(inside) * 60 : null;
    },
  ],
  [
    'sy:updateperiod',
    (feed, { inside }) => {
      feed.periodS = periods.get(inside.trim().toLowerCase()) ?? null;
    },
  ],
  [
    'sy:updatefrequency',
    (feed, { inside }) => {
      feed.frequency = Number(inside) >= 1 ? Number(inside) : null;
    },
  ],
]);

const hourS = 3600;
const periods = new Map([
  ['hourly', hourS],
  ['daily', 24 * hourS],
  ['weekly', 7 * 24 * hourS],
  ['monthly', 30 * 24 * hourS],
  ['yearly', 365 * 24 * hourS],
]);

const setPublished: Reading<EntryDraft> = (entry, { inside }) => {
  entry.published ??= momentOf(inside);
};
const setUpdated: Reading<EntryDraft> = (entry, { inside }) => {
  entry.updated ??= momentOf(inside);
};
const setSummary: Reading<EntryDraft> = (entry, frame) => {
  entry.summary ??= contentOf(frame);
};
const setContent: Reading<EntryDraft> = (entry, frame) => {
  entry.content ??= contentOf(frame);
  entry.url ??= addressOf(frame.attributes['src'], frame.base);
};
const addAuthor: Reading<EntryDraft> = ({ authors }, { inside }) =>
  add(authors, literalText(inside));
const addCategory: Reading<EntryDraft> = ({ categories }, { attributes, inside }) =>
  add(categories, literalText(attributes['label'] ?? attributes['term'] ?? inside));

function add(list: string[], value: string): void {
  if (value !== '' && list.length < mostParts && !list.includes(value)) list.push(value);
}

function addEnclosure(
  { enclosures }: EntryDraft,
  written: string | undefined,
  part: Element,
): void {
  const url = addressOf(written, part.base);
  const isNew = url !== null && !enclosures.some((one) => one.url === url);
  if (!isNew || enclosures.length >= mostParts) return;
  enclosures.push({ url, type: part.attributes['type']?.slice(0, 200) ?? null });
}

export const entryParts = new Map<string, Reading<EntryDraft>>([
  ['title', setTitle],
  ['atom:title', setTitle],
  ['dc:title', setTitle],
  ['media:title', setTitle],
  [
    'link',
    (entry, { attributes, inside, base }) => {
      entry.url ??= addressOf(inside, base) ?? addressOf(attributes['href'], base);
    },
  ],
  [
    'atom:link',
    (entry, frame) => {
      const { attributes, base } = frame;
      const relation = relationOf(attributes);
      const isPage = /html|^\s*$/i.test(attributes['type']?.slice(0, 200) ?? '');
      const address = addressOf(attributes['href'], base);
      if (relation === 'alternate' && isPage) entry.url ??= address;
      else if (relation === 'alternate') entry.otherFormat ??= address;
      if (relation === 'enclosure') addEnclosure(entry, attributes['href'], frame);
    },
  ],
  [
    'feedburner:origlink',
    (entry, { inside, base }) => {
      entry.url = addressOf(inside, base) ?? entry.url;
    },
  ],
  [
    'guid',
    (entry, { attributes, inside }) => {
      entry.id = inside.trim() || entry.id;
      const isAddress = attributes['isPermaLink']?.toLowerCase() !== 'false';
      if (isAddress && /^https?:\/\//i.test(entry.id ?? '')) entry.permalink = entry.id;
    },
  ],
  [
    'atom:id',
    (entry, { inside }) => {
      entry.id ??= inside.trim() || null;
    },
  ],
  ['description', setSummary],
  ['atom:summary', setSummary],
  ['dc:description', setSummary],
  ['itunes:summary', setSummary],
  ['media:description', setSummary],
  ['content:encoded', setContent],
  ['atom:content', setContent],
  ['xhtml:body', setContent],
  ['pubdate', setPublished],
  ['atom:published', setPublished],
  ['atom:issued', setPublished],
  ['dc:date', setPublished],
  ['dcterms:issued', setPublished],
  ['dcterms:created', setPublished],
  ['atom:updated', setUpdated],
  ['atom:modified', setUpdated],
  ['dcterms:modified', setUpdated],
  ['author', addAuthor],
  ['atom:name', addAuthor],
  ['dc:creator', addAuthor],
  ['itunes:author', addAuthor],
  ['category', addCategory],
  ['atom:category', addCategory],
  ['dc:subject', addCategory],
  ['enclosure', (entry, frame) => addEnclosure(entry, frame.attributes['url'], frame)],
  ['media:content', (entry, frame) => addEnclosure(entry, frame.attributes['url'], frame)],
]);

/** RFC 4287, 4.2.7.2: a name that IANA knows is also written as its whole address; without any it is the page. */
const relationOf = ({ rel }: Attributes): string =>
  rel
    ?.trim()
    .toLowerCase()
    .replace(/^https?:\/\/www\.iana\.org\/assignments\/relation\//, '') ?? 'alternate';

/** Null for an element that says nothing. */
function contentOf({ name, attributes, inside, markup, base }: Element): Content | null {
  const type = attributes['type']?.toLowerCase() ?? '';
  const isEscaped = attributes['mode']?.toLowerCase() === 'escaped';
  // RSS does not say; Atom means a text where it says nothing.
  const isHtml = !name.startsWith('atom:') || /html|xml/.test(type) || isEscaped || markup !== null;
  const value = isHtml ? (markup ?? inside) : inside;
  return value.trim() === '' ? null : { type: isHtml ? 'html' : 'text', value: value.trim(), base };
}

/** An address, resolved; null for what is none. */
export function addressOf(written: string | null | undefined, base: string): string | null {
  const address = written?.trim() ?? '';
  if (address === '' || address.length > longestAddress) return null;
  const href = URL.parse(address, base)?.href ?? null;
  // Relative ones grow with what they stand on.
  return href === null || href.length > longestAddress ? null : href;
}

const longestAddress = 10_000;
