import { createHash } from 'node:crypto';
import { hostOf, parseHttpUrl } from '#lib/egress/url.ts';
import type { NewWorkItem } from '#lib/work-items/model.ts';
import type { DiscoveredItem, SourceContext } from '../source-type.ts';
import type { HttpSeed, HttpSettings } from './settings.ts';

/** One item per distinct address. Throws `egress_url_invalid` for an address that cannot be fetched. */
export function httpSeedItems(
  { settings, sourceName }: SourceContext<HttpSettings>,
  seed: HttpSeed,
): NewWorkItem[] {
  const urls = new Set(seed.urls.map((text) => canonicalUrl(resolved(text, settings.base_url))));
  return [...urls].map((url) => ({
    sourceSystem: 'http',
    sourceName,
    ...httpItem(url, seed.resource_type, seed.priority),
  }));
}

const resolved = (text: string, base: string | undefined): string =>
  base !== undefined && URL.canParse(text, base) ? new URL(text, base).href : text;

/** The WHATWG form without fragment. The query's order stays: servers may mean something by it. */
export function canonicalUrl(text: string): string {
  const url = parseHttpUrl(text);
  url.hash = '';
  return url.href;
}

/** An item of one canonical address. */
export const httpItem = (url: string, resourceType: string, priority: number): DiscoveredItem => ({
  resourceType,
  resourceId: idOfUrl(url),
  requestUri: url,
  requestMethod: 'GET',
  priority,
});

/** The address itself; very long ones end in their hash, within the 500 characters of a resource id. */
const idOfUrl = (url: string): string =>
  url.length <= 500
    ? url
    : `${url.slice(0, 400)}~${createHash('sha256').update(url).digest('hex')}`;

/** The column of an address holds this many characters; longer links are not followed. */
export const maxUrlLength = 2000;

export const sameHost = (a: string, b: string): boolean => hostOf(a) === hostOf(b);
