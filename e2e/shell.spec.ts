import { expectNoViolations } from './support/axe.ts';
import { goTo, reload } from './support/go-to.ts';
import { addTestSource } from './support/sources.ts';
import { expect, test } from './support/test.ts';

test('the keys lead through the console', async ({ page }) => {
  await goTo(page, '/');
  await expect(page.getByRole('heading', { name: 'Overview', level: 1 })).toBeVisible();
  await page.keyboard.press('g');
  await page.keyboard.press('a');
  await expect(page.getByRole('heading', { name: 'Audit', level: 1 })).toBeVisible();
  await page.keyboard.press('?');
  await expect(page.getByRole('dialog', { name: 'Keys' })).toBeVisible();
  // Behind a dialog the keys rest.
  await page.keyboard.press('g');
  await page.keyboard.press('o');
  await expect(page).toHaveURL(/\/audit$/);
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toHaveCount(0);

  // Lists other than the grid: from row to row by what leads on from it.
  await goTo(page, '/sources');
  const first = page.getByRole('row').nth(1).getByRole('link').first();
  await page.keyboard.press('j');
  await expect(first).toBeFocused();
  const name = (await first.textContent()) ?? '';
  await page.keyboard.press('k');
  await expect(first).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(name);
});

test('typing in a field goes nowhere', async ({ page }) => {
  await goTo(page, '/audit');
  const box = page.getByRole('combobox', { name: 'Filter the list' });
  await box.pressSequentially('gw?');
  await expect(box).toHaveValue('gw?');
  await expect(page).toHaveURL(/\/audit$/);
});

test('the palette finds a source and opens it', async ({ page }) => {
  await goTo(page, '/');
  await page.keyboard.press('Control+k');
  const palette = page.getByRole('dialog', { name: 'Find' });
  await palette.getByRole('searchbox').fill('samp');
  const source = palette
    .getByRole('group', { name: 'Sources' })
    .getByRole('menuitem', { name: /^Sample/ });
  // Enter takes the best match: the source comes before runs that are named after it.
  await expect(source).toHaveAttribute('data-focused', 'true');
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/\/sources\//);
});

test('the theme is kept, and is there at the first paint', async ({ page }) => {
  await goTo(page, '/');
  await page.getByRole('button', { name: /^Theme/ }).click();
  await page.getByRole('menuitem', { name: 'Dark' }).click();
  const html = await (await page.request.get('/')).text();
  expect(html).toContain('data-theme="dark"');
  await expect(page.locator('html')).toHaveCSS('color-scheme', 'dark');
});

test.describe('without a connection', () => {
  test.use({ expectedErrors: [/ERR_INTERNET_DISCONNECTED/] });

  test('the page says how old it is, stays through a link, and goes on by itself', async ({
    page,
    context,
  }) => {
    await goTo(page, '/');
    await expect(page.getByRole('button', { name: 'Live refresh: live' })).toBeVisible();
    // A question that is on its way still gets its answer.
    await expect(page.getByText(/^Healthy · .*worker/)).toBeAttached();
    await context.setOffline(true);
    await expect(page.getByRole('button', { name: /^Live refresh: (stale|lost)/ })).toBeVisible({
      timeout: 45_000,
    });
    await page.getByRole('link', { name: 'Runs', exact: true }).click();
    await expect(page.getByRole('button', { name: 'Live refresh: lost' })).toBeVisible({
      timeout: 60_000,
    });
    await expect(page.getByText(/^The console does not answer, for \d+ s$/)).toBeVisible();
    await context.setOffline(false);
    await expect(page.getByRole('heading', { name: 'Runs', level: 1 })).toBeVisible();
    await expect(page.getByRole('button', { name: 'Live refresh: live' })).toBeVisible();
  });
});

test('the live switch holds the page', async ({ page }) => {
  await goTo(page, '/');
  await page.getByRole('button', { name: 'Live refresh: live' }).click();
  await expect(page.getByRole('button', { name: 'Live refresh: off' })).toBeVisible();
  await reload(page);
  await expect(page.getByRole('button', { name: 'Live refresh: off' })).toBeVisible();
});

