/**
 * Sitemaps (sitemaps.org/protocol): lists of pages, or of further sitemaps, as XML, as text, packed or not;
 * and robots.txt, which names a site's sitemaps.
 */
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { Parser } from 'htmlparser2';
import { hashJson } from '#lib/canonical-json.ts';
import { AppError } from '#lib/errors/app-error.ts';
import type { JsonObject } from '#lib/json.ts';
import { JsonText } from '#lib/json-text.ts';
import { defineHeavy } from '#lib/threads/heavy.ts';
import { decode } from '../web/body.ts';

/** The protocol's limit on one unpacked sitemap. */
export const maxSitemapBytes = 50 * 1024 * 1024;
/** The protocol's limit on its entries. */
const maxEntries = 50_000;

export interface SitemapEntry {
  readonly url: string;
  /** ISO instant of the latest moment the site may mean; null when it does not say. */
  readonly changedAt: string | null;
}

export interface Sitemap {
  readonly kind: 'pages' | 'index';
  readonly entries: readonly SitemapEntry[];
}

/** What is read on the event loop: its entries take some milliseconds to make items of. */
const quickBytes = 64 * 1024;

/**
 * What a sitemap lists, as it is stored; null for what is none. `sitemap.xml.gz`, which servers send as a file and
 * not as a content encoding, is unpacked.
 * @throws AppError `egress_too_large`, `payload_invalid`, `payload_too_complex`, `reading_overran`
 */
export async function readSitemap(sent: Uint8Array): Promise<JsonObject | JsonText | null> {
  const body = isPacked(sent) ? await unpacked(sent) : sent;
  if (body.byteLength <= quickBytes) return payloadOf(body);
  const read = await readInThread(body);
  return read === null ? null : new JsonText(read.text, read.hash);
}

const readInThread = defineHeavy('sitemap', (body: Uint8Array) => {
  const payload = payloadOf(body);
  return payload === null ? null : { text: JSON.stringify(payload), hash: hashJson(payload) };
});

function payloadOf(body: Uint8Array): JsonObject | null {
  const sitemap = parseSitemap(decode({ headers: {}, body }).text);
  return sitemap && sitemapPayload(sitemap);
}

const isPacked = (body: Uint8Array): boolean => body[0] === 0x1f && body[1] === 0x8b;

/** @throws AppError `egress_too_large`, `payload_invalid` */
async function unpacked(body: Uint8Array): Promise<Uint8Array> {
  try {
    return await promisify(gunzip)(body, { maxOutputLength: maxSitemapBytes });
  } catch (error) {
    const tooLarge = error instanceof RangeError;
    throw new AppError(
      tooLarge ? 'egress_too_large' : 'payload_invalid',
      tooLarge
        ? 'The sitemap is larger than 50 MiB when unpacked.'
        : 'The packed sitemap cannot be unpacked.',
      { cause: error },
    );
  }
}

/**
 * Null for what is no sitemap. Entries beyond 50,000 are left out.
 * @throws AppError `payload_too_complex` for XML nested more deeply than any sitemap
 */
export function parseSitemap(text: string): Sitemap | null {
  if (/^\s*(<\?xml|<!--|<!doctype|<[\w-]{0,30}:?(urlset|sitemapindex))/i.test(text.slice(0, 4096)))
    return ofXml(text);
  return ofRobots(text) ?? ofLines(text);
}

/** urlset, url, loc; extensions add a little. A parser compares each end tag with all that is open. */
const deepest = 32;

function ofXml(text: string): Sitemap | null {
  let kind: Sitemap['kind'] | null = null;
  const entries: SitemapEntry[] = [];
  let prefix = '';
  // `image:loc` and the like are parts of other vocabularies and keep their prefix.
  const localName = (name: string) =>
    (name.startsWith(prefix) ? name.slice(prefix.length) : name).toLowerCase();
  let element = '';
  let url = '';
  let changed = '';
  let depth = 0;
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
        const root = kind === null ? /^([\w.-]{0,30}:)?(urlset|sitemapindex)$/i.exec(name) : null;
        if (root) {
          prefix = root[1] ?? '';
          kind = root[2]?.toLowerCase() === 'urlset' ? 'pages' : 'index';
        }
        element = localName(name);
      },
      ontext(part) {
        if (element === 'loc') url += part;
        if (element === 'lastmod') changed += part;
      },
      onclosetag(name) {
        depth -= 1;
        element = '';
        const closed = localName(name);
        if (closed !== 'url' && closed !== 'sitemap') return;
        if (url.trim() !== '' && entries.length < maxEntries) {
          entries.push({ url: url.trim(), changedAt: latestMoment(changed.trim()) });
        }
        url = '';
        changed = '';
      },
    },
    { xmlMode: true, decodeEntities: true },
  );
  parser.end(text);
  return kind === null ? null : { kind, entries };
}

/** The `Sitemap:` lines of a robots.txt; they belong to no group of rules. */
function ofRobots(text: string): Sitemap | null {
  const entries: SitemapEntry[] = [];
  for (const [, url = ''] of text.matchAll(/^[ \t]*sitemap[ \t]*:[ \t]*(\S{1,4000})/gim)) {
    if (entries.length === maxEntries) break;
    entries.push({ url, changedAt: null });
  }
  return entries.length === 0 ? null : { kind: 'index', entries };
}

/** One address a line. */
function ofLines(text: string): Sitemap | null {
  const entries: SitemapEntry[] = [];
  for (const [written] of text.matchAll(/[^\r\n]+/g)) {
    const line = written.trim();
    if (line === '') continue;
    if (!/^https?:\/\//i.test(line)) return null;
    if (entries.length === maxEntries) break;
    entries.push({ url: line, changedAt: null });
  }
  return entries.length === 0 ? null : { kind: 'pages', entries };
}

/** W3C date-time; a date alone means any moment of that day. */
function latestMoment(text: string): string | null {
  const isDay = /^\d{4}-\d{2}-\d{2}$/.test(text);
  const time = Date.parse(isDay ? `${text}T23:59:59.999Z` : text);
  return Number.isNaN(time) ? null : new Date(time).toISOString();
}

/** As it is stored: what the site said, as data. */
const sitemapPayload = ({ kind, entries }: Sitemap): JsonObject => ({
  kind,
  entries: entries.map(({ url, changedAt }) => ({ url, changed_at: changedAt })),
});
