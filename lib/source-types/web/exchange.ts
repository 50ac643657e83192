/** The requests of one fetch: polite pauses between them, their facts, and how failures end. */

import type { Credential } from '#lib/egress/credential.ts';
import type { HttpResponse, RedirectAnswer } from '#lib/egress/http-client.ts';
import { AppError } from '#lib/errors/app-error.ts';
import type { ErrorCode } from '#lib/errors/codes.ts';
import type { JsonObject, JsonValue } from '#lib/json.ts';
import { JsonText } from '#lib/json-text.ts';
import { failingAnswer } from '#lib/queue/finish/failing-answers.ts';
import type { FailingAnswer, Validators } from '#lib/queue/model.ts';
import { redacted, redactHeaders } from '#lib/redact-secrets.ts';
import type {
  CommonSettings,
  FetchContext,
  FetchFacts,
  FetchOutcome,
  Received,
  StoredAnswer,
} from '../source-type.ts';
import { budgetOf, noValidators } from './headers.ts';

export interface AskOptions {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | null;
  readonly credential?: Credential | undefined;
  /** Default: the HTTP client's. */
  readonly maxBytes?: number;
  /** See `HttpRequest`. */
  readonly beforeRedirect?: (next: URL) => Promise<void>;
}

export interface Exchange {
  /** Sends one request, after the polite pause unless it is the first. Throws as HttpClient does. */
  ask(url: string, options?: AskOptions): Promise<HttpResponse>;
  /** Of all requests so far; null before the first response. `details` adds to the attempt's facts. */
  facts(details?: JsonObject): FetchFacts | null;
  /** The same when a response is known to exist. */
  answered(details?: JsonObject): FetchFacts;
  /** What all requests so far came to, as facts. */
  counts(): JsonObject;
  /** The body of the latest answer, of which a payload was made; for what is the only one of its answer. */
  received(): Received | undefined;
  /** The latest answer, as a failure keeps it; of a redirect that could not be followed, the redirect. */
  latest(): FailingAnswer | undefined;
  /** Whether the latest request asked for a part, by a header that an operator set. */
  askedForPart(): boolean;
}

export function openExchange(context: FetchContext<CommonSettings>): Exchange {
  let first: { url: string; method: string; headers: Record<string, string> } | null = null;
  let last: HttpResponse | null = null;
  /** Of the request under way, or the one that failed. */
  let redirected: RedirectAnswer | null = null;
  let forPart = false;
  let asked = 0;
  let bytes = 0;
  let wireBytes = 0;
  let durationMs = 0;
  let secretsRemoved = 0;

  const counts = (): JsonObject => ({
    total_ms: Math.round(durationMs),
    bytes,
    wire_bytes: wireBytes,
    requests: asked,
  });

  const facts = (details: JsonObject = {}): FetchFacts | null => {
    if (!first || !last) return null;
    const budget = budgetOf(last.headers);
    return {
      requestUri: first.url,
      requestMethod: first.method,
      requestHeaders: first.headers,
      statusCode: last.status,
      responseHeaders: redactHeaders(last.headers),
      durationMs: Math.round(durationMs),
      details: {
        final_url: last.finalUrl,
        redirects: last.redirects.map(({ status, url }) => ({ status, url })),
        remote_address: last.remoteAddress,
        http_version: last.httpVersion,
        connect_ms: Math.round(last.timings.connectMs),
        first_byte_ms: Math.round(last.timings.firstByteMs),
        ...counts(),
        ...(secretsRemoved > 0 ? { secrets_removed: secretsRemoved } : {}),
        ...(budget === null ? {} : { budget }),
        ...details,
      },
    };
  };

  return {
    async ask(url, { method = 'GET', headers = {}, body = null, ...limits } = {}) {
      if (asked > 0) await context.politePause();
      context.signal.throwIfAborted();
      first ??= { url, method, headers: shownHeaders(headers, limits.credential) };
      asked += 1;
      redirected = null;
      forPart = Object.keys(headers).some((name) => name.toLowerCase() === 'range');
      const response = await context.http.request({
        url,
        method,
        headers,
        body,
        timeoutMs: context.settings.timeout * 1000,
        signal: context.signal,
        onRedirect(answer) {
          redirected = answer;
        },
        ...limits,
      });
      last = response;
      redirected = null;
      bytes += response.bytes;
      wireBytes += response.wireBytes;
      durationMs += response.timings.totalMs;
      secretsRemoved += response.secretsRemoved ?? 0;
      return response;
    },
    facts,
    counts,
    received: () => (last === null ? undefined : { body: last.body, charset: null }),
    latest() {
      if (redirected !== null) {
        const { url, status: httpStatus, headers } = redirected;
        const nothing = { body: new Uint8Array(0), bodyBytes: 0 };
        return failingAnswer({ url, httpStatus, headers: redactHeaders(headers), ...nothing });
      }
      if (last === null) return undefined;
      const { finalUrl: url, status: httpStatus, headers, body, bytes: bodyBytes } = last;
      const answer = { url, httpStatus, headers: redactHeaders(headers), body, bodyBytes };
      return failingAnswer(answer);
    },
    askedForPart: () => forPart,
    answered(details) {
      const known = facts(details);
      if (!known) throw new Error('no request of this exchange was answered yet');
      return known;
    },
  };
}

