/** Ways within this console, out of what strangers write as one. */

/** One slash first: two, or a backslash, begin the name of a host. */
const startsAtRoot = (path: string) => /^\/(?![/\\])/.test(path);

/**
 * Where to go after signing in: a path of this console, or the first page. Anything that a browser
 * could read as another host is refused, as it is written and as it is once its dots are resolved.
 */
export function localPath(next: unknown): string {
  if (typeof next !== 'string' || !startsAtRoot(next)) return '/';
  const base = 'http://console.invalid';
  if (!URL.canParse(next, base)) return '/';
  const { origin, pathname, search } = new URL(next, base);
  return origin === base && startsAtRoot(pathname) ? `${pathname}${search}` : '/';
}

/** next-auth passes on where the person was going as a whole address; only its path is taken. */
export function pathOfAddress(address: unknown): string | undefined {
  if (typeof address !== 'string' || !URL.canParse(address)) return undefined;
  const { pathname, search } = new URL(address);
  return `${pathname}${search}`;
}

/** The same for what next-auth is given as the way, a whole address of this console among it. */
export function ownAddress(url: string, baseUrl: string): string {
  const isOwn = URL.canParse(url) && new URL(url).origin === new URL(baseUrl).origin;
  return `${baseUrl}${localPath(isOwn ? pathOfAddress(url) : url)}`;
}
