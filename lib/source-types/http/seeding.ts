import { createHash } from 'node:crypto';
import { AppError } from '#lib/errors/app-error.ts';
import type { NewWorkItem } from '#lib/queue/model.ts';
import { isSecretParameter } from '#lib/redact-secrets.ts';
import type { DiscoveredItem, SourceContext } from '../source-type.ts';
import { canonicalUrl, followable, shortId } from '../web/addresses.ts';
import { credentialParameters } from '../web/authentication.ts';
import type { PagingRules } from './paging.ts';
import { parameterOf, type RequestParts, withParameter } from './request-parts.ts';
import { type HttpSeed, type HttpSettings, sitemapType } from './settings.ts';
import { sessionParameters, trackingParameters } from './site-rules.ts';
import { expandTemplate } from './template.ts';

/**
 * One item per distinct address, and one per sitemap. Throws `egress_url_invalid` for an address that
 * cannot be fetched, or carries a key.
 */
export function httpSeedItems(
  { settings, sourceName }: SourceContext<HttpSettings>,
  seed: HttpSeed,
): NewWorkItem[] {
  const keys = credentialParameters(settings.authentication);
  const dropped = droppedOf(settings);
  const canonical = (texts: readonly string[]) => [
    ...new Set(
      texts.map((text) => {
        const url = withoutKey(canonicalUrl(resolved(text, settings.base_url)), keys);
        return followable(url, url, dropped) ?? url;
      }),
    ),
  ];
  const items = [
    ...canonical((seed.urls ?? []).flatMap(expandTemplate)).map((url) => {
      const parts = sized({ url, body: seed.body ?? null }, settings.paging);
      return requestItem(parts, seed.method, seed.resource_type, seed.priority);
    }),
    ...canonical(seed.sitemaps ?? []).map((url) =>
      sitemapItem(url, seed.resource_type, seed.priority),
    ),
  ];
  return items.map((item) => ({ sourceSystem: 'http', sourceName, ...item }));
}

/** The request for as many entries as the settings say, unless it says itself. */
function sized(parts: RequestParts, rules: PagingRules): RequestParts {
  const { size, size_parameter: name, put_in: place } = rules;
  if (size === undefined || name === undefined || rules.by === 'none') return parts;
  return parameterOf(parts, name, place) === null
    ? withParameter(parts, name, { text: String(size), isNumber: true }, place)
    : parts;
}

/** A key in an address would be stored and shown with it. */
function withoutKey(address: string, keys: readonly string[]): string {
  for (const name of new URL(address).searchParams.keys()) {
    if (!keys.includes(name) && !isSecretParameter(name)) continue;
    throw new AppError(
      'egress_url_invalid',
      `The address carries a secret, ${name}: take it out, let the source sign in by query, and store the key.`,
    );
  }
  return address;
}

const resolved = (text: string, base: string | undefined): string =>
  (base === undefined ? null : URL.parse(text, base))?.href ?? text;

/** An item of one canonical address. */
export const httpItem = (url: string, resourceType: string, priority: number): DiscoveredItem => ({
  resourceType,
  resourceId: shortId(url, 500),
  requestUri: url,
  requestMethod: 'GET',
  priority,
});

/** An item of a request; of two with the same address, what is sent tells them apart. */
export const requestItem = (
  { url, body }: RequestParts,
  method: string,
  resourceType: string,
  priority: number,
): DiscoveredItem => {
  const item = httpItem(url, resourceType, priority);
  if (method === 'GET') return item;
  const hash = createHash('sha256')
    .update(body ?? '')
    .digest('hex')
    .slice(0, 32);
  return {
    ...item,
    resourceId: `${shortId(url, 460)}#${hash}`,
    requestMethod: method,
    requestBody: body,
  };
};

/** An item with the moment of its last change as its sitemap says; kept with the item, for its other names. */
export const withChange = (item: DiscoveredItem, moment: string | null): DiscoveredItem =>
  moment === null
    ? { ...item, metadata: { ...item.metadata } }
    : { ...item, metadata: { ...item.metadata, changed_at: moment }, changedAt: moment };

/** A sitemap, whose pages will be of the given type. */
export const sitemapItem = (url: string, pageType: string, priority: number): DiscoveredItem => ({
  ...httpItem(url, sitemapType, priority),
  metadata: { page_type: pageType },
});

/** Links go behind the page they were found on. */
export const linkStep = 10;

/** A key that a server writes into its links is not theirs: it is sent where it belongs. */
export const droppedOf = ({ discovery, site, authentication }: HttpSettings): string[] => [
  ...discovery.drop_parameters,
  ...(site.drop_tracking ? trackingParameters : []),
  ...(site.drop_sessions ? sessionParameters : []),
  ...credentialParameters(authentication),
];
