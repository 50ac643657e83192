import { expectNoViolations } from './support/axe.ts';
import { goTo } from './support/go-to.ts';
import { addTestSource, runToTheEnd } from './support/sources.ts';
import { expect, test } from './support/test.ts';

const failIds = ['test_resource_002', 'test_resource_004'];

test('what failed and why is found from the overview, and a whole group is retried', async ({
  page,
}) => {
  test.setTimeout(120_000);
  await addTestSource(page, { name: 'cluster-source', resources: 6, failIds });
  await runToTheEnd(page, 'cluster-source');

  await goTo(page, '/');
  await page.getByRole('link', { name: 'All failures' }).click();
  await expect(page.getByRole('heading', { name: 'Failures', level: 1 })).toBeVisible();
  const group = page.getByRole('row').filter({ hasText: 'http_server_error' }).first();
  await expect(group).toContainText(/internal fault/);
  await expect(group.getByRole('link', { name: /^test_resource_\d{3}$/ })).toBeVisible();
  const failed = group.getByRole('link', { name: /^\d+ items?$/ });
  await expect(failed).toBeVisible();
  await expectNoViolations(page);

  await group.getByRole('button', { name: 'Retry all' }).click();
  const confirm = page.getByRole('alertdialog', { name: /^Retry \d+ items?\?$/ });
  await expect(confirm).toContainText('http_server_error');
  await expectNoViolations(page);
  await confirm.getByRole('button', { name: 'Retry them' }).click();
  await page.waitForURL('**/bulk-actions/*');
  await expect(page.locator('h1 + div').getByText('Completed')).toBeVisible({ timeout: 30_000 });
  await expect(page.getByText(/items were put back|items? .*retr/i).first()).toBeVisible();

  // Their source fails them again, so that they are found under the same group.
  await goTo(page, '/failures?window=1h');
  await expect(group).toBeVisible();
});

test.describe('a viewer', () => {
  test.use({ role: 'viewer' });
  test('sees what failed, and is offered no retry', async ({ page }) => {
    await goTo(page, '/failures');
    await expect(page.getByRole('heading', { name: 'Failures', level: 1 })).toBeVisible();
    await expect(page.getByRole('button', { name: 'Retry all' })).toHaveCount(0);
  });
});
