/** next-auth, kept in this module and the provider's: who signs in, and the cookie that carries the session's token. */
import { cookies } from 'next/headers';
import type { AuthOptions } from 'next-auth';
import CredentialsProvider from 'next-auth/providers/credentials';
import { sessionMs, signOut } from '#lib/access/sessions.ts';
import { signIn } from '#lib/access/sign-in.ts';
import { signInWithProvider } from '#lib/access/sign-in-with-provider.ts';
import { toPublicError } from '#lib/errors/app-error.ts';
import { getRuntime, type Runtime } from '#lib/runtime.ts';
import { companyProvider } from './company-provider.ts';
import { ownAddress } from './local-path.ts';
import { requestOrigin } from './origin.ts';
import { authCookies } from './session-cookies.ts';
import { secretOf, tokenOf } from './session-token.ts';

declare module 'next-auth' {
  interface User {
    sessionToken: string;
  }
}

export async function authOptions(): Promise<AuthOptions> {
  const runtime = await getRuntime();
  const { config, db, log } = runtime;
  const { passwords, provider } = config.signIn;
  return {
    secret: secretOf(runtime),
    session: { strategy: 'jwt', maxAge: sessionMs / 1000 },
    cookies: authCookies(),
    pages: { signIn: '/sign-in', error: '/sign-in' },
    logger: {
      error(code, detail) {
        const err = errorOf(detail);
        // Anybody can send a cookie that is none of ours: no fault, and no room in the log.
        if (isForgery(err)) log.debug({ code }, 'a cookie that is not ours');
        else if (code === 'INVALID_CALLBACK_URL_ERROR') log.debug({ code }, 'a way that is none');
        else log.error({ code, err }, 'sign-in failed with an internal error');
      },
      warn: (code) => log.debug({ code }, 'sign-in warning'),
      debug: () => undefined,
    },
    providers: [
      ...(provider ? [companyProvider(provider)] : []),
      ...(passwords ? [passwordProvider(runtime)] : []),
    ],
    callbacks: {
      /** Finds the account of whom the provider signed in; an address instead of true refuses and leads there. */
      async signIn({ user, account, profile }) {
        if (account?.type !== 'oauth' || provider === null) return true;
        try {
          const ways = { provider, passwords };
          const { token } = await signInWithProvider(db, ways, profile, await requestOrigin());
          user.sessionToken = token;
          return true;
        } catch (error) {
          const { code } = toPublicError(error);
          log.warn({ err: error }, 'signing in with the provider was refused');
          return `/sign-in?error=${code}`;
        }
      },
      redirect: ({ url, baseUrl }) => ownAddress(url, baseUrl),
      jwt({ token, user }) {
        // `user` is given at sign-in only.
        return user ? { sessionToken: user.sessionToken } : token;
      },
    },
    events: {
      async signOut({ token }) {
        if (!token?.sessionToken) return;
        await signOut(db, token.sessionToken, (await requestOrigin()).address);
      },
    },
  };
}

function passwordProvider({ db, log }: Runtime) {
  return CredentialsProvider({
    name: 'E-mail and password',
    credentials: { email: {}, password: {} },
    async authorize(credentials) {
      const { email, password } = credentials ?? {};
      if (typeof email !== 'string' || typeof password !== 'string') return null;
      try {
        const origin = await requestOrigin();
        const heldToken = await sessionToken();
        const { userId, token } = await signIn(db, { email, password, origin, heldToken });
        return { id: userId, sessionToken: token };
      } catch (error) {
        const shown = toPublicError(error);
        if (shown.code !== 'sign_in_failed' && shown.code !== 'too_many_attempts') {
          log.error({ err: error }, 'sign-in failed with an internal error');
        }
        // next-auth carries the message of an error to the sign-in page: code and remedy only.
        throw new Error(JSON.stringify({ code: shown.code, remedy: shown.remedy }));
      }
    },
  });
}

/** What next-auth reports of a failure: the error, or an object around it with what must not be logged. */
function errorOf(detail: unknown): unknown {
  return typeof detail === 'object' && detail !== null && 'error' in detail ? detail.error : detail;
}

/** The codes of what reads our cookies: ERR_JWE_DECRYPTION_FAILED, ERR_JWT_EXPIRED … */
const isForgery = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && String(error.code).startsWith('ERR_JW');

/** The token the browser holds, of a session that may be over; null for none, and for a cookie that is not ours. */
export const sessionToken = async (): Promise<string | null> => tokenOf((await cookies()).getAll());
