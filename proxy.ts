/**
 * What every request passes first, behind `front-door.ts`: the content security policy with a fresh nonce, what is
 * refused unread (`refuse-request.ts`), and the way to the sign-in page. It only checks whether a
 * session cookie is there; whether it is good is checked where data is read (`requireActor`). A detail
 * page of an unknown id answers 404.
 */
import { type NextRequest, NextResponse } from 'next/server';
import { closedPolicy } from '#app/_server/door-headers.ts';
import { fileSecurityPolicy } from '#app/_server/file.ts';
import { mayBeKnown } from '#app/_server/known-page.ts';
import { isOfProgram, refusalOf } from '#app/_server/refuse-request.ts';
import { sessionCookie } from '#app/_server/session-cookies.ts';
import { addressHeader } from '#app/ui/ended-session.ts';
import { originOf, type RequestSettings } from '#lib/config/request-settings.ts';
import { getRuntime } from '#lib/runtime.ts';

const open = [
  '/sign-in',
  '/api/auth',
  '/api/health',
  '/metrics',
  '/api/v1',
  '/icon.svg',
  '/favicon.ico',
  '/apple-icon.png',
];

export async function proxy(request: NextRequest): Promise<NextResponse> {
  const { pathname, search } = request.nextUrl;
  const { method, headers: given } = request;
  const refused = refusalOf({ method, pathname, headers: given }, await settings());
  if (refused)
    return closed(NextResponse.json({ error: refused.error }, { status: refused.status }));
  const isOpen = open.some((path) => pathname === path || pathname.startsWith(`${path}/`));
  if (!isOpen && !hasCookie(request, sessionCookie())) {
    if (pathname.startsWith('/api/') && pathname !== '/api/docs') {
      return closed(
        NextResponse.json(
          {
            error: {
              code: 'not_signed_in',
              message: 'You are not signed in.',
              remedy: 'Sign in and try again.',
            },
          },
          { status: 401 },
        ),
      );
    }
    const target = request.nextUrl.clone();
    target.pathname = '/sign-in';
    target.search = pathname === '/' ? '' : `?next=${encodeURIComponent(pathname + search)}`;
    return closed(NextResponse.redirect(target));
  }
  const nonce = Buffer.from(crypto.getRandomValues(new Uint8Array(16))).toString('base64');
  const policy =
    isOfProgram(pathname) || isReceived(pathname)
      ? fileSecurityPolicy
      : contentSecurityPolicy(nonce);
  const headers = new Headers(request.headers);
  headers.set('x-nonce', nonce);
  headers.set(addressHeader, pathname + search);
  headers.set('content-security-policy', policy);
  // What a page's own code fetches is judged by its content; a document has a status.
  const isDocument = request.headers.get('sec-fetch-dest') !== 'empty';
  const status = isDocument && !(await mayBeKnown(pathname, request.cookies.getAll())) ? 404 : 200;
  const response = NextResponse.next({ request: { headers }, status });
  response.headers.set('content-security-policy', policy);
  return response;
}

/** What strangers sent, as a file; the policy that is set here goes before that of the route. */
const isReceived = (pathname: string): boolean => /^\/records\/[^/]+\/received$/.test(pathname);

/** Where even the settings cannot be read, nothing is trusted, and the page says why. */
const settings = (): Promise<RequestSettings> =>
  getRuntime().then(
    ({ config }) => config.requests,
    () => ({
      consoleOrigin: originOf(process.env['NEXTAUTH_URL']),
      trustedProxies: [],
      allowedHosts: [],
    }),
  );

/** An answer of this file itself, which is no page. */
function closed(response: NextResponse): NextResponse {
  response.headers.set('content-security-policy', closedPolicy);
  return response;
}

/** Large tokens are split over several cookies, `name.0`, `name.1`. */
function hasCookie(request: NextRequest, name: string): boolean {
  return request.cookies.has(name) || request.cookies.has(`${name}.0`);
}

function contentSecurityPolicy(nonce: string): string {
  // The development server evaluates code and injects style elements.
  const isDevelopment = process.env.NODE_ENV === 'development';
  return [
    "default-src 'self'",
    `script-src 'self' 'nonce-${nonce}' 'strict-dynamic'${isDevelopment ? " 'unsafe-eval'" : ''}`,
    isDevelopment ? "style-src 'self' 'unsafe-inline'" : `style-src 'self' 'nonce-${nonce}'`,
    // Widths of bars are style attributes; those cannot carry a nonce, nor load anything.
    "style-src-attr 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "font-src 'self'",
    "connect-src 'self'",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; ');
}

export const config = {
  matcher: ['/((?!_next/static|_next/image).*)'],
};
