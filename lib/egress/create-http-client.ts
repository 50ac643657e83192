/** The one HTTP client: guarded addresses, limits on time and size, redirects checked hop by hop. */
import { Agent, type Dispatcher } from 'undici';
import { AppError } from '#lib/errors/app-error.ts';
import { type AddressPolicy, createAddressPolicy } from './address-policy.ts';
import {
  type Credential,
  credentialHeaders,
  credentialPath,
  requirePrivacy,
  scrubbed,
  withoutCredential,
} from './credential.ts';
import { acceptEncoding } from './decompress.ts';
import { createGuardedConnector, type Lookup, refusedAddress } from './guarded-connect.ts';
import type { HttpClient, HttpRequest, HttpResponse } from './http-client.ts';
import { watchForCuts } from './http2-cuts.ts';
import { classifyFailure } from './network-errors.ts';
import { readBody, readFailure } from './read-body.ts';
import { RedirectCookies } from './redirect-cookies.ts';
import { addressIn, flattened } from './response-headers.ts';
import { retryAfterMs } from './retry-after.ts';
import { describeUrl, parseHttpUrl } from './url.ts';

export interface HttpClientSettings {
  /** CIDRs of private or local networks that may be reached. */
  readonly allow: readonly string[];
  /** Names of hosts that credentials are sent to without TLS; default none but this machine. */
  readonly plainHttpHosts?: readonly string[];
  /** For requests that name none of their own. */
  readonly userAgent: string;
  /** Default 10,000. */
  readonly connectTimeoutMs?: number;
  /** Until the headers of an answer are there; default 60,000. */
  readonly firstByteTimeoutMs?: number;
  /** For tests: the name service. */
  readonly lookup?: Lookup;
  /** For tests: the authority that vouches for servers, in PEM. */
  readonly ca?: string;
}

const defaultMaxBytes = 32 * 1024 * 1024;
const defaultMaxRedirects = 5;
const maxHeaderBytes = 64 * 1024;
const redirectStatuses = new Set([301, 302, 303, 307, 308]);
/** What may follow a redirect to another origin; anything else could be a credential. */
const harmlessHeaders = new Set([
  'accept',
  'accept-language',
  'if-modified-since',
  'if-none-match',
  'user-agent',
]);

/**
 * Nothing is taken from the environment's proxy settings: a proxy would connect where the address
 * guard forbids it.
 */
