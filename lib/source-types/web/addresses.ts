/** Addresses as they are compared and kept: one page, one resource. Pure. */
import { sha256 } from '#lib/canonical-json.ts';
import { hostOf, parseHttpUrl } from '#lib/egress/url.ts';

/** The column of an address holds this many characters; longer links are not followed. */
const maxUrlLength = 2000;

/** As a link is written, blanks and steps up and down included; one that is longer leads nowhere. */
const longestWritten = 5 * maxUrlLength;

export const sameHost = (a: string, b: string): boolean => hostOf(a) === hostOf(b);

/** A host without its `www.`: sites answer under both names. */
export const withoutWww = (host: string | null): string | null =>
  host?.replace(/^www\./, '') ?? null;

export const sameSite = (a: string, b: string): boolean =>
  withoutWww(hostOf(a)) === withoutWww(hostOf(b));

/**
 * The WHATWG form without fragment, its escapes in upper case and only where they are needed (RFC 3986,
 * 6.2.2). The query's order stays: servers may mean something by it.
 */
export const canonicalUrl = (text: string): string => canonicalForm(parseHttpUrl(text));

/** The same of an address that was parsed; the URL loses its fragment. */
function canonicalForm(url: URL): string {
  // A name with the dot of its root is the same name.
  if (/[^.]\.$/.test(url.hostname)) url.hostname = url.hostname.slice(0, -1);
  // An empty fragment is no `hash`, but ends the address in a `#`.
  if (url.href.includes('#')) url.hash = '';
  // An empty query is none.
  if (url.href.endsWith('?')) url.search = '';
  const { href } = url;
  return href.includes('%') ? withPlainEscapes(href) : href;
}

function withPlainEscapes(href: string): string {
  return href.replaceAll(/%[0-9a-f]{2}/gi, (triplet) => {
    const character = String.fromCharCode(Number.parseInt(triplet.slice(1), 16));
    return /[A-Za-z0-9~_-]/.test(character) ? character : triplet.toUpperCase();
  });
}

/** A text as a resource id: itself, or its beginning and hash where it is longer than `longest` characters. */
export const shortId = (text: string, longest: number): string =>
  text.length <= longest ? text : `${text.slice(0, longest - 100)}~${sha256(text)}`;

/** What links of a page are relative to: its `<base>` where that is an address (HTML standard, "frozen base URL"). */
export function baseOf(written: string | null, page: string): string {
  const url = written === null ? null : URL.parse(written, page);
  return url?.protocol === 'http:' || url?.protocol === 'https:' ? url.href : page;
}

/** The canonical address of a link, or null when it is not one a crawler follows. */
export function followable(
  address: string,
  base: string,
  dropped: readonly string[],
): string | null {
  if (address.length > longestWritten) return null;
  const url = URL.parse(address.trim(), base);
  const fetchable = url?.protocol === 'http:' || url?.protocol === 'https:';
  if (!url || !fetchable || url.username !== '' || url.password !== '') return null;
  if (dropped.length > 0 && url.search !== '') dropParameters(url, dropped);
  // Servlets put it behind the path.
  if (dropped.includes('jsessionid') && url.pathname.includes(';')) {
    url.pathname = url.pathname.replace(/;jsessionid=[^/;]*/i, '');
  }
  const canonical = canonicalForm(url);
  return canonical.length <= maxUrlLength ? canonical : null;
}

/** Left alone when there is nothing to drop: writing a query anew changes its form. */
function dropParameters(url: URL, dropped: readonly string[]): void {
  const isDropped = (name: string) =>
    dropped.some((one) => (one.endsWith('*') ? name.startsWith(one.slice(0, -1)) : name === one));
  const all = [...url.searchParams];
  const kept = all.filter(([name]) => !isDropped(name));
  if (kept.length < all.length) url.search = new URLSearchParams(kept).toString();
}
