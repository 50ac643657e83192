import { readFile } from 'node:fs/promises';
import type { Locator } from '@playwright/test';
import { ageItems } from './support/age-items.ts';
import { expectNoViolations, expectNoViolationsInBothThemes } from './support/axe.ts';
import { goTo, reload } from './support/go-to.ts';
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
  await reload(page);
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
  await expect(page.getByRole('button', { name: 'Live refresh: paused' })).toBeVisible();
  await page.keyboard.press('x');
  await expect(page.getByText('1 item selected')).toBeVisible();
  // Shift takes the rows on the way along.
  for (const key of ['Shift+J', 'Shift+J']) await page.keyboard.press(key);
  await expect(page.getByText('4 items selected')).toBeVisible();
  for (const key of ['k', 'k']) await page.keyboard.press(key);

  await page.keyboard.press('Enter');
  const drawer = (name: string) =>
    page.getByRole('complementary', { name: `Work item test_resource_${name}` });
  await expect(drawer('002').getByText('HTTP 200').first()).toBeVisible();
  await expect(page).toHaveURL(/[?&]item=/);
  await page.keyboard.press('j');
  await expect(drawer('003').getByText('HTTP 200').first()).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(drawer('003')).toHaveCount(0);
  await expect(page).not.toHaveURL(/[?&]item=/);
  await expect(page.getByRole('link', { name: 'test_resource_003' })).toBeFocused();
  // A link that is shared opens it again, and Enter in it leads on to the page.
  await page.keyboard.press('k');
  await page.getByRole('region', { name: 'Work items' }).focus();
  await page.keyboard.press('Enter');
  await expect(drawer('002').getByText('HTTP 200').first()).toBeVisible();
  await expect(page).toHaveURL(/[?&]item=/);
  await goTo(page, page.url());
  await expect(drawer('002').getByText('HTTP 200').first()).toBeVisible();
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

test('a filter is found, checked, changed and removed with the keys alone', async ({ page }) => {
  await goTo(page, '/work-items?view=all');
  await page.keyboard.press('/');
  const box = page.getByRole('combobox');
  await expect(box).toBeFocused();
  await page.keyboard.type('attempts');
  await expect(page.getByRole('option', { name: 'Attempts at least' })).toBeVisible();
  // Past “Text contains” and “Id starts with”.
  for (const key of ['ArrowDown', 'ArrowDown', 'ArrowDown', 'Enter'])
    await page.keyboard.press(key);
  await expect(box).toHaveAccessibleName('Filter by Attempts at least');
  await page.keyboard.type('many');
  await page.keyboard.press('Enter');
  await expect(page.getByText('It must be a whole number from 1 to 1,000.')).toBeVisible();
  await box.fill('2');
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/attempts=2/);
  await expect(box).toBeFocused();

  await page.keyboard.type('no such text');
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/q=no\+such\+text/);
  await expect(page.getByText('No item matches these filters')).toBeVisible();

  // Back to the chips: Enter changes one, Backspace takes it away.
  await page.keyboard.press('Backspace');
  const chip = page.getByRole('button', { name: 'Attempts at least 2', exact: true });
  await expect(chip).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(box).toHaveValue('2');
  await box.fill('3');
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/attempts=3/);
  await page.getByRole('button', { name: 'Remove filter Attempts at least 3' }).click();
  await expect(page).not.toHaveURL(/attempts/);
  await page.keyboard.press('Backspace');
  await page.keyboard.press('Backspace');
  await expect(page).toHaveURL(/view=all/);
  await expect(page).not.toHaveURL(/q=/);
});

test('a button of one picture tells its name, to the pointer and to the keys', async ({ page }) => {
  await addTestSource(page, { name: 'tooltip-source', resources: 5 });
  await runToTheEnd(page, 'tooltip-source');
  await goTo(page, '/work-items?source=tooltip-source');
  const denser = page.getByRole('button', { name: 'Denser rows' });
  const tooltip = page.getByRole('tooltip', { name: 'Denser rows' });
  await denser.hover();
  await expect(tooltip).toBeVisible();
  await page.mouse.move(0, 0);
  await expect(tooltip).toHaveCount(0);
  await page.getByRole('button', { name: 'Columns' }).focus();
  await page.keyboard.press('Tab');
  await expect(denser).toBeFocused();
  await expect(tooltip).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(tooltip).toHaveCount(0);
});