export function createHttpClient(settings: HttpClientSettings): HttpClient {
  watchForCuts();
  const policy = createAddressPolicy(settings.allow);
  const connector = createGuardedConnector(policy, {
    timeoutMs: settings.connectTimeoutMs ?? 10_000,
    ...(settings.lookup ? { lookup: settings.lookup } : {}),
    ...(settings.ca === undefined ? {} : { ca: settings.ca }),
  });
  const agent = new Agent({
    connect: connector.connect,
    headersTimeout: settings.firstByteTimeoutMs ?? 60_000,
    bodyTimeout: 60_000,
    maxHeaderSize: maxHeaderBytes,
    // The pages of one host share a connection where it speaks HTTP/2.
    allowH2: true,
    keepAliveTimeout: 10_000,
    keepAliveMaxTimeout: 60_000,
  });

  /** One hop; the body is not read yet. */
  function send(
    hop: Hop,
    signal: AbortSignal,
    credential: Credential | undefined,
    cookies: RedirectCookies,
  ) {
    checkLiteral(hop.url, policy);
    requirePrivacy(hop.url, credential, settings.plainHttpHosts ?? []);
    const proof = credentialHeaders(hop.url, credential);
    return agent.request({
      origin: hop.url.origin,
      path: credentialPath(hop.url, credential),
      // Any method name is allowed by HTTP; undici checks its form.
      method: hop.method as Dispatcher.HttpMethod,
      headers: {
        'user-agent': settings.userAgent,
        'accept-encoding': acceptEncoding,
        ...hop.headers,
        ...proof,
        ...cookies.headersFor(hop.url, proof['cookie'] ?? hop.headers['cookie']),
      },
      body: hop.body,
      signal,
    });
  }

  return {
    userAgent: settings.userAgent,
    async request(request) {
      const startedAt = performance.now();
      const maxBytes = request.maxBytes ?? defaultMaxBytes;
      const maxRedirects = request.maxRedirects ?? defaultMaxRedirects;
      const patience = startPatience(request.timeoutMs, request.signal);
      const { signal } = patience;
      const redirects: { status: number; url: string }[] = [];
      const { credential } = request;
      const cookies = new RedirectCookies();
      let hop = firstHop(request);
      try {
        while (true) {
          const response = await send(hop, signal, credential, cookies);
          const firstByteMs = performance.now() - startedAt - patience.pausedMs();
          const headers = flattened(response.headers);
          const location = addressIn(headers['location']);
          const next = redirectOf(hop, response.statusCode, location, credential);
          if (next) {
            cookies.keep(hop.url, response.headers['set-cookie']);
            // A small body is read to keep the connection; a large one is not waited for.
            await response.body.dump({ limit: 64 * 1024, signal }).catch(() => undefined);
            const { url } = hop;
            const clean = scrubbed({ headers, body: new Uint8Array(0) }, credential, url.href);
            request.onRedirect?.({
              url: url.href,
              status: response.statusCode,
              headers: clean.headers,
            });
            if (redirects.length === maxRedirects)
              throw tooManyRedirects(request.url, maxRedirects, next.url);
            redirects.push({ status: response.statusCode, url: next.url.href });
            const { beforeRedirect } = request;
            if (beforeRedirect)
              await patience.pause(() => beforeRedirect(next.url, retryAfterMs(headers)));
            hop = next;
            continue;
          }
          const bodyless =
            hop.method === 'HEAD' || response.statusCode === 204 || response.statusCode === 304;
          const encoding = bodyless ? undefined : codingsOf(headers);
          const read = isSuccess(response.statusCode) ? readBody : readFailure;
          const { body, wireBytes } = await read(response.body, {
            encoding,
            maxBytes,
            cutAt: request.cutAt ?? null,
            url: hop.url.href,
          });
          request.signal?.throwIfAborted();
          const connection = connector.connectionTo(hop.url.host);
          const clean = scrubbed({ headers, body }, credential, hop.url.href);
          const answer: HttpResponse = {
            status: response.statusCode,
            headers: clean.headers,
            body: clean.body,
            finalUrl: hop.url.href,
            redirects,
            remoteAddress: connection?.address ?? null,
            httpVersion: connection?.httpVersion ?? null,
            timings: {
              totalMs: performance.now() - startedAt - patience.pausedMs(),
              firstByteMs,
              connectMs: connection && connection.openedAt >= startedAt ? connection.tookMs : 0,
            },
            bytes: clean.body.byteLength,
            wireBytes,
            ...(clean.removed > 0 ? { secretsRemoved: clean.removed } : {}),
          };
          return answer;
        }
      } catch (error) {
        if (request.signal?.aborted) throw request.signal.reason;
        if (signal.aborted && !(error instanceof AppError))
          throw tooSlow(hop.url.href, request.timeoutMs);
        throw classifyFailure(error, hop.url.href);
      } finally {
        patience.end();
      }
    },
    takeCertificates: connector.takeCertificates,
    close: () => agent.destroy(),
  };
}

