/** What was typed into a form is kept through links, reloads and what others save meanwhile. */
import { expectNoViolations } from './support/axe.ts';
import { goTo } from './support/go-to.ts';
import { addTestSource } from './support/sources.ts';
import { expect, test } from './support/test.ts';

test('a slip on a link asks first, and what was typed comes back', async ({ page }) => {
  await goTo(page, '/sources/new?template=sample');
  const name = page.getByRole('textbox', { name: 'Name', exact: true });
  await name.fill('half a name');
  await page.getByRole('link', { name: 'Runs', exact: true }).click();
  const question = page.getByRole('alertdialog', { name: 'Leave without saving?' });
  await expect(question).toBeVisible();
  await expectNoViolations(page);
  await question.getByRole('button', { name: 'Stay' }).click();
  await expect(name).toHaveValue('half a name');
  await page.getByRole('link', { name: 'Runs', exact: true }).click();
  await question.getByRole('button', { name: 'Leave' }).click();
  await expect(page.getByRole('heading', { name: 'Runs', level: 1 })).toBeVisible();

  await goTo(page, '/sources/new?template=sample');
  await expect(page.getByText('What you typed here was not saved')).toBeVisible();
  await expect(name).toHaveValue('half a name');
  await page.getByRole('button', { name: 'Discard it' }).click();
  await expect(name).not.toHaveValue('half a name');
  await page.reload();
  await expect(page.getByText('What you typed here was not saved')).toHaveCount(0);
  // Nothing was typed since: a link leads on without a question.
  await page.getByRole('link', { name: 'Runs', exact: true }).click();
  await expect(page.getByRole('heading', { name: 'Runs', level: 1 })).toBeVisible();
});

test('a file pasted for import survives a reload', async ({ page }) => {
  await goTo(page, '/sources/import');
  const field = page.getByLabel('Sources and seeds, as in a configuration file');
  await field.fill('sources:\n  - name: kept');
  await page.reload();
  await expect(field).toHaveValue('sources:\n  - name: kept');
});

test('what another saved meanwhile is shown beside yours, field by field', async ({
  page,
  context,
}) => {
  await addTestSource(page, { name: 'contested', resources: 7 });
  await goTo(page, '/sources');
  await page.getByRole('link', { name: 'contested', exact: true }).first().click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('contested');
  await page.getByRole('link', { name: 'Edit', exact: true }).click();
  await page.waitForURL('**/edit');
  const other = await context.newPage();
  await goTo(other, new URL(page.url()).pathname);
  await page.getByLabel('Resources', { exact: true }).fill('30');

  await other.getByLabel('Resources', { exact: true }).fill('20');
  await other.getByLabel('Latency', { exact: true }).fill('9');
  await other.getByRole('button', { name: 'Save changes' }).click();
  await expect(other.getByText('Saved contested as revision 2')).toBeVisible();

  await page.getByRole('button', { name: 'Save changes' }).click();
  await expect(page.getByText(/saved revision 2 .*while you were editing/)).toBeVisible();
  await expect(page.getByLabel('Resources', { exact: true })).toHaveValue('30');
  await expect(page.getByLabel('Latency', { exact: true })).toHaveValue('9');
  await expectNoViolations(page);
  await page.getByRole('button', { name: 'Take theirs: Resources' }).click();
  await expect(page.getByLabel('Resources', { exact: true })).toHaveValue('20');
  await page.getByRole('button', { name: 'Keep mine: Resources' }).click();
  await page.getByRole('button', { name: 'Save changes' }).click();
  await expect(page.getByText('Saved contested as revision 3')).toBeVisible();
  await page.reload();
  await expect(page.getByLabel('Resources', { exact: true })).toHaveValue('30');
});

