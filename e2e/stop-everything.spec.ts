/** One press stops all work, on every page, and another lets it go on. */
import { expectNoViolations } from './support/axe.ts';
import { goTo } from './support/go-to.ts';
import { inDatabase } from './support/in-database.ts';
import { expect, test } from './support/test.ts';

test.afterEach(({ product }) =>
  inDatabase(product, async ({ q }) => {
    await q.deleteFrom('stops').execute();
  }),
);

test('it asks why, is shown on every page, and is ended by one press', async ({ page }) => {
  await goTo(page, '/work-items');
  await page.getByRole('button', { name: 'Stop everything' }).click();
  const dialog = page.getByRole('dialog', { name: 'Stop everything?' });
  await dialog.getByRole('button', { name: 'Stop everything' }).click();
  await expect(dialog.getByText('Say why')).toBeVisible();
  await dialog.getByLabel('Why').fill('The site complains');
  await expectNoViolations(page);
  await dialog.getByRole('button', { name: 'Stop everything' }).click();
  await expect(dialog).toBeHidden();

  const banner = page.getByText('Everything is stopped: The site complains');
  await expect(banner).toBeVisible();
  await expect(page.getByText('It goes on when somebody presses Go on')).toBeVisible();
  await goTo(page, '/schedules');
  await expect(banner).toBeVisible();
  await expectNoViolations(page);

  await page.getByRole('button', { name: 'Go on' }).click();
  await expect(banner).toBeHidden();
  await expect(page.getByRole('button', { name: 'Stop everything' })).toBeVisible();
  await goTo(page, '/audit');
  await expect(page.getByText('Stopped everything: The site complains').first()).toBeVisible();
});

test.describe('whoever may only look', () => {
  test.use({ role: 'viewer' });

  test('sees that everything is stopped, and changes nothing', async ({ page, product }) => {
    await inDatabase(product, async ({ q, engine }) => {
      await q
        .insertInto('stops')
        .values({
          stop_id: 'stop-of-a-test',
          reason: 'maintenance',
          in_flight: 'finish',
          stopped_by: 'ana@example.org',
          stopped_at: engine.now(),
          until: engine.nowPlus(3_600_000),
        })
        .execute();
    });
    await goTo(page, '/runs');
    await expect(page.getByText('Everything is stopped: maintenance')).toBeVisible();
    await expect(page.getByText('It goes on by itself')).toBeVisible();
    await expect(page.getByRole('button', { name: 'Go on' })).toHaveCount(0);
    await expect(page.getByRole('button', { name: 'Stop everything' })).toHaveCount(0);
  });
});
