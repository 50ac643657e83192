/** Signing in with the company's provider: the product against a real one on loopback. */
import type { Page } from '@playwright/test';
import { accounts, password } from './support/accounts.ts';
import { expectNoViolations } from './support/axe.ts';
import { untilAnswering, untilAnswers } from './support/go-to.ts';
import { type Product, startProduct } from './support/product.ts';
import { expect } from './support/test.ts';
import { personOf, settingsOf, test } from './support/with-provider.ts';

test.use({ role: null });
// The last looks at the accounts that those before it made.
test.describe.configure({ mode: 'serial' });

const button = (page: Page) => page.getByRole('button', { name: 'Sign in with Acme' });
const whoIs = async (page: Page, name: string) => {
  const account = page.getByRole('button', { name: `Account of ${name}` });
  await untilAnswers(account);
  await account.click();
  return page.getByRole('menu');
};

test('offers the provider first, and the password form below', async ({ page, provider }) => {
  provider.person = null;
  await page.goto('/sign-in');
  await expect(button(page)).toBeVisible();
  await expect(page.getByLabel('Password')).toBeVisible();
  await expectNoViolations(page);
});

test('makes an account at the first time, leads back, and follows the claim the next time', async ({
  page,
  provider,
}) => {
  provider.person = personOf('ada', ['Data Team', 'staff']);
  await page.goto('/runs?status=ended');
  await button(page).click();
  await expect(page).toHaveURL(/\/runs\?status=ended$/);
  const menu = await whoIs(page, 'ada');
  await expect(menu).toContainText('ada@acme.example · operator');
  await menu.getByRole('menuitem', { name: 'Your account' }).click();
  await expect(page.getByText('You sign in with Acme.')).toBeVisible();
  await expect(page.getByLabel('Current password')).toHaveCount(0);

  await (await whoIs(page, 'ada')).getByRole('menuitem', { name: 'Sign out' }).click();
  await expect(page).toHaveURL(/\/sign-in/);
  // This time the token is short, and userinfo has the rest.
  provider.person = { sub: 'id-ada', userinfo: { groups: ['staff'] } };
  await button(page).click();
  await expect(await whoIs(page, 'ada')).toContainText('ada@acme.example · viewer');
});

test('tells people without a role so, and lets them in nowhere', async ({ page, provider }) => {
  provider.person = personOf('mallory', ['guests']);
  await page.goto('/sign-in');
  await button(page).click();
  await expect(page.getByText('You have no role in this console.')).toBeVisible();
  await expect(page.getByText(/Ask an administrator of this console/)).toBeVisible();
  await expectNoViolations(page);
  await page.goto('/runs');
  await expect(page).toHaveURL(/\/sign-in/);
});

test('tells when the provider refuses, and when what it says is not right', async ({
  page,
  provider,
}) => {
  provider.person = null;
  await page.goto('/sign-in');
  await button(page).click();
  await expect(page.getByText('The provider did not sign you in.')).toBeVisible();

  provider.person = personOf('eve', ['platform']);
  provider.forged = { claims: { nonce: 'of another' } };
  await page.goto('/sign-in');
  await button(page).click();
  await expect(page.getByText('What the provider sent about you is not valid.')).toBeVisible();
  await expect(page.getByText('provider_token_invalid')).toBeVisible();
  await expectNoViolations(page);
  provider.forged = {};
});

test('links the account of a verified address; the settings say how people sign in', async ({
  page,
  provider,
}) => {
  const email = { email: accounts.admin, email_verified: false };
  const admin = personOf('grace', ['platform']);
  provider.person = { ...admin, claims: { ...admin.claims, ...email } };
  await page.goto('/settings');
  await button(page).click();
  await expect(
    page.getByText('There is already an account with your e-mail address.'),
  ).toBeVisible();

  provider.person = { ...admin, claims: { ...admin.claims, ...email, email_verified: true } };
  await page.goto('/settings');
  await button(page).click();
  await expect(page.getByRole('heading', { name: 'Settings', level: 1 })).toBeVisible();
  await untilAnswering(page);
  const rowOf = (address: string) => page.getByRole('row').filter({ hasText: address });
  await expect(rowOf(accounts.admin)).toContainText('Acme, password');
  await expect(rowOf('ada@acme.example')).toContainText('Acme');
  await expect(rowOf(accounts.viewer)).toContainText('password');
  const facts = page
    .locator('section')
    .filter({ has: page.getByRole('heading', { name: 'Sign-in' }) });
  await expect(facts).toContainText(provider.issuer);
  await expect(facts).toContainText('/api/auth/callback/oidc to register at the provider');
  await expect(facts).toContainText('operator for Data Team');
  expect(await page.content()).not.toContain('a secret of tests');

  // An account without a password may wait for its person.
  await page.getByRole('button', { name: 'New user' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('E-mail').fill('kim@acme.example');
  await dialog.getByLabel('Name').fill('Kim');
  await dialog.getByRole('button', { name: 'Create user' }).click();
  await expect(rowOf('kim@acme.example')).toContainText('Acme, not linked yet');
  // And a link can be taken back.
  await rowOf('ada@acme.example').getByRole('button', { name: 'Change' }).click();
  await expectNoViolations(page);
  await dialog.getByText('Linked to Acme').click();
  await expect(dialog.getByRole('switch', { name: 'Linked to Acme' })).not.toBeChecked();
  await dialog.getByRole('button', { name: 'Save user' }).click();
  await expect(rowOf('ada@acme.example')).toContainText('Acme, not linked yet');
});

test.describe('with passwords switched off', () => {
  let product: Product;
  test.beforeAll(async ({ provider }) => {
    const settings = { ...settingsOf(provider), INGEST_PASSWORD_SIGN_IN: 'off' };
    product = await startProduct(undefined, settings);
  });
  test.afterAll(() => product.stop());

  test('the provider is the only way in', async ({ page, provider }) => {
    await page.goto(`${product.url}/sign-in`);
    await expect(button(page)).toBeVisible();
    await expect(page.getByLabel('Password')).toHaveCount(0);
    await expectNoViolations(page);
    const { csrfToken } = await (await page.request.get(`${product.url}/api/auth/csrf`)).json();
    await page.request.post(`${product.url}/api/auth/callback/credentials`, {
      headers: { origin: product.url },
      form: { csrfToken, email: accounts.admin, password, json: 'true' },
    });
    const session = await page.request.get(`${product.url}/api/auth/session`);
    expect(await session.json()).toEqual({});

    provider.person = personOf('root', ['platform']);
    await page.goto(`${product.url}/settings`);
    await button(page).click();
    await expect(page.getByRole('heading', { name: 'Settings', level: 1 })).toBeVisible();
    await untilAnswering(page);
    await expect(page.getByRole('button', { name: 'Set password' })).toHaveCount(0);
    await expect(page.getByText('off (INGEST_PASSWORD_SIGN_IN)')).toBeVisible();
  });
});
