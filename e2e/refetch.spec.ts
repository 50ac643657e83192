import { expectNoViolations } from './support/axe.ts';
import { goTo } from './support/go-to.ts';
import { openItem } from './support/open-item.ts';
import { addTestSource, runToTheEnd } from './support/sources.ts';
import { expect, test } from './support/test.ts';

test('an item is pinned to every day, retired, and taken back', async ({ page }) => {
  await addTestSource(page, { name: 'plan-source', resources: 5 });
  await runToTheEnd(page, 'plan-source');
  await goTo(page, '/work-items?source=plan-source&sort=resource_id');
  await openItem(page, 'test_resource_001');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('test_resource_001');
  const facts = page.getByRole('definition');
  await expect(facts.filter({ hasText: 'by how often it changes' })).toBeVisible();

  const choose = async (name: string) => {
    await page.getByRole('button', { name: 'Fetch plan' }).click();
    const entry = page.getByRole('menuitem', { name });
    await expect(entry).toBeVisible();
    await entry.click();
  };
  await expectNoViolations(page);

  // The palette offers for it what the list offers for many.
  await page.keyboard.press('Control+k');
  await page.getByRole('searchbox', { name: /^Find an/ }).fill('recrawl this');
  await page.getByRole('menuitem', { name: 'Recrawl this item' }).click();
  const asked = page.getByRole('alertdialog', { name: 'Recrawl 1 item?' });
  await expect(asked).toContainText('will be put back into the queue and fetched again');
  await asked.getByRole('button', { name: 'Keep as they are' }).click();
  await expect(asked).toHaveCount(0);
  await expect(page).not.toHaveURL(/change=/);

  await choose('Every day');
  await expect(facts.filter({ hasText: 'every day' })).toBeVisible();

  await choose('Retire: keep, but fetch no more');
  await expect(facts.filter({ hasText: 'no more: it is retired' })).toBeVisible();
  await expect(facts.filter({ hasText: 'not planned' })).toBeVisible();
  await expect(page.getByRole('button', { name: 'Recrawl' })).toHaveCount(0);

  await choose('By how often it changes');
  await expect(facts.filter({ hasText: 'by how often it changes' })).toBeVisible();
  await expect(page.getByRole('button', { name: 'Recrawl' })).toBeVisible();
});
