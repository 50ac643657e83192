/** People who are quicker than the page's code: what they type is kept, what they send is asked for. */

import { delayScripts } from './support/delay-scripts.ts';
import { untilAnswering } from './support/go-to.ts';
import { expect, test } from './support/test.ts';

const filters = [
  { path: '/audit', address: /\/audit\?q=quick$/ },
  { path: '/records', address: /\/records\?q=quick$/ },
  { path: '/hosts', address: /\/hosts\?name=quick$/ },
] as const;

for (const { path, address } of filters) {
  test(`a filter of ${path} that was typed early is kept`, async ({ page }) => {
    const box = page.getByRole('combobox', { name: 'Filter the list' });
    const release = await delayScripts(page);
    await page.goto(path, { waitUntil: 'commit' });
    await box.fill('quick');
    release();
    await untilAnswering(page);
    await expect(box).toHaveValue('quick');
    await box.press('Enter');
    await expect(page).toHaveURL(address);
  });

  test(`a filter of ${path} that was sent early is asked for`, async ({ page }) => {
    const release = await delayScripts(page);
    await page.goto(path, { waitUntil: 'commit' });
    await page.getByRole('combobox', { name: 'Filter the list' }).fill('quick');
    await page.keyboard.press('Enter');
    await expect(page).toHaveURL(/[?&]find=quick$/);
    release();
    await expect(page).toHaveURL(address);
    await untilAnswering(page);
    await expect(page.getByRole('button', { name: / quick$/ }).first()).toBeVisible();
    await expect(page.getByText('is ignored')).toHaveCount(0);
  });
}
