/** Every route of the console, and the address of one page of each kind that is found through its list. */
import type { Page } from '@playwright/test';
import { scriptBudgetKb } from '../../e2e/support/script-weight.ts';

export interface Route {
  readonly path: string;
  /** What the route is called when its path holds an id. */
  readonly name: string;
  /** gzip kB of JavaScript its first view may load. */
  readonly budgetKb: number;
}

const route = (path: string, name = path, budgetKb: number = scriptBudgetKb.other): Route => ({
  path,
  name,
  budgetKb,
});

const fixed: readonly Route[] = [
  route('/'),
  route('/work-items', '/work-items', scriptBudgetKb.grid),
  route('/failures'),
  route('/bulk-actions'),
  route('/sources'),
  route('/sources/new'),
  route('/sources/new?template=wikipedia'),
  route('/sources/import'),
  route('/runs'),
  route('/records'),
  route('/hosts'),
  route('/workers'),
  route('/schedules'),
  route('/audit'),
  route('/settings'),
  route('/settings/account'),
];

/** Lists whose first detail page is measured, with the tabs of that page. */
const details: Readonly<Record<string, readonly string[]>> = {
  '/work-items': [''],
  '/bulk-actions': [''],
  '/sources': ['', '?tab=revisions', '?tab=yaml'],
  '/runs': [''],
  '/records': ['', '?tab=changes'],
};

/** The fixed ones, and those a signed-in person finds behind the lists. */
export async function findRoutes(page: Page): Promise<readonly Route[]> {
  const found: Route[] = [];
  for (const [list, tabs] of Object.entries(details)) {
    const [path] = await detailsOf(page, list);
    if (path === undefined) throw new Error(`${list} leads to no detail page.`);
    for (const tab of tabs) found.push(route(`${path}${tab}`, `${list}/[id]${tab}`));
  }
  const [a, b] = (await detailsOf(page, '/runs')).map((path) => path.split('/').at(-1));
  if (!a || !b) throw new Error('There are no two runs to compare.');
  return [...fixed, ...found, route(`/runs/compare?a=${a}&b=${b}`, '/runs/compare')];
}

async function detailsOf(page: Page, list: string): Promise<readonly string[]> {
  await page.goto(list);
  const links = page.locator(`main a[href^="${list}/0"]`);
  await links.first().waitFor();
  const paths = await links.evaluateAll((all) =>
    all.map((link) => link.getAttribute('href') ?? ''),
  );
  return [...new Set(paths)];
}
