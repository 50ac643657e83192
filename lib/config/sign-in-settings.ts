/** How people sign in: with a password, with the company's OpenID Connect provider, or either. */
import type { Role } from '#lib/actor/model.ts';
import { isInClear } from '#lib/clear-text.ts';
import { AppError } from '#lib/errors/app-error.ts';
import type { ParsedEnvironment } from './environment.ts';
import { addressOf } from './request-settings.ts';

export interface ProviderSettings {
  /** As the provider writes it in its tokens; https, or http on this machine. */
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** What people call it; stands on the button. */
  readonly name: string;
  /** Always with `openid`. */
  readonly scopes: readonly string[];
  /** The claim that says what a person may do: its name, or a dotted path into objects. */
  readonly roleClaim: string;
  /** Values of that claim that give a role. All empty = the provider has no say in roles. */
  readonly roleValues: Readonly<Record<Role, readonly string[]>>;
  /** For people the claim gives no role; null = they are refused. */
  readonly defaultRole: Role | null;
  /** Its e-mail addresses count as verified although it does not say so. */
  readonly trustsEmail: boolean;
}

export interface SignInSettings {
  readonly passwords: boolean;
  readonly provider: ProviderSettings | null;
  /** What the provider must be told to send people back to; null where the console's address is not known. */
  readonly callbackUrl: string | null;
}

/** Part of the address people are sent back to, which is registered at the provider. */
export const providerId = 'oidc';

const prefix = 'INGEST_OIDC_';
const required = [
  'INGEST_OIDC_ISSUER',
  'INGEST_OIDC_CLIENT_ID',
  'INGEST_OIDC_CLIENT_SECRET',
] as const;

/** `issuer|subject` identifies an account: 400 characters, of which a subject may take 255. */
const longestIssuer = 144;
/** Entra's addresses for people of any organisation: a foreign administrator could give their people a role. */
const anyTenant = /^\/(common|organizations|consumers)(\/|$)/;

/** Throws `config_invalid` naming each variable at fault and what is allowed; never its value. */
export function signInSettings(
  environment: ParsedEnvironment,
  consoleUrl: string | undefined,
): SignInSettings {
  const provider = providerSettings(environment);
  const passwords = environment.INGEST_PASSWORD_SIGN_IN ?? true;
  if (!passwords && provider === null) {
    throw refusal({
      INGEST_PASSWORD_SIGN_IN: `may be off only with a provider; set ${required.join(', ')}`,
    });
  }
  return { passwords, provider, callbackUrl: callbackUrl(consoleUrl) };
}

function providerSettings(environment: ParsedEnvironment): ProviderSettings | null {
  const given = Object.entries(environment).flatMap(([name, value]) =>
    name.startsWith(prefix) && value !== undefined ? [name] : [],
  );
  if (given.length === 0) return null;
  const {
    INGEST_OIDC_ISSUER: issuer,
    INGEST_OIDC_CLIENT_ID: clientId,
    INGEST_OIDC_CLIENT_SECRET: clientSecret,
  } = environment;
  if (issuer === undefined || clientId === undefined || clientSecret === undefined) {
    const missing = required.filter((name) => environment[name] === undefined);
    throw refusal(
      Object.fromEntries(missing.map((name) => [name, `is required beside ${given.join(', ')}`])),
    );
  }
  const fault = issuerFault(issuer);
  if (fault !== null) throw refusal({ INGEST_OIDC_ISSUER: fault });
  return {
    issuer,
    clientId,
    clientSecret,
    name: environment.INGEST_OIDC_NAME ?? 'single sign-on',
    scopes: environment.INGEST_OIDC_SCOPES ?? ['openid', 'profile', 'email'],
    roleClaim: environment.INGEST_OIDC_ROLE_CLAIM ?? 'roles',
    roleValues: {
      viewer: environment.INGEST_OIDC_VIEWERS ?? [],
      operator: environment.INGEST_OIDC_OPERATORS ?? [],
      admin: environment.INGEST_OIDC_ADMINS ?? [],
    },
    defaultRole: environment.INGEST_OIDC_DEFAULT_ROLE ?? null,
    trustsEmail: environment.INGEST_OIDC_TRUST_EMAIL ?? false,
  };
}

function issuerFault(issuer: string): string | null {
  const example = 'such as https://login.example.org/realms/staff';
  if (!URL.canParse(issuer)) return `must be the address of the provider, ${example}`;
  const { protocol, hostname, pathname, search, hash, username, password } = new URL(issuer);
  if (!['https:', 'http:'].includes(protocol) || isInClear({ protocol, hostname })) {
    return `must be an https address, ${example}; http is for providers on this machine`;
  }
  if (username !== '' || password !== '') {
    return `must have no user and password before the host, ${example}`;
  }
  if (pathname.includes('/.well-known/') || search !== '' || hash !== '') {
    return `must be the issuer itself, without /.well-known/..., ? and #, ${example}`;
  }
  if (issuer.length > longestIssuer) return `must have at most ${longestIssuer} characters`;
  if (hostname === 'login.microsoftonline.com' && anyTenant.test(pathname)) {
    return 'must name your own tenant, https://login.microsoftonline.com/TENANT_ID/v2.0, not those of everybody';
  }
  return null;
}

/** The address next-auth answers at, from the console's own (which may name the path of its routes). */
function callbackUrl(consoleUrl: string | undefined): string | null {
  const url = addressOf(consoleUrl);
  if (url === null) return null;
  const { origin, pathname } = url;
  const base = pathname === '/' ? '/api/auth' : pathname.replace(/\/$/, '');
  return `${origin}${base}/callback/${providerId}`;
}

function refusal(fields: Readonly<Record<string, string>>): AppError {
  const sentences = Object.entries(fields).map(
    ([name, message]) => `Environment variable ${name}: ${message}.`,
  );
  return new AppError('config_invalid', sentences.join('\n'), { fields });
}
