/** The audit log says how far it is chained, is verified by a press, and shows what was changed in it. */
import { expectNoViolationsInBothThemes } from './support/axe.ts';
import { goTo } from './support/go-to.ts';
import { expect, test } from './support/test.ts';

test('the log is sealed by the worker, and a press verifies it', async ({ page }) => {
  await goTo(page, '/audit');
  const verify = page.getByRole('button', { name: 'Verify the newest 20,000' });
  // The page refreshes itself; a worker seals within seconds.
  await expect(verify).toBeVisible({ timeout: 30_000 });
  await expect(page.getByText(/Sealed up to entry/)).toBeVisible();
  await verify.click();
  await expect(page.getByText('Everything is as it was written')).toBeVisible();
  await expect(page.getByText(/^Verified/).first()).toBeVisible();
  await expect(page.getByText(/all as they were written/).first()).toBeVisible();
  await expectNoViolationsInBothThemes(page);
});
