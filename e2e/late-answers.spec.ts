/** What arrives late moves nothing that a key or a pointer is about to choose. */
import type { Locator, Page, Route } from '@playwright/test';
import { goTo } from './support/go-to.ts';
import { addTestSource, openLaunch } from './support/sources.ts';
import { expect, test } from './support/test.ts';

/** Holds back what matches; the function it returns lets it through, and all that come later. */
async function holdBack(page: Page, url: string, isIt: (route: Route) => boolean = () => true) {
  let release = () => {};
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  await page.route(url, async (route) => {
    if (isIt(route)) await released;
    await route.continue();
  });
  return release;
}

interface Press {
  readonly x: number;
  readonly y: number;
  readonly by: 'mouse' | 'touch';
  /** It comes down while what was there before still is. */
  readonly isDownBefore?: boolean;
}

/**
 * Presses at a place in the very moment in which something else has come there; says in which row that was, and whether
 * the press has reached it.
 */
const pressWhenMoved = (page: Page, press: Press) =>
  page.evaluate(
    ({ x, y, by, isDownBefore = false }) =>
      new Promise<{ readonly row: string; readonly reached: boolean }>((resolve) => {
        const under = () => document.elementFromPoint(x, y)?.closest('button');
        const before = under();
        const where = { clientX: x, clientY: y, bubbles: true, cancelable: true };
        const pointer = { ...where, pointerType: by, isPrimary: true, pointerId: 1 };
        if (isDownBefore) before?.dispatchEvent(new PointerEvent('pointerdown', pointer));
        const look = () => {
          const button = under();
          if (!button || button === before) return;
          watch.disconnect();
          let reached = false;
          button.addEventListener('click', () => {
            reached = true;
          });
          if (!isDownBefore) button.dispatchEvent(new PointerEvent('pointerdown', pointer));
          button.dispatchEvent(new PointerEvent('pointerup', pointer));
          button.dispatchEvent(new MouseEvent('click', { ...where, detail: 1 }));
          resolve({ row: button.closest('tr')?.textContent ?? '', reached });
        };
        const watch = new MutationObserver(look);
        watch.observe(document.body, { childList: true, subtree: true });
      }),
    press,
  );

/** The button that runs a source, in its row. */
const runButton = (page: Page, name: string) =>
  page
    .getByRole('row')
    .filter({ has: page.getByRole('link', { name, exact: true }) })
    .getByRole('button', { name: 'Run' });

async function middleOf(of: Locator) {
  const box = await of.boundingBox();
  if (!box) throw new Error('it is not there');
  return { x: Math.round(box.x + box.width / 2), y: Math.round(box.y + box.height / 2) };
}

test('a row that a live list puts under the pointer is not pressed in place of the one before', async ({
  page,
  context,
}) => {
  await addTestSource(page, { name: 'late-b', resources: 5 });
  await goTo(page, '/sources');
  const at = await middleOf(runButton(page, 'late-b'));
  await page.mouse.move(at.x, at.y);
  const pressed = pressWhenMoved(page, { ...at, by: 'mouse' });
  const other = await context.newPage();
  await addTestSource(other, { name: 'late-a', resources: 5 });
  await other.close();
  const { row, reached } = await pressed;
  expect(row).toContain('late-a');
  expect(reached).toBe(false);
  // Whoever has seen it presses it.
  await expect(async () => {
    await page.mouse.down();
    await page.mouse.up();
    await expect(page.getByRole('dialog', { name: 'Launch a run' })).toBeVisible({
      timeout: 1_000,
    });
  }).toPass();
});

for (const { when, isDownBefore, first, second } of [
  { when: 'comes down', isDownBefore: false, first: 'touch-d', second: 'touch-c' },
  { when: 'is already down', isDownBefore: true, first: 'touch-b', second: 'touch-a' },
]) {
  test(`a row that comes where a finger ${when} is not pressed`, async ({
    page: other,
    browser,
    baseURL,
    sessionOf,
  }) => {
    await addTestSource(other, { name: first, resources: 5 });
    const context = await browser.newContext({
      ...(baseURL ? { baseURL } : {}),
      storageState: await sessionOf('admin'),
      viewport: { width: 1366, height: 1024 },
      hasTouch: true,
    });
    const page = await context.newPage();
    await goTo(page, '/sources');
    const at = await middleOf(runButton(page, first));
    const pressed = pressWhenMoved(page, { ...at, by: 'touch', isDownBefore });
    await addTestSource(other, { name: second, resources: 5 });
    const { row, reached } = await pressed;
    expect(row).toContain(second);
    expect(reached).toBe(false);
    await expect(page.getByRole('dialog')).toHaveCount(0);
    // Whoever has seen it presses it.
    await expect(async () => {
      await page.touchscreen.tap(at.x, at.y);
      await expect(page.getByRole('dialog', { name: 'Launch a run' })).toBeVisible({
        timeout: 1_000,
      });
    }).toPass();
    await context.close();
  });
}

test('a count that comes late leaves the buttons of its dialog where they are', async ({
  page,
}) => {
  await addTestSource(page, { name: 'late-count', resources: 5 });
  const dialog = await openLaunch(page, 'late-count');
  await expect(dialog.getByRole('status')).toContainText('at the start');
  const answer = await holdBack(
    page,
    '**/sources*',
    (route) => route.request().headers()['next-action'] !== undefined,
  );
  const launch = dialog.getByRole('button', { name: 'Launch run' });
  await dialog.getByLabel('Maximum items').fill('3');
  // What was counted for another choice is not shown for this one.
  await expect(dialog.getByRole('status')).toHaveText('Counting the items …');
  const before = await launch.boundingBox();
  answer();
  await expect(dialog.getByRole('status')).toContainText('at the start');
  expect(await launch.boundingBox()).toEqual(before);
});

test('a message that comes late leaves the others where they are', async ({ page }) => {
  await goTo(page, '/design');
  await page.getByRole('button', { name: 'Say what was refused' }).click();
  const messages = page.getByRole('region', { name: 'Messages' });
  const close = messages.getByRole('button', { name: 'Close message' });
  await expect(close).toHaveCount(1);
  // Its colours settle first.
  await expect.poll(() => close.first().boundingBox()).toEqual(await close.first().boundingBox());
  const before = await close.first().boundingBox();
  await page.getByRole('button', { name: 'Say what was refused' }).click();
  await expect(close).toHaveCount(2);
  expect(await close.first().boundingBox()).toEqual(before);
});
