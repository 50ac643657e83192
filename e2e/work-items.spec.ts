import { readFile } from 'node:fs/promises';
import { ageItems } from './support/age-items.ts';
import { expectNoViolations } from './support/axe.ts';
import { goTo } from './support/go-to.ts';
import { addTestSource, runToTheEnd } from './support/sources.ts';
import { expect, test } from './support/test.ts';

test('stale items are found and three of them fetched again', async ({ page, product }) => {
  // The page looks every 15 s while nothing moves, and so may the worker's next claim take a while.
  test.setTimeout(90_000);
  await addTestSource(page, { name: 'stale-source', resources: 12 });
  await runToTheEnd(page, 'stale-source');
  await goTo(page, '/work-items?source=stale-source');
  await expect(page.getByText('12 items', { exact: true })).toBeVisible();

  await page.getByRole('link', { name: 'Stale for 30 d' }).click();
  await expect(page.getByText('No item matches these filters')).toBeVisible();

  await ageItems(product, 'stale-source', 31);
  await page.reload();
  await expect(page.getByText('12 items', { exact: true })).toBeVisible();
  await page.getByRole('link', { name: 'Stale for 90 d' }).click();
  await expect(page.getByText('No item matches these filters')).toBeVisible();
  await page.getByRole('link', { name: 'Stale for 30 d' }).click();

  const boxes = page.getByRole('checkbox', { name: /^Select test_resource/ });
  await expect(boxes).toHaveCount(12);
  await boxes.nth(0).click();
  await boxes.nth(2).click({ modifiers: ['Shift'] });
  await expect(page.getByText('3 items selected')).toBeVisible();
  await expectNoViolations(page);
  await page.getByRole('toolbar').getByRole('button', { name: 'Recrawl' }).click();
  const dialog = page.getByRole('alertdialog', { name: 'Recrawl 3 items?' });
  await expect(dialog).toContainText('3 items will be put back into the queue and fetched again.');
  await dialog.getByRole('button', { name: 'Recrawl 3 items' }).click();
  await expect(page.getByText('3 items will be fetched again', { exact: true })).toBeVisible();

  // Fetched again, they are stale no more, and the list says so by itself.
  await expect(page.getByText('9 items', { exact: true })).toBeVisible({ timeout: 40_000 });
});

test('the keys move, select and open rows', async ({ page }) => {
  await addTestSource(page, { name: 'key-source', resources: 5 });
  await runToTheEnd(page, 'key-source');
  await goTo(page, '/work-items?source=key-source&sort=resource_id');
  await expect(page.getByText('5 items', { exact: true })).toBeVisible();
  for (const key of ['j', 'x', 'j', 'x']) await page.keyboard.press(key);
  await expect(page.getByText('2 items selected')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Live refresh: held' })).toBeVisible();
  await page.keyboard.press('x');
  await expect(page.getByText('1 item selected')).toBeVisible();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('test_resource_002');
});

test('a list longer than a page is paged both ways, and an altered position is refused', async ({
  page,
}) => {
  await addTestSource(page, { name: 'long-source', resources: 105 });
  await runToTheEnd(page, 'long-source');
  await goTo(page, '/work-items?source=long-source&sort=resource_id');
  const rows = page.getByRole('checkbox', { name: /^Select test_resource/ });
  await expect(rows).toHaveCount(100);
  const first = await rows.first().getAttribute('aria-label');
  await page.getByRole('link', { name: 'Next' }).click();
  await expect(rows).toHaveCount(5);
  const secondPage = page.url();
  await page.getByRole('link', { name: 'Previous' }).click();
  await expect(rows).toHaveCount(100);
  expect(await rows.first().getAttribute('aria-label')).toBe(first);

  const altered = new URL(secondPage);
  const cursor = altered.searchParams.get('cursor') ?? '';
  altered.searchParams.set('cursor', `${cursor.slice(0, 10)}X${cursor.slice(11)}`);
  await goTo(page, altered.href);
  await expect(page.getByRole('alert').getByText('cursor_invalid')).toBeVisible();
  await expectNoViolations(page);
  await page.getByRole('link', { name: 'Open the first page' }).click();
  await expect(rows).toHaveCount(100);
});

test('a parameter out of range is named, and the list is shown without it', async ({ page }) => {
  await goTo(page, '/work-items?stale=99999&status=completed');
  await expect(
    page.getByText('“stale” must be a whole number from 1 to 3,650; “99999” is ignored.'),
  ).toBeVisible();
  await expect(page.getByText('input_invalid')).toBeVisible();
  await expect(page.getByRole('link', { name: 'Completed', exact: true })).toHaveAttribute(
    'aria-current',
    'true',
  );
});

test('a filter is added, checked, changed and removed', async ({ page }) => {
  await goTo(page, '/work-items');
  await page.getByRole('button', { name: 'Filter', exact: true }).click();
  await page.getByRole('menuitem', { name: 'Attempts at least' }).click();
  const dialog = page.getByRole('dialog', { name: 'Filter the list' });
  await dialog.getByLabel('Attempts at least').fill('many');
  await dialog.getByRole('button', { name: 'Apply filter' }).click();
  await expect(dialog.getByText('It must be a whole number from 1 to 1,000.')).toBeVisible();
  await dialog.getByLabel('Attempts at least').fill('2');
  await dialog.getByRole('button', { name: 'Apply filter' }).click();
  await expect(page).toHaveURL(/attempts=2/);
  await page.getByRole('button', { name: 'Remove filter Attempts at least 2' }).click();
  await expect(page).not.toHaveURL(/attempts/);
});

test.describe('on a telephone', () => {
  test.use({ viewport: { width: 390, height: 844 } });

  test('no page scrolls sideways', async ({ page }) => {
    for (const path of ['/work-items', '/sources', '/sources/new', '/runs', '/records']) {
      await goTo(page, path);
      await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
      const width = await page.evaluate(() => document.documentElement.scrollWidth);
      expect(width, path).toBeLessThanOrEqual(390);
    }
  });
});

test.describe('a viewer', () => {
  test.use({ role: 'viewer' });

  test('may look at items and change none', async ({ page }) => {
    await goTo(page, '/work-items');
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('Work items');
    await expect(page.getByRole('checkbox')).toHaveCount(0);
    for (const path of ['/sources/new', '/sources/import']) {
      await page.goto(path);
      await expect(page.getByText(/You may not change sources/)).toBeVisible();
    }
  });
});

test('what the list shows is exported, and a wrong filter is refused', async ({ page }) => {
  await addTestSource(page, { name: 'export-source', resources: 5 });
  await runToTheEnd(page, 'export-source');
  await goTo(page, '/work-items?source=export-source&sort=resource_id');
  await page.getByRole('button', { name: 'Export', exact: true }).click();
  const waiting = page.waitForEvent('download');
  await page.getByRole('menuitem', { name: 'All matching items as CSV' }).click();
  const download = await waiting;
  expect(download.suggestedFilename()).toBe('work-items.csv');
  const lines = (await readFile(await download.path(), 'utf8')).trimEnd().split('\r\n');
  expect(lines).toHaveLength(6);
  expect(lines[1]).toContain(',export-source,');
  const refused = await page.request.get('/api/export/work-items?stale=long');
  expect(refused.status()).toBe(400);
  expect(await refused.json()).toMatchObject({ error: { code: 'input_invalid' } });
});
