/** Every page but the list of work items, over the same database: none waits for the size of a table. */
import { encodeCursor } from '../../lib/paging/cursor.ts';
import { largeCount, largeRow } from '../support/fill-large.ts';
import { goTo } from '../support/go-to.ts';
import { expect } from '../support/test.ts';
import { acceptedMs, openInTime, test } from './large-test.ts';

// A tenth of the items are categories; these have a run, a host and an attempt that went well.
const deep = largeRow(largeCount / 10);
const day = deep.updated_at.slice(0, 10);
const cursorOf = (sort: string, value: string) =>
  encodeCursor({ sort, direction: 'desc', way: 'after', value, id: deep.work_item_id });
const deepRecord = `cursor=${cursorOf('fetched_at', deep.updated_at)}`;
const deepRun = `cursor=${cursorOf('started_at', deep.created_at)}`;
const deepEntry = `cursor=${cursorOf('at', deep.updated_at)}`;

/** Paths and the least number of rows in their table; 0 = a page that may have none. */
const pages: Readonly<Record<string, number>> = {
  '/': 0,
  '/?window=7d': 0,
  '/failures': 1,
  '/failures?window=7d': 1,
  '/sources': 6,
  '/runs': 50,
  [`/runs?${deepRun}`]: 50,
  '/runs?status=completed': 50,
  [`/runs?status=completed&${deepRun}`]: 50,
  '/runs?status=failed': 0,
  '/runs?status=running': 0,
  '/records': 100,
  [`/records?${deepRecord}`]: 100,
  '/records?dir=asc': 100,
  '/records?source=bench-2': 100,
  [`/records?source=bench-2&${deepRecord}`]: 100,
  '/records?source=bench-1&type=category': 1,
  '/records?type=nothing': 0,
  '/records?resource=Page_1': 100,
  [`/records?resource=${deep.resource_id}`]: 1,
  [`/records?run=${deep.run_id}&http=503`]: 1,
  '/records?http=204': 0,
  [`/records?fetched_from=${day}&fetched_to=${day}`]: 100,
  '/hosts': 50,
  '/workers': 1,
  '/schedules': 0,
  '/audit': 50,
  [`/audit?${deepEntry}`]: 50,
  '/audit?actor=operator': 1,
  '/audit?actor=nobody': 0,
  '/audit?action=work_items.skip': 1,
  [`/audit?type=work_item&target=${deep.work_item_id}`]: 1,
  [`/audit?actor=operator&from=${day}&to=${day}`]: 1,
  '/bulk-actions': 0,
  '/settings': 0,
  [`/work-items/${deep.work_item_id}`]: 1,
  [`/records/${deep.work_item_id}`]: 0,
  [`/runs/${deep.work_item_id}`]: 0,
};

test('each page answers in time, deep ones as well', async ({ page }) => {
  test.setTimeout(1_200_000);
  for (const [path, least] of Object.entries(pages)) {
    await openInTime(page, path, async () => {
      await expect(page.getByRole('heading', { level: 1 }), path).toBeVisible({
        timeout: acceptedMs,
      });
      // What is streamed after the first view has come as well.
      await expect(page.getByRole('status', { name: 'Loading' }), path).toHaveCount(0, {
        timeout: acceptedMs,
      });
      if (least === 0) return;
      const rows = page.getByRole('main').locator('tbody tr');
      await expect
        .poll(() => rows.count(), { message: path, timeout: acceptedMs })
        .toBeGreaterThanOrEqual(least);
    });
  }
});

test('a source shows how many of its items wait, and how many are stale', async ({ page }) => {
  await goTo(page, '/sources');
  const row = page
    .getByRole('row')
    .filter({ has: page.getByRole('link', { name: 'bench-2', exact: true }) });
  // A fifth of all, of which a quarter waits.
  await expect(row).toContainText((largeCount / 20).toLocaleString('en-US'));
  await expect(row).toContainText('%');
});

test('the palette finds one item among all', async ({ page }) => {
  await goTo(page, '/');
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
  await page.keyboard.press('Control+k');
  const palette = page.getByRole('dialog', { name: 'Find' });
  await palette.getByRole('searchbox').fill(deep.work_item_id);
  await expect(
    palette.getByRole('menuitem').filter({ hasText: deep.resource_id }).first(),
  ).toBeVisible();
});
