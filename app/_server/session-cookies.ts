/** The names of next-auth's cookies. Under TLS they are bound to this very host (`__Host-`, RFC 6265bis 4.1.3.2). */
import type { CookiesOptions } from 'next-auth';
import { isUnderTls, originOf } from '#lib/config/request-settings.ts';

const isSecure = (): boolean => isUnderTls(originOf(process.env['NEXTAUTH_URL']));

const named = (name: string): string => `${isSecure() ? '__Host-' : ''}next-auth.${name}`;

export const sessionCookie = (): string => named('session-token');

/** Of signing in with a provider, which takes a person this long, seconds. */
const checkSeconds = 15 * 60;

export function authCookies(): Partial<CookiesOptions> {
  const options = { httpOnly: true, sameSite: 'lax', path: '/', secure: isSecure() } as const;
  const check = { ...options, maxAge: checkSeconds };
  return {
    sessionToken: { name: sessionCookie(), options },
    callbackUrl: { name: named('callback-url'), options },
    csrfToken: { name: named('csrf-token'), options },
    pkceCodeVerifier: { name: named('pkce.code_verifier'), options: check },
    state: { name: named('state'), options: check },
    nonce: { name: named('nonce'), options: check },
  };
}
