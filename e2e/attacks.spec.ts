/** The scripts of an attacker against the built console: stolen cookies, guessed passwords, requests made by hand. */
import { request as http } from 'node:http';
import type { APIRequestContext } from '@playwright/test';
import { accounts, password } from './support/accounts.ts';
import { expect, test } from './support/test.ts';

test.use({ role: null });

async function postForm(
  request: APIRequestContext,
  url: string,
  path: string,
  form: Record<string, string>,
) {
  const { csrfToken } = await (await request.get('/api/auth/csrf')).json();
  return request.post(path, {
    headers: { origin: url },
    form: { csrfToken, json: 'true', ...form },
  });
}

test('a copied cookie dies with its session, and nothing renews it', async ({
  playwright,
  product: { url },
}) => {
  const owner = await playwright.request.newContext({ baseURL: url });
  const signedIn = await postForm(owner, url, '/api/auth/callback/credentials', {
    email: accounts.viewer,
    password,
  });
  expect(signedIn.ok()).toBe(true);
  const storageState = await owner.storageState();
  const thief = await playwright.request.newContext({ baseURL: url, storageState });
  const first = await (await thief.get('/api/auth/session')).json();
  expect(first).toMatchObject({ user: { email: accounts.viewer } });
  const again = await thief.get('/api/auth/session');
  expect((await again.json()).expires).toBe(first.expires);
  expect(again.headers()['set-cookie']).toBeUndefined();
  expect((await thief.get('/api/live')).status()).toBe(200);

  await postForm(owner, url, '/api/auth/signout', {});
  expect((await thief.get('/api/live')).status()).toBe(401);
  expect(await (await thief.get('/api/auth/session')).json()).toEqual({});
  const page = await thief.get('/settings/account', { maxRedirects: 0 });
  expect(page.headers()['location']).toContain('/sign-in?reason=ended');
  await owner.dispose();
  await thief.dispose();
});

test('a stream of events ends with the session that opened it', async ({ playwright, product }) => {
  const { url } = product;
  const owner = await playwright.request.newContext({ baseURL: url });
  const form = { email: accounts.viewer, password };
  await postForm(owner, url, '/api/auth/callback/credentials', form);
  const { cookies } = await owner.storageState();
  const cookie = cookies.map(({ name, value }) => `${name}=${value}`).join('; ');
  const answer = await fetch(`${url}/api/events/stream`, { headers: { cookie } });
  expect(answer.status).toBe(200);
  await postForm(owner, url, '/api/auth/signout', {});
  // The next thing that would pass is a sign of life, a quarter of a minute later at most; it goes on for five minutes else.
  const reader = answer.body?.getReader();
  const isOver = async (): Promise<boolean> => {
    try {
      for (;;) if ((await reader?.read())?.done !== false) return true;
    } catch {
      return true;
    }
  };
  const patience = new Promise<boolean>((resolve) => setTimeout(() => resolve(false), 60_000));
  expect(await Promise.race([isOver(), patience])).toBe(true);
  await reader?.cancel().catch(() => undefined);
  await owner.dispose();
});

test('a password that an administrator chose opens one page, which changes it', async ({
  browser,
  product: { url },
}) => {
  const email = 'new@example.org';
  const given = 'handed over in the office';
  const own = 'thought of on the way home';
  const admin = await (await browser.newContext({ baseURL: url })).newPage();
  const signIn = async (page: typeof admin, who: string, secret: string) => {
    await page.getByLabel('E-mail').fill(who);
    await page.getByLabel('Password').fill(secret);
    await page.getByRole('button', { name: 'Sign in' }).click();
  };
  await admin.goto('/sign-in?next=/settings');
  await signIn(admin, accounts.admin, password);
  await admin.getByRole('button', { name: 'New user' }).click();
  const dialog = admin.getByRole('dialog');
  await dialog.getByLabel('E-mail').fill(email);
  await dialog.getByLabel('Name').fill('New');
  await dialog.getByLabel('Password').fill('password1234');
  await dialog.getByRole('button', { name: 'Create user' }).click();
  await expect(dialog.getByText('It is among the commonest').first()).toBeVisible();
  await dialog.getByLabel('Password').fill(given);
  await dialog.getByRole('button', { name: 'Create user' }).click();
  await expect(admin.getByRole('row').filter({ hasText: email })).toBeVisible();

  const page = await (await browser.newContext({ baseURL: url })).newPage();
  await page.goto('/sign-in?next=/runs');
  await signIn(page, email, given);
  await expect(page.getByRole('heading', { name: 'Choose a password', level: 1 })).toBeVisible();
  await page.goto('/audit');
  await expect(page).toHaveURL(/\/new-password$/);
  expect((await page.request.get('/api/live')).status()).toBe(403);
  await page.getByLabel('Current password').fill(given);
  await page.getByLabel('New password').fill(own);
  await page.getByRole('button', { name: 'Change password' }).click();
  await expect(page.getByText('Your password was changed')).toBeVisible();
  await signIn(page, email, own);
  await expect(page.getByRole('heading', { name: 'Overview', level: 1 })).toBeVisible();

  await page.goto('/settings/account');
  await expect(page.getByRole('row').filter({ hasText: 'this one' })).toContainText('127.0.0.1');
  const row = admin.getByRole('row').filter({ hasText: email });
  await row.getByRole('button', { name: 'End sessions' }).click();
  await admin.getByRole('dialog').getByRole('button', { name: 'End sessions' }).click();
  await expect(admin.getByText(`${email} is signed out everywhere`)).toBeVisible();
  await page.goto('/runs');
  await expect(page.getByText('Your session has ended')).toBeVisible();
});

