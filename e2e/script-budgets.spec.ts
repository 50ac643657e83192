/** What a page may load before it answers, on every page there is. */
import { makeDetailPages } from './support/detail-pages.ts';
import { forms, pages } from './support/pages.ts';
import { budgetOf, firstLoadKb, scriptBudgetKb } from './support/script-weight.ts';
import { expect, test } from './support/test.ts';

test('no page loads more JavaScript at first than it may', async ({ page }) => {
  test.setTimeout(120_000);
  const details = await makeDetailPages(page, 'weighed-source');
  const over: string[] = [];
  for (const path of [...pages, ...forms, ...details]) {
    const kb = await firstLoadKb(page.request, path);
    // A page that names no script would be within every budget.
    expect(kb, path).toBeGreaterThan(50);
    if (kb > scriptBudgetKb[budgetOf(path)]) over.push(`${path}: ${kb.toFixed(1)} kB`);
  }
  expect(over).toEqual([]);
});
