/** What was sent and what came back in a test fetch, as it may be shown. */
import type { HttpClient, HttpRequest, HttpResponse } from '#lib/egress/http-client.ts';
import { mediaTypeOf, textOf } from '#lib/source-types/body.ts';
import { maskedHeaders } from '#lib/source-types/exchange.ts';
import type { FetchOutcome } from '#lib/source-types/source-type.ts';
import type { TestFetch } from './test-source.ts';

const excerptLength = 64 * 1024;

interface RecordedExchange {
  readonly request: HttpRequest;
  readonly response: HttpResponse | null;
}

/** The same client, remembering its latest exchange. */
export function recording(http: HttpClient) {
  let last: RecordedExchange | null = null;
  let count = 0;
  const client: HttpClient = {
    ...(http.userAgent === undefined ? {} : { userAgent: http.userAgent }),
    async request(request) {
      count += 1;
      last = { request, response: null };
      const response = await http.request(request);
      last = { request, response };
      return response;
    },
    close: () => http.close(),
  };
  return { client, last: () => last as RecordedExchange | null, count: () => count };
}

/** From the wire where there was one; the test source has none, so its facts and payload stand in. */
export function exchangeOf(
  last: RecordedExchange | null,
  outcome: FetchOutcome,
): Pick<TestFetch, 'request' | 'response'> {
  if (!last) return exchangeOfFacts(outcome);
  const { request, response } = last;
  return {
    request: {
      method: request.method ?? 'GET',
      url: request.url,
      headers: maskedHeaders(request.headers ?? {}),
    },
    response: response && {
      status: response.status,
      headers: maskedHeaders(response.headers),
      finalUrl: response.finalUrl,
      durationMs: Math.round(response.timings.totalMs),
      bytes: response.bytes,
      contentType: mediaTypeOf(response),
      ...excerptOf(textOf(response)),
    },
  };
}

function exchangeOfFacts(outcome: FetchOutcome): Pick<TestFetch, 'request' | 'response'> {
  const { facts } = outcome;
  // Nothing was asked for it.
  if (!facts || facts.statusCode === null) return { request: null, response: null };
  const text = outcome.kind === 'fetched' ? JSON.stringify(outcome.payload, null, 2) : '';
  return {
    request: { method: facts.requestMethod, url: facts.requestUri, headers: facts.requestHeaders },
    response: {
      status: facts.statusCode,
      headers: facts.responseHeaders,
      finalUrl: facts.requestUri,
      durationMs: facts.durationMs,
      bytes: Buffer.byteLength(text),
      contentType: mediaTypeOf({ headers: facts.responseHeaders }),
      ...excerptOf(text),
    },
  };
}

const excerptOf = (text: string) => ({
  excerpt: text.slice(0, excerptLength),
  truncated: text.length > excerptLength,
});
