import { expectNoViolations } from './support/axe.ts';
import { expect, test } from './support/test.ts';

const pages = [
  '/',
  '/work-items',
  '/sources',
  '/runs',
  '/records',
  '/hosts',
  '/workers',
  '/schedules',
  '/audit',
  '/settings',
  '/settings/account',
  '/nowhere',
];

for (const colorScheme of ['light', 'dark'] as const) {
  test.describe(`in the ${colorScheme} theme`, () => {
    // The page that is not there answers 404, which the browser logs.
    test.use({ colorScheme, expectedErrors: [/status of 404/] });

    for (const path of pages) {
      test(`${path} breaks no rule of accessibility`, async ({ page }) => {
        await page.goto(path);
        await expect(page.locator('main')).toBeVisible();
        await page.waitForLoadState('load');
        await expectNoViolations(page);
      });
    }

    test.describe('signed out', () => {
      test.use({ role: null });
      test('/sign-in breaks no rule of accessibility', async ({ page }) => {
        await page.goto('/sign-in');
        await expectNoViolations(page);
      });
    });

    test('dialogs and menus break no rule of accessibility', async ({ page }) => {
      await page.goto('/schedules');
      await page.getByRole('button', { name: 'New schedule' }).click();
      await expect(page.getByRole('dialog')).toBeVisible();
      await expectNoViolations(page);
      await page.getByRole('button', { name: 'Discard' }).click();
      await page.keyboard.press('Control+k');
      await expect(page.getByRole('dialog', { name: 'Find' })).toBeVisible();
      await expectNoViolations(page);
    });
  });
}
