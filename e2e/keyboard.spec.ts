/** What an operator does all day, without a mouse: nothing is reached but by Tab, letters, arrows and Enter. */
import type { Page } from '@playwright/test';
import { goTo } from './support/go-to.ts';
import { addTestSource, runToTheEnd } from './support/sources.ts';
import { pressByKey, tabTo } from './support/tab-to.ts';
import { expect, test } from './support/test.ts';

const source = 'keyboard-source';
const button = (page: Page, name: string | RegExp) => page.getByRole('button', { name });

test('a source is changed and paused, a run launched, and its items are filtered and held', async ({
  page,
}) => {
  test.setTimeout(120_000);
  await addTestSource(page, { name: source, resources: 6 });
  await goTo(page, '/');
  for (const key of ['g', 's']) await page.keyboard.press(key);
  await pressByKey(page, page.getByRole('link', { name: source, exact: true }));
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(source);

  const room = page.url();
  await pressByKey(page, page.getByRole('link', { name: 'Edit', exact: true }));
  await tabTo(page, page.getByRole('spinbutton', { name: 'Resources', exact: true }));
  await page.keyboard.press('Control+a');
  await page.keyboard.type('7');
  await pressByKey(page, button(page, 'Save changes'));
  await expect(page.getByText(`Saved ${source} as revision 2`)).toBeVisible();
  await goTo(page, room);
  await pressByKey(page, button(page, 'Pause'));
  await tabTo(page, page.getByRole('textbox', { name: 'Why' }));
  await page.keyboard.type('its items are to wait');
  await pressByKey(page, button(page, 'Pause source'));
  await expect(page.getByText(/: its items are to wait/)).toBeVisible();

  for (const key of ['g', 'r']) await page.keyboard.press(key);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Runs');
  await pressByKey(page, button(page, 'Launch a run').first());
  const dialog = page.getByRole('dialog', { name: 'Launch a run' });
  await tabTo(page, dialog.getByRole('checkbox', { name: new RegExp(`^${source} `) }));
  await page.keyboard.press('Space');
  await expect(dialog.getByText('1 source chosen.')).toBeVisible();
  await expect(dialog.getByRole('status')).toContainText('at the start');
  await pressByKey(page, dialog.getByRole('button', { name: 'Launch run' }));
  await page.waitForURL('**/runs/*-*');

  await pressByKey(page, page.getByRole('link', { name: 'Show its items' }));
  await expect(page).toHaveURL(/\/work-items\?run=/);
  const box = page.getByRole('combobox', { name: 'Filter the list' });
  await expect(page.getByRole('checkbox', { name: /^Select test_resource/ }).first()).toBeVisible();
  await page.keyboard.press('/');
  await expect(box).toBeFocused();
  await page.keyboard.type('pend');
  const pending = page.getByRole('option', { name: 'Status Pending' });
  await expect(pending).toBeVisible();
  while (!(await pending.getAttribute('aria-selected'))?.includes('true')) {
    await page.keyboard.press('ArrowDown');
  }
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/status=pending/);
  await expect(page.getByRole('checkbox', { name: /^Select test_resource/ }).first()).toBeVisible();

  await tabTo(page, page.getByRole('checkbox', { name: 'Select all rows of this page' }));
  for (const key of ['j', 'x', 'j', 'x']) await page.keyboard.press(key);
  const toolbar = page.getByRole('toolbar', { name: 'Selected items' });
  await expect(toolbar.getByText('2 items selected')).toBeVisible();
  // The toolbar stands before the list.
  const more = toolbar.getByRole('button', { name: 'More' });
  while (!(await more.evaluate((element) => element === document.activeElement))) {
    await page.keyboard.press('Shift+Tab');
  }
  await page.keyboard.press('Enter');
  await expect(page.getByRole('menuitem', { name: 'Put on hold', exact: true })).toBeFocused();
  await page.keyboard.press('Enter');
  await pressByKey(page, button(page, 'Put 2 items on hold'));
  await expect(page.getByText('2 items were put on hold')).toBeVisible();
});

test('a group of failures is found and retried', async ({ page }) => {
  test.setTimeout(90_000);
  await addTestSource(page, {
    name: 'keyboard-fails',
    resources: 5,
    failIds: ['test_resource_002'],
  });
  await runToTheEnd(page, 'keyboard-fails');
  await goTo(page, '/');
  await page.keyboard.press('Control+k');
  await expect(page.getByRole('searchbox', { name: /^Find/ })).toBeFocused();
  await page.keyboard.type('failures');
  await expect(page.getByRole('menuitem', { name: /^Failures g e/ })).toBeVisible();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Failures');
  const group = page.getByRole('row').filter({ hasText: 'http_server_error' }).first();
  await pressByKey(page, group.getByRole('button', { name: 'Retry all' }));
  await pressByKey(page, page.getByRole('alertdialog').getByRole('button', { name: 'Retry them' }));
  await page.waitForURL('**/bulk-actions/*');
  await expect(page.locator('h1 + div').getByText('Completed')).toBeVisible({ timeout: 30_000 });
});