/** A time limit that stands still while somebody waits on purpose; it also ends with the caller's own signal. */
function startPatience(timeoutMs: number, outer: AbortSignal | undefined) {
  const controller = new AbortController();
  const passOn = () => controller.abort(outer?.reason);
  outer?.addEventListener('abort', passOn, { once: true });
  if (outer?.aborted) passOn();
  let leftMs = timeoutMs;
  let pausedMs = 0;
  let runningSince = performance.now();
  const start = () =>
    setTimeout(() => controller.abort(new DOMException('too slow', 'TimeoutError')), leftMs);
  let timer = start();
  return {
    signal: controller.signal,
    pausedMs: () => pausedMs,
    async pause(wait: () => Promise<void>) {
      clearTimeout(timer);
      const pausedAt = performance.now();
      leftMs = Math.max(0, leftMs - (pausedAt - runningSince));
      await wait();
      runningSince = performance.now();
      pausedMs += runningSince - pausedAt;
      timer = start();
    },
    end() {
      clearTimeout(timer);
      outer?.removeEventListener('abort', passOn);
    },
  };
}

/**
 * What is to be undone of a body, in the order it was done. Some servers name the coding of the content as one of the
 * transfer (RFC 9112, 7.2), which the client undoes but for the chunks.
 */
function codingsOf(headers: Readonly<Record<string, string>>): string | undefined {
  const { 'content-encoding': content, 'transfer-encoding': transfer = '' } = headers;
  const ofTransfer = transfer
    .slice(0, 1000)
    .split(',')
    .filter((one) => /^\s*(?:(?:x-)?gzip|deflate)\s*$/i.test(one));
  if (ofTransfer.length === 0) return content;
  return [...(content === undefined ? [] : [content]), ...ofTransfer].join(',');
}

const isSuccess = (status: number) => status >= 200 && status < 300;

interface Hop {
  readonly url: URL;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
}

function firstHop(request: HttpRequest): Hop {
  const headers = Object.entries(request.headers ?? {}).map(([name, value]) => [
    name.toLowerCase(),
    value,
  ]);
  return {
    url: withoutCredential(parseHttpUrl(request.url), request.credential),
    method: request.method?.toUpperCase() ?? 'GET',
    headers: Object.fromEntries(headers),
    body: request.body ?? null,
  };
}

/** The next hop of a redirect, or null when the answer is none. */
function redirectOf(
  hop: Hop,
  status: number,
  location: string | undefined,
  credential: Credential | undefined,
): Hop | null {
  if (!redirectStatuses.has(status) || location === undefined) return null;
  const target = URL.parse(location, hop.url)?.href ?? location;
  // A server that repeats the key in the address means itself; whoever else is named gets none.
  const url = withoutCredential(parseHttpUrl(target), credential);
  // 303 always, 301 and 302 by custom, turn into a GET without body (RFC 9110, 15.4).
  const asGet = status === 303 || (hop.method === 'POST' && (status === 301 || status === 302));
  const kept = Object.entries(hop.headers).filter(([name]) => {
    if (asGet && name.startsWith('content-')) return false;
    return url.origin === hop.url.origin || harmlessHeaders.has(name);
  });
  return {
    url,
    method: asGet && hop.method !== 'HEAD' ? 'GET' : hop.method,
    headers: Object.fromEntries(kept),
    body: asGet ? null : hop.body,
  };
}

/** No lookup happens for address literals, so they are judged by the URL itself. */
function checkLiteral(url: URL, policy: AddressPolicy): void {
  // The URL parser has written decimal, octal and hexadecimal IPv4 forms in dots already.
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const literal = host.includes(':') || /^\d+\.\d+\.\d+\.\d+$/.test(host);
  if (literal && !policy.allows(host)) throw refusedAddress(url.hostname);
}

const tooSlow = (url: string, timeoutMs: number): AppError =>
  new AppError('egress_timeout', `${describeUrl(url)} took longer than ${timeoutMs / 1000} s.`);

const tooManyRedirects = (url: string, limit: number, next: URL): AppError =>
  new AppError(
    'egress_too_many_redirects',
    limit === 0
      ? `${describeUrl(url)} redirects to ${describeUrl(next.href)}, which is not followed with a secret.`
      : `${describeUrl(url)} redirects more than ${limit} times.`,
  );
