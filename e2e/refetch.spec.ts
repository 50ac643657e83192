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
