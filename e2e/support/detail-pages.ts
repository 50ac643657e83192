/** A source of a test's own with a page of each kind below it: what was run, fetched, stored and retried. */
import { expect, type Page } from '@playwright/test';
import { goTo } from './go-to.ts';
import { addTestSource, runToTheEnd } from './sources.ts';

/** Runs a new source to its end, retries what it failed, and returns the paths of all that came of it. */
export async function makeDetailPages(page: Page, source: string): Promise<readonly string[]> {
  await addTestSource(page, { name: source, resources: 6, failIds: ['test_resource_003'] });
  await runToTheEnd(page, source);
  const run = new URL(page.url()).pathname;
  await goTo(page, '/failures');
  await page
    .getByRole('row')
    .filter({ hasText: 'http_server_error' })
    .filter({ hasText: source })
    .getByRole('button', { name: 'Retry all' })
    .click();
  await page.getByRole('alertdialog').getByRole('button', { name: 'Retry them' }).click();
  await page.waitForURL('**/bulk-actions/*');
  await expect(page.locator('h1 + div').getByText('Completed')).toBeVisible({ timeout: 30_000 });
  const bulkAction = new URL(page.url()).pathname;
  const item = await firstLink(page, `/work-items?source=${source}`);
  const itsSource = await firstLink(page, '/sources');
  const record = await firstLink(page, `/records?source=${source}`);
  return [
    item,
    `/work-items?item=${item.split('/').at(-1)}`,
    itsSource,
    `${itsSource}/edit`,
    `${itsSource}?tab=revisions`,
    `${itsSource}?tab=yaml`,
    run,
    `/runs/compare?a=${run.split('/').at(-1)}`,
    record,
    `${record}?tab=changes`,
    bulkAction,
  ];
}

/** The first detail page that a list leads to. */
async function firstLink(page: Page, list: string): Promise<string> {
  await goTo(page, list);
  const detail = page.locator(`main a[href^="${list.split('?')[0]}/0"]`).first();
  const href = await detail.getAttribute('href');
  if (!href) throw new Error(`${list} leads to no detail page.`);
  return href;
}
