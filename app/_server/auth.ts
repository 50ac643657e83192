/** next-auth, kept in this one module: e-mail and password, a signed token as session. */
import type { AuthOptions } from 'next-auth';
import { getServerSession } from 'next-auth';
import CredentialsProvider from 'next-auth/providers/credentials';
import { signIn } from '#lib/access/sign-in.ts';
import { createSignInThrottle } from '#lib/access/sign-in-throttle.ts';
import { sessionSecret } from '#lib/config/secret-key.ts';
import { toPublicError } from '#lib/errors/app-error.ts';
import { getRuntime } from '#lib/runtime.ts';

declare module 'next-auth' {
  interface User {
    userId: string;
    sessionVersion: number;
  }
  interface Session {
    claim: { userId: string; sessionVersion: number };
  }
}

declare module 'next-auth/jwt' {
  interface JWT {
    sessionVersion?: number;
  }
}

/** A session ends by itself after this time, seconds. */
const sessionSeconds = 7 * 24 * 3600;

// One throttle per process, whichever bundle asks for it.
const memo = Symbol.for('holocron-ingest.sign-in-throttle');
type Memo = typeof globalThis & { [memo]?: ReturnType<typeof createSignInThrottle> };

function throttle() {
  const holder: Memo = globalThis;
  holder[memo] ??= createSignInThrottle(() => performance.now());
  return holder[memo];
}

export async function authOptions(): Promise<AuthOptions> {
  const { config, db, log } = await getRuntime();
  return {
    secret: process.env['NEXTAUTH_SECRET'] || sessionSecret(config.secretKey),
    session: { strategy: 'jwt', maxAge: sessionSeconds },
    pages: { signIn: '/sign-in', error: '/sign-in' },
    logger: {
      error: (code, detail) => log.error({ code, err: detail }, 'sign-in failed inside'),
      warn: (code) => log.debug({ code }, 'sign-in warning'),
      debug: () => undefined,
    },
    providers: [
      CredentialsProvider({
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
              log.error({ err: error }, 'sign-in failed inside');
            }
            // next-auth carries the message of an error to the sign-in page: code and remedy only.
            throw new Error(JSON.stringify({ code: shown.code, remedy: shown.remedy }));
          }
        },
      }),
    ],
    callbacks: {
      jwt({ token, user }) {
        // `user` is given at sign-in only.
        if (user) {
          token.sub = user.userId;
          token.sessionVersion = user.sessionVersion;
        }
        return token;
      },
      session({ session, token }) {
        session.claim = { userId: token.sub ?? '', sessionVersion: token.sessionVersion ?? -1 };
        return session;
      },
    },
  };
}

/** Who the signed token says it is; not yet checked against the account. */
export async function sessionClaim(): Promise<{ userId: string; sessionVersion: number } | null> {
  const session = await getServerSession(await authOptions());
  return session?.claim ?? null;
}

/** The nearest address the request names; the throttle does not rely on it alone. */
function addressOf(headers: unknown): string {
  if (typeof headers !== 'object' || headers === null) return '';
  const forwarded = (headers as Record<string, unknown>)['x-forwarded-for']; // plain object of next-auth
  return typeof forwarded === 'string' ? (forwarded.split(',').at(-1) ?? '').trim() : '';
}
