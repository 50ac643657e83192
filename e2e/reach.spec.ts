/** The console within reach of everybody: at 200 % zoom, on the narrowest screen, read by a screen reader. */

import { makeDetailPages } from './support/detail-pages.ts';
import { fillRooms } from './support/fill-rooms.ts';
import { expectToFit } from './support/fits.ts';
import { goTo } from './support/go-to.ts';
import { forms, pages } from './support/pages.ts';
import { expect, test } from './support/test.ts';

/** A screen of 1440 px at 200 %, the phone that most have, and the narrowest that is promised. */
const widths = [720, 390, 360];
const source = 'reach-source';

/** Lists that the rooms are filled in of, and pages of what stands in them. */
const filled = [
  '/alerts?tab=closed',
  '/alerts?tab=muted',
  '/alerts?tab=quarantine',
  '/hosts?view=blocked',
  '/hosts/wiki.example',
  '/settings/tokens',
];

test('every page fits at 200 % zoom and on phones, whatever stands in it', async ({
  page,
  product,
}) => {
  test.setTimeout(400_000);
  await fillRooms(product);
  const details = await makeDetailPages(page, source);
  for (const path of [...pages, ...forms, ...filled, ...details]) {
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
