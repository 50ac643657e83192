/**
 * The `test` of all browser tests: a product per Playwright worker, a signed-in page for the role the
 * test asks for, and a failure when the browser logged an error.
 */
import { type Browser, type BrowserContext, test as base, expect } from '@playwright/test';
import { type AccountRole, accounts, password } from './accounts.ts';
import { type Product, startProduct } from './product.ts';

type StorageState = Awaited<ReturnType<BrowserContext['storageState']>>;

interface TestOptions {
  /** Who is signed in; null = nobody. Default: the administrator. */
  readonly role: AccountRole | null;
  /** Console messages that belong to what the test provokes. */
  readonly expectedErrors: readonly RegExp[];
}

interface WorkerParts {
  readonly product: Product;
  /** The session of a role, signed in once. */
  readonly sessionOf: (role: AccountRole) => Promise<StorageState>;
}

export const test = base.extend<TestOptions, WorkerParts>({
  role: ['admin', { option: true }],
  expectedErrors: [[], { option: true }],

  product: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the parameters a fixture needs from this pattern
    async ({}, use) => {
      const product = await startProduct();
      await use(product);
      await product.stop();
    },
    { scope: 'worker', timeout: 60_000 },
  ],

  sessionOf: [
    async ({ product, browser }, use) => {
      const sessions = new Map<AccountRole, Promise<StorageState>>();
      await use((role) => {
        const known = sessions.get(role) ?? signInOnce(browser, product.url, role);
        sessions.set(role, known);
        return known;
      });
    },
    { scope: 'worker' },
  ],

  baseURL: async ({ product }, use) => use(product.url),

  storageState: async ({ role, sessionOf }, use) =>
    use(role === null ? { cookies: [], origins: [] } : await sessionOf(role)),

  page: async ({ page, expectedErrors }, use) => {
    const errors: string[] = [];
    page.on('console', (message) => {
      if (message.type() === 'error') errors.push(`${message.text()} (${message.location().url})`);
    });
    page.on('pageerror', (error) => errors.push(error.message));
    await use(page);
    const unexpected = errors.filter((text) => !expectedErrors.some((known) => known.test(text)));
    expect(unexpected, 'errors in the browser').toEqual([]);
  },
});

export { expect } from '@playwright/test';

async function signInOnce(browser: Browser, url: string, role: AccountRole): Promise<StorageState> {
  // Nobody's session: asked for within a test, a context would begin with that test's own.
  const storageState = { cookies: [], origins: [] };
  const context = await browser.newContext({ baseURL: url, storageState });
  const page = await context.newPage();
  await page.goto('/sign-in');
  await page.getByLabel('E-mail').fill(accounts[role]);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.waitForURL(`${url}/`);
  const state = await context.storageState();
  await context.close();
  return state;
}
