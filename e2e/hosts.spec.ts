/** The servers that were asked: more than a page of them, by state and by name. */
import { expectNoViolations } from './support/axe.ts';
import { goTo } from './support/go-to.ts';
import { inDatabase } from './support/in-database.ts';
import { expect, test } from './support/test.ts';

const count = 130;

test.afterEach(({ product }) =>
  inDatabase(product, async ({ q }) => {
    await q.deleteFrom('hosts').where('host', 'like', '%.many.example').execute();
  }),
);

test('of many hosts the blocked ones and one by its name are found, and all by pages', async ({
  page,
  product,
}) => {
  await inDatabase(product, async ({ q, engine }) => {
    const hosts = Array.from({ length: count }, (_, n) => ({
      host: `h${String(n).padStart(3, '0')}.many.example`,
      last_request_at: engine.nowPlus(-(n + 1) * 60_000),
      blocked_until: n === 120 ? engine.nowPlus(3_600_000) : null,
      blocked_reason: n === 120 ? 'HTTP 429' : null,
      pace_ms: n === 121 ? 2_000 : 0,
      updated_at: engine.now(),
    }));
    await q.insertInto('hosts').values(hosts).execute();
  });
  const hosts = page.getByRole('region', { name: 'Hosts' }).getByRole('row');
  await goTo(page, '/hosts?name=many.example');
  await expect(hosts).toHaveCount(101);
  await page.getByRole('link', { name: 'Next' }).click();
  await expect(hosts).toHaveCount(count - 100 + 1);
  await expect(hosts.last()).toContainText('h129.many.example');
  await page.getByRole('link', { name: 'Previous' }).click();
  await expect(hosts.nth(1)).toContainText('h000.many.example');

  const states = page.getByRole('navigation', { name: 'Hosts by state' });
  await states.getByRole('link', { name: /^Blocked/ }).click();
  await expect(page).toHaveURL(/view=blocked/);
  await expect(hosts.filter({ hasText: 'h120.many.example' })).toContainText('HTTP 429');
  await expect(hosts).toHaveCount(2);
  await states.getByRole('link', { name: /^Paced/ }).click();
  await expect(hosts).toHaveCount(2);
  await expect(hosts.last()).toContainText('h121.many.example');

  await states.getByRole('link', { name: 'All' }).click();
  await expect(page).not.toHaveURL(/view=/);
  await expect(hosts).toHaveCount(101);
  const box = page.getByRole('combobox', { name: 'Filter the list' });
  await expect(page.getByRole('button', { name: 'Name many.example', exact: true })).toBeVisible();
  await box.fill('H077.many');
  await box.press('Enter');
  await expect(page).toHaveURL(/name=H077/);
  await expect(hosts).toHaveCount(2);
  await expectNoViolations(page);
  await box.fill('no such host');
  await box.press('Enter');
  await expect(page.getByText('No host with “no such host” in its name')).toBeVisible();
  await page.getByRole('link', { name: 'Show all hosts' }).click();
  await expect(page).toHaveURL(/\/hosts$/);
});
