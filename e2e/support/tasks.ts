/** What an operator is asked to do, from the overview on, by what is written on the pages; each press counts. */
import { expect, type Locator, type Page, test } from '@playwright/test';
import { goTo } from './go-to.ts';

/** Begins at the overview; the function it returns presses something, and counts. */
export async function beginAtTheOverview(page: Page, task: string) {
  await goTo(page, '/');
  const beganAt = performance.now();
  let presses = 0;
  return {
    press: async (target: Locator) => {
      await target.click();
      presses += 1;
    },
    done: (mostPresses: number) => {
      const seconds = (performance.now() - beganAt) / 1000;
      const description = `${presses} presses, ${seconds.toFixed(1)} s`;
      test.info().annotations.push({ type: task, description });
      expect(presses).toBeLessThanOrEqual(mostPresses);
    },
  };
}

export const rail = (page: Page) => page.getByRole('navigation', { name: 'Console' });
export const heading = (page: Page) => page.getByRole('heading', { level: 1 });
export const rowOf = (page: Page, link: string) =>
  page.getByRole('row').filter({ has: page.getByRole('link', { name: link, exact: true }) });
/** A part of the page, by its heading. */
export const section = (page: Page, name: string | RegExp) =>
  page.locator('section').filter({ has: page.getByRole('heading', { level: 2, name }) });
