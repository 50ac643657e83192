import { expectNoViolations } from './support/axe.ts';
import { goTo } from './support/go-to.ts';
import { addTestSource, openLaunch } from './support/sources.ts';
import { expect, test } from './support/test.ts';

test('a run is paused, resumed and cancelled; what is queued is skipped', async ({ page }) => {
  await addTestSource(page, { name: 'slow-source', resources: 60, latencyMs: 3000 });
  const dialog = await openLaunch(page, 'slow-source');
  await dialog.getByLabel('Name').fill('A slow run');
  await expectNoViolations(page);
  await dialog.getByRole('button', { name: 'Launch run' }).click();
  await page.waitForURL('**/runs/*');
  const header = page.locator('main header').first();
  await expect(header.getByText('Running')).toBeVisible();

  await page.getByRole('button', { name: 'Pause' }).click();
  await expect(header.getByText('Paused')).toBeVisible();
  await page.getByRole('button', { name: 'Resume' }).click();
  await expect(header.getByText('Running')).toBeVisible();

  await page.getByRole('button', { name: 'Cancel' }).click();
  const confirm = page.getByRole('alertdialog', { name: 'Cancel this run?' });
  await expect(confirm).toContainText(/\d+ queued items? will be skipped/);
  // A pressed button is announced by reference for some seconds, also when its dialog has closed.
  await expect(page.locator('[data-live-announcer] [role="img"]')).toHaveCount(0);
  await expectNoViolations(page);
  await confirm.getByRole('button', { name: /^Cancel run/ }).click();
  await expect(header.getByText('Cancelled')).toBeVisible();

  // Nothing of it stays queued or in progress.
  await page.getByRole('link', { name: 'Show its items' }).click();
  const badges = page.getByRole('table').getByText(/^(Pending|In progress)$/);
  await expect(badges).toHaveCount(0, { timeout: 30_000 });
  await expect(page.getByRole('table').getByText('Skipped').first()).toBeVisible();
});

test('a double click launches one run', async ({ page }) => {
  await addTestSource(page, { name: 'eager-source', resources: 5 });
  const dialog = await openLaunch(page, 'eager-source');
  await dialog.getByRole('button', { name: 'Launch run' }).dblclick();
  await page.waitForURL('**/runs/*');
  await goTo(page, '/runs');
  await expect(page.getByRole('row').filter({ hasText: 'eager-source' })).toHaveCount(1);
});

test('a run over nothing is refused with the reason', async ({ page }) => {
  await addTestSource(page, { name: 'fresh-source', resources: 5 });
  const dialog = await openLaunch(page, 'fresh-source');
  await dialog.getByRole('button', { name: /What to do/ }).click();
  await page.getByRole('option', { name: 'Recrawl' }).click();
  await expect(dialog.getByRole('status')).toContainText('0 items at the start');
  await dialog.getByRole('button', { name: 'Launch run' }).click();
  await expect(dialog.getByText('run_has_no_items')).toBeVisible();
});

test('what failed in a run is retried by another', async ({ page }) => {
  await addTestSource(page, {
    name: 'failing-source',
    resources: 5,
    failIds: ['test_resource_002'],
  });
  const dialog = await openLaunch(page, 'failing-source');
  await dialog.getByRole('button', { name: 'Launch run' }).click();
  await page.waitForURL('**/runs/*');
  const first = page.url();
  await expect(page.getByRole('link', { name: 'http_server_error' })).toBeVisible({
    timeout: 30_000,
  });
  await page.getByRole('button', { name: 'Retry 1 failed item' }).click();
  await expect(page).not.toHaveURL(first);
  await expect(page.getByRole('heading', { level: 1 })).toContainText('Retry of');
  await page.getByRole('link', { name: 'http_server_error' }).click({ timeout: 30_000 });
  await expect(page.getByRole('link', { name: 'test_resource_002', exact: true })).toBeVisible();
});
