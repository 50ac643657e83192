import { expectNoViolations } from './support/axe.ts';
import { type FakeWiki, startFakeWiki } from './support/fake-wiki.ts';
import { goTo } from './support/go-to.ts';
import { addTestSource } from './support/sources.ts';
import { expect, test } from './support/test.ts';

test.describe('a MediaWiki source', () => {
  let wiki: FakeWiki;
  test.beforeAll(async () => {
    wiki = await startFakeWiki();
  });
  test.afterAll(() => wiki.close());

  test('is added after a failing and a passing test', async ({ page }) => {
    await goTo(page, '/sources');
    await page.getByRole('link', { name: 'New source' }).click();
    await page.getByRole('link', { name: /^Wikipedia/ }).click();
    await page.getByRole('textbox', { name: 'Name', exact: true }).fill('Little wiki');

    await page.getByLabel('API address').fill('wiki.example.org/api');
    await page.getByRole('button', { name: 'Create source' }).click();
    await expect(page.getByText('give an absolute http or https URL')).toBeVisible();
    await expect(page.getByText('give an e-mail address the wiki can reach you at')).toBeVisible();
    await expect(page.getByLabel('API address')).toHaveAttribute('aria-invalid', 'true');
    await expectNoViolations(page);

    await page.getByLabel('API address').fill(wiki.apiUrl);
    await page.getByLabel('Contact').fill('operator@example.org');
    await page.getByRole('button', { name: 'Test these values' }).click();
    await expect(page.getByText(/^The test failed/)).toBeVisible();
    await expect(page.getByText('http_server_error')).toBeVisible();
    await expect(page.getByText('Response 500')).toBeVisible();

    wiki.answer('pages');
    await page.getByRole('button', { name: 'Test these values' }).click();
    await expect(page.getByText(/^The test passed/)).toBeVisible();
    await expect(page.getByText('Would discover 3 items')).toBeVisible();
    const result = page.getByRole('region', { name: 'Test result' });
    await expect(result).toContainText('Tatooine');
    await expect(result).toContainText('operator@example.org');
    await expectNoViolations(page);

    await page.getByRole('button', { name: 'Create source' }).click();
    await page.waitForURL(/\/sources\/[0-9a-f-]{36}$/);
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('Little wiki');
  });
});

test('a name that is taken is said beside the name', async ({ page }) => {
  await goTo(page, '/sources/new?template=sample');
  await page.getByRole('button', { name: 'Create source' }).click();
  await expect(page.getByText('is taken by another source')).toBeVisible();
});

test('what YAML exports, YAML imports', async ({ page }) => {
  await addTestSource(page, { name: 'yaml-source', resources: 7, failIds: ['test_resource_003'] });
  const exported = await (await page.request.get('/sources/export?name=yaml-source')).text();
  expect(exported).toContain('resources: 7');

  await goTo(page, '/sources/import');
  await page.getByRole('textbox').fill(exported.replaceAll('yaml-source', 'yaml-copy'));
  await page.getByRole('button', { name: 'Check the file' }).click();
  await expect(page.getByText('will be created')).toBeVisible();
  await page.getByRole('button', { name: 'Import 1 source' }).click();
  await page.waitForURL('**/sources');
  const copy = await (await page.request.get('/sources/export?name=yaml-copy')).text();
  expect(copy).toBe(exported.replaceAll('yaml-source', 'yaml-copy'));
});

test('a fault in YAML is named with its line, and nothing is imported', async ({ page }) => {
  await goTo(page, '/sources/import');
  await page
    .getByRole('textbox')
    .fill('sources:\n  - name: broken-source\n    type: test\n    latency: 5\n');
  await page.getByRole('button', { name: 'Check the file' }).click();
  const alert = page.getByRole('main').getByRole('alert');
  await expect(alert).toContainText('latency');
  await expect(alert).toContainText(/line 4|:4/);
  await expect(alert).toContainText('config_invalid');
  await goTo(page, '/sources');
  await expect(page.getByRole('link', { name: 'broken-source' })).toHaveCount(0);
});

