/** The `test` of the tests over a million items: one filled product for all of them. */
import { expect, type Page } from '@playwright/test';
import { fillLarge } from '../support/fill-large.ts';
import { goTo } from '../support/go-to.ts';
import { startProduct } from '../support/product.ts';
import { test as base } from '../support/test.ts';

export const test = base.extend({
  // One for all files: it takes a minute to fill, and what a test changes it undoes.
  productOf: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the parameters a fixture needs from this pattern
    async ({}, use) => {
      const product = await startProduct(fillLarge);
      await use(async () => product);
      await product.stop();
    },
    { scope: 'worker', timeout: 900_000 },
  ],
});

/**
 * How long a page may take to show what it has. What is tested is that the database answers within the five
 * seconds after which the console ends a statement: the page says so when it did not. The rest of the time
 * is that of a browser on a machine that does other things as well.
 */
export const acceptedMs = 60_000;

/** Opens a page and fails when it says that something could not be read. */
export async function openInTime(
  page: Page,
  path: string,
  shown: () => Promise<void>,
): Promise<void> {
  // Whole: what was streamed is in the document twice while it is put in its place.
  await goTo(page, path, { timeoutMs: acceptedMs });
  await shown();
  await expect(page.getByRole('main').getByRole('alert'), path).toHaveCount(0);
}
