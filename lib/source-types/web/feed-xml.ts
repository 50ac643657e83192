/** Feeds in XML: RSS 0.9x, 1.0 and 2.0, Atom 0.3 and 1.0, as they are written and not only as they should be. */
import { Parser } from 'htmlparser2';
import { AppError } from '#lib/errors/app-error.ts';
import {
  type Attributes,
  addressOf,
  channelParts,
  countingEntries,
  type Element,
  type EntryDraft,
  emptyEntry,
  emptyFeed,
  entryParts,
  type FeedDraft,
} from './feed-parts.ts';
import { withEntities } from './xml-entities.ts';

/** Elements inside one another, markup that was not escaped included. A parser compares each end tag with all that is open. */
const deepest = 256;
/** Namespaces that one element declares. */
const mostNamespaces = 50;
/** Looked at between two chunks: whether the rest is wanted. */
const chunkLength = 64 * 1024;

/** By namespace, in its short form; where that is not known, prefixes mean what they mostly do. */
const vocabularies = new Map([
  ['www.w3.org/2005/atom', 'atom'],
  ['purl.org/atom/ns', 'atom'],
  ['purl.org/rss/1.0', ''],
  ['my.netscape.com/rdf/simple/0.9', ''],
  ['channel.netscape.com/rdf/simple/0.9', ''],
  ['backend.userland.com/rss2', ''],
  ['www.w3.org/1999/02/22-rdf-syntax-ns', 'rdf'],
  ['purl.org/dc/elements/1.1', 'dc'],
  ['purl.org/dc/terms', 'dcterms'],
  ['purl.org/rss/1.0/modules/content', 'content'],
  ['purl.org/rss/1.0/modules/syndication', 'sy'],
  ['search.yahoo.com/mrss', 'media'],
  ['www.itunes.com/dtds/podcast-1.0.dtd', 'itunes'],
  ['www.w3.org/1999/xhtml', 'xhtml'],
  ['rssnamespace.org/feedburner/ext/1.0', 'feedburner'],
]);

