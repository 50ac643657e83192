/** Fetches one address: conditional requests, robots.txt, JSON, text or a sitemap by what was sent. */
import type { HttpResponse } from '#lib/egress/http-client.ts';
import type { Validators, WorkItem } from '#lib/queue/model.ts';
import type { FetchContext, FetchOutcome } from '../source-type.ts';
import { otherName, sameHost } from '../web/addresses.ts';
import { askSignedIn } from '../web/authentication.ts';
import { beginningOf, mediaTypeOf } from '../web/body.ts';
import { type Exchange, failed, fetchedJson, guarded } from '../web/exchange.ts';
import { conditionOf, validatorsOf } from '../web/headers.ts';
import { canonicalOf, decodeBody, readJson } from '../web/heavy-reading.ts';
import { refusalOf } from '../web/refusals.ts';
import { obeyRobots } from '../web/robots.ts';
import { httpItem, withChange } from './seeding.ts';
import { type HttpSettings, sitemapType } from './settings.ts';
import { maxSitemapBytes, readSitemap } from './sitemap.ts';

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
    const obey = async (url: string) => {
      // An API that was declared as JSON is not a site for crawlers: its robots.txt does not apply.
      if (settings.respect_robots && settings.response !== 'json') {
        await obeyRobots(url, item, context);
      }
    };
    await obey(item.requestUri);
    const ask = (headers: Record<string, string>) => {
      const options = {
        method: item.requestMethod,
        body: item.requestBody,
        headers,
        beforeRedirect: (next: URL) => obey(next.href),
        ...(item.resourceType === sitemapType ? { maxBytes: maxSitemapBytes } : {}),
      };
      return askSignedIn(exchange, item.requestUri, options, context);
    };
    const headers = headersOf(item, context);
    const condition = conditionOf(item);
    const isConditional = Object.keys(condition).length > 0;
    const first = await ask({ ...headers, ...condition });
    // Nothing is here that it could stand for: a cache on the way compared with a copy of somebody else's.
    const response =
      first.status === 304 && !isConditional ? await ask(withoutConditions(headers)) : first;
    const validators = validatorsOf(response, item);
    if (response.status === 304 && isConditional) {
      return { kind: 'unchanged', facts: exchange.answered(), validators };
    }
    const refused = refusalOf(exchange, response);
    if (refused) return refused;
    if (item.resourceType === sitemapType) return sitemapOf(response, exchange, validators);

    const mediaType = mediaTypeOf(response);
    if (response.status === 204) return emptyAnswer(response, mediaType, exchange, validators);
    const { text, charset } = await decodeBody(response);
    const asJson =
      settings.response === 'json' || (settings.response === 'auto' && isJson(mediaType));
    if (asJson) {
      const payload = await readJson(text);
      if (payload === undefined) {
        const message = `The response (${mediaType || 'no content type'}) is not valid JSON; it begins "${beginningOf(text)}".`;
        return failed(exchange, 'payload_invalid', message);
      }
      const contentType = mediaType || 'application/json';
      return fetchedJson(exchange.answered(), payload, { validators, contentType });
    }
    const alias = aliasOf(item, response, await nameIn(text, mediaType, settings), settings);
    if (alias) {
      const { because, url } = alias.name;
      const facts = exchange.answered({ alias_of: url, alias_by: because });
      return { kind: 'alias', facts, canonical: alias.canonical };
    }
    const payload = { content_type: mediaType, url: response.finalUrl, text };
    const contentType = mediaType || 'text/plain';
    const facts = exchange.answered({ charset });
    return { kind: 'fetched', facts, payload, text, contentType, projection: text, validators };
  });
}

function headersOf(
  item: HttpItem,
  { settings }: FetchContext<HttpSettings>,
): Record<string, string> {
  const userAgent = settings.user_agent ?? null;
  return {
    accept: settings.response === 'json' ? 'application/json' : '*/*',
    ...lowerCased(settings.headers),
    ...lowerCased(item.requestHeaders ?? {}),
    ...(userAgent === null ? {} : { 'user-agent': userAgent }),
  };
}

const withoutConditions = (headers: Readonly<Record<string, string>>): Record<string, string> => ({
  ...Object.fromEntries(Object.entries(headers).filter(([name]) => !name.startsWith('if-'))),
  'cache-control': 'no-cache',
});

/** 204: that there is nothing is the answer, and is kept as one. */
const emptyAnswer = (
  { finalUrl }: HttpResponse,
  mediaType: string,
  exchange: Exchange,
  validators: Validators,
): FetchOutcome => ({
  kind: 'fetched',
  facts: exchange.answered(),
  payload: { content_type: mediaType, url: finalUrl, text: '' },
  text: '',
  contentType: mediaType || 'text/plain',
  projection: '',
  validators,
});

async function sitemapOf(
  response: HttpResponse,
  exchange: Exchange,
  validators: Validators,
): Promise<FetchOutcome> {
  const payload = await readSitemap(response.body);
  if (payload === null) {
    const beginning = new TextDecoder().decode(response.body.subarray(0, 1000));
    const message = `The response is not a sitemap; it begins "${beginningOf(beginning)}".`;
    return failed(exchange, 'payload_invalid', message);
  }
  return fetchedJson(exchange.answered(), payload, { validators });
}

/** What a page calls itself; null for what is no page, and where nobody asks. */
const nameIn = async (text: string, mediaType: string, settings: HttpSettings) =>
  settings.one_address && /html/.test(mediaType) ? canonicalOf(text) : null;

/** A page that has another address; the target of such a name is not sent on any further. */
function aliasOf(
  item: HttpItem,
  response: HttpResponse,
  named: string | null,
  settings: HttpSettings,
) {
  if (!settings.one_address || item.requestMethod !== 'GET') return null;
  if (item.metadata?.['canonical'] === true) return null;
  const name = otherName(item.requestUri, response, named);
  if (!name) return null;
  const leaves = !sameHost(name.url, item.requestUri);
  // The source's rules bind as they do for links; what a person named is followed wherever it leads.
  const follow = !leaves || item.depth === 0 || !settings.discovery.same_host;
  const said = item.metadata?.['changed_at'];
  const target = withChange(
    httpItem(name.url, item.resourceType, item.priority),
    typeof said === 'string' ? said : null,
  );
  const canonical = follow
    ? { ...target, metadata: { ...item.metadata, canonical: true }, isHop: false }
    : null;
  return { name, canonical };
}

const isJson = (mediaType: string): boolean =>
  /(^|[/+])json$/.test(mediaType) || mediaType === 'text/json';

const lowerCased = (headers: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
