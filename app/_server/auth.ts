/** next-auth, kept in this module and the provider's: who signs in, and the cookie that carries the session's token. */
import { cookies } from 'next/headers';
import type { NextRequest } from 'next/server';
import NextAuth, { type AuthOptions } from 'next-auth';
import CredentialsProvider from 'next-auth/providers/credentials';
import { refusal } from '#lib/access/provider.ts';
import { providerFailure, recordProviderRefusal } from '#lib/access/provider-failures.ts';
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

/**
 * What next-auth answers. Where signing in with the provider failed, it would lead to a page with a word of its own: here
 * with our code, and the audit log has the reason.
 */
export async function answerAuth(
  request: NextRequest,
  context: { readonly params: Promise<{ nextauth: string[] }> },
): Promise<Response> {
  const failures: unknown[] = [];
  const response = await NextAuth(request, context, await authOptions((e) => failures.push(e)));
  const { config, db, log } = await getRuntime();
  const { provider } = config.signIn;
  // The first is the cause, those after it say what came of it.
  const [error] = failures;
  if (error === undefined || provider === null) return response;
  const failure = providerFailure(error);
  const { code, cause } = failure;
  // Of a token only our own words: an error of its checks holds it whole. The rest is for whoever set the provider up.
  const said = code === 'provider_token_invalid' ? undefined : String(error);
  const level = isOfAnybody(code) ? 'debug' : 'warn';
  log[level]({ code, cause, said }, 'signing in with the provider failed');
  const { address } = await requestOrigin();
  try {
    await recordProviderRefusal(db, failure, { providerName: provider.name, address });
  } catch (err) {
    log.error({ err }, 'a refused sign-in could not be recorded');
  }
  response.headers.set('location', `/sign-in?error=${code}`);
  return response;
}

async function authOptions(fail: (error: unknown) => void): Promise<AuthOptions> {
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
        if (isOfProvider(detail)) fail(refusal('provider_cancelled', 'it came back with an error'));
        else if (code === 'OAUTH_CALLBACK_ERROR') fail(err);
        else if (isForgery(err)) log.debug({ code }, 'a cookie that is not ours');
        else if (code === 'INVALID_CALLBACK_URL_ERROR') log.debug({ code }, 'a way that is none');
        else log.error({ code, err }, 'sign-in failed with an internal error');
      },
      warn: (code) => log.debug({ code }, 'sign-in warning'),
      debug: () => undefined,
    },
    providers: [
      ...(provider ? [companyProvider(provider, fail)] : []),
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

/** What the provider says in the address that a person comes back with, and anybody can write into one. */
const isOfProvider = (detail: unknown): boolean =>
  typeof detail === 'object' && detail !== null && 'error_description' in detail;

/** What needs no provider to happen: no room for it in the log. */
const isOfAnybody = (code: string): boolean =>
  code === 'provider_state_invalid' || code === 'provider_cancelled';

/** What next-auth reports of a failure: the error, or an object around it with what must not be logged. */
function errorOf(detail: unknown): unknown {
  return typeof detail === 'object' && detail !== null && 'error' in detail ? detail.error : detail;
}

/** The codes of what reads our cookies: ERR_JWE_DECRYPTION_FAILED, ERR_JWT_EXPIRED … */
const isForgery = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && String(error.code).startsWith('ERR_JW');

/** The token the browser holds, of a session that may be over; null for none, and for a cookie that is not ours. */
export const sessionToken = async (): Promise<string | null> => tokenOf((await cookies()).getAll());
