/** Every list is filtered by the same box, in the same words. */
import { expectNoViolationsInBothThemes } from './support/axe.ts';
import { goTo } from './support/go-to.ts';
import { addTestSource, runToTheEnd } from './support/sources.ts';
import { expect, test } from './support/test.ts';

/** What is typed on each list, and the address that it becomes. */
const lists = [
  ['/work-items?view=all', 'status:failed updated:yesterday', /status=failed&updated=yesterday/],
  [
    '/runs',
    'status:failed started:last 7 days',
    /started=last\+7\+days&status=failed|status=failed&started=last\+7\+days/,
  ],
  ['/sources', 'state:paused', /state=paused/],
  ['/records', '404', /http=404/],
  ['/hosts', 'state:blocked', /view=blocked/],
  ['/workers', 'state:lost', /state=lost/],
  ['/failures', 'http:500', /http=500/],
  ['/bulk-actions', 'yesterday', /launched=yesterday/],
  ['/audit', 'who:admin when:<2h', /actor=admin&when=%3C2h|when=%3C2h/],
  ['/alerts', 'opened:yesterday', /opened=yesterday/],
  ['/schedules', 'state:disabled', /state=disabled/],
] as const;

test('every list has the filter box under one key, and its grammar', async ({ page }) => {
  test.setTimeout(180_000);
  await addTestSource(page, {
    name: 'grammar-source',
    resources: 6,
    failIds: ['test_resource_002'],
  });
  await runToTheEnd(page, 'grammar-source');
  for (const [path, text, address] of lists) {
    await goTo(page, path);
    const box = page.getByRole('combobox', { name: 'Filter the list' });
    // A list with nothing in it has nothing to filter.
    if ((await box.count()) === 0) {
      expect(['/schedules', '/alerts'], path).toContain(path);
      continue;
    }
    await page.keyboard.press('/');
    await expect(box, path).toBeFocused();
    await page.keyboard.type(text);
    await expect(page.getByRole('listbox')).toBeVisible();
    await page.keyboard.press('Enter');
    await expect(page, path).toHaveURL(address);
    await expect(page.getByText('is ignored'), path).toHaveCount(0);
  }
});

test('a slip is told with what helps, and nothing is lost', async ({ page }) => {
  await goTo(page, '/runs');
  const box = page.getByRole('combobox', { name: 'Filter the list' });
  await box.fill('statsu:failed');
  await expect(page.getByRole('listbox')).toBeVisible();
  await box.press('Enter');
  await expect(page.getByText('Did you mean “status”?').first()).toBeVisible();
  await expect(box).toHaveValue('statsu:failed');
  await box.fill('started:soon');
  await box.press('Enter');
  await expect(
    page.getByText('must be a time such as yesterday, last 7 days').first(),
  ).toBeVisible();
  // The same by an address, as a form sends it before its code has come.
  await goTo(page, '/runs?find=statsu:failed');
  await expect(page.getByText('Did you mean “status”?').first()).toBeVisible();
  await expect(box).toHaveValue('statsu:failed');
  await goTo(page, '/runs?find=status:failed');
  await expect(page).toHaveURL(/\/runs\?status=failed$/);
});

test('runs and sources are found by a part of their name or id', async ({ page }) => {
  await addTestSource(page, { name: 'found-by-name', resources: 6 });
  await runToTheEnd(page, 'found-by-name');
  const runId = /runs\/([0-9a-f-]{36})/.exec(page.url())?.[1] ?? '';
  for (const text of ['found-by-name', runId.slice(-8)]) {
    await goTo(page, '/runs');
    await page.getByRole('combobox', { name: 'Filter the list' }).fill(text);
    await expect(page.getByRole('listbox')).toBeVisible();
    await page.keyboard.press('Enter');
    await expect(page).toHaveURL(/q=/);
    await expect(page.locator(`a[href="/runs/${runId}"]`)).toBeVisible();
    await expect(page.getByRole('table').locator('tbody tr')).toHaveCount(1);
  }
  await goTo(page, '/sources?q=by-name');
  await expect(page.getByText(/^1 of \d+ sources$/)).toBeVisible();
});

test('values that arrive late move nothing that is about to be chosen', async ({ page }) => {
  await addTestSource(page, { name: 'fail-late', resources: 6 });
  let answer = () => {};
  const answered = new Promise<void>((resolve) => {
    answer = resolve;
  });
  await page.route('**/api/suggest/filters', async (route) => {
    await answered;
    await route.continue();
  });
  await goTo(page, '/work-items?view=all');
  const box = page.getByRole('combobox', { name: 'Filter the list' });
  await box.fill('fail');
  const options = page.getByRole('option');
  await expect(options.first()).toBeVisible();
  const before = await options.allTextContents();
  // The last of those that are there, by the keys.
  await box.press('ArrowUp');
  const marked = page.locator('[role=option][aria-selected=true]');
  await expect(marked).toHaveText(before.at(-1) ?? '');
  const place = await marked.boundingBox();
  const response = page.waitForResponse('**/api/suggest/filters');
  answer();
  await response;
  await expect(page.getByRole('option', { name: 'fail-late' })).toBeVisible();
  expect((await options.allTextContents()).slice(0, before.length)).toEqual(before);
  expect(await marked.boundingBox()).toEqual(place);
  await box.press('Enter');
  await expect(page).toHaveURL(/status=failed/);
});

test('yesterday is the reader’s', async ({ page }) => {
  await goTo(page, '/work-items?view=all&created=today');
  const cookies = await page.context().cookies();
  expect(cookies.find(({ name }) => name === 'holocron-time-zone')?.value).toBe('Europe%2FBerlin');
  await expect(page.getByRole('button', { name: 'Created today', exact: true })).toBeVisible();
});

test('the open box is without faults for assistive technology, in both themes', async ({
  page,
}) => {
  await goTo(page, '/runs?status=failed&started=yesterday');
  await page.getByRole('combobox', { name: 'Filter the list' }).fill('status:');
  await expect(page.getByRole('option', { name: 'Failed' })).toBeVisible();
  await expectNoViolationsInBothThemes(page);
});
