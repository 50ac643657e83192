/** What the console shows of itself to whoever knows its address, and what browsers are let keep or see of a person. */

import { createApiToken } from '#lib/access/api-tokens.ts';
import { findByEmail } from '#lib/access/user-rows.ts';
import { accounts, password } from './support/accounts.ts';
import { goTo, untilAnswers } from './support/go-to.ts';
import { withDatabase } from './support/in-database.ts';
import { pages } from './support/pages.ts';
import type { Product } from './support/product.ts';
import { expect, test } from './support/test.ts';

/** What servers show by mistake: the repository, settings, what was built and stored, documents, figures, listings. */
const hidden = [
  '/.git/config',
  '/.git/HEAD',
  '/.env',
  '/.next/BUILD_ID',
  '/package.json',
  '/pnpm-lock.yaml',
  '/server.js',
  '/holocron.db',
  '/secret.key',
  '/data/',
  '/docs/security.md',
  '/_next/',
  '/_next/static/',
  '/_next/static/chunks/',
  '/_next/data/',
  '/__nextjs_original-stack-frames',
  '/_next/image?url=%2Ficon.svg&w=64&q=75',
  '/api',
  '/api/',
  '/api/docs',
  '/api/v1',
  '/api/v1/',
  '/openapi.json',
  '/swagger.json',
  '/metrics',
  '/metrics/',
  '/debug/pprof/',
  '/server-status',
];

test.describe('a stranger', () => {
  test.use({ role: null });

  test('is shown no file, folder, document or figure', async ({ request }) => {
    for (const path of hidden) {
      const answer = await request.get(path, { maxRedirects: 0 });
      const { location = '' } = answer.headers();
      const isDoor = answer.status() === 307 && location.includes('/sign-in');
      // A slash at the end is taken off first, which tells nothing.
      const isBare =
        answer.status() === 308 && `${new URL(location, 'http://c').pathname}/` === path;
      expect(isDoor || isBare || [400, 401, 404].includes(answer.status()), path).toBe(true);
      const text = await answer.text();
      expect(text, path).not.toMatch(
        /"openapi":|"dependencies"|\[core\]|# HELP|Index of|SQLite format/,
      );
    }
  });

  test('may read how the API is asked, as programs do before they have a token, and nothing of this console', async ({
    request,
    product,
  }) => {
    const text = await (await request.get('/api/v1/openapi.json')).text();
    expect(JSON.parse(text)).toMatchObject({ openapi: expect.stringMatching(/^3\.1/) });
    for (const own of [accounts.admin, new URL(product.url).host, 'holocron.db'])
      expect(text).not.toContain(own);
  });

  test('is told of the health of the product what probes need, and no more', async ({
    request,
  }) => {
    for (const probe of ['live', 'ready', 'startup']) {
      const answer = await request.get(`/api/health/${probe}`);
      expect(Object.keys(await answer.json())).toEqual(['status']);
    }
    const all = await (await request.get('/api/health')).text();
    for (const secret of [accounts.admin, 'holocron.db', '/tmp/', 'npm', 'node'])
      expect(all).not.toContain(secret);
  });

  test('proves nothing by an address: tokens and cookies count in headers alone', async ({
    playwright,
    product,
    sessionOf,
  }) => {
    const token = await tokenOf(product);
    const { cookies } = await sessionOf('admin');
    const session = cookies.find(({ name }) => name.endsWith('session-token'))?.value ?? '';
    const asked = await playwright.request.newContext({ baseURL: product.url });
    const headers = { authorization: `Bearer ${token}` };
    expect((await asked.get('/api/v1/sources', { headers })).status()).toBe(200);
    for (const name of [
      'access_token',
      'token',
      'api_key',
      'authorization',
      'bearer',
      'Authorization',
    ]) {
      const query = `${name}=${encodeURIComponent(`Bearer ${token}`)}&${name}2=${token}`;
      for (const path of [`/api/v1/sources?${query}`, `/api/v1/sources?${name}=${token}`]) {
        expect((await asked.get(path)).status(), path).toBe(401);
      }
    }
    const inQuery = `next-auth.session-token=${session}`;
    for (const path of ['/api/live', '/api/auth/session', `/api/live;${inQuery}`]) {
      const answer = await asked.get(`${path}?${inQuery}`);
      expect(answer.status() === 200 ? await answer.json() : answer.status(), path).toEqual(
        path === '/api/auth/session' ? {} : expect.any(Number),
      );
    }
    await asked.dispose();
  });

  test('types no password into an address, also where no code runs', async ({
    browser,
    product,
  }) => {
    const context = await browser.newContext({ javaScriptEnabled: false, baseURL: product.url });
    const page = await context.newPage();
    const asked: string[] = [];
    page.on('request', (request) => asked.push(request.url()));
    await page.goto('/sign-in');
    await page.getByLabel('E-mail').fill(accounts.viewer);
    await page.getByLabel('Password').fill(password);
    await page.getByLabel('Password').press('Enter');
    await page.waitForLoadState();
    for (const url of [...asked, page.url()]) {
      expect(url).not.toContain(encodeURIComponent(password));
      expect(url).not.toContain(accounts.viewer);
    }
    await context.close();
  });
});