test('no request made by hand gets more than a 4xx out of the console', async ({ product }) => {
  const { url, output } = product;
  const { hostname, port } = new URL(url);
  const send = (method: string, path: string, headers: Record<string, string>, body = '') =>
    new Promise<{ status: number; headers: Record<string, unknown> }>((resolve, reject) => {
      const call = http({ hostname, port, method, path, headers }, (response) => {
        response.resume();
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, headers: response.headers }),
        );
      });
      call.on('error', reject).end(body);
    });
  const origin = { origin: url };
  const action = { ...origin, 'next-action': '0'.repeat(42) };
  const form = 'application/x-www-form-urlencoded';
  const forged = { cookie: 'next-auth.session-token=eyJhbGciOiJkaXIifQ..forged' };
  const calls: [string, string, Record<string, string>, string?][] = [
    ['TRACE', '/', {}],
    ['TRACE', '/api/health', {}],
    ['PROPFIND', '/', {}],
    ['POST', '/', origin],
    ['POST', '/sign-in', { ...origin, 'content-type': 'multipart/form-data; boundary=x' }, '--x'],
    ['POST', '/sign-in', { ...action, 'content-type': 'multipart/form-data' }, 'a'],
    ['POST', '/sign-in', { ...action, 'content-type': 'multipart/form-data; boundary=x' }, '--y'],
    ['POST', '/sign-in', { ...action, 'content-type': 'text/plain' }, '[{"$$'],
    ['POST', '/api/auth/callback/credentials', { ...origin, 'content-type': form }, '%E0%A4%A'],
    [
      'POST',
      '/api/auth/callback/credentials',
      { ...origin, 'content-type': 'application/json' },
      '{',
    ],
    ['POST', '/api/auth/signin', { ...origin, 'content-type': form }, 'a[b]=c'],
    ['POST', '/api/auth/nothing', origin],
    ['POST', '/api/live', origin],
    ['DELETE', '/runs', origin],
    ['GET', '/api/auth/session', forged],
    ['GET', '/api/live', forged],
    ['GET', '/runs', forged],
  ];
  const faults: string[] = [];
  for (const [method, path, headers, body] of calls) {
    const answer = await send(method, path, headers, body);
    const what = `${method} ${path} ${JSON.stringify(headers)}`;
    if (answer.status >= 500) faults.push(`${what}: ${answer.status}`);
    for (const name of ['x-content-type-options', 'content-security-policy', 'referrer-policy']) {
      if (answer.headers[name] === undefined) faults.push(`${what}: no ${name}`);
    }
  }
  expect(faults).toEqual([]);
  expect(output()).not.toMatch(/JWE|JWT_SESSION_ERROR/);
});

test('headers are on static files, on refusals and on redirects', async ({ request, product }) => {
  const [script = ''] =
    /\/_next\/static\/[^"]+\.js/.exec(await (await request.get('/sign-in')).text()) ?? [];
  const answers = [
    await request.get(script),
    await request.get('/favicon.ico'),
    await request.get('/api/live'),
    await request.get('/runs', { maxRedirects: 0 }),
    await request.post('/', { headers: { origin: 'http://evil.example' } }),
  ];
  expect(answers.map((answer) => answer.status())).toEqual([200, 200, 401, 307, 403]);
  for (const answer of answers) {
    expect(answer.headers(), answer.url()).toMatchObject({
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'cross-origin-resource-policy': 'same-origin',
      'content-security-policy': expect.any(String),
    });
  }
  expect(product.url).toMatch(/^http:/);
  expect(answers[0]?.headers()['strict-transport-security']).toBeUndefined();
});
