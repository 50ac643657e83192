import { sha256 } from '#lib/canonical-json.ts';
import { AppError } from '#lib/errors/app-error.ts';
import type { JsonObject } from '#lib/json.ts';
import type { NewWorkItem } from '#lib/queue/model.ts';
import { isSecretParameter } from '#lib/redact-secrets.ts';
import type { DiscoveredItem, SeedingContext } from '../source-type.ts';
import { canonicalUrl, followable, shortId } from '../web/addresses.ts';
import { credentialParameters } from '../web/authentication.ts';
import { sinceLastRun } from './changes.ts';
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
  { settings, sourceName, launch }: SeedingContext<HttpSettings>,
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
      const asked = {
        method: seed.method,
        resourceType: seed.resource_type,
        priority: seed.priority,
      };
      if (launch === undefined || settings.changes.parameter === undefined)
        return requestItem(parts, asked);
      const since = sinceLastRun(parts, settings.changes, launch);
      // Entries are named by the list, whenever it was asked for.
      const { resourceId: list } = requestItem(parts, asked);
      return {
        ...requestItem(since, { ...asked, launchedAt: launch.at }),
        metadata: {
          launched_at: launch.at,
          ...(settings.entries.key === undefined ? {} : { list }),
        },
      };
    }),
    ...canonical(seed.sitemaps ?? []).map((url) =>
      sitemapItem(url, seed.resource_type, seed.priority),
    ),
  ];
  return items.map((item) => ({ sourceSystem: 'http', sourceName, ...item }));
}

/** The kind of the first seed that has addresses: a page that is added is one of its pages. */
export function kindOfSeeds(seeds: readonly JsonObject[]): { readonly resource_type?: string } {
  const kind = seeds.find(({ urls }) => urls !== undefined)?.['resource_type'];
  return typeof kind === 'string' ? { resource_type: kind } : {};
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

interface AskedAs {
  readonly method: string;
  readonly resourceType: string;
  readonly priority: number;
  /** Of the run whose list of changes it is part of: the next run asks anew. */
  readonly launchedAt?: string | null;
}

/** An item of a request; of two with the same address, what is sent and when tells them apart. */
export function requestItem({ url, body }: RequestParts, asked: AskedAs): DiscoveredItem {
  const { method, resourceType, priority, launchedAt = null } = asked;
  const item = httpItem(url, resourceType, priority);
  if (method === 'GET' && launchedAt === null) return item;
  const hash = sha256(body ?? '').slice(0, 32);
  const marks = [...(method === 'GET' ? [] : [hash]), ...(launchedAt === null ? [] : [launchedAt])];
  return {
    ...item,
    resourceId: [shortId(url, 430), ...marks].join('#'),
    requestMethod: method,
    requestBody: body,
  };
}

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

/** Of settings that were read once, for all the pages of their source. */
const droppedBySettings = new WeakMap<HttpSettings, readonly string[]>();

/** A key that a server writes into its links is not theirs: it is sent where it belongs. */
export function droppedOf(settings: HttpSettings): readonly string[] {
  const known = droppedBySettings.get(settings);
  if (known) return known;
  const { discovery, site, authentication } = settings;
  const dropped = [
    ...discovery.drop_parameters,
    ...(site.drop_tracking ? trackingParameters : []),
    ...(site.drop_sessions ? sessionParameters : []),
    ...credentialParameters(authentication),
  ];
  droppedBySettings.set(settings, dropped);
  return dropped;
}
