/** People who are quicker than the page's code: what they type is kept, what they send is asked for. */

import { delayScripts } from './support/delay-scripts.ts';
import { untilAnswering } from './support/go-to.ts';
import { expect, test } from './support/test.ts';

const filters = [
  { path: '/audit', field: 'Who', address: /\/audit\?actor=quick$/ },
  { path: '/records', field: 'Resource id starts with', address: /\/records\?resource=quick$/ },
] as const;

for (const { path, field, address } of filters) {
  test(`a filter of ${path} that was typed early is kept`, async ({ page }) => {
    const release = await delayScripts(page);
    await page.goto(path, { waitUntil: 'commit' });
    await page.getByLabel(field).fill('quick');
    release();
    await untilAnswering(page);
    await expect(page.getByLabel(field)).toHaveValue('quick');
    await page.getByRole('button', { name: 'Filter', exact: true }).click();
    await expect(page).toHaveURL(address);
    await expect(page.getByLabel(field)).toHaveValue('quick');
  });

  test(`a filter of ${path} that was sent early is asked for`, async ({ page }) => {
    const release = await delayScripts(page);
    await page.goto(path, { waitUntil: 'commit' });
    await page.getByLabel(field).fill('quick');
    await page.keyboard.press('Enter');
    await expect(page).toHaveURL(/[?&](actor|resource)=quick(&|$)/);
    release();
    await untilAnswering(page);
    await expect(page.getByLabel(field)).toHaveValue('quick');
    await expect(page.getByText('is ignored')).toHaveCount(0);
  });
}