test('the box suggests what there is', async ({ page }) => {
  await addTestSource(page, { name: 'suggest-source', resources: 5 });
  await runToTheEnd(page, 'suggest-source');
  await goTo(page, '/work-items?view=all');
  const box = page.getByRole('combobox');
  await box.fill('suggest');
  await page.getByRole('option', { name: 'Source suggest-source' }).click();
  await expect(page).toHaveURL(/source=suggest-source/);
  await expect(page.getByText('5 items', { exact: true })).toBeVisible();
  await box.fill('compl');
  await page.getByRole('option', { name: 'Status Completed' }).click();
  await expect(page).toHaveURL(/status=completed/);
  await page.getByRole('button', { name: 'Clear all filters' }).click();
  await expect(page).not.toHaveURL(/source=/);
});

test('columns are chosen, moved and sized, and stay so on another machine', async ({
  page,
  browser,
}) => {
  await addTestSource(page, { name: 'column-source', resources: 5 });
  await runToTheEnd(page, 'column-source');
  const list = '/work-items?source=column-source';
  await goTo(page, list);
  const headers = (on = page) => on.getByRole('columnheader');
  const header = (name: string, on = page) => on.getByRole('columnheader', { name, exact: true });
  await expect(headers().nth(1)).toHaveText('Status');
  await page.getByRole('button', { name: 'Columns' }).click();
  const dialog = page.getByRole('dialog', { name: 'Columns' });
  await dialog.getByRole('checkbox', { name: 'Priority' }).press('Space');
  await dialog.getByRole('checkbox', { name: 'Depth' }).press('Space');
  const up = dialog.getByRole('button', { name: 'Move Resource up' });
  await up.focus();
  await page.keyboard.press('Enter');
  // At the end of the list the other way remains.
  await expect(dialog.getByRole('button', { name: 'Move Resource down' })).toBeFocused();
  await dialog.getByLabel('Width of Source in pixels').fill('200');
  await page.keyboard.press('Enter');
  await dialog.getByRole('button', { name: 'Done' }).click();
  await expect(header('Priority')).toHaveCount(0);

  // With the pointer, at the border itself.
  const type = header('Type');
  const before = await widthOf(type);
  const border = await type.locator('[data-column-border]').boundingBox();
  if (!border) throw new Error('the border is not there');
  await page.mouse.move(border.x + 4, border.y + 10);
  await page.mouse.down();
  await page.mouse.move(border.x + 64, border.y + 10, { steps: 4 });
  await page.mouse.up();
  await expect.poll(() => widthOf(type)).toBe(before + 60);
  await page.getByRole('button', { name: 'Denser rows' }).click();

  const elsewhere = await browser.newContext({
    storageState: await page.context().storageState(),
    baseURL: new URL(page.url()).origin,
    viewport: page.viewportSize(),
  });
  const other = await elsewhere.newPage();
  await expect
    .poll(async () => {
      await goTo(other, list);
      return other.getByRole('button', { name: 'Roomier rows' }).count();
    })
    .toBe(1);
  await expect(headers(other).nth(1)).toHaveText('Resource');
  await expect(header('Depth', other)).toHaveCount(1);
  await expect(header('Priority', other)).toHaveCount(0);
  expect(await widthOf(header('Type', other))).toBe(before + 60);
  expect(await widthOf(header('Source', other))).toBe(200);
  await elsewhere.close();

  await page.getByRole('button', { name: 'Columns' }).click();
  await dialog.getByRole('button', { name: 'Back to the usual columns' }).click();
  await dialog.getByRole('button', { name: 'Done' }).click();
  await expect(headers().nth(1)).toHaveText('Status');
});

const widthOf = async (header: Locator) => Math.round((await header.boundingBox())?.width ?? 0);

test('a view is saved, shared, opened first, changed and deleted', async ({
  page,
  browser,
  sessionOf,
}) => {
  await goTo(page, '/work-items?status=failed&sort=updated_at');
  const views = (name: string) => page.getByRole('button', { name, exact: true });
  const choose = async (button: string, entry: string) => {
    await views(button).click();
    await page.getByRole('menuitem', { name: entry }).first().click();
  };
  await choose('Views', 'Save as a view');
  const dialog = page.getByRole('dialog', { name: 'Save as a view' });
  await dialog.getByLabel('Name').fill('Broken');
  await dialog.getByRole('checkbox', { name: 'Share with everybody' }).press('Space');
  await dialog.getByRole('button', { name: 'Save view' }).click();
  await expect(views('Broken')).toBeVisible();

  // The list opens with it, and leaves it where somebody asks for everything.
  await choose('Broken', 'Open the list with this view');
  await expect(page.getByText('The list opens with Broken')).toBeVisible();
  await goTo(page, '/work-items');
  await expect(page).toHaveURL(/status=failed.*view=/);
  await choose('Broken', 'All items');
  await expect(page).toHaveURL(/\/work-items\?view=all$/);
  await choose('Views', 'Broken');
  await expect(page).toHaveURL(/status=failed/);

  // Changed, it says so, and keeps the change when it is told to.
  await page.getByRole('link', { name: 'Skipped', exact: true }).click();
  await choose('Broken, changed', 'Save the changes to Broken');
  await expect(views('Broken')).toBeVisible();

  const viewer = await browser.newContext({
    storageState: await sessionOf('viewer'),
    baseURL: new URL(page.url()).origin,
  });
  const theirs = await viewer.newPage();
  await goTo(theirs, '/work-items');
  await theirs.getByRole('button', { name: 'Views', exact: true }).click();
  await theirs.getByRole('menuitem', { name: 'Broken' }).click();
  await expect(theirs).toHaveURL(/status=failed%2Cskipped/);
  await theirs.getByRole('button', { name: 'Broken', exact: true }).click();
  await expect(theirs.getByRole('menuitem', { name: 'Delete' })).toHaveCount(0);
  await viewer.close();

  await choose('Broken', 'Delete');
  await page.getByRole('alertdialog').getByRole('button', { name: 'Delete view' }).click();
  await expect(page.getByText('The view Broken is deleted')).toBeVisible();
  await goTo(page, '/work-items');
  await expect(page).toHaveURL(/\/work-items$/);
});

