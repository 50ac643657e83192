/** Fetches one address: conditional requests, robots.txt, JSON, text or a sitemap by what was sent. */
import type { HttpClient, HttpResponse } from '#lib/egress/http-client.ts';
import { askRobots, createRobotsMemory, type RobotsCache } from '#lib/egress/robots.ts';
import { describeUrl } from '#lib/egress/url.ts';
import { AppError } from '#lib/errors/app-error.ts';
import { type JsonValue, parseJson } from '#lib/json.ts';
import type { WorkItem } from '#lib/queue/model.ts';
import { beginningOf, decode, mediaTypeOf } from '../body.ts';
import { challengeIn } from '../challenge.ts';
import { type Exchange, failed, failureOfStatus, guarded } from '../exchange.ts';
import type { FetchContext, FetchOutcome } from '../source-type.ts';
import { otherName } from './canonical.ts';
import { httpItem, sameHost } from './seeding.ts';
import { type HttpSettings, sitemapType } from './settings.ts';
import { maxSitemapBytes, parseSitemap, sitemapPayload, unpacked } from './sitemap.ts';

type HttpItem = Pick<
  WorkItem,
  | 'requestUri'
  | 'requestMethod'
  | 'requestHeaders'
  | 'requestBody'
  | 'resourceType'
  | 'priority'
  | 'metadata'
  | 'depth'
  | 'etag'
  | 'lastModified'
>;

export function fetchOverHttp(
  item: HttpItem,
  context: FetchContext<HttpSettings>,
): Promise<FetchOutcome> {
  return guarded(context, async (exchange) => {
    const { settings } = context;
    await obeyRobots(item.requestUri, item, context);
    const response = await exchange.ask(item.requestUri, {
      method: item.requestMethod,
      body: item.requestBody,
      headers: headersOf(item, context),
      beforeRedirect: (next) => obeyRobots(next.href, item, context),
      ...(item.resourceType === sitemapType ? { maxBytes: maxSitemapBytes } : {}),
    });
    const validators = {
      etag: response.headers['etag'] ?? null,
      lastModified: response.headers['last-modified'] ?? null,
      revision: null,
    };
    if (response.status === 304) {
      return {
        kind: 'unchanged',
        facts: exchange.answered(),
        validators: {
          ...validators,
          etag: validators.etag ?? item.etag,
          lastModified: validators.lastModified ?? item.lastModified,
        },
      };
    }
    const challenge = challengeIn(response);
    if (challenge !== null) return failed(exchange, 'blocked', challenge);
    const refused = failureOfStatus(exchange, response);
    if (refused) return refused;
    if (item.resourceType === sitemapType) return sitemapOf(response, exchange, validators);

    const { text, charset } = decode(response);
    const mediaType = mediaTypeOf(response);
    const asJson =
      settings.response === 'json' || (settings.response === 'auto' && isJson(mediaType));
    if (asJson) {
      const payload = parseJson(text);
      if (payload === undefined) {
        const message = `The answer (${mediaType || 'no content type'}) is not valid JSON; it begins "${beginningOf(text)}".`;
        return failed(exchange, 'payload_invalid', message);
      }
      const contentType = mediaType || 'application/json';
      return fetched(
        exchange,
        { payload, text: null, contentType, projection: payload },
        validators,
      );
    }
    const alias = aliasOf(item, response, /html/.test(mediaType) ? text : null, settings);
    if (alias) {
      const { because, url } = alias.name;
      const facts = exchange.answered({ alias_of: url, alias_by: because });
      return { kind: 'alias', facts, canonical: alias.canonical };
    }
    const payload = { content_type: mediaType, url: response.finalUrl, text };
    const contentType = mediaType || 'text/plain';
    return fetched(exchange, { payload, text, contentType, projection: text }, validators, charset);
  });
}

function headersOf(
  item: HttpItem,
  { settings, secrets }: FetchContext<HttpSettings>,
): Record<string, string> {
  const userAgent = settings.user_agent ?? null;
  const isTrusted = originsOfSecrets(settings).includes(new URL(item.requestUri).origin);
  const authorization = isTrusted ? secrets['authorization'] : undefined;
  return {
    accept: settings.response === 'json' ? 'application/json' : '*/*',
    ...lowerCased(settings.headers),
    ...lowerCased(item.requestHeaders ?? {}),
    ...(userAgent === null ? {} : { 'user-agent': userAgent }),
    ...(authorization ? { authorization } : {}),
    ...condition(item),
  };
}

