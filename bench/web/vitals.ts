/** The moments of a page as the browser itself saw them. */
import type { Page } from '@playwright/test';

export interface Vitals {
  readonly firstByteMs: number;
  readonly firstPaintMs: number;
  readonly largestPaintMs: number;
  /** What tasks took beyond 50 ms each, in sum: total blocking time. */
  readonly blockedMs: number;
  /** Cumulative layout shift, without a unit; below 0.1 is called good. */
  readonly layoutShift: number;
}

/** Begins to observe before the page loads; the function it returns reads what was seen. */
export async function observeVitals(page: Page): Promise<() => Promise<Vitals>> {
  await page.addInitScript(() => {
    const seen = { firstPaintMs: 0, largestPaintMs: 0, blockedMs: 0, layoutShift: 0 };
    const observe = (type: string, see: (entry: PerformanceEntry) => void) =>
      new PerformanceObserver((list) => list.getEntries().forEach(see)).observe({
        type,
        buffered: true,
      });
    observe('paint', (entry) => {
      if (entry.name === 'first-contentful-paint') seen.firstPaintMs = entry.startTime;
    });
    observe('largest-contentful-paint', (entry) => {
      seen.largestPaintMs = entry.startTime;
    });
    observe('longtask', (entry) => {
      seen.blockedMs += Math.max(0, entry.duration - 50);
    });
    observe('layout-shift', (entry) => {
      if ('value' in entry) seen.layoutShift += Number(entry.value);
    });
    Object.assign(window, { vitalsOfThisPage: seen });
  });
  return () =>
    page.evaluate(() => {
      const [navigation] = performance.getEntriesByType('navigation');
      const firstByteMs =
        navigation instanceof PerformanceNavigationTiming ? navigation.responseStart : Number.NaN;
      // The script above has put it there before anything else of the page ran.
      const { vitalsOfThisPage } = window as unknown as { vitalsOfThisPage: Vitals };
      return { ...vitalsOfThisPage, firstByteMs };
    });
}
