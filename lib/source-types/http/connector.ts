/** Fetches one address: conditional requests, robots.txt, JSON or text by what was sent. */
import type { HttpClient } from '#lib/egress/http-client.ts';
import { askRobots, createRobotsMemory, type RobotsCache } from '#lib/egress/robots.ts';
import { describeUrl } from '#lib/egress/url.ts';
import type { JsonValue } from '#lib/json.ts';
import type { WorkItem } from '#lib/work-items/model.ts';
import { beginningOf, jsonOf, mediaTypeOf, textOf } from '../body.ts';
import { type Exchange, failed, failureOfStatus, guarded } from '../exchange.ts';
import type { FetchContext, FetchOutcome } from '../source-type.ts';
import type { HttpSettings } from './settings.ts';

type HttpItem = Pick<
  WorkItem,
  'requestUri' | 'requestMethod' | 'requestHeaders' | 'requestBody' | 'etag' | 'lastModified'
>;

export function fetchOverHttp(
  item: HttpItem,
  context: FetchContext<HttpSettings>,
): Promise<FetchOutcome> {
  return guarded(context, async (exchange) => {
    const { settings, secrets } = context;
    const userAgent = settings.user_agent ?? null;
    const barred = await barredByRobots(item, context, exchange, userAgent);
    if (barred) return barred;
    const isTrusted = originsOfSecrets(settings).includes(new URL(item.requestUri).origin);
    const authorization = isTrusted ? secrets['authorization'] : undefined;
    const response = await exchange.ask(item.requestUri, {
      method: item.requestMethod,
      body: item.requestBody,
      headers: {
        accept: settings.response === 'json' ? 'application/json' : '*/*',
        ...lowerCased(settings.headers),
        ...lowerCased(item.requestHeaders ?? {}),
        ...(userAgent === null ? {} : { 'user-agent': userAgent }),
        ...(authorization ? { authorization } : {}),
        ...condition(item),
      },
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
    const refused = failureOfStatus(exchange, response);
    if (refused) return refused;
    const text = textOf(response);
    const mediaType = mediaTypeOf(response);
    const asJson =
      settings.response === 'json' || (settings.response === 'auto' && isJson(mediaType));
    if (asJson) {
      const payload = jsonOf(text);
      if (payload === undefined) {
        const message = `The answer (${mediaType || 'no content type'}) is not valid JSON; it begins "${beginningOf(text)}".`;
        return failed(exchange, 'payload_invalid', message);
      }
      return fetched(exchange, payload, null, mediaType || 'application/json', payload, validators);
    }
    const payload = { content_type: mediaType, url: response.finalUrl, text };
    return fetched(exchange, payload, text, mediaType || 'text/plain', text, validators);
  });
}

function fetched(
  exchange: Exchange,
  payload: JsonValue,
  text: string | null,
  contentType: string,
  projection: JsonValue,
  validators: { etag: string | null; lastModified: string | null; revision: null },
): FetchOutcome {
  return {
    kind: 'fetched',
    facts: exchange.answered(),
    payload,
    text,
    contentType,
    projection,
    validators,
  };
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

/** An API that was declared as JSON is not a site for crawlers: its robots.txt is not asked. */
async function barredByRobots(
  item: HttpItem,
  context: FetchContext<HttpSettings>,
  exchange: Exchange,
  userAgent: string | null,
): Promise<FetchOutcome | null> {
  const { settings, http, signal, politePause } = context;
  if (!settings.respect_robots || settings.response === 'json') return null;
  const verdict = await askRobots({
    http,
    cache: context.robots ?? memoryOf(http),
    url: item.requestUri,
    userAgent: userAgent ?? http.userAgent ?? 'HolocronIngest',
    timeoutMs: settings.timeout * 1000,
    signal,
    politePause,
  });
  if (verdict.kind === 'allowed') return null;
  return verdict.kind === 'disallowed'
    ? failed(
        exchange,
        'robots_disallowed',
        `robots.txt does not allow ${describeUrl(item.requestUri)}.`,
      )
    : failed(exchange, 'http_server_error', verdict.message);
}
