/**
 * The `test` of all browser tests: a product for each file, so that no test meets what those of another file left,
 * a signed-in page for the role the test asks for, and a failure when the browser logged an error.
 */
import { type Browser, type BrowserContext, test as base, expect } from '@playwright/test';
import { type AccountRole, accounts, password } from './accounts.ts';
import { type Product, startProduct } from './product.ts';

type StorageState = Awaited<ReturnType<BrowserContext['storageState']>>;

interface TestParts {
  /** Who is signed in; null = nobody. Default: the administrator. */
  readonly role: AccountRole | null;
  /** Console messages that belong to what the test provokes. */
  readonly expectedErrors: readonly RegExp[];
  /** Shared with the other tests of the file. */
  readonly product: Product;
  /** The session of a role, signed in once a product. */
  readonly sessionOf: (role: AccountRole) => Promise<StorageState>;
}

interface WorkerParts {
  /** Starts a product; overridden where it has settings of its own. */
  readonly newProduct: () => Promise<Product>;
  /** The product of a file; that of the file before is stopped. */
  readonly productOf: (file: string) => Promise<Product>;
  /** What `sessionOf` has signed in. */
  readonly sessions: WeakMap<Product, Map<AccountRole, Promise<StorageState>>>;
}

export const test = base.extend<TestParts, WorkerParts>({
  role: ['admin', { option: true }],
  expectedErrors: [[], { option: true }],

  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the parameters a fixture needs from this pattern
  newProduct: [async ({}, use) => use(() => startProduct()), { scope: 'worker' }],

  productOf: [
    async ({ newProduct }, use) => {
      let current: { readonly file: string; readonly product: Product } | undefined;
      await use(async (file) => {
        if (current?.file === file) return current.product;
        await current?.product.stop();
        current = undefined;
        const product = await newProduct();
        current = { file, product };
        return product;
      });
      await current?.product.stop();
    },
    { scope: 'worker', timeout: 120_000 },
  ],

  product: [
    async ({ productOf }, use, { file }) => use(await productOf(file)),
    { scope: 'test', timeout: 120_000 },
  ],

  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the parameters a fixture needs from this pattern
  sessions: [async ({}, use) => use(new WeakMap()), { scope: 'worker' }],

  sessionOf: async ({ product, sessions, browser }, use) => {
    const signedIn = sessions.get(product) ?? new Map<AccountRole, Promise<StorageState>>();
    sessions.set(product, signedIn);
    await use((role) => {
      const known = signedIn.get(role) ?? signInOnce(browser, product.url, role);
      signedIn.set(role, known);
      return known;
    });
  },

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
