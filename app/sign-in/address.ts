/** What the address of the sign-in page carries: what failed, and where to go afterwards. */
import { refusalOfCode } from '#lib/access/provider.ts';
import type { PublicError } from '#lib/errors/app-error.ts';

/** Words of next-auth for what went wrong between console and provider. */
const codes: Readonly<Record<string, string>> = {
  OAuthSignin: 'provider_unreachable',
  // The provider came back with an error of its own: access denied, most often.
  Callback: 'provider_cancelled',
};

/** What the sign-in page shows for `?error=`, one of our codes or a word of next-auth; null for none. */
export function failureOfAddress(
  error: string | readonly string[] | undefined,
): PublicError | null {
  if (typeof error !== 'string') return null;
  return refusalOfCode((Object.hasOwn(codes, error) ? codes[error] : undefined) ?? error);
}

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