test('a source is changed, rolled back, paused, resumed and deleted', async ({ page }) => {
  await addTestSource(page, { name: 'steered-source', resources: 5 });
  await page.getByRole('link', { name: 'steered-source', exact: true }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('steered-source');
  const room = page.url();
  await page.getByRole('link', { name: 'Edit', exact: true }).click();
  await page.getByRole('spinbutton', { name: 'Resources', exact: true }).fill('9');
  await page.getByRole('button', { name: 'Save changes' }).click();
  await expect(page.getByText('Saved steered-source as revision 2')).toBeVisible();

  await page.getByRole('link', { name: 'steered-source', exact: true }).click();
  await page.getByRole('link', { name: /^Revisions/ }).click();
  await expect(page.locator('del')).toHaveText('5');
  await expect(page.locator('ins')).toHaveText('9');
  await page.getByRole('button', { name: 'Roll back to this' }).click();
  await page.getByRole('button', { name: 'Roll back', exact: true }).click();
  await expect(page.getByText('Rolled back to revision 1, as revision 3')).toBeVisible();

  await page.getByRole('button', { name: 'Pause' }).click();
  await page.getByLabel('Why').fill('the wiki is being moved');
  await page.getByRole('button', { name: 'Pause source' }).click();
  await expect(page.getByText(/: the wiki is being moved/)).toBeVisible();
  await page.getByRole('button', { name: 'Resume' }).click();
  await expect(page.getByText('This source is paused')).toHaveCount(0);

  await page.getByRole('link', { name: 'State', exact: true }).click();
  await page.getByLabel('Comment').fill('They move on Friday.');
  await page.getByRole('button', { name: 'Add the comment' }).click();
  const timeline = page.getByRole('list', { name: 'Timeline' });
  await expect(timeline.getByText('They move on Friday.')).toBeVisible();
  await expect(timeline.getByText('the wiki is being moved')).toBeVisible();
  await expect(page.getByLabel('Comment')).toHaveValue('');
  // The tab of the form, as it was linked before it had a page of its own.
  await goTo(page, `${room}?tab=settings`);
  await page.waitForURL('**/edit');

  await page.getByRole('button', { name: 'Delete' }).click();
  await expect(page.getByRole('alertdialog')).toContainText('0 items and their records are kept');
  await page.getByRole('button', { name: 'Delete source' }).click();
  await page.waitForURL('**/sources');
  await expect(page.getByRole('link', { name: 'steered-source' })).toHaveCount(0);
});

test('a source is duplicated with its settings, and tested on five items', async ({ page }) => {
  await addTestSource(page, { name: 'first-source', resources: 8, failIds: ['test_resource_003'] });
  await page.getByRole('link', { name: 'first-source', exact: true }).click();
  await page.getByRole('link', { name: 'Edit', exact: true }).click();
  await page.getByRole('link', { name: 'Duplicate' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(
    'New source: copy of first-source',
  );
  await expect(page.getByRole('textbox', { name: 'Name', exact: true })).toHaveValue(
    'first-source copy',
  );
  await expect(page.getByRole('spinbutton', { name: 'Resources', exact: true })).toHaveValue('8');
  await page.getByRole('button', { name: 'Test these values' }).click();
  const sample = page.getByRole('region', { name: 'Further items of the sample' });
  await expect(sample.getByRole('row')).toHaveCount(5);
  await expect(sample.getByRole('row').filter({ hasText: 'test_resource_003' })).toContainText(
    'Failed',
  );
  await expectNoViolations(page);
  await page.getByRole('button', { name: 'Create source' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('first-source copy');
});

test('headers are rows, and a time has the unit that suits it', async ({ page }) => {
  await goTo(page, '/sources/new?type=http');
  const headers = page.getByRole('group', { name: /headers/i });
  await headers.getByRole('button', { name: 'Add a row' }).click();
  await page.keyboard.type('Accept-Language');
  await page.keyboard.press('Tab');
  await page.keyboard.type('en');
  await headers.getByRole('button', { name: 'Add a row' }).click();
  await page.keyboard.type('X-Extra');
  await headers.getByRole('button', { name: 'Remove Accept-Language' }).click();
  await expect(headers.getByRole('textbox', { name: /1: name/ })).toHaveValue('X-Extra');
  const delay = page.getByRole('button', { name: /^Unit of Delay/ });
  const number = page.getByRole('spinbutton', { name: 'Delay between requests', exact: true });
  await number.fill('2');
  // By keys alone.
  await page.keyboard.press('Tab');
  await expect(delay).toBeFocused();
  await page.keyboard.press('ArrowDown');
  await page.getByRole('option', { name: 'minutes' }).press('Enter');
  await expect(delay).toHaveAccessibleName(/minutes$/);
  await expect(delay).toBeFocused();
  // The number stays as it was written; what it means changes.
  await expect(number).toHaveValue('2');
  await expectNoViolations(page);
});

test.describe('offline', () => {
  test.use({ expectedErrors: [/ERR_INTERNET_DISCONNECTED/] });

  test('a console that does not answer costs nothing that was typed', async ({ page, context }) => {
    await goTo(page, '/sources/new?template=sample');
    const name = page.getByRole('textbox', { name: 'Name', exact: true });
    await name.fill('kept through a blip');
    await context.setOffline(true);
    await page.getByRole('button', { name: 'Create source' }).click();
    await expect(page.getByText('The console did not answer.')).toBeVisible();
    await expect(name).toHaveValue('kept through a blip');
    await page.getByRole('button', { name: 'Test these values' }).click();
    await expect(page.getByText('The console did not answer.')).toBeVisible();
    await context.setOffline(false);
    await page.getByRole('button', { name: 'Create source' }).click();
    await page.waitForURL(/\/sources\/[0-9a-f-]{36}$/);
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('kept through a blip');
  });
});
