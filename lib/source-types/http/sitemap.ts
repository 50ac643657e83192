/**
 * Sitemaps (sitemaps.org/protocol): lists of pages, or of further sitemaps, as XML, as text, as a feed, packed or not;
 * and robots.txt, which names a site's sitemaps.
 */
import { promisify } from 'node:util';
import { constants, gunzip } from 'node:zlib';
import { Parser } from 'htmlparser2';
import { hashJson } from '#lib/canonical-json.ts';
import { AppError } from '#lib/errors/app-error.ts';
import type { JsonObject } from '#lib/json.ts';
import { JsonText } from '#lib/json-text.ts';
import { defineHeavy } from '#lib/threads/heavy.ts';
import { decode } from '../web/body.ts';
import { parseFeed } from '../web/feed.ts';
import { momentOf } from '../web/feed-values.ts';
import { withEntities } from '../web/xml-entities.ts';

/** The protocol's limit on one unpacked sitemap. */
export const maxSitemapBytes = 50 * 1024 * 1024;
/** The protocol's limit on its entries. */
const maxEntries = 50_000;
/** Of all addresses as they are stored, characters: what is not printed takes six each. */
const mostCharacters = 48 * 1024 * 1024;

export interface SitemapEntry {
  readonly url: string;
  /** ISO instant of the latest moment the site may mean; null when it does not say. */
  readonly changedAt: string | null;
}

export interface Sitemap {
  readonly kind: 'pages' | 'index';
  readonly entries: readonly SitemapEntry[];
  /** Entries that are left out for their number or length. */
  readonly beyond: number;
  /** Lines that are no addresses. */
  readonly others?: number;
  /** It is but the beginning of one. */
  readonly endsEarly: boolean;
}

/** What is read on the event loop: its entries take some milliseconds to make items of. */
const quickBytes = 64 * 1024;

/**
 * What a sitemap lists, as it is stored; null for what is none. `sitemap.xml.gz`, which servers send as a file and
 * not as a content encoding, is unpacked.
 * @param base the address it was received from
 * @throws AppError `egress_too_large`, `payload_invalid`, `payload_too_complex`, `reading_overran`
 */
export async function readSitemap(
  sent: Uint8Array,
  base: string,
): Promise<JsonObject | JsonText | null> {
  const file = isPacked(sent) ? await unpacked(sent) : { body: sent, endsEarly: false };
  if (file.body.byteLength <= quickBytes) return payloadOf({ ...file, base });
  const read = await readInThread({ ...file, base });
  return read === null ? null : new JsonText(read.text, read.hash);
}

interface SitemapFile {
  readonly body: Uint8Array;
  readonly endsEarly: boolean;
}

type Received = SitemapFile & { readonly base: string };

const readInThread = defineHeavy('sitemap', (received: Received) => {
  const payload = payloadOf(received);
  return payload === null ? null : { text: JSON.stringify(payload), hash: hashJson(payload) };
});

function payloadOf({ body, endsEarly, base }: Received): JsonObject | null {
  const sitemap = parseSitemap(decode({ headers: {}, body }).text, base);
  return sitemap && sitemapPayload({ ...sitemap, endsEarly: sitemap.endsEarly || endsEarly });
}

const isPacked = (body: Uint8Array): boolean => body[0] === 0x1f && body[1] === 0x8b;

/** @throws AppError `egress_too_large`, `payload_invalid` */
async function unpacked(sent: Uint8Array): Promise<SitemapFile> {
  const limits = { maxOutputLength: maxSitemapBytes };
  try {
    return { body: await promisify(gunzip)(sent, limits), endsEarly: false };
  } catch (error) {
    if (error instanceof RangeError) {
      const message = 'The sitemap is larger than 50 MiB when unpacked.';
      throw new AppError('egress_too_large', message, { cause: error });
    }
    const body = isUnfinished(error) ? await beginningOf(sent, limits) : null;
    if (body !== null && body.byteLength > 0) return { body, endsEarly: true };
    const message = 'The packed sitemap cannot be unpacked.';
    throw new AppError('payload_invalid', message, { cause: error });
  }
}

const isUnfinished = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'Z_BUF_ERROR';

/** What can be unpacked of a file that ends in the middle; null when nothing can. */
const beginningOf = (sent: Uint8Array, limits: { readonly maxOutputLength: number }) =>
  promisify(gunzip)(sent, { ...limits, finishFlush: constants.Z_SYNC_FLUSH }).catch(() => null);

/**
 * Null for what is no sitemap. Entries beyond 50,000 are counted and left out; a last one that is cut is dropped.
 * @param base the address it was received from
 * @throws AppError `payload_too_complex` for XML nested more deeply than any sitemap
 */