type Validators = Extract<FetchOutcome, { kind: 'fetched' }>['validators'];

function fetched(
  exchange: Exchange,
  content: {
    readonly payload: JsonValue;
    readonly text: string | null;
    readonly contentType: string;
    readonly projection: JsonValue;
  },
  validators: Validators,
  charset?: string,
): FetchOutcome {
  const facts = exchange.answered(charset === undefined ? {} : { charset });
  return { kind: 'fetched', facts, ...content, validators };
}

function sitemapOf(
  response: HttpResponse,
  exchange: Exchange,
  validators: Validators,
): FetchOutcome {
  const { text } = decode({ headers: {}, body: unpacked(response.body) });
  const sitemap = parseSitemap(text);
  if (!sitemap) {
    const message = `The answer is not a sitemap; it begins "${beginningOf(text)}".`;
    return failed(exchange, 'payload_invalid', message);
  }
  const payload = sitemapPayload(sitemap);
  const contentType = 'application/json';
  return fetched(exchange, { payload, text: null, contentType, projection: payload }, validators);
}

/** A page that goes by another address; the target of such a name is not sent on any further. */
function aliasOf(
  item: HttpItem,
  response: HttpResponse,
  html: string | null,
  settings: HttpSettings,
) {
  if (!settings.one_address || item.requestMethod !== 'GET') return null;
  if (item.metadata?.['canonical'] === true) return null;
  const name = otherName(item.requestUri, response, html);
  if (!name) return null;
  const leaves = !sameHost(name.url, item.requestUri);
  // The source's rules bind as they do for links; what a person named is followed wherever it leads.
  const follow = !leaves || item.depth === 0 || !settings.discovery.same_host;
  const target = httpItem(name.url, item.resourceType, item.priority);
  const canonical = follow
    ? { ...target, metadata: { ...item.metadata, canonical: true }, isHop: false }
    : null;
  return { name, canonical };
}

const isJson = (mediaType: string): boolean =>
  /(^|[/+])json$/.test(mediaType) || mediaType === 'text/json';

const lowerCased = (headers: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));

/** If-None-Match where there is an ETag, else If-Modified-Since (RFC 9110, 13.1.3). */
function condition(item: HttpItem): Record<string, string> {
  if (item.etag !== null) return { 'if-none-match': item.etag };
  return item.lastModified === null ? {} : { 'if-modified-since': item.lastModified };
}

/** A secret is meant for one server; links and seeds may lead to any. */
export const originsOfSecrets = ({ base_url: base }: HttpSettings): string[] =>
  base === undefined ? [] : [new URL(base).origin];

/** One memory of robots.txt files per HTTP client, for callers that bring none. */
const memories = new WeakMap<HttpClient, RobotsCache>();

function memoryOf(http: HttpClient): RobotsCache {
  const known = memories.get(http) ?? createRobotsMemory();
  memories.set(http, known);
  return known;
}

/**
 * Of the item's address, and of those that redirects lead to. Throws `robots_disallowed`, and what makes
 * it wait while the file cannot be read. An API that was declared as JSON is not a site for crawlers: its
 * robots.txt is not asked.
 */
async function obeyRobots(
  url: string,
  item: HttpItem,
  context: FetchContext<HttpSettings>,
): Promise<void> {
  const { settings, http, signal, politePause } = context;
  if (!settings.respect_robots || settings.response === 'json') return;
  const verdict = await askRobots({
    http,
    cache: context.robots ?? memoryOf(http),
    url,
    userAgent: settings.user_agent ?? http.userAgent ?? 'HolocronIngest',
    timeoutMs: settings.timeout * 1000,
    signal,
    politePause,
  });
  const isThere = new URL(url).host !== new URL(item.requestUri).host;
  if (verdict.kind === 'allowed') {
    const keepDistance = isThere ? context.keepDistanceThere : context.keepDistance;
    return keepDistance?.(verdict.delayMs);
  }
  if (verdict.kind === 'unknown') {
    // The host that was asked is not to blame for another's.
    throw new AppError(isThere ? 'redirect_host_waits' : 'http_server_error', verdict.message);
  }
  throw new AppError('robots_disallowed', `robots.txt does not allow ${describeUrl(url)}.`);
}
