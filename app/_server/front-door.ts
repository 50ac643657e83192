/**
 * What every connection passes before Next sees its request: the headers that belong on every answer, static files
 * included, and what only the connection knows, written into headers of the request: who is at its other end, and
 * whether a person made it. Whatever a client wrote there itself is overwritten.
 */
import { subscribe } from 'node:diagnostics_channel';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { isUnderTls, originOf } from '#lib/config/request-settings.ts';
import { isBackground } from './background.ts';
import {
  backgroundHeader,
  closedPolicy,
  methodHeader,
  peerHeader,
  refusedHeader,
} from './door-headers.ts';

/** Node publishes there before any handler of the server runs. */
const channel = 'http.server.request.start';

const methods = new Set(['GET', 'HEAD', 'OPTIONS', 'POST', 'PUT', 'PATCH', 'DELETE']);

const answerHeaders: Readonly<Record<string, string>> = {
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=()',
};
/** Browsers then ask by TLS only, for a year (RFC 6797). */
const transportSecurity = 'max-age=31536000; includeSubDomains';
// Next may load this more than once.
const memo = Symbol.for('holocron-ingest.front-door');

export function openFrontDoor(): void {
  const holder: typeof globalThis & { [memo]?: true } = globalThis;
  if (holder[memo]) return;
  holder[memo] = true;
  const hasTls = isUnderTls(originOf(process.env['NEXTAUTH_URL']));
  subscribe(channel, (message) => {
    // Documented as { request, response, socket, server }.
    const { request, response } = message as { request: IncomingMessage; response: ServerResponse };
    toOriginForm(request);
    for (const [name, value] of Object.entries(answerHeaders)) response.setHeader(name, value);
    if (hasTls) response.setHeader('strict-transport-security', transportSecurity);
    if (request.url?.startsWith('/_next/')) {
      response.setHeader('content-security-policy', closedPolicy);
    }
    if (request.method === 'POST' && request.url === '/api/auth/signout') {
      // What the browser has kept of pages of somebody who leaves.
      response.setHeader('clear-site-data', '"cache"');
    }
    markRequest(request);
  });
}

/**
 * Whoever takes the console for a proxy names a whole address (RFC 9112, 3.2.2). Of it the path counts, and its host instead
 * of the header's; Next would lead to it, wherever that is.
 */
function toOriginForm(request: IncomingMessage): void {
  const { url = '/' } = request;
  if (url.startsWith('/')) return;
  const target = URL.parse(url);
  const isWeb = target !== null && /^https?:$/.test(target.protocol);
  request.url = isWeb ? `${target.pathname}${target.search}` : '/';
  if (isWeb) request.headers.host = target.host;
}

function markRequest(request: IncomingMessage): void {
  const { headers, method = '', url = '' } = request;
  headers[peerHeader] = request.socket.remoteAddress ?? '';
  headers[methodHeader] = method;
  headers[backgroundHeader] = isBackground(method, url, headers) ? '1' : '';
  headers[refusedHeader] = methods.has(method) ? '' : 'method';
  if (methods.has(method)) return;
  // No Request of the fetch standard can be made of these: Next would answer 500. `proxy.ts` answers 405.
  request.method = 'GET';
  request.url = '/';
}
