import { describe, expect, it } from 'vitest';
import { AppError } from '#lib/errors/app-error.ts';
import { parseEnvironment } from './environment.ts';
import type { Environment } from './model.ts';
import { signInSettings } from './sign-in-settings.ts';

const secret = 'only-the-provider-knows-this';
const provider = {
  INGEST_OIDC_ISSUER: 'https://login.example.org/realms/staff',
  INGEST_OIDC_CLIENT_ID: 'holocron',
  INGEST_OIDC_CLIENT_SECRET: secret,
};

const settings = (env: Environment, url?: string) => signInSettings(parseEnvironment(env), url);

/** What is said of each variable; fails when nothing is. */
function faults(env: Environment): Readonly<Record<string, string>> {
  try {
    settings(env);
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'config_invalid') throw error;
    expect(error.message).not.toContain(secret);
    for (const name of Object.keys(error.fields ?? {})) expect(error.message).toContain(name);
    return error.fields ?? {};
  }
  throw new Error('it was accepted');
}

describe('the ways to sign in', () => {
  it('are passwords alone when nothing is said', () => {
    expect(settings({})).toEqual({ passwords: true, provider: null, callbackUrl: null });
  });

  it('are passwords and the provider when one is named by three variables', () => {
    expect(settings(provider)).toMatchObject({
      passwords: true,
      provider: {
        issuer: 'https://login.example.org/realms/staff',
        name: 'single sign-on',
        scopes: ['openid', 'profile', 'email'],
        roleClaim: 'roles',
        roleValues: { viewer: [], operator: [], admin: [] },
        defaultRole: null,
        trustsEmail: false,
      },
    });
  });

  it('are what the other variables say', () => {
    const { provider: read, passwords } = settings({
      ...provider,
      INGEST_OIDC_NAME: 'Acme Entra ID',
      INGEST_OIDC_SCOPES: 'openid email, groups',
      INGEST_OIDC_ROLE_CLAIM: 'realm_access.roles',
      INGEST_OIDC_ADMINS: 'Data Admins, platform',
      INGEST_OIDC_VIEWERS: 'staff,',
      INGEST_OIDC_DEFAULT_ROLE: 'viewer',
      INGEST_OIDC_TRUST_EMAIL: 'yes',
      INGEST_PASSWORD_SIGN_IN: 'off',
    });
    expect(passwords).toBe(false);
    expect(read).toMatchObject({
      name: 'Acme Entra ID',
      scopes: ['openid', 'email', 'groups'],
      roleClaim: 'realm_access.roles',
      roleValues: { admin: ['Data Admins', 'platform'], operator: [], viewer: ['staff'] },
      defaultRole: 'viewer',
      trustsEmail: true,
    });
  });
});

describe('a provider', () => {
  it('needs issuer, client and secret, and names what is missing', () => {
    expect(Object.keys(faults({ INGEST_OIDC_NAME: 'Acme' }))).toEqual([
      'INGEST_OIDC_ISSUER',
      'INGEST_OIDC_CLIENT_ID',
      'INGEST_OIDC_CLIENT_SECRET',
    ]);
    expect(Object.keys(faults({ ...provider, INGEST_OIDC_CLIENT_ID: '' }))).toEqual([
      'INGEST_OIDC_CLIENT_ID',
    ]);
  });

  it.each([
    ['login.example.org', 'address'],
    ['http://login.example.org', 'https'],
    ['ftp://login.example.org', 'https'],
    ['https://login.example.org/.well-known/openid-configuration', 'well-known'],
    ['https://login.example.org/?tenant=1', 'without'],
    [`https://login.example.org/${'a'.repeat(150)}`, '144'],
    ['https://login.microsoftonline.com/common/v2.0', 'own tenant'],
    ['https://login.microsoftonline.com/organizations/v2.0', 'own tenant'],
  ])('cannot have the issuer %s', (issuer, reason) => {
    expect(faults({ ...provider, INGEST_OIDC_ISSUER: issuer })).toEqual({
      INGEST_OIDC_ISSUER: expect.stringContaining(reason),
    });
  });

  it.each(['http://localhost:8080/realms/a', 'http://127.0.0.1:9000', 'http://[::1]:9000'])(
    'may be plain http on this machine: %s',
    (issuer) => {
      expect(settings({ ...provider, INGEST_OIDC_ISSUER: issuer }).provider?.issuer).toBe(issuer);
    },
  );

  it.each([
    ['INGEST_OIDC_DEFAULT_ROLE', 'root', 'viewer, operator, admin'],
    ['INGEST_OIDC_SCOPES', 'email profile', 'openid'],
    ['INGEST_OIDC_TRUST_EMAIL', 'perhaps', 'yes'],
    ['INGEST_OIDC_NAME', 'n'.repeat(61), '60'],
    ['INGEST_OIDC_ADMIN', 'platform', 'did you mean INGEST_OIDC_ADMINS?'],
  ])('is refused with %s=%s', (name, value, allowed) => {
    expect(faults({ ...provider, [name]: value })).toEqual({
      [name]: expect.stringContaining(allowed),
    });
  });
});

describe('passwords', () => {
  it('can be switched off only where a provider is configured', () => {
    expect(faults({ INGEST_PASSWORD_SIGN_IN: 'off' })).toEqual({
      INGEST_PASSWORD_SIGN_IN: expect.stringContaining('INGEST_OIDC_ISSUER'),
    });
    expect(settings({ INGEST_PASSWORD_SIGN_IN: 'on' }).passwords).toBe(true);
  });
});

describe('the address to register at the provider', () => {
  it.each([
    ['https://ingest.example.org', 'https://ingest.example.org/api/auth/callback/oidc'],
    ['https://ingest.example.org/', 'https://ingest.example.org/api/auth/callback/oidc'],
    ['http://localhost:3000/api/auth', 'http://localhost:3000/api/auth/callback/oidc'],
    ['ingest.example.org', 'https://ingest.example.org/api/auth/callback/oidc'],
    ['', null],
    [undefined, null],
  ])("follows from the console's own, %s", (url, expected) => {
    expect(settings(provider, url).callbackUrl).toBe(expected);
  });
});