/** The headers of a request as they may be stored: those of its credential by their names alone. */
const shownHeaders = (
  headers: Readonly<Record<string, string>>,
  credential: Credential | undefined,
): Record<string, string> => ({
  ...redactHeaders(headers),
  ...Object.fromEntries(Object.keys(credential?.headers ?? {}).map((name) => [name, redacted])),
});

export type Failure = Extract<FetchOutcome, { kind: 'error' }>;

/** An error outcome with the facts so far. */
export const failed = (
  exchange: Exchange,
  code: ErrorCode,
  message: string,
  retryAfter: number | null = null,
): Failure => ({
  kind: 'error',
  facts: exchange.facts(),
  code,
  message,
  retryAfterMs: retryAfter,
  answer: exchange.latest(),
});

/** Runs a fetch; what the HTTP client throws becomes an error outcome. */
export async function guarded(
  context: FetchContext<CommonSettings>,
  fetch: (exchange: Exchange) => Promise<FetchOutcome>,
): Promise<FetchOutcome> {
  const exchange = openExchange(context);
  try {
    return await fetch(exchange);
  } catch (error) {
    return failureOf(error, exchange, context);
  }
}

/**
 * What the HTTP client threw, as an outcome. An abort by the caller stays an exception: it says
 * nothing about the source.
 */
export function failureOf(
  error: unknown,
  exchange: Exchange,
  context: FetchContext<CommonSettings>,
): Failure {
  if (context.signal.aborted || !(error instanceof AppError)) throw error;
  return failed(exchange, error.code, error.message, error.retryAfterMs);
}

/** Whether something is a failure; what servers send has no `kind`. */
export const isFailure = (value: object): value is Failure =>
  'kind' in value && value.kind === 'error';

/** Whether a server that failed so is not to be asked any further now. */
export function stopsAsking({ code, retryAfterMs }: Failure): boolean {
  const unreachable = code.startsWith('egress_') && code !== 'egress_too_large';
  return unreachable || retryAfterMs !== null || code === 'http_rate_limited' || code === 'blocked';
}

/** The outcome of JSON that was fetched; without a projection all of it counts as content. */
export function fetchedJson(
  facts: FetchFacts,
  payload: JsonValue | JsonText,
  {
    projection,
    validators = noValidators,
    contentType = 'application/json',
    received,
  }: {
    readonly projection?: JsonValue;
    readonly validators?: Validators;
    readonly contentType?: string;
    readonly received?: Received | undefined;
  } = {},
): Extract<FetchOutcome, { kind: 'fetched' }> {
  const known = {
    kind: 'fetched',
    facts,
    text: null,
    contentType,
    validators,
    ...(received ? { received } : {}),
  } as const;
  if (!(payload instanceof JsonText))
    return { ...known, payload, projection: projection ?? payload };
  const { value = null } = payload;
  return { ...known, payload: value, projection: projection ?? value, json: payload };
}

/** Names this crawler when a source has no user agent of its own and must name a contact. */
const product = 'HolocronIngest/0.1';

/**
 * The headers of a request for JSON to an API that wants to know whom it can reach: the contact is added to
 * the user agent that does not name it already. Without either the deployment's own user agent stands.
 */
export function jsonRequestHeaders({
  user_agent: userAgent,
  email: contact,
}: {
  readonly user_agent?: string | undefined;
  readonly email?: string | undefined;
}): Record<string, string> {
  const isNamed = contact === undefined || userAgent?.includes(contact);
  const name = isNamed ? userAgent : `${userAgent ?? product} (${contact})`;
  return { accept: 'application/json', ...(name === undefined ? {} : { 'user-agent': name }) };
}

/**
 * Facts of an item that was taken out of the stored answer to another one: no request was sent for itself.
 * @param from the name under which the details say of which answer
 */
export const storedFacts = (
  { requestUri, statusCode, fetchedAt }: StoredAnswer,
  from: 'from_feed' | 'from_list',
): FetchFacts => ({
  requestUri,
  requestMethod: 'GET',
  requestHeaders: {},
  statusCode,
  responseHeaders: {},
  durationMs: 0,
  details: { [from]: requestUri, fetched_at: fetchedAt, requests: 0 },
});
