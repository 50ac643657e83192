/** Whether a request that changes something comes from a page of this console. */
import { isTrusted } from '#lib/access/client-address.ts';
import type { RequestSettings } from '#lib/config/request-settings.ts';
import { isUnderTls } from '#lib/config/request-settings.ts';
import { peerHeader } from './door-headers.ts';

const safeMethods = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * Next refuses a foreign Origin for server actions but lets a missing one pass, and compares no scheme. Here the Origin
 * must be there and be ours, scheme and port included, and Sec-Fetch-Site must not deny it. Browsers send both with
 * every such request, and a page cannot forge either.
 */
export function isSameOrigin(method: string, headers: Headers, settings: RequestSettings): boolean {
  if (safeMethods.has(method)) return true;
  const origin = headers.get('origin');
  const site = headers.get('sec-fetch-site');
  if (origin === null || (site !== null && site !== 'same-origin')) return false;
  return ownOrigins(headers, settings).includes(origin);
}

/**
 * The address that was configured, and the one that was asked for: by this server's own name, without TLS, or by what a
 * trusted proxy in front says. Where the console is served under TLS, pages without it are another's.
 */
function ownOrigins(headers: Headers, settings: RequestSettings): string[] {
  const { consoleOrigin, trustedProxies } = settings;
  const host = headers.get('host');
  const asked = [`http://${host}`];
  if (isTrusted(headers.get(peerHeader), trustedProxies)) {
    const proto = headers.get('x-forwarded-proto') ?? 'http';
    asked.push(`${proto}://${headers.get('x-forwarded-host') ?? host}`);
  }
  const known = isUnderTls(consoleOrigin) ? asked.filter(isUnderTls) : asked;
  return consoleOrigin === null ? known : [consoleOrigin, ...known];
}

/** Whether this is a name the console may be asked by; any, where none are configured. */
export function isAllowedHost(headers: Headers, settings: RequestSettings): boolean {
  const { allowedHosts, consoleOrigin } = settings;
  if (allowedHosts.length === 0) return true;
  const name = hostName(`http://${headers.get('host')}`);
  const own = consoleOrigin === null ? null : hostName(consoleOrigin);
  return name !== null && (name === own || allowedHosts.includes(name));
}

const hostName = (origin: string): string | null => URL.parse(origin)?.hostname ?? null;