export function parseSitemap(text: string, base: string): Sitemap | null {
  const beginning = text.slice(0, 4096).trimStart();
  if (/^[<{]/.test(beginning)) return ofXml(withEntities(text)) ?? ofFeed(text, base);
  return ofRobots(text) ?? ofLines(text);
}

/** urlset, url, loc; extensions add a little. A parser compares each end tag with all that is open. */
const deepest = 32;

/** Vocabularies inside a sitemap that have a `loc` of their own. */
const extension = /^(image|video|news|xhtml|mobile|pagemap|codesearch):/;

const localName = (name: string): string =>
  extension.test(name) ? name : name.slice(name.indexOf(':') + 1);

function ofXml(text: string): Sitemap | null {
  const list = new Entries();
  let kind: Sitemap['kind'] | null = null;
  let element = '';
  let url = '';
  let changed = '';
  let depth = 0;
  let endsEarly = false;
  const finish = () => {
    list.add(url.trim(), latestMoment(changed.trim()));
    url = '';
    changed = '';
  };
  const parser = new Parser(
    {
      onopentagname(name) {
        depth += 1;
        if (depth > deepest) {
          throw new AppError(
            'payload_too_complex',
            `The XML is nested more than ${deepest} levels deep.`,
          );
        }
        element = localName(name);
        if (kind === null && element === 'urlset') kind = 'pages';
        if (kind === null && element === 'sitemapindex') kind = 'index';
        // Several in one entry are several.
        if (element === 'loc' && url !== '') finish();
      },
      ontext(part) {
        if (element === 'loc') url += part;
        if (element === 'lastmod') changed += part;
      },
      onclosetag(name, isImplied) {
        depth -= 1;
        element = '';
        // What is still open at the end was cut, with whatever stood in it.
        if (isImplied && depth === 0) endsEarly = true;
        if (isImplied) return;
        const closed = localName(name);
        if (closed === 'url' || closed === 'sitemap') finish();
      },
    },
    { xmlMode: true, decodeEntities: true, lowerCaseTags: true },
  );
  parser.end(text);
  return kind === null ? null : { kind, ...list.all(), endsEarly };
}

/** What a feed lists: the pages that changed last, as a rule. */
function ofFeed(text: string, base: string): Sitemap | null {
  const feed = parseFeed(text, base);
  if (feed === null) return null;
  const list = new Entries();
  for (const { url, updated, published } of feed.entries) list.add(url ?? '', updated ?? published);
  return { kind: 'pages', ...list.all(), endsEarly: feed.isCut };
}

/** The `Sitemap:` lines of a robots.txt; they belong to no group of rules. */
function ofRobots(text: string): Sitemap | null {
  const list = new Entries();
  for (const [, url = ''] of text.matchAll(/^[ \t]*sitemap[ \t]*:[ \t]*(\S{1,4000})/gim)) {
    list.add(url, null);
  }
  const all = list.all();
  return all.entries.length === 0 ? null : { kind: 'index', ...all, endsEarly: false };
}

/** One address a line; what begins with a `#` is a remark. */
function ofLines(text: string): Sitemap | null {
  const list = new Entries();
  let others = 0;
  for (const [written] of text.matchAll(/[^\r\n]+/g)) {
    const line = written.trim();
    if (line === '' || line.startsWith('#')) continue;
    if (/^https?:\/\/\S+$/i.test(line)) list.add(line, null);
    // What begins with anything else is no list of addresses.
    else if (list.isEmpty) return null;
    else others += 1;
  }
  const { entries, beyond } = list.all();
  // Nor is a text with a few addresses in it.
  return entries.length <= others
    ? null
    : { kind: 'pages', entries, beyond, others, endsEarly: false };
}

/** Characters of JSON that one of a text may take: `\u0000`. */
const mostEscaped = 6;

class Entries {
  readonly #entries: SitemapEntry[] = [];
  #beyond = 0;
  #characters = 0;

  add(url: string, changedAt: string | null): void {
    if (url === '') return;
    const isShort = url.length <= 10_000;
    const characters = isShort ? JSON.stringify(url).length : mostEscaped * url.length;
    const isBeyond =
      this.#entries.length === maxEntries || this.#characters + characters > mostCharacters;
    if (isBeyond) this.#beyond += 1;
    else {
      this.#characters += characters;
      this.#entries.push({ url, changedAt });
    }
  }

  get isEmpty(): boolean {
    return this.#entries.length === 0;
  }

  all(): Pick<Sitemap, 'entries' | 'beyond'> {
    return { entries: this.#entries, beyond: this.#beyond };
  }
}

/** W3C date-time; a date alone means any moment of that day. */
function latestMoment(text: string): string | null {
  const isDay = /^\d{4}-\d{2}-\d{2}$/.test(text);
  const moment = momentOf(/^\d{4}$/.test(text) ? `${text}-01` : text);
  return isDay && moment !== null ? `${moment.slice(0, 10)}T23:59:59.999Z` : moment;
}

/** As it is stored: what the site said, as data. */
const sitemapPayload = ({ kind, entries, beyond, others = 0, endsEarly }: Sitemap): JsonObject => ({
  kind,
  entries: entries.map(({ url, changedAt }) => ({ url, changed_at: changedAt })),
  ...(beyond > 0 ? { beyond } : {}),
  ...(others > 0 ? { others } : {}),
  ...(endsEarly ? { ends_early: true } : {}),
});
