/**
 * Forged sign-ins: a provider on loopback that breaks one thing at a time, and people who change what their browser
 * carries. Each is refused by its code, written to the audit log without what was sent, and opens nothing.
 */
import { readFile } from 'node:fs/promises';
import type { APIRequestContext, APIResponse, PlaywrightWorkerArgs } from '@playwright/test';
import { accounts } from './support/accounts.ts';
import { inDatabase } from './support/in-database.ts';
import type { Forgery, OidcServer, Person } from './support/oidc-server.ts';
import type { Product } from './support/product.ts';
import { expect } from './support/test.ts';
import { personOf, test } from './support/with-provider.ts';

test.use({ role: null });

const now = () => Math.floor(Date.now() / 1000);

/** A browser without pages: its cookies, and where it is sent. */
type Browser = APIRequestContext;
const browserOf = (playwright: PlaywrightWorkerArgs['playwright'], product: Product) =>
  playwright.request.newContext({ baseURL: product.url, maxRedirects: 0 });

const placeOf = (answer: APIResponse): string => answer.headers()['location'] ?? '';

/** Presses the button: where the provider is asked. */
async function begin(browser: Browser, product: Product): Promise<string> {
  const { csrfToken } = await (await browser.get('/api/auth/csrf')).json();
  const answer = await browser.post('/api/auth/signin/oidc', {
    headers: { origin: product.url },
    form: { csrfToken, json: 'true', callbackUrl: `${product.url}/runs` },
  });
  return (await answer.json()).url;
}

/** The whole way there and back; the address the provider sends the browser back to. */
const goThere = async (browser: Browser, product: Product): Promise<string> =>
  placeOf(await browser.get(await begin(browser, product)));

/** The code that the sign-in page is opened with; null when the person is in. */
async function comeBack(browser: Browser, address: string): Promise<string | null> {
  const place = placeOf(await browser.get(address));
  return new URL(place, 'http://console').searchParams.get('error');
}

const whoIs = async (browser: Browser) => (await browser.get('/api/auth/session')).json();

/** What the audit log says of refused sign-ins, newest first. */
const refusals = (product: Product) =>
  inDatabase(product, (tx) =>
    tx.q
      .selectFrom('audit_log')
      .select(['summary', 'address', 'target_id'])
      .where('action', '=', 'user.sign-in-refused')
      .orderBy('at', 'desc')
      .execute(),
  );

const trace = (product: Product) =>
  inDatabase(product, async (tx) =>
    JSON.stringify(await tx.q.selectFrom('audit_log').selectAll().execute()),
  );

interface Forged {
  readonly what: string;
  readonly forgery: Forgery;
  readonly person?: Person;
  readonly code: string;
  readonly written: string;
}

const eve = personOf('eve', ['platform']);
const ofToken = (why: string) => `provider_token_invalid: of the ID token, ${why}`;
const invalid = (what: string, forgery: Forgery, why: string): Forged => ({
  what,
  forgery,
  code: 'provider_token_invalid',
  written: ofToken(why),
});