test('what a press has set going is asked for every two seconds, though nothing moved before', async ({
  page,
}) => {
  await addTestSource(page, { name: 'asked-for', resources: 5 });
  await page.clock.install();
  await goTo(page, '/sources');
  await expect(page.getByText(/^Healthy · .*worker/)).toBeAttached();
  const answered = (timeout: number) => page.waitForResponse('**/api/live', { timeout });
  // Whoever has just opened the console is shown what moves; that is over then.
  const later = answered(15_000);
  await page.clock.runFor(25_000);
  await later;
  await page
    .getByRole('row')
    .filter({ has: page.getByRole('link', { name: 'asked-for', exact: true }) })
    .getByRole('button', { name: 'Pause' })
    .click();
  const atOnce = answered(15_000);
  await page.getByRole('button', { name: 'Pause source' }).click();
  await atOnce;
  for (let time = 0; time < 3; time += 1) {
    // The long interval, 15 s, has not run out by then.
    const again = answered(5_000);
    await page.clock.runFor(2_500);
    await again;
  }
});

test('the overview leads straight to the launch of a run, and going back does not', async ({
  page,
}) => {
  await goTo(page, '/');
  await page.getByRole('link', { name: 'Launch a run' }).first().click();
  const dialog = page.getByRole('dialog', { name: 'Launch a run' });
  await expect(dialog).toBeVisible();
  await expect(page).toHaveURL(/\/runs$/);
  await dialog.getByRole('button', { name: 'Not now' }).click();
  await expect(dialog).toHaveCount(0);
});

test('the icons answer to whoever asks for them by habit', async ({ request, baseURL }) => {
  for (const [path, type] of [
    ['/favicon.ico', 'image/x-icon'],
    ['/icon.svg', 'image/svg+xml'],
    ['/apple-icon.png', 'image/png'],
  ] as const) {
    const answer = await request.fetch(`${baseURL}${path}`, { maxRedirects: 0 });
    expect(answer.status(), path).toBe(200);
    expect(answer.headers()['content-type'], path).toContain(type);
  }
});

test('a schedule is made, changed and deleted, and the audit log tells it', async ({ page }) => {
  await goTo(page, '/schedules');
  await page.getByRole('button', { name: 'New schedule' }).click();
  const dialog = page.getByRole('dialog', { name: 'New schedule' });
  await dialog.getByRole('textbox', { name: 'Name', exact: true }).fill('Nightly');
  await dialog.getByRole('textbox', { name: 'Cron expression' }).fill('every night');
  await expect(dialog.getByText(/not a cron expression of five fields/)).toBeVisible();
  await dialog.getByRole('textbox', { name: 'Cron expression' }).fill('30 3 * * *');
  await dialog.getByLabel('Time zone').fill('UTC');
  await expect(dialog.getByText('Every day at 03:30, next:')).toBeVisible();
  await expect(
    dialog.getByRole('list', { name: 'Next times' }).getByText(/, 03:30 GMT\+0$/),
  ).toHaveCount(5);
  // What is chosen becomes the expression, and what is typed becomes the choice.
  const repeats = dialog.getByRole('button', { name: /^Repeats/ });
  const expression = dialog.getByRole('textbox', { name: 'Cron expression' });
  await expect(repeats).toHaveAccessibleName('Repeats Daily');
  await repeats.press('ArrowDown');
  await page.getByRole('option', { name: 'Weekly' }).click();
  await dialog.getByText('Friday', { exact: true }).click();
  await dialog.getByLabel('At', { exact: true }).fill('22:15');
  await expect(expression).toHaveValue('15 22 * * 1,5');
  await expect(dialog.getByText('Every Monday and Friday at 22:15, next:')).toBeVisible();
  await expectNoViolations(page);
  await expression.fill('*/20 * * * *');
  await expect(repeats).toHaveAccessibleName('Repeats Every few minutes');
  await expression.fill('*/7 9-17 * * *');
  await expect(repeats).toHaveAccessibleName('Repeats By a cron expression');
  await expression.fill('30 3 * * *');
  // An invisible mark that makes a name read as another is refused beside the field.
  const name = dialog.getByRole('textbox', { name: 'Name', exact: true });
  await name.fill('Night\u202ely');
  await dialog.getByRole('button', { name: 'Create schedule' }).click();
  await expect(dialog.getByText(/must not contain marks of direction \(U\+202E\)/)).toBeVisible();
  await name.fill('Nightly');
  await dialog.getByLabel('Maximum items').fill('500');
  await dialog.getByRole('button', { name: 'Create schedule' }).click();
  await expect(page.getByRole('cell', { name: 'Nightly', exact: true })).toBeVisible();
  // A change of its name keeps what it launches.
  await page.getByRole('button', { name: 'Change' }).click();
  const change = page.getByRole('dialog', { name: 'Schedule Nightly' });
  await expect(change.getByLabel('Maximum items')).toHaveValue('500');
  await change.getByRole('button', { name: 'Save schedule' }).click();
  await expect(page.getByText(/500 items at most/)).toBeVisible();
  await page.getByRole('button', { name: 'Delete Nightly' }).click();
  await page.getByRole('button', { name: 'Delete schedule' }).click();
  await expect(page.getByText('Nothing is scheduled')).toBeVisible();
  await goTo(page, '/audit?action=schedule');
  const log = page.getByRole('region', { name: 'Audit log' });
  await expect(log.getByText('Deleted the schedule Nightly')).toBeVisible();
  await expect(log.getByText('Created the schedule Nightly')).toBeVisible();
});

