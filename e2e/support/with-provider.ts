/** A product that knows a provider, beside those of other tests, which know none. */
import { client, type OidcServer, type Person, startOidcServer } from './oidc-server.ts';
import { startProduct } from './product.ts';
import { test as base } from './test.ts';

export const test = base.extend<object, { provider: OidcServer }>({
  provider: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the parameters a fixture needs from this pattern
    async ({}, use) => {
      const provider = await startOidcServer();
      await use(provider);
      await provider.stop();
    },
    { scope: 'worker' },
  ],
  newProduct: [
    async ({ provider }, use) => use(() => startProduct(undefined, settingsOf(provider))),
    { scope: 'worker' },
  ],
});

export const settingsOf = (provider: OidcServer) => ({
  INGEST_OIDC_ISSUER: provider.issuer,
  INGEST_OIDC_CLIENT_ID: client.id,
  INGEST_OIDC_CLIENT_SECRET: client.secret,
  INGEST_OIDC_NAME: 'Acme',
  INGEST_OIDC_ROLE_CLAIM: 'groups',
  INGEST_OIDC_ADMINS: 'platform',
  INGEST_OIDC_OPERATORS: 'Data Team',
  INGEST_OIDC_VIEWERS: 'staff',
});

export const personOf = (name: string, groups: readonly string[]): Person => ({
  sub: `id-${name}`,
  claims: { name, email: `${name}@acme.example`, email_verified: true, groups },
});
