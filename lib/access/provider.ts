/** The company's provider: what it says of a person, why signing in with it failed, and what may be shown of it. */

import { z } from 'zod';
import { type Role, roles } from '#lib/actor/model.ts';
import type { ProviderSettings, SignInSettings } from '#lib/config/sign-in-settings.ts';
import { AppError, type PublicError, toPublicError } from '#lib/errors/app-error.ts';
import type { AppErrorCode } from '#lib/errors/codes.ts';
import { emailSchema } from './user-rows.ts';

const sentences = {
  account_deactivated: 'Your account here is deactivated.',
  provider_no_role: 'You have no role in this console.',
  provider_no_email: 'The provider did not share your e-mail address.',
  provider_email_taken: 'There is already an account with your e-mail address.',
  provider_cancelled: 'The provider did not sign you in.',
  provider_state_invalid: 'This sign-in did not begin in this browser, or it is over.',
  provider_token_invalid: 'What the provider sent about you is not valid.',
  provider_failed: 'Signing in with the provider failed.',
  provider_unreachable: 'The provider could not be reached.',
} as const satisfies Partial<Record<AppErrorCode, string>>;

export type RefusalCode = keyof typeof sentences;

/** The cause is for the log. */
export function refusal(code: RefusalCode, cause?: string): AppError {
  return new AppError(code, sentences[code], cause === undefined ? {} : { cause });
}

/** Of a code that came in an address: anybody can write one, so an unknown one says only that it failed. */
export function refusalOfCode(code: string): PublicError {
  return toPublicError(refusal(isRefusal(code) ? code : 'provider_failed'));
}

function isRefusal(code: string): code is RefusalCode {
  return Object.hasOwn(sentences, code);
}

export interface ProviderPerson {
  /** `issuer|subject`: the one thing about a person that never changes, OpenID Connect Core 5.7. */
  readonly identity: string;
  /** Lower case. */
  readonly email: string | null;
  readonly emailVerified: boolean;
  readonly name: string;
  /** Of the claim, else the default one; null = none. */
  readonly role: Role | null;
}

const optionalText = z.string().trim().min(1).optional().catch(undefined);

// A subject has at most 255 characters (Core 2), which the column of identities counts on.
const claimsSchema = z.looseObject({
  iss: z.string(),
  sub: z.string().min(1).max(255),
  email: optionalText,
  // Some providers send a string.
  email_verified: z
    .union([z.boolean(), z.literal('true').transform(() => true)])
    .optional()
    .catch(false),
  name: optionalText,
  preferred_username: optionalText,
});

const longestName = 100;

/** Throws `provider_failed` for claims of another issuer or without a subject, `provider_no_email` without an address. */
export function personOfClaims(given: unknown, settings: ProviderSettings): ProviderPerson {
  const parsed = claimsSchema.safeParse(given);
  if (!parsed.success) throw refusal('provider_failed', 'The claims have no issuer or subject.');
  const claims = parsed.data;
  if (!isSameIssuer(claims.iss, settings.issuer)) {
    throw refusal(
      'provider_failed',
      `The provider calls itself ${claims.iss}: that is what INGEST_OIDC_ISSUER must say.`,
    );
  }
  const email = addressOf(claims.email);
  const emailVerified = email !== null && (settings.trustsEmail || claims.email_verified === true);
  // Entra gives people without a mailbox no other address; it is not verified.
  const shown = email ?? addressOf(claims.preferred_username);
  return {
    identity: `${claims.iss}|${claims.sub}`,
    email: shown,
    emailVerified,
    name: (claims.name ?? shown ?? claims.sub).slice(0, longestName),
    role: roleOf(claims, emailVerified, settings),
  };
}

/** Whether userinfo must be asked too: no address, or no value of the claim that gives roles. */
export function lacksClaims(
  claims: Readonly<Record<string, unknown>>,
  settings: ProviderSettings,
): boolean {
  const hasRoles = !decidesRoles(settings) || valuesOf(claims, settings.roleClaim).length > 0;
  return !hasRoles || claims['email'] === undefined;
}

/**
 * The claims of a token with those its provider returned beside it (userinfo). Throws `provider_failed` when
 * these are about somebody else, Core 5.3.2.
 */
export function completeClaims(
  claims: Readonly<Record<string, unknown>>,
  more: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  if (more['sub'] !== claims['sub']) {
    throw refusal('provider_failed', 'The userinfo endpoint returned another subject.');
  }
  // Whether an address is verified is said of that address.
  const { email_verified } = claims['email'] === undefined ? more : claims;
  return { ...more, ...claims, email_verified };
}

/** Whether the provider decides the role of everybody who signs in with it. */
export const decidesRoles = (settings: Pick<ProviderSettings, 'roleValues'>): boolean =>
  roles.some((role) => settings.roleValues[role].length > 0);

/** The issuer of a stored identity. */
export const issuerOf = (identity: string): string =>
  identity.slice(0, Math.max(0, identity.indexOf('|')));

/** Some end in a slash that people leave out. */
export function isSameIssuer(one: string, other: string): boolean {
  const bare = (issuer: string) => issuer.replace(/\/$/, '');
  return bare(one) === bare(other);
}

function addressOf(text: string | undefined): string | null {
  return emailSchema.safeParse(text).data ?? null;
}

/** The highest role any of the claim's values gives. */
function roleOf(
  claims: Readonly<Record<string, unknown>>,
  emailVerified: boolean,
  settings: ProviderSettings,
): Role | null {
  const { roleClaim, roleValues, defaultRole } = settings;
  // An address that anybody can write into their profile gives nothing.
  const isUnproven = roleClaim === 'email' && !emailVerified;
  const values = isUnproven ? [] : valuesOf(claims, roleClaim);
  const given = roles.filter((role) => roleValues[role].some((value) => values.includes(value)));
  return given.at(-1) ?? defaultRole;
}

/** The words of a claim, by its whole name or else as a dotted path into objects. */
export function valuesOf(claims: Readonly<Record<string, unknown>>, name: string): string[] {
  const value = Object.hasOwn(claims, name) ? claims[name] : walk(claims, name.split('.'));
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  return list.filter((word) => typeof word === 'string');
}

function walk(claims: Readonly<Record<string, unknown>>, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (value, key) =>
      typeof value === 'object' && value !== null && Object.hasOwn(value, key)
        ? // An object, with this key of its own.
          (value as Readonly<Record<string, unknown>>)[key]
        : undefined,
    claims,
  );
}

export interface SignInFacts {
  readonly passwords: boolean;
  readonly callbackUrl: string | null;
  readonly provider:
    | (Omit<ProviderSettings, 'clientSecret'> & { readonly decidesRoles: boolean })
    | null;
}

/** Without the secret. */
export function signInFacts({ passwords, provider, callbackUrl }: SignInSettings): SignInFacts {
  if (provider === null) return { passwords, callbackUrl, provider };
  const { clientSecret: _, ...shown } = provider;
  return { passwords, callbackUrl, provider: { ...shown, decidesRoles: decidesRoles(provider) } };
}
