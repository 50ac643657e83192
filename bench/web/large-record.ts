/** A record of five megabytes in the viewer: how long the page does not answer while it is read. */
import type { BrowserContext, Page } from '@playwright/test';
import { addRecords } from '../../e2e/support/add-records.ts';
import { largeDocument } from '../../e2e/support/large-document.ts';
import { watchTasks } from '../../e2e/support/longest-task.ts';
import type { Product } from '../../e2e/support/product.ts';
import type { BenchResult } from '../harness/benchmark.ts';
import { toResult } from '../harness/measure.ts';

const limitMs = 200;

const tree = (page: Page) => page.getByRole('tree', { name: 'Payload' });
const find = (page: Page) => page.getByRole('searchbox', { name: 'Find in the payload' });

/** In this order, on one page. */
const steps: Readonly<Record<string, (page: Page, path: string) => Promise<unknown>>> = {
  open: async (page, path) => {
    await page.goto(path);
    await tree(page).getByRole('treeitem').first().waitFor();
  },
  'open all': async (page) => {
    await page.getByRole('button', { name: 'Open all' }).click();
    await page.getByText('"Planet 0"').or(page.getByText('Planet 0')).first().waitFor();
  },
  'search rare': async (page) => {
    await find(page).fill('hidden gem');
    await page.getByText('1 found').waitFor();
    await page.keyboard.press('Enter');
    await page.getByText('$.pages[12345].state').waitFor();
  },
  'search common': async (page) => {
    await find(page).fill('planet');
    await page.getByText(/found$/).waitFor();
    await page.keyboard.press('Enter');
  },
  'copy a value': async (page) => {
    await page.getByRole('button', { name: 'Copy value' }).click();
  },
  'as received': async (page) => {
    await page.getByRole('button', { name: 'As received' }).click();
    await page.getByText('1 line', { exact: true }).waitFor();
  },
  'search in the text': async (page) => {
    await find(page).fill('hidden gem');
    await page.getByText('1 found').waitFor();
    await page.keyboard.press('Enter');
  },
  'copy all': async (page) => {
    await page.getByRole('button', { name: 'Copy all' }).click();
  },
  changes: async (page, path) => {
    await page.goto(`${path}?tab=changes`);
    await page.getByText('1 change', { exact: true }).waitFor();
  },
};

export async function largeRecord(
  product: Product,
  fresh: () => Promise<BrowserContext>,
  runs: number,
): Promise<readonly BenchResult[]> {
  const record = (payload: string) => ({
    source: 'bench',
    resource: 'large',
    contentType: 'application/json',
    payload,
  });
  const [, id] = await addRecords(product, [
    record(largeDocument('once')),
    record(largeDocument('hidden gem')),
  ]);
  const longest = new Map<string, number[]>();
  for (let turn = 0; turn < runs; turn += 1) {
    const context = await fresh();
    await context.grantPermissions(['clipboard-read', 'clipboard-write']);
    const page = await context.newPage();
    const longestTask = await watchTasks(page);
    for (const [name, take] of Object.entries(steps)) {
      await take(page, `/records/${id}`);
      // Tasks are told of after they ended.
      await page.evaluate(() => new Promise((done) => setTimeout(done, 100)));
      longest.set(name, [...(longest.get(name) ?? []), await longestTask()]);
    }
    await context.close();
  }
  return [...longest].map(([name, tasks]) =>
    toResult({
      name: `5 MB record, ${name}: longest task`,
      unit: 'ms',
      runs: tasks,
      floor: { what: 'what it may take', runs: [limitMs] },
    }),
  );
}
