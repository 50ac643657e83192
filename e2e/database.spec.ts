/** What an examination finds: a database that is well, and one that somebody has changed. */
import { sql } from 'kysely';
import { expectNoViolationsInBothThemes } from './support/axe.ts';
import { expectToFit } from './support/fits.ts';
import { goTo } from './support/go-to.ts';
import { inDatabase } from './support/in-database.ts';
import { expect, test } from './support/test.ts';

test.afterEach(({ product }) =>
  inDatabase(product, async ({ q }) => {
    await sql`drop index if exists mine_on_uri`.execute(q);
  }),
);

test('a database that is well says so, with what it holds', async ({ page }) => {
  await goTo(page, '/settings');
  await page.getByRole('link', { name: 'Examine' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Database' })).toBeVisible();
  await expect(page.getByText('Nothing is wrong')).toBeVisible();
  await expect(page.getByRole('list', { name: 'What is well' })).toContainText('migrations');
  const sizes = page.getByRole('region', { name: 'Sizes of tables' });
  await expect(sizes.getByRole('row').filter({ hasText: 'work_items' }).first()).toBeVisible();
  await expect(page.getByText('this console')).toBeVisible();
});

test('what somebody has added is found when it is examined again, at any width', async ({
  page,
  product,
}) => {
  await goTo(page, '/settings/database');
  await inDatabase(product, async ({ q }) => {
    await sql`create index mine_on_uri on work_items (request_uri)`.execute(q);
  });
  await page.getByRole('button', { name: 'Examine again' }).click();
  const found = page.getByRole('list', { name: 'What was found' });
  await expect(found).toContainText('mine_on_uri of work_items is not of this product');
  await expectNoViolationsInBothThemes(page);
  await page.setViewportSize({ width: 390, height: 844 });
  await expectToFit(page);
});

test.describe('a viewer', () => {
  test.use({ role: 'viewer' });
  test('is told who may examine it', async ({ page }) => {
    await goTo(page, '/settings/database');
    await expect(page.getByText('You may not examine the database')).toBeVisible();
  });
});