/** A token of the administrator that may see. */
const tokenOf = (product: Product): Promise<string> =>
  withDatabase(product, async (db) => {
    const row = await findByEmail(db, accounts.admin);
    const owner = { userId: row?.user_id ?? '', email: accounts.admin, role: 'admin' } as const;
    const wanted = {
      name: 'in addresses',
      permissions: ['console:view' as const],
      sources: null,
      days: 1,
    };
    return (await createApiToken(db, owner, wanted)).token;
  });

test('every answer has its type, and what is a person’s is kept nowhere', async ({ page }) => {
  for (const path of [...pages, '/api/live', '/api/auth/session', '/api/search?q=a', '/api/docs']) {
    const answer = await page.request.get(path);
    const { 'content-type': type = '', 'cache-control': kept = '' } = answer.headers();
    expect(answer.status(), path).toBe(200);
    expect(type, path).toMatch(/^(?:text\/html; ?charset=utf-8|application\/json\b.*)$/i);
    expect(kept, path).toContain('no-store');
  }
});

test('every page shows the way out', async ({ page }) => {
  test.setTimeout(240_000);
  for (const path of pages) {
    await goTo(page, path);
    const account = page.getByRole('button', { name: /^Account of / });
    await expect(account, path).toBeVisible();
  }
  const account = page.getByRole('button', { name: /^Account of / });
  await untilAnswers(account);
  await account.click();
  await expect(page.getByRole('menuitem', { name: 'Sign out' })).toBeVisible();
});

test('passwords are hidden, pasted and filled in by managers, and nothing hints at them', async ({
  page,
  browser,
  product,
}) => {
  const none = await browser.newContext({
    baseURL: product.url,
    storageState: { cookies: [], origins: [] },
  });
  const outside = await none.newPage();
  await outside.goto('/sign-in');
  await goTo(page, '/settings/account');
  for (const [where, label, purpose] of [
    [outside, 'Password', 'current-password'],
    [page, 'Current password', 'current-password'],
    [page, 'New password', 'new-password'],
  ] as const) {
    const field = where.getByLabel(label, { exact: true });
    await expect(field).toHaveAttribute('type', 'password');
    await expect(field).toHaveAttribute('autocomplete', purpose);
    // What a manager does: it puts the text in at once.
    const isTaken = await field.evaluate((input) => {
      input.focus();
      const pasting = new ClipboardEvent('paste', { bubbles: true, cancelable: true });
      return input.dispatchEvent(pasting) && document.execCommand('insertText', false, 'a b c');
    });
    expect(isTaken).toBe(true);
    await expect(field).toHaveValue('a b c');
    await expect(where.getByText(/hint|secret question|maiden/i)).toHaveCount(0);
  }
  // Scripts of the page see no session.
  expect(await page.evaluate(() => document.cookie)).not.toContain('session');
  await none.close();
});
