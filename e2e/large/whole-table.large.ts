/**
 * One change to a million items: launched for all that match, slowed, sped up, undone, and stopped, while
 * pages answer as ever. Its name puts this file last: the others count on the items as they were filled.
 */
import type { Page } from '@playwright/test';
import { largeCount } from '../support/fill-large.ts';
import { goTo } from '../support/go-to.ts';
import { expect } from '../support/test.ts';
import { acceptedMs, openInTime, test } from './large-test.ts';

/** A million items in chunks of five hundred, on a machine that does other things as well. */
const patienceMs = 1_500_000;

const allItems = `${largeCount.toLocaleString('en-US')} items`;

async function launch(page: Page, priority: string, itemsPerSecond: string): Promise<void> {
  await goTo(page, '/work-items?view=all');
  await page.getByRole('checkbox', { name: 'Select all rows of this page' }).click();
  const toolbar = page.getByRole('toolbar', { name: 'Selected items' });
  await toolbar.getByRole('button', { name: `Select all ${allItems} of the filter` }).click();
  await expect(toolbar.getByText(`All ${allItems} of the filter selected`)).toBeVisible();
  await toolbar.getByRole('button', { name: 'More' }).click();
  await page.getByRole('menuitem', { name: 'Set priority' }).click();
  const dialog = page.getByRole('dialog', { name: 'Set priority: all matching items' });
  await dialog.getByLabel('Priority').fill(priority);
  await expect(dialog.getByText(/ items match now\./)).toBeVisible({ timeout: acceptedMs });
  await dialog.getByLabel('Items a second at most').fill(itemsPerSecond);
  await dialog.getByRole('button', { name: `Launch: Set priority to ${priority}` }).click();
  await page.waitForURL('**/bulk-actions/*');
}

/** How many items it has looked at, as the page says it by itself. */
async function lookedAt(page: Page): Promise<number> {
  const text = await page
    .getByText(/ of .*items looked at/)
    .textContent()
    .catch(() => null);
  return Number((text ?? '').split(' of ')[0]?.replaceAll(',', ''));
}

async function changeSpeed(page: Page, itemsPerSecond: string): Promise<void> {
  await page.getByRole('button', { name: 'Change speed' }).click();
  const dialog = page.getByRole('dialog', { name: 'Change speed' });
  await dialog.getByLabel('Items a second at most').fill(itemsPerSecond);
  await dialog.getByRole('button', { name: 'Set speed' }).click();
  await expect(dialog).toHaveCount(0);
}

async function undo(page: Page, items: RegExp): Promise<void> {
  await page.getByRole('button', { name: 'Undo' }).click();
  await page
    .getByRole('alertdialog', { name: 'Undo this action?' })
    .getByRole('button', { name: items })
    .click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(/^Undo: /);
}

test('a slow change of all items is stopped, and what it did is undone', async ({ page }) => {
  test.setTimeout(240_000);
  await launch(page, '7', '500');
  await expect.poll(() => lookedAt(page), { timeout: 60_000 }).toBeGreaterThan(500);
  await page.getByRole('button', { name: 'Stop', exact: true }).click();
  await expect(page.getByText('It was stopped then')).toBeVisible();
  // At 500 a second it is far from its end, and stays where it is.
  const stoppedAt = await lookedAt(page);
  expect(stoppedAt).toBeLessThan(largeCount / 2);
  await undo(page, /^Put [\d,]+ items back$/);
  await expect(page.getByText(/items are as they were before$/)).toBeVisible({ timeout: 60_000 });
  await goTo(page, '/work-items?view=all&priority_from=7&priority_to=7');
  await expect(page.getByRole('heading', { name: /^No (item matches|match among)/ })).toBeVisible();
});

test('all items are changed while the pages answer, and all of it is undone', async ({
  page,
  context,
}) => {
  test.setTimeout(2 * patienceMs);
  await launch(page, '8', '1000');
  const progress = page.url();
  await changeSpeed(page, '');
  const other = await context.newPage();
  const before = await lookedAt(page);
  for (const path of [
    '/',
    '/work-items?view=all&priority_from=8&priority_to=8',
    '/work-items?view=all&status=failed&sort=updated_at',
    '/sources',
    '/hosts',
    '/bulk-actions',
    '/audit',
  ]) {
    await openInTime(other, path, async () => {
      await expect(other.getByRole('heading', { level: 1 }), path).toBeVisible({
        timeout: acceptedMs,
      });
    });
  }
  await other.close();
  await expect.poll(() => lookedAt(page), { timeout: 60_000 }).toBeGreaterThan(before);
  await expect(page.getByText(`${allItems} now have priority 8`)).toBeVisible({
    timeout: patienceMs,
  });
  await goTo(page, '/work-items?view=all&priority_from=8&priority_to=8');
  await expect(page.locator('tr[data-row]')).toHaveCount(100);

  await goTo(page, progress);
  await undo(page, new RegExp(`^Put ${allItems} back$`));
  await expect(page.getByText(`${allItems} are as they were before`)).toBeVisible({
    timeout: patienceMs,
  });
  await goTo(page, '/work-items?view=all&priority_from=8&priority_to=8');
  await expect(page.getByRole('heading', { name: /^No (item matches|match among)/ })).toBeVisible();
});
