/** Fetches one address: conditional requests, robots.txt, JSON, text or a sitemap by what was sent. */
import type { HttpResponse } from '#lib/egress/http-client.ts';
import type { JsonText } from '#lib/json-text.ts';
import type { Validators, WorkItem } from '#lib/queue/model.ts';
import type { FetchContext, FetchOutcome } from '../source-type.ts';
import { askSignedIn } from '../web/authentication.ts';
import { beginningOf, isBinary, isPage, mediaTypeOf, readAs } from '../web/body.ts';
import {
  type Exchange,
  type Failure,
  failed,
  fetchedJson,
  guarded,
  isFailure,
} from '../web/exchange.ts';
import { conditionOf, validatorsOf } from '../web/headers.ts';
import { decodeBody, readJson } from '../web/heavy-reading.ts';
import { isJsonLines, type Lines, readJsonLines } from '../web/json-lines.ts';
import { unpackedFile } from '../web/packed-file.ts';
import { refusalOf } from '../web/refusals.ts';
import { obeyRobots } from '../web/robots.ts';
import { errorOf } from './api-errors.ts';
import { launchOf } from './changes.ts';
import { entriesThatLeft, readEntries } from './entries.ts';
import { judgeNames, type ReadPage } from './other-names.ts';
import { bodyType } from './request-parts.ts';
import { entryType, type HttpSettings, sitemapType } from './settings.ts';
import { isStoredType } from './site-rules.ts';
import { maxSitemapBytes, readSitemap } from './sitemap.ts';

type HttpItem = Pick<
  WorkItem,
  | 'requestUri'
  | 'requestMethod'
  | 'requestHeaders'
  | 'requestBody'
  | 'resourceType'
  | 'resourceId'
  | 'priority'
  | 'metadata'
  | 'depth'
  | 'etag'
  | 'lastModified'
  | 'revision'
  | 'contentHash'
  | 'claimedAt'
>;

/** An entry of a list as it is stored there; anything else by its address. */
export async function fetchHttpItem(
  item: HttpItem,
  context: FetchContext<HttpSettings>,
): Promise<FetchOutcome> {
  if (item.resourceType !== entryType) return fetchOverHttp(item, context);
  const [outcome] = await readEntries([item], context);
  if (outcome === undefined) throw new Error('an entry without an outcome');
  return outcome;
}

export function fetchOverHttp(
  item: HttpItem,
  context: FetchContext<HttpSettings>,
): Promise<FetchOutcome> {
  return guarded(context, async (exchange) => {
    const { settings } = context;
    const obey = async (url: string) => {
      // An API that was declared as JSON is not a site for crawlers: its robots.txt does not apply.
      if (settings.respect_robots && !isDeclaredJson(settings)) {
        await obeyRobots(url, item, context);
      }
    };
    await obey(item.requestUri);
    const beforeRedirect = (next: URL) => obey(next.href);
    const ask = (headers: Record<string, string>) => {
      const options = {
        method: item.requestMethod,
        body: item.requestBody,
        headers,
        beforeRedirect,
        ...(item.resourceType === sitemapType ? { maxBytes: maxSitemapBytes } : {}),
      };
      return askSignedIn(exchange, item.requestUri, options, context);
    };
    const headers = headersOf(item, context);
    const condition = item.requestMethod === 'GET' ? conditionOf(item) : {};
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

    const said = readAs(response, settings.read_as, isDeclaredJson(settings));
    const mediaType = mediaTypeOf(response);
    if (response.status === 204) return withoutText(response, mediaType, exchange, validators);
    const isStored = isStoredType(mediaType, settings.site);
    if (!isStored && !/html/.test(mediaType)) {
      const message = `The answer is ${mediaType}, which the source does not store.`;
      return failed(exchange, 'content_type_excluded', message);
    }
    const isData = isDeclaredJson(settings);
    const isText = isData || isJsonLines(mediaType) || !isBinary(said);
    if (!isText) return withoutText(response, mediaType, exchange, validators);
    const body = isData ? await unpackedFile(said.body) : said.body;
    const isPacked = body !== said.body;
    const { text, charset } = await decodeBody(isPacked ? { headers: {}, body } : said);
    if (isData || (settings.response === 'auto' && isJson(mediaType))) {
      const payload = await readAnyJson(text, mediaType, settings, exchange);
      if (isFailure(payload)) return payload;
      const wrong = await errorOf(payload, settings.errors);
      if (wrong !== null) {
        const code = settings.errors.retry ? 'api_busy' : 'api_error';
        return failed(exchange, code, `The answer says that it is an error: ${wrong}`);
      }
      const contentType = isPacked ? 'application/json' : mediaType || 'application/json';
      // It cannot be read again by a charset alone.
      const received = { body: response.body, charset: isPacked ? null : charset };
      const leadsTo = await entriesThatLeft(item, payload.text, context);
      const shape = { validators, contentType, received };
      const fetched = { ...fetchedJson(exchange.answered(), payload, shape), leadsTo };
      // The next run asks for its own list of changes; this one is history.
      return launchOf(item.metadata) === null ? fetched : { ...fetched, revisitMs: null };
    }
    const page = pageOf(response, text);
    const payload = { content_type: mediaType, url: response.finalUrl, text };
    const facts = exchange.answered({ charset });
    if (!isStored) {
      // What it leads to may be.
      const details = { ...facts.details, not_stored: mediaType };
      return { kind: 'alias', facts: { ...facts, details }, canonical: null, payload };
    }
    const name = await judgeNames(page, {
      item,
      sourceName: context.sourceName,
      settings,
      async ask(url) {
        await obey(url);
        const there = await askSignedIn(exchange, url, { headers, beforeRedirect }, context);
        return refusalOf(exchange, there) || there.status === 204
          ? null
          : readPage(readAs(there, settings.read_as));
      },
    });
    const told = { ...facts.details, ...exchange.counts() };
    if (name.kind === 'alias') {
      const details = { ...told, alias_of: name.url, alias_by: name.because };
      return { kind: 'alias', facts: { ...facts, details }, canonical: name.canonical, payload };
    }
    const contentType = mediaType || 'text/plain';
    const received = { body: response.body, charset };
    const extractsText = settings.site.extract_text && page.isHtml;
    const content = { payload, text, contentType, projection: text, received, extractsText };
    const fetched = { kind: 'fetched', ...content } as const;
    if (name.kind === 'own') return { ...fetched, facts: { ...facts, details: told }, validators };
    const details = { ...told, named: name.url, kept_because: name.because };
    return { ...fetched, facts: { ...facts, details }, validators, leadsTo: name.leadsTo };
  });
}