test('two people who change the same schedule see each other’s changes, and nobody’s is lost', async ({
  page,
  context,
}) => {
  await goTo(page, '/schedules');
  await page.getByRole('button', { name: 'New schedule' }).first().click();
  const create = page.getByRole('dialog', { name: 'New schedule' });
  await create.getByRole('textbox', { name: 'Name', exact: true }).fill('Contested');
  await create.getByRole('button', { name: 'Create schedule' }).click();
  const row = (on: typeof page) => on.getByRole('row').filter({ hasText: 'Contested' });
  await expect(row(page)).toBeVisible();

  const other = await context.newPage();
  await goTo(other, '/schedules');
  for (const one of [page, other])
    await row(one)
      .getByRole('button', { name: /^Change/ })
      .click();
  const mine = page.getByRole('dialog', { name: 'Schedule Contested' });
  const theirs = other.getByRole('dialog', { name: 'Schedule Contested' });
  await mine.getByLabel('Maximum items', { exact: true }).fill('30');
  await mine.getByLabel('Maximum requests', { exact: true }).fill('5');
  await theirs.getByLabel('Maximum items', { exact: true }).fill('20');
  await theirs.getByLabel('Maximum time', { exact: true }).fill('9');
  await theirs.getByRole('button', { name: 'Save schedule' }).click();
  await expect(theirs).toHaveCount(0);

  await mine.getByRole('button', { name: 'Save schedule' }).click();
  await expect(mine.getByText(/changed this schedule .*while you were editing/)).toBeVisible();
  await expect(mine.getByLabel('Maximum items', { exact: true })).toHaveValue('30');
  await expect(mine.getByLabel('Maximum requests', { exact: true })).toHaveValue('5');
  await expect(mine.getByLabel('Maximum time', { exact: true })).toHaveValue('9');
  await expectNoViolations(page);
  await mine.getByRole('button', { name: 'Take theirs: Maximum items' }).click();
  await expect(mine.getByLabel('Maximum items', { exact: true })).toHaveValue('20');
  await mine.getByRole('button', { name: 'Keep mine: Maximum items' }).click();
  await mine.getByRole('button', { name: 'Save schedule' }).click();
  await expect(mine).toHaveCount(0);
  await expect(row(page)).toContainText('30 items at most, 5 requests at most, 9 minutes at most');
});

test('a view that was renamed in another tab meanwhile keeps that name until somebody chooses', async ({
  page,
  context,
}) => {
  await goTo(page, '/work-items?status=failed');
  await page.getByRole('button', { name: 'Views', exact: true }).click();
  await page.getByRole('menuitem', { name: 'Save as a view' }).click();
  const create = page.getByRole('dialog', { name: 'Save as a view' });
  await create.getByLabel('Name').fill('Twice');
  await create.getByRole('button', { name: 'Save view' }).click();
  await expect(page.getByRole('button', { name: 'Twice', exact: true })).toBeVisible();

  const other = await context.newPage();
  await goTo(other, page.url());
  for (const one of [page, other]) {
    await one.getByRole('button', { name: 'Twice', exact: true }).click();
    await one.getByRole('menuitem', { name: 'Rename' }).click();
  }
  const mine = page.getByRole('dialog', { name: 'Rename the view' });
  const theirs = other.getByRole('dialog', { name: 'Rename the view' });
  await mine.getByRole('textbox', { name: 'Name' }).fill('Mine');
  await theirs.getByRole('textbox', { name: 'Name' }).fill('Theirs');
  await theirs.getByRole('button', { name: 'Rename view' }).click();
  await expect(theirs).toHaveCount(0);
  await expect(other.getByRole('button', { name: 'Theirs', exact: true })).toBeVisible();

  await mine.getByRole('button', { name: 'Rename view' }).click();
  await expect(mine.getByText(/renamed this view .*while you were editing/)).toBeVisible();
  await expect(mine.getByRole('textbox', { name: 'Name' })).toHaveValue('Mine');
  await mine.getByRole('button', { name: 'Take theirs: Name' }).click();
  await expect(mine.getByRole('textbox', { name: 'Name' })).toHaveValue('Theirs');
  await mine.getByRole('button', { name: 'Keep mine: Name' }).click();
  await mine.getByRole('button', { name: 'Rename view' }).click();
  await expect(page.getByRole('button', { name: 'Mine', exact: true })).toBeVisible();
});