test('the last administrator cannot be demoted', async ({ page }) => {
  await goTo(page, '/settings');
  await page
    .getByRole('row', { name: /Administrator/ })
    .getByRole('button', { name: 'Change' })
    .click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('button', { name: /Role/ }).click();
  await page.getByRole('option', { name: 'Viewer' }).click();
  await dialog.getByRole('button', { name: 'Save user' }).click();
  await expect(dialog.getByRole('alert')).toContainText('is the last active administrator');
});

test('the retention is changed, refused beside its field, and recorded', async ({ page }) => {
  await goTo(page, '/settings');
  const section = page
    .locator('main section')
    .filter({ has: page.getByRole('heading', { name: 'Retention' }) });
  await expect(section).toContainText('kept forever');
  await page.getByRole('button', { name: 'Change the retention' }).click();
  const dialog = page.getByRole('dialog', { name: 'Retention' });
  await dialog.getByLabel('Attempts', { exact: true }).fill('3');
  await dialog.getByLabel('Attempts', { exact: true }).press('Enter');
  await expect(dialog.getByText('Keep at least 8 days: charts show a week.')).toBeVisible();
  await dialog.getByLabel('Attempts', { exact: true }).fill('90');
  await dialog.getByRole('button', { name: 'Change retention' }).click();
  await expect(section).toContainText('90 days');
  await goTo(page, '/audit?action=settings');
  await expect(
    page
      .getByRole('region', { name: 'Audit log' })
      .getByText('Keeps the run log 30 days, attempts 90 days'),
  ).toBeVisible();
});

test.describe('as a viewer', () => {
  test.use({ role: 'viewer' });

  test('nothing that changes is offered, and other accounts are not shown', async ({ page }) => {
    await goTo(page, '/schedules');
    await expect(page.getByText('Nothing is scheduled')).toBeVisible();
    await expect(page.getByRole('button', { name: 'New schedule' })).toHaveCount(0);
    await goTo(page, '/workers');
    await expect(page.getByText('Alive', { exact: true })).toBeVisible();
    await expect(page.getByRole('button', { name: 'Drain' })).toHaveCount(0);
    await goTo(page, '/settings');
    await expect(page.getByText('Your account')).toBeVisible();
    await expect(page.getByText('admin@example.org')).toHaveCount(0);
  });
});

test('an id that nobody knows answers 404, and the page says what is missing', async ({ page }) => {
  const unknown = '0192f7a0-0000-7000-8000-00000000dead';
  const lists = {
    'work-items': 'There is no such work item',
    runs: 'There is no such run',
    records: 'There is no such record',
    sources: 'There is no such source',
  };
  for (const [list, title] of Object.entries(lists)) {
    for (const id of [unknown, 'no-id-at-all']) {
      const answer = await page.request.get(`/${list}/${id}`);
      expect(answer.status(), `/${list}/${id}`).toBe(404);
      expect(await answer.text()).toContain(title);
    }
  }
  const source = page.getByRole('link', { name: 'Sample' }).first();
  await goTo(page, '/sources');
  const href = (await source.getAttribute('href')) ?? '';
  expect((await page.request.get(href)).status()).toBe(200);
});
