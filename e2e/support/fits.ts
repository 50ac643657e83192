/**
 * Whether a page fits its window: nothing beyond the edges, and scrolling both ways in tables alone; on a phone, where
 * tables are cards, not even there.
 */
import { expect, type Page } from '@playwright/test';

export async function expectToFit(page: Page): Promise<void> {
  const { width } = page.viewportSize() ?? { width: 0 };
  const misfits = await page.evaluate(() => {
    const { clientWidth, scrollWidth } = document.documentElement;
    const nameOf = (element: Element) =>
      `${element.tagName.toLowerCase()} “${(element.getAttribute('aria-label') ?? element.textContent ?? '').trim().slice(0, 40)}”`;
    const scrollsSideways = (element: Element) =>
      /auto|scroll/.test(getComputedStyle(element).overflowX) &&
      element.scrollWidth > element.clientWidth + 1;
    /** A strip of tabs, one line high, is moved sideways only. */
    const isStrip = (element: Element) => element.clientHeight <= 48;
    /** Tables, and text that keeps its lines, may be wider than the window. */
    const mayBeWide = (element: Element) =>
      element.matches('pre, [role=tree], .mono, textarea, :has(> pre)') ||
      // What holds such a text on a phone scrolls by itself.
      (innerWidth >= 640 && element.querySelector('table, pre, code, .mono') !== null);
    const isVisible = (element: Element) => {
      const { width: w, height: h } = element.getBoundingClientRect();
      // What is for screen readers alone is one pixel.
      return w > 1 && h > 1 && getComputedStyle(element).visibility !== 'hidden';
    };
    const standsInScroller = (element: Element) => {
      for (let up = element.parentElement; up; up = up.parentElement)
        if (/auto|scroll|hidden/.test(getComputedStyle(up).overflowX)) return true;
      return false;
    };
    const cut = [...document.querySelectorAll('a, button, input, select, textarea, h1, h2, h3, p')]
      .filter((element) => isVisible(element) && !standsInScroller(element))
      .filter((element) => {
        const { left, right } = element.getBoundingClientRect();
        return right > clientWidth + 1 || left < -1;
      });
    const wide = [...document.querySelectorAll('body *')].filter(
      (element) => scrollsSideways(element) && !isStrip(element) && !mayBeWide(element),
    );
    return [
      ...(scrollWidth > clientWidth ? [`the page is ${scrollWidth} px wide`] : []),
      ...cut.map((element) => `cut off: ${nameOf(element)}`),
      ...wide.map((element) => `scrolls sideways: ${nameOf(element)}`),
    ];
  });
  expect(misfits, `${page.url()} at ${width} px`).toEqual([]);
}
