import { expectNoViolationsInBothThemes } from './support/axe.ts';
import { goTo } from './support/go-to.ts';
import { openItem } from './support/open-item.ts';
import { expect, test } from './support/test.ts';

test('a newcomer runs the sample source and sees it complete', async ({ page }) => {
  await goTo(page, '/sources');
  await page
    .getByRole('row')
    .filter({ has: page.getByRole('link', { name: 'Sample', exact: true }) })
    .getByRole('button', { name: 'Run' })
    .click();
  const dialog = page.getByRole('dialog', { name: 'Launch a run' });
  await expect(dialog.getByRole('status')).toContainText('5 items at the start');
  await dialog.getByRole('button', { name: 'Launch run' }).click();

  await page.waitForURL('**/runs/*');
  await expect(page.locator('h1 + div').getByText('Completed')).toBeVisible({ timeout: 45_000 });
  await expect(page.getByText(/^40 of 40 done/)).toBeVisible();
  await expect(page.getByText('No item has failed.')).toBeVisible();
  await expectNoViolationsInBothThemes(page);

  await page.getByRole('link', { name: 'Show its items' }).click();
  await expect(page.getByText('40 items')).toBeVisible();
  await openItem(page, 'test_resource_001');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('test_resource_001');
  await expect(page.getByRole('main')).toContainText('A New Hope');
  await expect(page.getByText('Nowhere: it is a seed.')).toBeVisible();
  await expect(page.getByRole('region', { name: 'Attempts' })).toContainText('Completed');
  await expectNoViolationsInBothThemes(page);

  await page.getByRole('link', { name: 'Open the record' }).click();
  await expect(page.getByRole('link', { name: 'Download payload' })).toBeVisible();
  await expectNoViolationsInBothThemes(page);
  await page.getByRole('link', { name: 'Changes', exact: true }).click();
  await expect(page.getByText('This is the first fetch of the resource')).toBeVisible();
});
