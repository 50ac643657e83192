/** Opens a page and waits until it answers: what is pressed or typed before that is lost. */
import { expect, type Locator, type Page, type Response } from '@playwright/test';

/**
 * Returns the page's document; null where only the part behind the # changed. `timeoutMs` is for pages that may
 * take longer than those of a small database.
 */
export async function goTo(
  page: Page,
  path: string,
  { timeoutMs }: { readonly timeoutMs?: number } = {},
): Promise<Response | null> {
  const timeout = timeoutMs === undefined ? {} : { timeout: timeoutMs };
  const document = await page.goto(path, timeout);
  await untilAnswering(page, timeout);
  return document;
}

/** Loads the page again, and waits in the same way. */
export async function reload(page: Page): Promise<void> {
  await page.reload();
  await untilAnswering(page);
}

/**
 * For documents that another page has led to. The heading belongs to the page's own part. What was streamed lies
 * hidden in the document until it is put in its place, and is there twice while that is done: whoever looks
 * for a text then finds two.
 */
export async function untilAnswering(
  page: Page,
  timeout: { readonly timeout?: number } = {},
): Promise<void> {
  await page.waitForLoadState('load', timeout);
  const heading = page.getByRole('heading', { level: 1 });
  const streamed = page.locator('[hidden][id^="S:"]');
  await expect
    .poll(
      () =>
        heading
          .evaluate(isTakenOver)
          .then(async (answers) => answers && (await streamed.count()) === 0)
          // The page has led on to another one meanwhile, which is then looked at.
          .catch(() => false),
      timeout,
    )
    .toBe(true);
}

/** Waits until one part of a page answers: those whose code is loaded later do so after the page itself. */
export async function untilAnswers(part: Locator): Promise<void> {
  await expect.poll(() => part.evaluate(isTakenOver)).toBe(true);
}

/** React marks the elements it has taken over. Runs in the page. */
const isTakenOver = (element: Element): boolean =>
  Object.keys(element).some((key) => key.startsWith('__reactFiber'));
