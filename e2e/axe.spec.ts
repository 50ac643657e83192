/** Every page there is, by the rules of accessibility, in both themes. */
import { expectNoViolationsInBothThemes } from './support/axe.ts';
import { makeDetailPages } from './support/detail-pages.ts';
import { goTo } from './support/go-to.ts';
import { pages } from './support/pages.ts';
import { expect, test } from './support/test.ts';

// The page that is not there answers 404, which the browser logs.
test.use({ expectedErrors: [/status of 404/] });

for (const path of [...pages, '/nowhere']) {
  test(`${path} breaks no rule of accessibility`, async ({ page }) => {
    await goTo(page, path);
    await expectNoViolationsInBothThemes(page);
  });
}

test.describe('signed out', () => {
  test.use({ role: null });
  test('/sign-in breaks no rule of accessibility', async ({ page }) => {
    await page.goto('/sign-in');
    await expectNoViolationsInBothThemes(page);
  });
});

test('pages of one item, run, record, source and action break no rule of accessibility', async ({
  page,
}) => {
  test.setTimeout(240_000);
  const details = await makeDetailPages(page, 'axe-source');
  // The lists are full by now.
  for (const path of ['/failures', '/work-items', '/sources', '/runs', '/records', ...details]) {
    await goTo(page, path);
    await expectNoViolationsInBothThemes(page);
  }
  await goTo(page, '/failures');
  await page.getByRole('button', { name: 'Retry all' }).first().click();
  await expect(page.getByRole('alertdialog', { name: /^Retry / })).toBeVisible();
  await expectNoViolationsInBothThemes(page);
});

test('forms break no rule of accessibility', async ({ page }) => {
  for (const path of ['/sources/new', '/sources/import']) {
    await goTo(page, path);
    await expectNoViolationsInBothThemes(page);
  }
  await goTo(page, '/sources/new?template=wikipedia');
  await expectNoViolationsInBothThemes(page);
});

test('dialogs, the palette and the key sheet break no rule of accessibility', async ({ page }) => {
  const dialog = page.getByRole('dialog');
  await goTo(page, '/schedules');
  await page.getByRole('button', { name: 'New schedule' }).click();
  // Its fields are loaded when it is opened.
  await expect(dialog.getByRole('textbox').first()).toBeVisible();
  await expectNoViolationsInBothThemes(page);
  await page.getByRole('button', { name: 'Discard' }).click();
  await expect(dialog).toHaveCount(0);
  await page.keyboard.press('Control+k');
  await expect(page.getByRole('dialog', { name: 'Find' })).toBeVisible();
  await expectNoViolationsInBothThemes(page);
  await page.keyboard.press('Escape');
  await expect(dialog).toHaveCount(0);
  await page.keyboard.press('?');
  await expect(page.getByRole('dialog', { name: 'Keys' })).toBeVisible();
  await expectNoViolationsInBothThemes(page);
  await goTo(page, '/runs?do=launch');
  await expect(page.getByRole('dialog', { name: 'Launch a run' })).toBeVisible();
  await expectNoViolationsInBothThemes(page);
  await goTo(page, '/settings');
  await page.getByRole('button', { name: 'Check the database' }).click();
  await expect(page.getByText('Passed')).toHaveCount(4);
  await expectNoViolationsInBothThemes(page);
});
