import { expectNoViolations, expectNoViolationsInBothThemes } from './support/axe.ts';
import { goTo } from './support/go-to.ts';
import { addTestSource, runToTheEnd } from './support/sources.ts';
import { expect, test } from './support/test.ts';

/** Presses a button with the keyboard alone. */
const pressByKey = async (button: ReturnType<import('@playwright/test').Page['getByRole']>) => {
  await button.focus();
  await button.press('Enter');
};

test('all items of a filter are skipped in the background, and it is undone, by keyboard', async ({
  page,
}) => {
  test.setTimeout(120_000);
  await addTestSource(page, {
    name: 'bulk-source',
    resources: 104,
    failIds: ['test_resource_103', 'test_resource_104'],
  });
  await runToTheEnd(page, 'bulk-source');
  await goTo(page, '/work-items?source=bulk-source&sort=resource_id');
  await expect(page.getByRole('checkbox', { name: /^Select test_resource/ })).toHaveCount(100);
  await page.getByRole('checkbox', { name: 'Select all rows of this page' }).press('Space');
  const toolbar = page.getByRole('toolbar', { name: 'Selected items' });
  await pressByKey(toolbar.getByRole('button', { name: 'Select all 104 items of the filter' }));
  await expect(toolbar.getByText('All 104 items of the filter selected')).toBeVisible();

  await pressByKey(toolbar.getByRole('button', { name: 'Skip' }));
  const dialog = page.getByRole('dialog', { name: 'Skip: all matching items' });
  await expect(dialog.getByText('104 items match now.')).toBeVisible();
  await expect(dialog.getByText(/Of the first 100 items, it takes \d/)).toBeVisible();
  await expectNoViolations(page);
  await dialog.getByLabel('Items a second at most').fill('50');
  await pressByKey(dialog.getByRole('button', { name: 'Launch: Skip' }));

  await page.waitForURL('**/bulk-actions/*');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Skip');
  await expect(page.getByText('2 items were skipped')).toBeVisible({ timeout: 30_000 });
  await expect(page.getByText('102 completed already')).toBeVisible();
  await expect(page.getByText('104 of 104 items looked at')).toBeVisible();
  const waiting = page.waitForEvent('download');
  await pressByKey(page.getByRole('link', { name: 'Export 102 items as CSV' }));
  expect((await waiting).suggestedFilename()).toBe('left-items.csv');

  await pressByKey(page.getByRole('button', { name: 'Undo' }));
  const undo = page.getByRole('alertdialog', { name: 'Undo this action?' });
  await pressByKey(undo.getByRole('button', { name: 'Put 2 items back' }));
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Undo: Skip');
  await expect(page.getByText('2 items are as they were before')).toBeVisible({ timeout: 30_000 });
  await goTo(page, '/work-items?source=bulk-source&status=failed');
  await expect(page.getByRole('checkbox', { name: /^Select test_resource/ })).toHaveCount(2);

  await page.getByRole('main').getByRole('link', { name: 'Background actions' }).click();
  await expect(page.getByRole('table').getByRole('row')).toHaveCount(3);
});

test('a slow action is tried dry, carried out, made faster and stopped', async ({ page }) => {
  test.setTimeout(120_000);
  await addTestSource(page, { name: 'slow-bulk', resources: 30 });
  await runToTheEnd(page, 'slow-bulk');
  await goTo(page, '/work-items?source=slow-bulk');
  await page.getByRole('checkbox', { name: 'Select all rows of this page' }).click();
  const toolbar = page.getByRole('toolbar', { name: 'Selected items' });
  await toolbar.getByRole('button', { name: 'Select all 30 items of the filter' }).click();
  await toolbar.getByRole('button', { name: 'More' }).click();
  await page.getByRole('menuitem', { name: 'Set priority' }).click();
  const dialog = page.getByRole('dialog', { name: 'Set priority: all matching items' });
  const launch = dialog.getByRole('button', { name: /^(Launch|Try dry)/ });
  await expect(launch).toBeDisabled();
  await dialog.getByLabel('Priority').fill('7');
  await dialog.getByText('Try it dry first').click();
  await dialog.getByRole('button', { name: 'Try dry: Set priority to 7' }).click();
  await expect(page.getByText('30 items would be changed')).toBeVisible({ timeout: 30_000 });
  await page.getByRole('button', { name: 'Carry it out' }).click();
  await page
    .getByRole('alertdialog', { name: 'Carry out what was tried?' })
    .getByRole('button', { name: 'Carry it out' })
    .click();
  await expect(page.getByText('30 items now have priority 7')).toBeVisible({ timeout: 30_000 });

  await goTo(page, '/work-items?source=slow-bulk');
  await page.getByRole('checkbox', { name: 'Select all rows of this page' }).click();
  await toolbar.getByRole('button', { name: 'Select all 30 items of the filter' }).click();
  await toolbar.getByRole('button', { name: 'More' }).click();
  await page.getByRole('menuitem', { name: 'Retire' }).click();
  const retire = page.getByRole('dialog', { name: 'Retire: all matching items' });
  await retire.getByLabel('Items a second at most').fill('1');
  await retire.getByRole('button', { name: 'Launch: Retire' }).click();
  await page.waitForURL('**/bulk-actions/*');
  await page.getByRole('button', { name: 'Change speed' }).click();
  const speed = page.getByRole('dialog', { name: 'Change speed' });
  await speed.getByLabel('Items a second at most').fill('2');
  await speed.getByRole('button', { name: 'Set speed' }).click();
  await expect(page.getByText('2 / s')).toBeVisible();
  // Else there would be nothing to undo.
  await expect(page.getByText(/^[1-9]\d* of 30 items looked at/)).toBeVisible();
  await page.getByRole('button', { name: 'Stop', exact: true }).click();
  await expect(page.getByText('It was stopped then')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Undo' })).toBeVisible();
});

test('the pages of background actions break no rule of accessibility', async ({ page }) => {
  await goTo(page, '/bulk-actions');
  await expectNoViolationsInBothThemes(page);
  await page
    .getByRole('link', { name: /^(Skip|Retire)$/ })
    .first()
    .click();
  await expect(page.getByRole('heading', { level: 2, name: 'Facts' })).toBeVisible();
  await expectNoViolationsInBothThemes(page);
});

test.describe('a viewer', () => {
  test.use({ role: 'viewer' });
  test('sees background actions and steers none', async ({ page }) => {
    await goTo(page, '/bulk-actions');
    await page
      .getByRole('link', { name: /^(Skip|Retire)$/ })
      .first()
      .click();
    await expect(page.getByRole('heading', { level: 2, name: 'Facts' })).toBeVisible();
    await expect(page.getByRole('button', { name: 'Undo' })).toHaveCount(0);
  });
});

test.describe('on a telephone', () => {
  test.use({ viewport: { width: 390, height: 844 } });
  test('the pages do not scroll sideways', async ({ page }) => {
    await goTo(page, '/bulk-actions');
    const wide = () => page.evaluate(() => document.documentElement.scrollWidth);
    expect(await wide()).toBeLessThanOrEqual(390);
    await page
      .getByRole('link', { name: /^(Skip|Retire)$/ })
      .first()
      .click();
    await expect(page.getByRole('heading', { level: 2, name: 'Facts' })).toBeVisible();
    expect(await wide()).toBeLessThanOrEqual(390);
  });
});
