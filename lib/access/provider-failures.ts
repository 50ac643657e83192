/** Why signing in with the company's provider failed, in words of ours, and its entry in the audit log. */
import type { Db } from '#db/engine.ts';
import { systemActor } from '#lib/actor/model.ts';
import { recordAudit } from '#lib/audit/record-audit.ts';
import { isNews } from '#lib/audit/seldom.ts';
import { isInClear } from '#lib/clear-text.ts';
import { AppError } from '#lib/errors/app-error.ts';
import { isSameIssuer, refusal } from './provider.ts';

/**
 * What openid-client 5 says of an ID token that it does not accept (`RPError`, lib/client.js), and what the audit log
 * says instead: its own sentences repeat pieces of the token. The first that fits counts.
 */
const faultsOfToken: readonly (readonly [said: RegExp, why: string])[] = [
  [/missing required JWT property/, 'it lacks a claim that it must have'],
  [/decode|decrypt|must be a JSON|id_token not present/, 'it is malformed or missing'],
  [/signature|keys? found/, 'its signature is by no key of the provider'],
  [/\balg\b/, 'it is not signed by RS256'],
  [/\biss\b/, 'it is of another issuer'],
  [/\b(?:aud|azp)\b/, 'it is for another client'],
  [/\bexpired\b/, 'it has expired'],
  [/not active yet/, 'it is not good yet'],
  [/\bnonce\b/, 'it belongs to another sign-in'],
  [/\biat\b|_hash\b/, 'it is not of this sign-in'],
];

/** Of next-auth's cookies (core/lib/oauth/checks.js): missing, unreadable, or not those of the state that came back. */
const saidOfState =
  /^(?:state|pkce|nonce)\b.*(?:cookie|could not be parsed)|cookie was created for|^state (?:mismatch|missing)/i;
const codesOfCookies = /^ERR_JW/;
/** Of Node, and of OpenSSL by Node. */
const codesOfNetwork =
  /^(?:E[A-Z]{3,}|EAI_.+|ERR_(?:TLS|SSL|SOCKET).*|CERT_.+|UNABLE_TO_.+|DEPTH_ZERO.+|SELF_SIGNED.+)$/;

/** Of what next-auth, openid-client or a function of ours threw on a person's way back from the provider. */
export function providerFailure(error: unknown): AppError {
  if (error instanceof AppError) return error;
  const message = error instanceof Error ? error.message : '';
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (codesOfCookies.test(code) || saidOfState.test(message)) {
    return refusal('provider_state_invalid', 'the cookies of its beginning are missing or others');
  }
  if (codesOfNetwork.test(code) || message.includes('timed out')) {
    return refusal('provider_unreachable', 'a request to it failed');
  }
  const fault = faultsOfToken.find(([said]) => said.test(message));
  if (fault) return refusal('provider_token_invalid', `of the ID token, ${fault[1]}`);
  return refusal('provider_failed', 'it gave no token for the code that the person came back with');
}

/** Whom a checked token names. */
interface NamedPerson {
  readonly userId: string | null;
  readonly email: string | null;
}

/**
 * Writes that a sign-in was refused, with the reason and never with what the provider sent. Anybody can come back from a
 * sign-in that never began: the same is written once a minute.
 */
export async function recordProviderRefusal(
  db: Db,
  { code, cause }: AppError,
  about: {
    readonly providerName: string;
    readonly address: string | null;
    readonly person?: NamedPerson;
  },
): Promise<void> {
  const { userId = null, email = null } = about.person ?? {};
  const why = typeof cause === 'string' ? `${code}: ${cause}` : code;
  if (!isNews(db, `provider\n${userId}\n${email}\n${why}`)) return;
  const as = email === null ? '' : ` as ${email}`;
  await db.transaction((tx) =>
    recordAudit(
      tx,
      { ...systemActor('sign-in'), address: about.address },
      {
        action: 'user.sign-in-refused',
        targetType: 'user',
        targetId: userId,
        summary: `An attempt to sign in${as} with ${about.providerName} was refused, ${why}`,
      },
    ),
  );
}

/** Where the client's secret and the person's tokens are sent, and where the keys come from. */
const endpoints = ['token_endpoint', 'userinfo_endpoint', 'jwks_uri'] as const;

/**
 * Throws `provider_failed` where the provider's metadata is of another issuer than the configured one (OpenID Connect
 * Discovery 4.3), or would send a secret in clear.
 */
export function requireSafeMetadata(
  metadata: Readonly<Record<string, unknown>>,
  issuer: string,
): void {
  if (!isSameIssuer(String(metadata['issuer']), issuer)) {
    throw refusal('provider_failed', 'its metadata is of another issuer than INGEST_OIDC_ISSUER');
  }
  for (const name of endpoints) {
    const url = URL.parse(String(metadata[name]));
    if (url === null || !isInClear(url)) continue;
    throw refusal('provider_failed', `its metadata names a ${name} without TLS`);
  }
}
