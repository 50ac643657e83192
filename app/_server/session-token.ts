/** The token of a session, as a browser's cookie carries it. */
import { getToken } from 'next-auth/jwt';
import { sessionSecret } from '#lib/config/secret-key.ts';
import { getRuntime, type Runtime } from '#lib/runtime.ts';
import { sessionCookie } from './session-cookies.ts';

declare module 'next-auth/jwt' {
  interface JWT {
    /** Of the session's row: the cookie by itself opens nothing. */
    sessionToken?: string;
  }
}

/** What the cookies are encrypted with. */
export const secretOf = ({ config }: Pick<Runtime, 'config'>): string =>
  process.env['NEXTAUTH_SECRET'] || sessionSecret(config.keys.current);

/** Of a session that may be over; null for none, and for a cookie that is not ours. */
export async function tokenOf(
  cookies: readonly { readonly name: string; readonly value: string }[],
): Promise<string | null> {
  const token = await getToken({
    // What it reads of a request; a token in another header would be taken for a cookie.
    req: {
      cookies: Object.fromEntries(cookies.map(({ name, value }) => [name, value])),
      headers: {},
    } as Parameters<typeof getToken>[0]['req'],
    secret: secretOf(await getRuntime()),
    cookieName: sessionCookie(),
  });
  return token?.sessionToken ?? null;
}
