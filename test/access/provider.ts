/** The company's provider for tests: its settings, and what it says of a person. */
import type { ProviderSettings } from '#lib/config/sign-in-settings.ts';

const issuer = 'https://login.example.org/realms/staff';

/** A provider whose claim `roles` decides: `platform`, `ingest` and `staff`. */
export const providerOf = (over: Partial<ProviderSettings> = {}): ProviderSettings => ({
  issuer,
  clientId: 'holocron',
  clientSecret: 'only the provider knows',
  name: 'Acme',
  scopes: ['openid', 'profile', 'email'],
  roleClaim: 'roles',
  roleValues: { admin: ['platform'], operator: ['ingest'], viewer: ['staff'] },
  defaultRole: null,
  trustsEmail: false,
  ...over,
});

/** Somebody with a verified address. */
export const claimsOf = (name: string, over: Readonly<Record<string, unknown>> = {}) => ({
  iss: issuer,
  sub: `subject-of-${name}`,
  email: `${name}@example.org`,
  email_verified: true,
  name,
  ...over,
});