const forged: readonly Forged[] = [
  invalid('signed by another key', { signing: 'another key' }, 'its signature is by no key'),
  invalid(
    'signed by a key that it brings itself',
    { signing: 'a key that it brings' },
    'its signature is by no key',
  ),
  invalid('signed by nobody', { signing: 'none' }, 'it is not signed by RS256'),
  invalid(
    'signed by HS256 with the public key as its secret',
    { signing: 'HS256 by the public key' },
    'it is not signed by RS256',
  ),
  invalid(
    'signed by HS256 with the secret of the client',
    { signing: 'HS256 by the secret' },
    'it is not signed by RS256',
  ),
  invalid('expired', { claims: { iat: now() - 900, exp: now() - 600 } }, 'it has expired'),
  invalid('without an end', { claims: { exp: undefined } }, 'it lacks a claim'),
  invalid('with an end that is a text', { claims: { exp: '9999999999' } }, 'it is malformed'),
  invalid('not good yet', { claims: { nbf: now() + 600 } }, 'it is not good yet'),
  invalid('for another client', { claims: { aud: 'another' } }, 'it is for another client'),
  invalid(
    'for several, this one not',
    { claims: { aud: ['a', 'b'], azp: 'a' } },
    'it is for another',
  ),
  invalid(
    'for this client, issued to another',
    { claims: { aud: ['holocron', 'b'], azp: 'b' } },
    'it is for another client',
  ),
  invalid(
    'of another issuer',
    { claims: { iss: 'https://evil.example' } },
    'it is of another issuer',
  ),
  invalid(
    'with the nonce of another',
    { claims: { nonce: 'of another' } },
    'it belongs to another',
  ),
  invalid('without a nonce', { claims: { nonce: undefined } }, 'it belongs to another sign-in'),
  invalid('without a subject', { claims: { sub: undefined } }, 'it lacks a claim'),
  invalid('no token', { token: null }, 'it is malformed or missing'),
  invalid('not a token', { token: 'canary.e30.canary' }, 'it is malformed or missing'),
  {
    what: 'with a subject that userinfo denies',
    forgery: { userinfo: { sub: 'id-grace' } },
    person: { sub: 'id-eve', userinfo: { groups: ['platform'], email: 'eve@acme.example' } },
    code: 'provider_failed',
    written: 'provider_failed: The userinfo endpoint returned another subject.',
  },
  {
    what: 'with an endpoint that is asked in clear',
    forgery: { metadata: { token_endpoint: 'http://login.acme.example/token' } },
    code: 'provider_failed',
    written: 'provider_failed: its metadata names a token_endpoint without TLS',
  },
  {
    what: 'from metadata of another issuer',
    forgery: { metadata: { issuer: 'https://login.acme.example' } },
    code: 'provider_failed',
    written: 'provider_failed: its metadata is of another issuer',
  },
  {
    what: 'with an unverified address that is of an account',
    forgery: { claims: { email: accounts.admin, email_verified: false } },
    code: 'provider_email_taken',
    written: `as ${accounts.admin} with Acme was refused, provider_email_taken`,
  },
];

for (const { what, forgery, person = eve, code, written } of forged) {
  test(`refuses an ID token: ${what}`, async ({ playwright, product, provider }) => {
    const browser = await browserOf(playwright, product);
    provider.person = person;
    provider.forged = forgery;
    const back = await goThere(browser, product);
    expect(await comeBack(browser, back)).toBe(code);
    provider.forged = {};
    expect(await whoIs(browser)).toEqual({});
    const said = (await refusals(product)).find(({ summary }) => summary.includes(written));
    expect(said, 'in the audit log').toMatchObject({ address: '127.0.0.1' });
    await expectNoTrace(product, provider, back);
    await browser.dispose();
  });
}

/** Neither the audit log nor the process log holds the token, nor what it was asked for with. */
async function expectNoTrace(product: Product, provider: OidcServer, back: string) {
  const said = `${await trace(product)}\n${product.output()}`;
  const { searchParams } = new URL(back);
  const parts = provider.lastToken.split('.').filter((part) => part.length > 8);
  const secrets = [...parts, searchParams.get('code'), searchParams.get('state'), 'canary'];
  for (const secret of secrets) if (secret) expect(said).not.toContain(secret);
}

