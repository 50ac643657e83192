/** The console within reach of everybody: at 200 % zoom, on the narrowest screen, read by a screen reader. */
import { expectToFit } from './support/fits.ts';
import { goTo } from './support/go-to.ts';
import { pages } from './support/pages.ts';
import { addTestSource, runToTheEnd } from './support/sources.ts';
import { expect, test } from './support/test.ts';

const forms = [
  '/sources/new',
  '/sources/new?type=http',
  '/sources/new?template=wikipedia',
  '/sources/import',
  '/runs?launch=1',
];
/** A screen of 1440 px at 200 %, and the narrowest that is promised. */
const widths = [720, 360];
const source = 'reach-source';

test('every page fits at 200 % zoom and at 360 px', async ({ page }) => {
  test.setTimeout(240_000);
  await addTestSource(page, { name: source, resources: 6, failIds: ['test_resource_003'] });
  await runToTheEnd(page, source);
  const found: string[] = [new URL(page.url()).pathname];
  for (const list of ['/work-items', '/sources', '/records']) {
    await page.goto(list);
    const detail = page.locator(`main a[href^="${list}/0"]`).first();
    found.push((await detail.getAttribute('href')) ?? list);
  }
  const [run, item, itsSource, record] = found;
  for (const path of [
    ...pages,
    ...forms,
    ...found,
    `/work-items?item=${item?.split('/').at(-1)}`,
    `/runs/compare?a=${run?.split('/').at(-1)}`,
    `${itsSource}?tab=revisions`,
    `${itsSource}?tab=yaml`,
    `${record}?tab=changes`,
  ]) {
    await page.setViewportSize({ width: widths[0] ?? 720, height: 900 });
    await goTo(page, path);
    for (const width of widths) {
      await page.setViewportSize({ width, height: 900 });
      await expectToFit(page);
    }
  }
  // The rail is a drawer then.
  await page.getByRole('button', { name: 'Open the navigation' }).click();
  await page
    .getByRole('dialog', { name: 'Navigation' })
    .getByRole('link', { name: 'Workers' })
    .click();
  await expect(page.getByRole('heading', { name: 'Workers', level: 1 })).toBeVisible();
});