test('the open drawer, box and dialogs break no rule of accessibility', async ({ page }) => {
  test.setTimeout(120_000);
  const source = 'look-source';
  await addTestSource(page, { name: source, resources: 5, failIds: ['test_resource_002'] });
  await runToTheEnd(page, source);
  await goTo(page, `/work-items?source=${source}&status=failed&stale=365`);
  await expectNoViolationsInBothThemes(page);
  await goTo(page, `/work-items?source=${source}&status=failed`);
  await page.getByRole('link', { name: 'test_resource_002' }).click();
  await expect(page.getByRole('heading', { name: 'Last error' })).toBeVisible();
  await expectNoViolationsInBothThemes(page);
  await page.keyboard.press('Escape');
  await expect(page.getByRole('heading', { name: 'Last error' })).toHaveCount(0);
  await page.keyboard.press('/');
  await page.keyboard.type('sta');
  await expect(page.getByRole('option').first()).toBeVisible();
  await page.keyboard.press('ArrowDown');
  await expect(page.getByRole('option', { selected: true })).toHaveCount(1);
  await expectNoViolationsInBothThemes(page);
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Columns' }).click();
  await expect(page.getByRole('dialog', { name: 'Columns' })).toBeVisible();
  await expectNoViolationsInBothThemes(page);
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Views', exact: true }).click();
  await page.getByRole('menuitem', { name: 'Save as a view' }).click();
  await expect(page.getByRole('dialog', { name: 'Save as a view' })).toBeVisible();
  await expectNoViolationsInBothThemes(page);
});

test.describe('on a telephone, a row', () => {
  test.use({ viewport: { width: 390, height: 844 } });

  test('opens as a sheet over the list, and Escape brings it back', async ({ page }) => {
    await addTestSource(page, { name: 'sheet-source', resources: 5 });
    await runToTheEnd(page, 'sheet-source');
    await goTo(page, '/work-items?source=sheet-source&sort=resource_id');
    await page.getByRole('link', { name: 'test_resource_001' }).click();
    const sheet = page.getByRole('dialog', { name: 'Work item test_resource_001' });
    await expect(sheet.getByText('HTTP 200').first()).toBeVisible();
    await expectNoViolations(page);
    const box = await sheet.boundingBox();
    expect([box?.width, box?.height]).toEqual([390, 844]);
    await sheet.getByRole('button', { name: 'Next row' }).click();
    await expect(page.getByRole('dialog', { name: 'Work item test_resource_002' })).toBeVisible();
    await page.keyboard.press('Escape');
    await expect(page.getByRole('dialog')).toHaveCount(0);
  });
});

test.describe('a viewer', () => {
  test.use({ role: 'viewer' });

  test('may look at items and change none', async ({ page }) => {
    await goTo(page, '/work-items');
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('Work items');
    await expect(page.getByRole('checkbox')).toHaveCount(0);
    for (const path of ['/sources/new', '/sources/import']) {
      await goTo(page, path);
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
  await page.getByRole('menuitem', { name: 'All matching items as CSV', exact: true }).click();
  const download = await waiting;
  expect(download.suggestedFilename()).toBe('work-items.csv');
  const lines = (await readFile(await download.path(), 'utf8')).trimEnd().split('\r\n');
  expect(lines).toHaveLength(6);
  expect(lines[1]).toContain(',export-source,');
  const refused = await page.request.get('/api/export/work-items?stale=long');
  expect(refused.status()).toBe(400);
  expect(await refused.json()).toMatchObject({ error: { code: 'input_invalid' } });
});