const shortForm = (namespace: string) =>
  namespace
    .slice(0, 200)
    .trim()
    .toLowerCase()
    .replace(/^https?:\/\//, '')
    .replace(/[/#]$/, '');

interface Scope {
  readonly declared: ReadonlyMap<string, string>;
  readonly outer: Scope | null;
}

interface Frame extends Element {
  readonly scope: Scope | null;
  /** Whether its children speak of the feed or the entry that is being read: those of a `source` or an image do not. */
  readonly isOwn: boolean;
}

/** Elements that HTML leaves open, where they stand in a feed without being escaped. */
const leftOpen = new Set(['br', 'hr', 'img', 'wbr']);

class FeedParser extends Parser {
  protected override isVoidElement(name: string): boolean {
    return leftOpen.has(name);
  }

  /** The parser lets go of a chunk when it takes text out of the next; entities are none. */
  override ontextentity(codePoint: number, end: number): void {
    super.ontextentity(codePoint, end);
    // Private by its types alone; the version is pinned, and a test holds what this does.
    (this as unknown as { getSlice(start: number, end: number): string }).getSlice(end - 1, end);
  }
}

/**
 * Null for XML that is no feed.
 * @param base the address it was received from
 * @throws AppError `payload_too_complex`
 */
export function parseXmlFeed(text: string, base: string, mostEntries: number): FeedDraft | null {
  const reader = new FeedReader(base, mostEntries);
  const whole = withEntities(text);
  const parser = new FeedParser(
    {
      onopentag: (name, attributes) => reader.open(name, attributes),
      ontext: (part) => reader.text(part),
      onclosetag: (name) => reader.close(name),
    },
    { xmlMode: true, decodeEntities: true },
  );
  for (let at = 0; at < whole.length && !reader.isOver; at += chunkLength) {
    parser.write(whole.slice(at, at + chunkLength).replaceAll(noTag, '&lt;'));
  }
  // What is still open now was cut.
  reader.isEnding = true;
  if (!reader.isOver) parser.end();
  return reader.feed;
}

/** "I <3 you": a sign that begins no tag; at the end of a chunk it may begin one. */
const noTag = /<(?=[^\p{L}_:/!?])/gu;

class FeedReader {
  feed: FeedDraft | null = null;
  isOver = false;
  isEnding = false;
  readonly #base: string;
  readonly #mostEntries: number;
  readonly #stack: Frame[] = [];
  #entry: EntryDraft | null = null;
  readonly #isFull = countingEntries();
  /** The element whose text is being gathered. */
  #gathering: Frame | null = null;

  constructor(base: string, mostEntries: number) {
    this.#base = base;
    this.#mostEntries = mostEntries;
  }

  open(written: string, attributes: Attributes): void {
    if (this.isOver) return;
    if (this.#stack.length >= deepest) {
      throw new AppError(
        'payload_too_complex',
        `The XML is nested more than ${deepest} levels deep.`,
      );
    }
    const frame = this.#frameOf(written, attributes);
    this.#stack.push(frame);
    if (this.#gathering !== null) {
      this.#gathering.markup ??= escaped(this.#gathering.inside);
      this.#gathering.markup += startTag(written, attributes);
    } else this.#begin(frame);
  }

  #frameOf(written: string, attributes: Attributes): Frame {
    const outer = this.#stack.at(-1);
    // In RSS, names without a prefix are its own, whatever its root declares: some declare Atom's there.
    const isRss = outer === undefined && /(^|:)rss$/i.test(written);
    const scope = scopeOf(isRss ? { ...attributes, xmlns: '' } : attributes, outer?.scope ?? null);
    const name = this.#nameOf(written, scope);
    const around = outer?.base ?? this.#base;
    const base = addressOf(attributes['xml:base'], around) ?? around;
    const isOwn =
      this.#entry === null
        ? channelNames.has(name) || entryNames.has(name)
        : outer?.isOwn === true && (entryContainers.has(name) || entryNames.has(name));
    return { name, attributes, base, scope, isOwn, inside: '', markup: null };
  }

  #nameOf(written: string, scope: Scope | null): string {
    const colon = written.indexOf(':');
    const prefix = colon === -1 ? '' : written.slice(0, Math.min(colon, 60)).toLowerCase();
    const local = written.slice(colon + 1, colon + 61).toLowerCase();
    const isAtom = this.feed === null ? local === 'feed' : this.feed.format === 'atom';
    const vocabulary = vocabularyOf(prefix, scope) ?? (prefix === '' && isAtom ? 'atom' : prefix);
    return vocabulary === '' ? local : `${vocabulary}:${local}`;
  }

  #begin(frame: Frame): void {
    const { name } = frame;
    const outer = this.#stack.at(-2);
    if (this.feed === null) {
      const format = roots.get(name);
      if (format !== undefined) this.feed = emptyFeed(format);
      // A page: what follows is none of a feed.
      else if (name === 'html' || name === 'xhtml:html') this.isOver = true;
    } else if (this.#entry === null && entryNames.has(name)) {
      if (this.feed.entries.length === this.#mostEntries) {
        this.feed.isCut = true;
        this.isOver = true;
        return;
      }
      this.#entry = { ...emptyEntry(), id: frame.attributes['rdf:about']?.trim() || null };
    } else if (outer?.isOwn && (this.#entry === null ? channelParts : entryParts).has(name)) {
      this.#gathering = frame;
    }
  }

  text(part: string): void {
    if (this.#gathering === null) return;
    this.#gathering.inside += part;
    if (this.#gathering.markup !== null) this.#gathering.markup += escaped(part);
  }

  close(written: string): void {
    const frame = this.#stack.pop();
    if (frame === undefined || this.feed === null || this.isOver) return;
    if (this.isEnding) {
      this.feed.isCut = true;
      return;
    }
    if (this.#gathering === frame) {
      this.#gathering = null;
      if (this.#entry === null) channelParts.get(frame.name)?.(this.feed, frame);
      else entryParts.get(frame.name)?.(this.#entry, frame);
    } else if (this.#gathering !== null) {
      if (!leftOpen.has(written)) this.#gathering.markup += `</${written}>`;
    } else if (this.#entry !== null && entryNames.has(frame.name)) {
      this.isOver = this.#isFull(this.#entry);
      if (this.isOver) this.feed.isCut = true;
      else this.feed.entries.push(this.#entry);
      this.#entry = null;
    }
  }
}

const roots = new Map<string, FeedDraft['format']>([
  ['rss', 'rss'],
  ['rdf:rdf', 'rss'],
  ['atom:feed', 'atom'],
]);
const channelNames = new Set(['rss', 'rdf:rdf', 'channel', 'atom:feed']);
const entryNames = new Set(['item', 'atom:entry']);
const entryContainers = new Set(['media:group', 'atom:author', 'author']);

function scopeOf(attributes: Attributes, outer: Scope | null): Scope | null {
  const declared = new Map<string, string>();
  for (const name of Object.keys(attributes)) {
    if (declared.size === mostNamespaces) break;
    if (name === 'xmlns' || name.startsWith('xmlns:')) {
      declared.set(name.slice(6).toLowerCase(), shortForm(attributes[name] ?? ''));
    }
  }
  return declared.size === 0 ? outer : { declared, outer };
}

function vocabularyOf(prefix: string, scope: Scope | null): string | undefined {
  for (let at = scope; at !== null; at = at.outer) {
    const namespace = at.declared.get(prefix);
    if (namespace !== undefined) return vocabularies.get(namespace);
  }
  return undefined;
}

/** Entities that no XML declares are those of HTML, and stay what they are. */
const escaped = (part: string) =>
  part
    .replaceAll(/&(?!#?\w{1,31};)/g, '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;');

const startTag = (name: string, attributes: Attributes) =>
  `<${name}${Object.entries(attributes)
    .map(([key, value]) => ` ${key}="${escaped(value).replaceAll('"', '&quot;')}"`)
    .join('')}>`;
