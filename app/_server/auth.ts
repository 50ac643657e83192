/** next-auth, kept in this module and the provider's: who signs in, a signed token as session. */
import { type AuthOptions, getServerSession } from 'next-auth';
import CredentialsProvider from 'next-auth/providers/credentials';
import { createSignInThrottle, signIn } from '#lib/access/sign-in.ts';
import { signInWithProvider } from '#lib/access/sign-in-with-provider.ts';
import { sessionSecret } from '#lib/config/secret-key.ts';
import { toPublicError } from '#lib/errors/app-error.ts';
import { getRuntime, type Runtime } from '#lib/runtime.ts';
import { companyProvider } from './company-provider.ts';
import { claimOfToken, type SessionClaim } from './session-claim.ts';

declare module 'next-auth' {
  interface User {
    userId: string;
    sessionVersion: number;
  }
  interface Session {
    claim: SessionClaim;
  }
}

declare module 'next-auth/jwt' {
  interface JWT {
    sessionVersion?: number;
    /** Of a session that the provider began: seconds since 1970. */
    endsAt?: number;
  }
}

/** A session ends by itself after this time, seconds. */
const sessionSeconds = 7 * 24 * 3600;
/** One that the provider began ends earlier: signing in again asks it whether the person still has their role. */
const providerSessionSeconds = 12 * 3600;

// One throttle per process, whichever bundle asks for it.
const memo = Symbol.for('holocron-ingest.sign-in-throttle');
type Memo = typeof globalThis & { [memo]?: ReturnType<typeof createSignInThrottle> };

function throttle() {
  const holder: Memo = globalThis;
  holder[memo] ??= createSignInThrottle(() => performance.now());
  return holder[memo];
}

export async function authOptions(): Promise<AuthOptions> {
  const runtime = await getRuntime();
  const { config, db, log } = runtime;
  const { passwords, provider } = config.signIn;
  return {
    secret: process.env['NEXTAUTH_SECRET'] || sessionSecret(config.keys.current),
    session: { strategy: 'jwt', maxAge: sessionSeconds },
    pages: { signIn: '/sign-in', error: '/sign-in' },
    logger: {
      error: (code, detail) =>
        log.error({ code, err: errorOf(detail) }, 'sign-in failed with an internal error'),
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
          const { userId, sessionVersion } = await signInWithProvider(
            db,
            { provider, passwords },
            profile,
          );
          Object.assign(user, { userId, sessionVersion });
          return true;
        } catch (error) {
          const { code } = toPublicError(error);
          log.warn({ err: error }, 'signing in with the provider was refused');
          return `/sign-in?error=${code}`;
        }
      },
      jwt({ token, user, account }) {
        // `user` is given at sign-in only.
        if (user) {
          token.sub = user.userId;
          token.sessionVersion = user.sessionVersion;
          if (account?.type === 'oauth') token.endsAt = nowSeconds() + providerSessionSeconds;
        }
        return token;
      },
      session({ session, token }) {
        session.claim = claimOfToken(token, nowSeconds());
        return session;
      },
    },
  };
}

function passwordProvider({ db, log }: Runtime) {
  return CredentialsProvider({
    name: 'E-mail and password',
    credentials: { email: {}, password: {} },
    async authorize(credentials, request) {
      const { email, password } = credentials ?? {};
      if (typeof email !== 'string' || typeof password !== 'string') return null;
      try {
        const address = addressOf(request.headers);
        const signedIn = await signIn(db, throttle(), { email, password, address });
        return { ...signedIn, id: signedIn.userId };
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

const nowSeconds = () => Math.floor(Date.now() / 1000);

/** What next-auth reports of a failure: the error, or an object around it with what must not be logged. */
function errorOf(detail: unknown): unknown {
  return typeof detail === 'object' && detail !== null && 'error' in detail ? detail.error : detail;
}

/** Whom the signed token names; not yet checked against the account. */
export async function sessionClaim(): Promise<SessionClaim | null> {
  const session = await getServerSession(await authOptions());
  return session?.claim ?? null;
}

/** The nearest address the request names; the throttle does not rely on it alone. */
function addressOf(headers: unknown): string {
  if (typeof headers !== 'object' || headers === null) return '';
  const forwarded = (headers as Record<string, unknown>)['x-forwarded-for']; // plain object of next-auth
  return typeof forwarded === 'string' ? (forwarded.split(',').at(-1) ?? '').trim() : '';
}
