/** Which requests a page makes by itself: they do not keep a session from ending (`lib/access/sessions.ts`). */
import { personHeader } from '#app/ui/ended-session.ts';

type Headers = Readonly<Record<string, string | readonly string[] | undefined>>;

const polls = ['/api/live', '/api/events', '/api/auth', '/api/health'];
const prefetches = ['next-router-prefetch', 'next-router-segment-prefetch', 'purpose'];

/**
 * Polls, unless the page says that its person did something since the last one; links fetched ahead; and pages that
 * refresh themselves: what a router asks for is then the page it is on. `headers` in lower case, as they came:
 * Next hides its own from pages.
 */
export function isBackground(method: string, url: string, headers: Headers): boolean {
  if (method !== 'GET' && method !== 'HEAD') return false;
  const { pathname } = withoutRouterKey(url) ?? { pathname: '' };
  if (polls.some((path) => pathname === path || pathname.startsWith(`${path}/`))) {
    return headers[personHeader] === undefined;
  }
  if (prefetches.some((name) => headers[name] !== undefined)) return true;
  const from = headers['referer'];
  if (headers['rsc'] === undefined || typeof from !== 'string') return false;
  const asked = withoutRouterKey(url);
  const shown = withoutRouterKey(from);
  return asked?.pathname === shown?.pathname && asked?.search === shown?.search;
}

function withoutRouterKey(address: string): URL | null {
  const url = URL.parse(address, 'http://console.invalid');
  url?.searchParams.delete('_rsc');
  return url;
}
