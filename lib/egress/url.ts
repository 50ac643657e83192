/** URLs as they may leave the process, and how they are shown. */
import { AppError } from '#lib/errors/app-error.ts';

/** Throws `egress_url_invalid` unless it is an absolute http or https URL without credentials. */
export function parseHttpUrl(text: string): URL {
  const url = URL.parse(text);
  if (!url) throw new AppError('egress_url_invalid', `"${shorten(text)}" is not an absolute URL.`);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw new AppError(
      'egress_url_invalid',
      `${describeUrl(text)} has the scheme ${url.protocol.slice(0, -1)}; only http and https are fetched.`,
    );
  }
  if (url.username !== '' || url.password !== '') {
    throw new AppError(
      'egress_url_invalid',
      `${describeUrl(text)} carries a user name or password in the address.`,
    );
  }
  return url;
}

/** Hosts by the beginning of their addresses, which alone tells them: the host of each link is asked for several times. */
const hosts = new Map<string, string | null>();
const mostHosts = 1_000;
const beginning = /^https?:\/\/[^/?#\\]+/i;

/**
 * The host of a URL, which is asked politely: `host[:port]` in lower case, without a default port and without the dot of
 * its root, which names no other host; null when there is none.
 */
export function hostOf(url: string): string | null {
  const start = beginning.exec(url)?.[0];
  if (start === undefined) return hostIn(url);
  let host = hosts.get(start);
  if (host === undefined) {
    host = hostIn(start);
    if (hosts.size >= mostHosts) hosts.clear();
    hosts.set(start, host);
  }
  return host;
}

function hostIn(url: string): string | null {
  const host = URL.parse(url)?.host.replace(/\.(?=:\d|$)/, '') ?? '';
  return host === '' ? null : host.toLowerCase();
}

/** For messages: without credentials, query and fragment, at most 200 characters. */
export function describeUrl(url: string): string {
  const parsed = URL.parse(url);
  return shorten(parsed ? `${parsed.protocol}//${parsed.host}${parsed.pathname}` : url);
}

/** For messages: at most 200 characters. */
export const shorten = (text: string) => (text.length > 200 ? `${text.slice(0, 199)}…` : text);
