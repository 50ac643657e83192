/**
 * Cookies along the redirects of one request, and no further: pages behind a consent or a sign-in answer with a cookie
 * and an address, and go round in a circle for whoever forgets it.
 */
import { domainToASCII } from 'node:url';

interface Cookie {
  readonly name: string;
  readonly value: string;
  /** Null = the very host that set it. */
  readonly domain: string | null;
  readonly host: string;
  readonly path: string;
  readonly isSecure: boolean;
}

/** What browsers hold of one site (RFC 6265, 6.1). */
const mostCookies = 50;
const longestCookie = 4096;

/** The cookies of one request (RFC 6265, without what lasts beyond it). */
export class RedirectCookies {
  readonly #cookies = new Map<string, Cookie>();

  /** Keeps what an answer of the address sets. */
  keep(url: URL, setCookie: string | readonly string[] | undefined): void {
    const lines = typeof setCookie === 'string' ? [setCookie] : (setCookie ?? []);
    for (const line of lines) {
      const cookie = cookieOf(url, line);
      if (!cookie) continue;
      const key = [cookie.name, cookie.domain ?? cookie.host, cookie.path].join(' ');
      this.#cookies.delete(key);
      if (cookie.value !== '' && this.#cookies.size < mostCookies) this.#cookies.set(key, cookie);
    }
  }

  /** The header for a hop to the address, after what the request itself says there; none where nothing was set. */
  headersFor(url: URL, own: string | undefined): Readonly<Record<string, string>> {
    if (this.#cookies.size === 0) return {};
    const set = [...this.#cookies.values()]
      .filter((cookie) => belongsTo(cookie, url))
      .map(({ name, value }) => `${name}=${value}`);
    if (set.length === 0) return {};
    return { cookie: [...(own === undefined ? [] : [own]), ...set].join('; ') };
  }
}

function belongsTo({ domain, host, path, isSecure }: Cookie, url: URL): boolean {
  const isHost = domain === null ? url.hostname === host : isWithin(url.hostname, domain);
  const isPath = url.pathname === path || url.pathname.startsWith(path.replace(/\/?$/, '/'));
  return isHost && isPath && (!isSecure || url.protocol === 'https:');
}

const isWithin = (host: string, domain: string) => host === domain || host.endsWith(`.${domain}`);

function cookieOf(url: URL, line: string): Cookie | null {
  if (line.length > longestCookie) return null;
  const [pair = '', ...attributes] = line.split(';');
  const equals = pair.indexOf('=');
  const name = pair.slice(0, equals).trim();
  const value = pair.slice(equals + 1).trim();
  // Nothing that would end the header or begin another cookie.
  if (equals < 1 || !/^[\x21-\x7e]+$/.test(name) || !/^[\x20-\x7e]*$/.test(value)) return null;
  const said = new Map(
    attributes.map((attribute) => {
      const [key = '', ...rest] = attribute.split('=');
      return [key.trim().toLowerCase(), rest.join('=').trim()];
    }),
  );
  const asked = domainToASCII((said.get('domain') ?? '').replace(/^\./, '')).toLowerCase();
  // A whole top-level domain is nobody's; a foreign one is refused (RFC 6265, 5.3).
  if (asked !== '' && !isWithin(url.hostname, asked)) return null;
  const path = said.get('path') ?? '';
  return {
    name,
    value: isOver(said) ? '' : value,
    domain: asked === '' || !asked.includes('.') || isAddress(url.hostname) ? null : asked,
    host: url.hostname,
    path: path.startsWith('/') ? path : defaultPath(url.pathname),
    isSecure: said.has('secure'),
  };
}

/** Max-Age wins over Expires (RFC 6265, 5.3); what is no number is not there (5.2.2). */
function isOver(said: ReadonlyMap<string, string>): boolean {
  const maxAge = /^-?\d+$/.exec(said.get('max-age') ?? '')?.[0];
  if (maxAge !== undefined) return Number(maxAge) <= 0;
  return Date.parse(said.get('expires') ?? '') <= Date.now();
}

const isAddress = (host: string) => host.includes(':') || /^[\d.]+$/.test(host);

/** The directory of the path (RFC 6265, 5.1.4). */
const defaultPath = (path: string) => path.slice(0, Math.max(1, path.lastIndexOf('/')));
