/** Opens a page and waits until it answers: what is pressed or typed before that is lost. */
import { expect, type Page, type Response } from '@playwright/test';

/** Returns the page's document; null where only the part behind the # changed. */
export async function goTo(page: Page, path: string): Promise<Response | null> {
  const document = await page.goto(path);
  await untilAnswering(page);
  return document;
}

/**
 * React marks the elements it has taken over; the heading belongs to the page's own part. What was streamed
 * lies hidden in the document until it is put in its place, and is there twice while that is done.
 */
async function untilAnswering(page: Page): Promise<void> {
  const heading = page.getByRole('heading', { level: 1 });
  await expect
    .poll(() =>
      heading
        .evaluate(
          (element) =>
            Object.keys(element).some((key) => key.startsWith('__reactFiber')) &&
            document.querySelector('[hidden][id^="S:"]') === null,
        )
        // The page has led on to another one meanwhile, which is then looked at.
        .catch(() => false),
    )
    .toBe(true);
}
