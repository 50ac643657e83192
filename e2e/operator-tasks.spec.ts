/**
 * What an operator is asked to do on an ordinary day, from the overview on, by what is written on the page and
 * nothing else. How many presses each takes is counted, and is not to grow.
 */
import type { Page } from '@playwright/test';
import { ageItems } from './support/age-items.ts';
import { goTo } from './support/go-to.ts';
import { addTestSource, runToTheEnd } from './support/sources.ts';
import { beginAtTheOverview, heading, rail, rowOf } from './support/tasks.ts';
import { expect, test } from './support/test.ts';

test('what failed is found with the reason, and a whole group is retried', async ({
  page,
  browser,
  baseURL,
  sessionOf,
}) => {
  test.setTimeout(120_000);
  const failIds = ['test_resource_002', 'test_resource_004'];
  await addTestSource(page, { name: 'task-fails', resources: 6, failIds });
  await runToTheEnd(page, 'task-fails');
  const groupOn = (somePage: Page) =>
    // Other tests leave failures of the same kind.
    somePage
      .getByRole('row')
      .filter({ hasText: 'http_server_error' })
      .filter({ hasText: 'task-fails' });
  const group = groupOn(page);

  const find = await beginAtTheOverview(page, 'find what failed since yesterday, and why');
  await find.press(page.getByRole('link', { name: 'All failures' }));
  await expect(heading(page)).toHaveText('Failures');
  await expect(group).toContainText(/internal fault/);
  await find.press(group.getByRole('link', { name: /^test_resource_\d{3}$/ }));
  await expect(page.getByRole('heading', { name: 'Attempts' })).toBeVisible();
  find.done(2);

  const retry = await beginAtTheOverview(page, 'retry one cluster');
  await retry.press(page.getByRole('link', { name: 'All failures' }));
  await expect(group.getByRole('link', { name: /^\d+ items?$/ })).toBeVisible();
  await retry.press(group.getByRole('button', { name: 'Retry all' }));
  const confirm = page.getByRole('alertdialog', { name: /^Retry \d+ items?\?$/ });
  await expect(confirm).toContainText('http_server_error');
  await retry.press(confirm.getByRole('button', { name: 'Retry them' }));
  await page.waitForURL('**/bulk-actions/*');
  await expect(page.locator('h1 + div').getByText('Completed')).toBeVisible({ timeout: 30_000 });
  await expect(page.getByText(/items were put back|items? .*retr/i).first()).toBeVisible();
  retry.done(3);

  // Their source fails them again: they are found under the same group, also by those who may not retry it.
  await goTo(page, '/failures?window=1h');
  await expect(group.getByRole('button', { name: 'Retry all' })).toBeVisible();
  const storageState = await sessionOf('viewer');
  const context = await browser.newContext({ ...(baseURL ? { baseURL } : {}), storageState });
  const viewers = await context.newPage();
  await goTo(viewers, '/failures?window=1h');
  await expect(groupOn(viewers).getByRole('link', { name: /^\d+ items?$/ })).toBeVisible();
  await expect(viewers.getByRole('button', { name: 'Retry all' })).toHaveCount(0);
  await context.close();
});

test('what is older than 30 days is fetched again, after its number was seen', async ({
  page,
  product,
}) => {
  const source = 'task-old';
  await addTestSource(page, { name: source, resources: 8 });
  await runToTheEnd(page, source);
  await ageItems(product, source, 40);
  const { press, done } = await beginAtTheOverview(page, 'recrawl what is older than 30 days');
  await press(rail(page).getByRole('link', { name: 'Sources' }));
  await press(rowOf(page, source).getByRole('button', { name: 'Run' }));
  const dialog = page.getByRole('dialog', { name: 'Launch a run' });
  await press(dialog.getByRole('button', { name: /^What to do/ }));
  await press(page.getByRole('option', { name: /^Recrawl/ }));
  await dialog.getByLabel('Only items not fetched for', { exact: true }).fill('30');
  await expect(dialog.getByRole('status')).toContainText('8 items at the start');
  await press(dialog.getByRole('button', { name: 'Launch run' }));
  await page.waitForURL('**/runs/*');
  await expect(page.locator('h1 + div').getByText('Completed')).toBeVisible({ timeout: 30_000 });
  done(5);
});

test('a source is slowed down', async ({ page }) => {
  const source = 'task-slow';
  await addTestSource(page, { name: source, resources: 5 });
  const { press, done } = await beginAtTheOverview(page, 'slow a source down');
  await press(rail(page).getByRole('link', { name: 'Sources' }));
  await press(page.getByRole('link', { name: source, exact: true }));
  await expect(heading(page)).toHaveText(source);
  await press(page.getByRole('link', { name: 'Edit', exact: true }));
  await page.getByLabel('Delay between requests', { exact: true }).fill('5');
  await press(page.getByRole('button', { name: 'Save changes' }));
  await expect(page.getByText(`Saved ${source} as revision 2`)).toBeVisible();
  await press(page.getByRole('link', { name: source, exact: true }));
  await expect(page.locator('h1 + div')).toContainText('5 s');
  done(5);
});

test('who changed a source is seen, and the change undone', async ({ page }) => {
  const source = 'task-changed';
  await addTestSource(page, { name: source, resources: 5 });
  await page.getByRole('link', { name: source, exact: true }).click();
  await page.getByRole('link', { name: 'Edit', exact: true }).click();
  await page.getByRole('spinbutton', { name: 'Resources', exact: true }).fill('9');
  await page.getByRole('button', { name: 'Save changes' }).click();
  await expect(page.getByText(`Saved ${source} as revision 2`)).toBeVisible();

  const { press, done } = await beginAtTheOverview(page, 'see who changed a source, and undo it');
  await press(rail(page).getByRole('link', { name: 'Audit' }));
  const entry = page.getByRole('row').filter({ hasText: source }).first();
  await expect(entry).toContainText('admin@example.org');
  await press(entry.getByRole('link', { name: 'Compare its revisions, and roll back' }));
  await expect(page.locator('del')).toHaveText('5');
  await expect(page.locator('ins')).toHaveText('9');
  await press(page.getByRole('button', { name: 'Roll back to this' }));
  await press(page.getByRole('button', { name: 'Roll back', exact: true }));
  await expect(page.getByText('Rolled back to revision 1, as revision 3')).toBeVisible();
  done(4);
});
