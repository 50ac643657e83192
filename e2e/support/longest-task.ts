/** How long a page did not answer: its longest task. */
import type { Page } from '@playwright/test';

/** Begins to watch before the page loads; the function it returns gives the longest task since then, ms. */
export async function watchTasks(page: Page): Promise<() => Promise<number>> {
  await page.addInitScript(() => {
    const holder = window as { longestTask?: number };
    new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries())
        holder.longestTask = Math.max(holder.longestTask ?? 0, duration);
    }).observe({ type: 'longtask', buffered: true });
  });
  return () =>
    page.evaluate(() => {
      const holder = window as { longestTask?: number };
      const longest = holder.longestTask ?? 0;
      holder.longestTask = 0;
      return longest;
    });
}
