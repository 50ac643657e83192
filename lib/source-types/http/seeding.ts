import { createHash } from 'node:crypto';
import { hostOf, parseHttpUrl } from '#lib/egress/url.ts';
import type { NewWorkItem } from '#lib/queue/model.ts';
import type { DiscoveredItem, SourceContext } from '../source-type.ts';
import { type HttpSeed, type HttpSettings, sitemapType } from './settings.ts';
import { expandTemplate } from './template.ts';

/**
 * One item per distinct address, and one per sitemap. Throws `egress_url_invalid` for an address that
 * cannot be fetched.
 */
export function httpSeedItems(
  { settings, sourceName }: SourceContext<HttpSettings>,
  seed: HttpSeed,
): NewWorkItem[] {
  const canonical = (texts: readonly string[]) => [
    ...new Set(texts.map((text) => canonicalUrl(resolved(text, settings.base_url)))),
  ];
  const items = [
    ...canonical((seed.urls ?? []).flatMap(expandTemplate)).map((url) =>
      httpItem(url, seed.resource_type, seed.priority),
    ),
    ...canonical(seed.sitemaps ?? []).map((url) =>
      sitemapItem(url, seed.resource_type, seed.priority),
    ),
  ];
  return items.map((item) => ({ sourceSystem: 'http', sourceName, ...item }));
}

const resolved = (text: string, base: string | undefined): string =>
  (base === undefined ? null : URL.parse(text, base))?.href ?? text;

/**
 * The WHATWG form without fragment, its escapes in upper case and only where they are needed (RFC 3986,
 * 6.2.2). The query's order stays: servers may mean something by it.
 */
export const canonicalUrl = (text: string): string => canonicalOf(parseHttpUrl(text));

/** The same of an address that was parsed; the URL loses its fragment. */
export function canonicalOf(url: URL): string {
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

/** An item of one canonical address. */
export const httpItem = (url: string, resourceType: string, priority: number): DiscoveredItem => ({
  resourceType,
  resourceId: idOfUrl(url),
  requestUri: url,
  requestMethod: 'GET',
  priority,
});

/** A sitemap, whose pages will be of the given type. */
export const sitemapItem = (url: string, pageType: string, priority: number): DiscoveredItem => ({
  ...httpItem(url, sitemapType, priority),
  metadata: { page_type: pageType },
});

/** The address itself; very long ones end in their hash, within the 500 characters of a resource id. */
const idOfUrl = (url: string): string =>
  url.length <= 500
    ? url
    : `${url.slice(0, 400)}~${createHash('sha256').update(url).digest('hex')}`;

/** The column of an address holds this many characters; longer links are not followed. */
export const maxUrlLength = 2000;

export const sameHost = (a: string, b: string): boolean => hostOf(a) === hostOf(b);