/** What is declared as JSON is an API and no site for crawlers, and whatever else comes is an error. */
const isDeclaredJson = ({ response }: HttpSettings) => response === 'json' || response === 'jsonl';

/** What some APIs put before their JSON, lest a browser runs it as a script (Gerrit, Google, AngularJS). */
const guard = /^\)\]\}'?,?[ \t]{0,9}\r?\n/;

async function readAnyJson(
  text: string,
  mediaType: string,
  { response }: HttpSettings,
  exchange: Exchange,
): Promise<JsonText | Failure> {
  const type = mediaType || 'no content type';
  const byLines = response === 'jsonl' || isJsonLines(mediaType);
  const lines: Lines = byLines
    ? await readJsonLines(text)
    : { kind: 'list', json: text.replace(guard, '') };
  if (lines.kind === 'fault') {
    const message = `Line ${lines.line} of the response (${type}) is not valid JSON; it begins "${beginningOf(lines.text)}".`;
    return failed(exchange, 'payload_invalid', message);
  }
  const payload = await readJson(lines.json);
  if (payload !== undefined) return payload;
  const message = `The response (${type}) is not valid JSON; it begins "${beginningOf(text)}".`;
  return failed(exchange, 'payload_invalid', message);
}

async function readPage(response: HttpResponse): Promise<ReadPage> {
  const { text } = await decodeBody(response);
  return pageOf(response, text);
}

const pageOf = (response: HttpResponse, text: string): ReadPage => ({
  response,
  text,
  isHtml: isPage({ content_type: mediaTypeOf(response), text }),
});

function headersOf(
  item: HttpItem,
  { settings }: FetchContext<HttpSettings>,
): Record<string, string> {
  const userAgent = settings.user_agent ?? null;
  return {
    accept: accepted[settings.response],
    ...(item.requestBody === null ? {} : { 'content-type': bodyType(item.requestBody) }),
    ...lowerCased(settings.headers),
    ...lowerCased(item.requestHeaders ?? {}),
    ...(userAgent === null ? {} : { 'user-agent': userAgent }),
  };
}

const accepted: Readonly<Record<HttpSettings['response'], string>> = {
  json: 'application/json',
  jsonl: 'application/jsonl, application/x-ndjson, */*;q=0.5',
  auto: '*/*',
  text: '*/*',
};

const withoutConditions = (headers: Readonly<Record<string, string>>): Record<string, string> => ({
  ...Object.fromEntries(Object.entries(headers).filter(([name]) => !name.startsWith('if-'))),
  'cache-control': 'no-cache',
});

/**
 * What has no text: a picture, a sound, an archive; and 204, where that there is nothing is the answer and is kept
 * as one.
 */
const withoutText = (
  { finalUrl, body }: HttpResponse,
  mediaType: string,
  exchange: Exchange,
  validators: Validators,
): FetchOutcome => ({
  kind: 'fetched',
  facts: exchange.answered(),
  payload: { content_type: mediaType, url: finalUrl, text: '' },
  text: '',
  contentType: mediaType || (body.byteLength === 0 ? 'text/plain' : 'application/octet-stream'),
  projection: '',
  validators,
  received: { body, charset: null },
});

async function sitemapOf(
  response: HttpResponse,
  exchange: Exchange,
  validators: Validators,
): Promise<FetchOutcome> {
  const payload = await readSitemap(response.body, response.finalUrl);
  if (payload === null) {
    const beginning = new TextDecoder().decode(response.body.subarray(0, 1000));
    const message = `The response is not a sitemap; it begins "${beginningOf(beginning)}".`;
    return failed(exchange, 'payload_invalid', message);
  }
  return fetchedJson(exchange.answered(), payload, {
    validators,
    received: exchange.received(),
  });
}

const isJson = (mediaType: string): boolean =>
  /(^|[/+])json$/.test(mediaType) || mediaType === 'text/json' || isJsonLines(mediaType);

const lowerCased = (headers: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