test.describe('a way back that is not of this browser', () => {
  test.beforeEach(({ provider }) => {
    provider.person = personOf('ada', ['staff']);
    provider.forged = {};
  });

  test('is refused: begun in another', async ({ playwright, product }) => {
    const mine = await browserOf(playwright, product);
    const other = await browserOf(playwright, product);
    const back = await goThere(mine, product);
    await goThere(other, product);
    // Whoever sends their own way back to somebody would have them work in a strange account.
    expect(await comeBack(other, back)).toBe('provider_state_invalid');
    expect(await whoIs(other)).toEqual({});
    const none = await browserOf(playwright, product);
    expect(await comeBack(none, back)).toBe('provider_state_invalid');
    await Promise.all([mine, other, none].map((one) => one.dispose()));
  });

  test('is refused: without the state, or with another', async ({ playwright, product }) => {
    const browser = await browserOf(playwright, product);
    for (const state of [null, 'another', '']) {
      const back = new URL(await goThere(browser, product));
      back.searchParams.delete('state');
      if (state !== null) back.searchParams.set('state', state);
      expect(await comeBack(browser, back.href)).toBe('provider_state_invalid');
    }
    expect(await whoIs(browser)).toEqual({});
    await browser.dispose();
  });

  for (const cookie of ['pkce.code_verifier', 'state', 'nonce']) {
    test(`is refused: the cookie ${cookie} is gone, or forged`, async ({ playwright, product }) => {
      for (const value of [null, 'forged', 'eyJhbGciOiJkaXIiLCJlbmMiOiJBMjU2R0NNIn0..a.b.c']) {
        const before = await browserOf(playwright, product);
        const back = await goThere(before, product);
        const { cookies } = await before.storageState();
        const name = `next-auth.${cookie}`;
        expect(cookies.map((one) => one.name)).toContain(name);
        const kept = cookies.filter((one) => one.name !== name);
        const [first] = cookies;
        if (value !== null && first) kept.push({ ...first, name, value });
        const browser = await playwright.request.newContext({
          baseURL: product.url,
          maxRedirects: 0,
          storageState: { cookies: kept, origins: [] },
        });
        expect(await comeBack(browser, back)).toBe('provider_state_invalid');
        expect(await whoIs(browser)).toEqual({});
        await Promise.all([before, browser].map((one) => one.dispose()));
      }
      const written = (await refusals(product)).map(({ summary }) => summary);
      expect(written.join('\n')).toContain('provider_state_invalid: the cookies of its beginning');
    });
  }

  test('is refused: it was come back by before', async ({ playwright, product }) => {
    const browser = await browserOf(playwright, product);
    const back = await goThere(browser, product);
    const { cookies } = await browser.storageState();
    expect(await comeBack(browser, back)).toBeNull();
    expect(await whoIs(browser)).toMatchObject({ user: { email: 'ada@acme.example' } });
    // In the same browser, which has given its cookies up, and in one that kept a copy of them.
    expect(await comeBack(browser, back)).toBe('provider_state_invalid');
    const copy = await playwright.request.newContext({
      baseURL: product.url,
      maxRedirects: 0,
      storageState: { cookies, origins: [] },
    });
    expect(await comeBack(copy, back)).toBe('provider_failed');
    expect(await whoIs(copy)).toEqual({});
    await Promise.all([browser, copy].map((one) => one.dispose()));
  });

  test('is refused: with a token in the address instead of a code', async ({
    playwright,
    product,
    provider,
  }) => {
    const browser = await browserOf(playwright, product);
    expect(await comeBack(browser, await goThere(browser, product))).toBeNull();
    // A good token of a sign-in that is over.
    const { lastToken } = provider;
    const thief = await browserOf(playwright, product);
    for (const withCode of [false, true]) {
      const back = new URL(await goThere(thief, product));
      if (!withCode) back.searchParams.delete('code');
      else back.searchParams.set('code', 'another');
      back.searchParams.set('id_token', lastToken);
      back.searchParams.set('access_token', 'any');
      expect(await comeBack(thief, back.href)).toBe('provider_failed');
    }
    expect(await whoIs(thief)).toEqual({});
    await Promise.all([browser, thief].map((one) => one.dispose()));
  });
});

test('takes the tokens of a provider for a sign-in alone, and keeps none', async ({
  playwright,
  product,
  provider,
}) => {
  provider.person = personOf('root', ['platform']);
  const browser = await browserOf(playwright, product);
  const back = await goThere(browser, product);
  expect(await comeBack(browser, back)).toBeNull();
  const tokens = [provider.lastToken, provider.lastAccessToken];
  for (const token of tokens) {
    const none = await playwright.request.newContext({ baseURL: product.url });
    const headers = { authorization: `Bearer ${token}` };
    expect((await none.get('/api/v1/sources', { headers })).status()).toBe(401);
    const cookie = { cookie: `next-auth.session-token=${token}` };
    expect((await none.get('/api/live', { headers: cookie })).status()).toBe(401);
    await none.dispose();
  }
  // Not in the database, of which the file and what was written beside it are all there is; nor in the browser.
  const file = product.env['INGEST_SQLITE_PATH'] ?? '';
  const stored = await Promise.all([file, `${file}-wal`].map((one) => readFile(one, 'latin1')));
  const held = JSON.stringify(await browser.storageState());
  for (const token of [...tokens, new URL(back).searchParams.get('code') ?? 'no code']) {
    expect(stored.some((bytes) => bytes.includes(token))).toBe(false);
    expect(held).not.toContain(token);
  }
  expect(stored.join('')).toContain('root@acme.example');
  await browser.dispose();
});

test('tells the person by a sentence, a remedy and a code', async ({ page }) => {
  for (const [code, sentence] of [
    ['provider_state_invalid', 'This sign-in did not begin in this browser, or it is over.'],
    ['provider_token_invalid', 'What the provider sent about you is not valid.'],
  ]) {
    await page.goto(`/sign-in?error=${code}`);
    await expect(page.getByText(`${sentence}`, { exact: true })).toBeVisible();
    await expect(page.getByText(`${code}`, { exact: true })).toBeVisible();
  }
});
