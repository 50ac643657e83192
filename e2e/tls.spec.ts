/** The console behind a proxy that ends TLS, asked as people and programs ask it there. */
import type { APIRequestContext, APIResponse } from '@playwright/test';
import { accounts, password } from './support/accounts.ts';
import { inDatabase } from './support/in-database.ts';
import { type Product, startProduct } from './support/product.ts';
import { test as base, expect } from './support/test.ts';
import { openTlsProxy, proxyAddress, type TlsProxy } from './support/tls-proxy.ts';

const test = base.extend<{ readonly asked: APIRequestContext }, { tls: TlsProxy }>({
  tls: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the parameters a fixture needs from this pattern
    async ({}, use) => {
      const tls = await openTlsProxy();
      await use(tls);
      await tls.close();
    },
    { scope: 'worker' },
  ],
  newProduct: [
    async ({ tls }, use) =>
      use(async () => {
        const product = await startProduct(undefined, {
          NEXTAUTH_URL: tls.url,
          INGEST_TRUSTED_PROXIES: `${proxyAddress}/32`,
        });
        tls.target = product.url.replace('localhost', '127.0.0.1');
        return product;
      }),
    { scope: 'worker' },
  ],
  asked: async ({ playwright, tls, product }, use) => {
    // The product is started first, and gives the proxy its target.
    expect(tls.target).toContain(new URL(product.url).port);
    const context = await playwright.request.newContext({
      baseURL: tls.url,
      ignoreHTTPSErrors: true,
    });
    await use(context);
    await context.dispose();
  },
});
test.use({ role: null });

async function signIn(
  asked: APIRequestContext,
  { url }: TlsProxy,
  headers: Record<string, string> = {},
): Promise<APIResponse> {
  const { csrfToken } = await (await asked.get('/api/auth/csrf')).json();
  return asked.post('/api/auth/callback/credentials', {
    headers: { origin: url, ...headers },
    form: { csrfToken, json: 'true', email: accounts.viewer, password },
  });
}

const cookiesOf = (response: APIResponse) =>
  response
    .headersArray()
    .filter(({ name }) => name.toLowerCase() === 'set-cookie')
    .map(({ value }) => value);

test('cookies are bound to this host, to TLS and to the server', async ({ asked, tls }) => {
  const responses = [await asked.get('/api/auth/csrf'), await signIn(asked, tls)];
  expect(responses.map((response) => response.status())).toEqual([200, 200]);
  const cookies = responses.flatMap(cookiesOf);
  expect(cookies.join('\n')).toContain('__Host-next-auth.session-token=');
  for (const cookie of cookies) {
    expect(cookie).toMatch(/^__Host-/);
    expect(cookie).toMatch(/; Secure/i);
    expect(cookie).toMatch(/; HttpOnly/i);
    expect(cookie).toMatch(/; SameSite=Lax/i);
    expect(cookie).toMatch(/; Path=\/(;|$)/i);
    expect(cookie).not.toMatch(/; Domain=/i);
  }
  expect((await asked.get('/api/live')).status()).toBe(200);
});

test('every answer asks for TLS, forbids frames and sniffing, and opens nothing to other origins', async ({
  asked,
}) => {
  const page = await asked.get('/sign-in');
  const [script = ''] = /\/_next\/static\/[^"]+\.js/.exec(await page.text()) ?? [];
  const answers = [page, await asked.get(script), await asked.get('/api/live')];
  for (const answer of answers) {
    const headers = answer.headers();
    expect(headers, answer.url()).toMatchObject({
      'strict-transport-security': 'max-age=31536000; includeSubDomains',
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'same-origin',
      'content-security-policy': expect.stringContaining("frame-ancestors 'none'"),
    });
    expect(headers['access-control-allow-origin']).toBeUndefined();
  }
  expect(page.headers()['cache-control']).toContain('no-store');
  const policy = page.headers()['content-security-policy'] ?? '';
  for (const part of ["default-src 'self'", "object-src 'none'", "base-uri 'none'", "'nonce-"])
    expect(policy).toContain(part);
  expect(policy).not.toMatch(/unsafe-eval|https?:/);
});

test('the Origin is compared with its scheme', async ({ asked, tls }) => {
  const refused = [
    tls.url.replace('https:', 'http:'),
    tls.target,
    'https://localhost',
    'null',
    'https://evil.example',
  ];
  for (const origin of refused)
    expect((await signIn(asked, tls, { origin })).status(), origin).toBe(403);
  expect((await signIn(asked, tls)).status()).toBe(200);
});

test('the address of a person is the last that no configured proxy wrote', async ({
  asked,
  playwright,
  tls,
  product,
}) => {
  const forged = { 'x-forwarded-for': '203.0.113.7' };
  // The proxy puts the real one behind what was forged.
  await signIn(asked, tls, forged);
  expect(await lastAddress(product)).toBe('127.0.0.1');
  // Past the proxy nothing of it counts.
  const past = await playwright.request.newContext({ baseURL: tls.target });
  const { csrfToken } = await (await past.get('/api/auth/csrf')).json();
  await past.post('/api/auth/callback/credentials', {
    headers: { origin: tls.url, ...forged },
    form: { csrfToken, json: 'true', email: accounts.viewer, password: 'not the right one at all' },
  });
  expect(await lastAddress(product)).toBe('127.0.0.1');
  await past.dispose();
});

const lastAddress = (product: Product) =>
  inDatabase(product, async ({ q, engine }) => {
    const entries = q
      .selectFrom('audit_log')
      .select('address')
      .where('action', 'like', 'user.sign-in%')
      .orderBy('audit_id', 'desc');
    return (await engine.take(entries, 1).executeTakeFirstOrThrow()).address;
  });
