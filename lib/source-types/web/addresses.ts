/** Addresses as they are compared and kept: one page, one resource. Pure. */
import { createHash } from 'node:crypto';
import type { HttpResponse } from '#lib/egress/http-client.ts';
import { hostOf, parseHttpUrl } from '#lib/egress/url.ts';
import { linkOf } from './headers.ts';
import { addressesIn } from './selector.ts';

/** The column of an address holds this many characters; longer links are not followed. */
const maxUrlLength = 2000;

/** As a link is written, blanks and steps up and down included; one that is longer leads nowhere. */
const longestWritten = 5 * maxUrlLength;

export const sameHost = (a: string, b: string): boolean => hostOf(a) === hostOf(b);

/**
 * The WHATWG form without fragment, its escapes in upper case and only where they are needed (RFC 3986,
 * 6.2.2). The query's order stays: servers may mean something by it.
 */
export const canonicalUrl = (text: string): string => canonicalForm(parseHttpUrl(text));

/** The same of an address that was parsed; the URL loses its fragment. */
function canonicalForm(url: URL): string {
  // An empty fragment is no `hash`, but ends the address in a `#`.
  if (url.href.includes('#')) url.hash = '';
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
  text.length <= longest
    ? text
    : `${text.slice(0, longest - 100)}~${createHash('sha256').update(text).digest('hex')}`;

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

/** As far as a page's head may reach, in characters. */
const headLength = 256 * 1024;

export interface OtherName {
  readonly url: string;
  readonly because: 'redirect' | 'canonical';
}

/**
 * The address of a page when it is not the one that was asked: where permanent redirects led, else what it
 * calls itself (`rel=canonical`, in a header or in its head; RFC 6596) as long as that is on the
 * same host: another host's page is another's resource. Null when it has no other.
 * @param named what the page's head calls it, if it is a page
 */
export function otherName(
  asked: string,
  response: Pick<HttpResponse, 'headers' | 'finalUrl' | 'redirects'>,
  named: string | null,
): OtherName | null {
  const own = canonicalUrl(asked);
  const { redirects, finalUrl } = response;
  const moved =
    redirects.length > 0 && redirects.every(({ status }) => status === 301 || status === 308);
  if (moved && canonicalUrl(finalUrl) !== own) {
    return { url: canonicalUrl(finalUrl), because: 'redirect' };
  }
  const said = linkOf(response.headers['link'], 'canonical') ?? named;
  const url = said === null ? null : URL.parse(said, finalUrl);
  if (url === null) return null;
  if (!/^https?:$/.test(url.protocol) || url.username !== '' || url.password !== '') return null;
  const canonical = canonicalUrl(url.href);
  if (canonical === own || canonical === canonicalUrl(finalUrl)) return null;
  return sameHost(canonical, finalUrl) && canonical.length <= maxUrlLength
    ? { url: canonical, because: 'canonical' }
    : null;
}

/** What the page's head calls it; null when it says nothing. Throws PageTooHeavy on the event loop. */
export function canonicalIn(html: string): string | null {
  const beginning = html.slice(0, headLength);
  // Most pages are not parsed for nothing.
  if (!/rel\s{0,9}=\s{0,9}["']?[^"'>]{0,100}canonical/i.test(beginning)) return null;
  const body = beginning.search(/<body[\s>]/i);
  const head = body === -1 ? beginning : beginning.slice(0, body);
  return addressesIn(head, ['head link[rel~=canonical]']).addresses[0]?.trim() ?? null;
}
