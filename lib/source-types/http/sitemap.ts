/**
 * Sitemaps (sitemaps.org/protocol): lists of pages, or of further sitemaps, as XML, as text, packed or not;
 * and robots.txt, which names a site's sitemaps.
 */
import { gunzipSync } from 'node:zlib';
import { Parser } from 'htmlparser2';
import { AppError } from '#lib/errors/app-error.ts';
import type { JsonObject } from '#lib/json.ts';

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

/**
 * Unpacks `sitemap.xml.gz`, which servers send as a file and not as a content encoding.
 * @throws AppError `egress_too_large`, `payload_invalid`
 */
export function unpacked(body: Uint8Array): Uint8Array {
  if (body[0] !== 0x1f || body[1] !== 0x8b) return body;
  try {
    return gunzipSync(body, { maxOutputLength: maxSitemapBytes });
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

/** Null for what is no sitemap. Entries beyond 50,000 are left out. */
export function parseSitemap(text: string): Sitemap | null {
  if (/^\s*(<\?xml|<!--|<urlset|<sitemapindex)/i.test(text)) return ofXml(text);
  return ofRobots(text) ?? ofLines(text);
}

function ofXml(text: string): Sitemap | null {
  let kind: Sitemap['kind'] | null = null;
  const entries: SitemapEntry[] = [];
  let element = '';
  let url = '';
  let changed = '';
  const parser = new Parser(
    {
      onopentagname(name) {
        element = localName(name);
        if (kind === null && element === 'urlset') kind = 'pages';
        if (kind === null && element === 'sitemapindex') kind = 'index';
      },
      ontext(part) {
        if (element === 'loc') url += part;
        if (element === 'lastmod') changed += part;
      },
      onclosetag(name) {
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

/** `image:loc` and the like are parts of other vocabularies and keep their prefix. */
const localName = (name: string) => name.toLowerCase().replace(/^(sm|sitemap):/, '');

/** The `Sitemap:` lines of a robots.txt; they belong to no group of rules. */
function ofRobots(text: string): Sitemap | null {
  const named = [...text.matchAll(/^[ \t]*sitemap[ \t]*:[ \t]*(\S+)/gim)];
  if (named.length === 0) return null;
  const entries = named.slice(0, maxEntries).map(([, url = '']) => ({ url, changedAt: null }));
  return { kind: 'index', entries };
}

/** One address a line. */
function ofLines(text: string): Sitemap | null {
  const lines = text.split(/\r?\n/).flatMap((line) => (line.trim() === '' ? [] : [line.trim()]));
  if (lines.length === 0 || !lines.every((line) => /^https?:\/\//i.test(line))) return null;
  return {
    kind: 'pages',
    entries: lines.slice(0, maxEntries).map((url) => ({ url, changedAt: null })),
  };
}

/** W3C date-time; a date alone means any moment of that day. */
function latestMoment(text: string): string | null {
  const isDay = /^\d{4}-\d{2}-\d{2}$/.test(text);
  const time = Date.parse(isDay ? `${text}T23:59:59.999Z` : text);
  return Number.isNaN(time) ? null : new Date(time).toISOString();
}

/** As it is stored: what the site said, as data. */
export const sitemapPayload = ({ kind, entries }: Sitemap): JsonObject => ({
  kind,
  entries: entries.map(({ url, changedAt }) => ({ url, changed_at: changedAt })),
});
