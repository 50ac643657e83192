import type { Page } from '@playwright/test';
import { type AccountRole, accounts, password } from './support/accounts.ts';
import { delayScripts } from './support/delay-scripts.ts';
import { goTo } from './support/go-to.ts';
import { expect, test } from './support/test.ts';

test.use({ role: null });

async function signIn(page: Page, role: AccountRole): Promise<void> {
  await page.goto('/sign-in');
  await page.getByLabel('E-mail').fill(accounts[role]);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page.getByRole('button', { name: `Account of ${role}` })).toBeVisible();
}

async function signOut(page: Page, role: AccountRole): Promise<void> {
  await page.getByRole('button', { name: `Account of ${role}` }).click();
  await page.getByRole('menuitem', { name: 'Sign out' }).click();
}

test('a signed-out person is asked to sign in, then gets where they were going', async ({
  page,
}) => {
  await page.goto('/audit?action=user');
  await expect(page).toHaveURL(/\/sign-in\?next=/);
  await page.getByLabel('E-mail').fill(accounts.viewer.toUpperCase());
  await page.getByLabel('Password').fill(password);
  await page.getByLabel('Password').press('Enter');
  await expect(page).toHaveURL(/\/audit\?action=user$/);
  await expect(page.getByRole('heading', { name: 'Audit', level: 1 })).toBeVisible();
});

test('who is quicker than the code of the page is signed in all the same', async ({ page }) => {
  const release = await delayScripts(page);
  await page.goto('/sign-in', { waitUntil: 'commit' });
  await page.getByLabel('E-mail').fill(accounts.viewer);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page).toHaveURL(/\/sign-in$/);
  release();
  await expect(page.getByRole('heading', { name: 'Overview', level: 1 })).toBeVisible();
});

test('an empty form says what is missing beside the fields', async ({ page }) => {
  await page.goto('/sign-in');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page.getByText('Enter your e-mail address.')).toBeVisible();
  await expect(page.getByText('Enter your password.')).toBeVisible();
});

test.describe('with wrong passwords', () => {
  // The browser itself logs the refused request.
  test.use({ expectedErrors: [/status of 401/] });

  test('the answer does not tell which accounts exist, and guessing is stopped', async ({
    page,
  }) => {
    await page.goto('/sign-in');
    const attempt = async (email: string) => {
      await page.getByLabel('E-mail').fill(email);
      await page.getByLabel('Password').fill('not the password');
      const answered = page.waitForResponse(/callback\/credentials/);
      await page.getByRole('button', { name: 'Sign in' }).click();
      await answered;
    };
    const wrong = page.getByRole('alert').getByText('The e-mail address or the password is wrong.');
    await attempt('nobody@example.org');
    await expect(wrong).toBeVisible();
    for (let count = 0; count < 5; count += 1) {
      await attempt(accounts.operator);
      await expect(wrong).toBeVisible();
    }
    await attempt(accounts.operator);
    await expect(
      page.getByRole('alert').getByText('Too many attempts with a wrong password.'),
    ).toBeVisible();
    await expect(page.getByText(/Try again in \d+ seconds/)).toBeVisible();
  });
});

test('a session that has ended leads back to the page it ended on', async ({ page, baseURL }) => {
  await page
    .context()
    .addCookies([
      { name: 'next-auth.session-token', value: 'of-another-time', url: baseURL ?? '' },
    ]);
  await page.goto('/audit?action=user');
  await expect(page.getByText('Your session has ended')).toBeVisible();
  await page.getByLabel('E-mail').fill(accounts.viewer);
  await page.getByLabel('Password').fill(password);
  await page.getByLabel('Password').press('Enter');
  await expect(page).toHaveURL(/\/audit\?action=user$/);
});

test('signing out ends the session, and leaves no draft to whoever signs in next', async ({
  page,
}) => {
  await signIn(page, 'admin');
  await goTo(page, '/sources/new?template=sample');
  await page.getByRole('textbox', { name: 'Name', exact: true }).fill('half a name');
  const drafts = () =>
    page.evaluate(() => Object.keys(sessionStorage).filter((name) => name.startsWith('draft:')));
  await expect.poll(drafts).toHaveLength(1);
  await signOut(page, 'admin');
  await expect(page).toHaveURL(/\/sign-in$/);
  expect(await drafts()).toEqual([]);
  await page.goto('/runs');
  await expect(page).toHaveURL(/\/sign-in\?next=%2Fruns/);
});

test.describe('while the console cannot be reached', () => {
  test.use({ expectedErrors: [/ERR_INTERNET_DISCONNECTED/] });

  test('signing out says so, and the page goes on', async ({ page, context }) => {
    await signIn(page, 'viewer');
    await goTo(page, '/runs');
    await page.getByRole('button', { name: 'Account of viewer' }).click();
    await context.setOffline(true);
    await page.getByRole('menuitem', { name: 'Sign out' }).click();
    await expect(page.getByText('The console did not answer.')).toBeVisible();
    await context.setOffline(false);
    await expect(page.getByRole('button', { name: 'Live refresh: live' })).toBeVisible();
    await signOut(page, 'viewer');
    await expect(page).toHaveURL(/\/sign-in$/);
  });
});

test('health is told without signing in, and nothing else is', async ({ request }) => {
  const health = await request.get('/api/health');
  expect(health.status()).toBe(200);
  expect(await health.json()).toMatchObject({
    status: 'ok',
    engine: 'sqlite',
    pending_migrations: [],
    workers: 1,
  });
  expect((await request.get('/api/live')).status()).toBe(401);
  expect((await request.get('/api/search?q=test')).status()).toBe(401);
});

test('a change that does not come from our own pages is refused', async ({ request }) => {
  const foreign = await request.post('/', { headers: { origin: 'https://evil.example' } });
  expect(foreign.status()).toBe(403);
  expect((await request.post('/')).status()).toBe(403);
});

test('every page carries a content security policy with a fresh nonce', async ({ request }) => {
  const policyOf = async () => (await request.get('/sign-in')).headers()['content-security-policy'];
  const first = await policyOf();
  expect(first).toContain("script-src 'self' 'nonce-");
  expect(first).not.toContain('unsafe-eval');
  expect(await policyOf()).not.toBe(first);
});
