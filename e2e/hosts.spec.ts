/** The servers that were asked: more than a page of them, by state and by name. */
import { expectNoViolations, expectNoViolationsInBothThemes } from './support/axe.ts';
import { expectToFit } from './support/fits.ts';
import { goTo } from './support/go-to.ts';
import { inDatabase } from './support/in-database.ts';
import { expect, test } from './support/test.ts';

const count = 130;

test.afterEach(({ product }) =>
  inDatabase(product, async ({ q }) => {
    for (const table of ['hosts', 'host_hours', 'host_blocks'] as const) {
      await q.deleteFrom(table).where('host', 'like', '%.many.example%').execute();
    }
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

test('a host says how it answers, when it was left alone, and what its robots.txt decides', async ({
  page,
  product,
}) => {
  const host = 'one.many.example:8443';
  await inDatabase(product, async ({ q, engine }) => {
    const updated_at = engine.now();
    await q
      .insertInto('hosts')
      .values({
        host,
        last_request_at: engine.nowPlus(-60_000),
        robots_status: 200,
        robots_body: 'User-agent: *\nDisallow: /private/\nAllow: /private/open',
        robots_fetched_at: updated_at,
        updated_at,
      })
      .execute();
    await q
      .insertInto('host_hours')
      .values({
        ...{ host, hour: engine.truncate(engine.now(), 'hour') },
        ...{ requests: 40, count_429: 3, count_5xx: 2, failed: 1 },
      })
      .execute();
  });
  await goTo(page, '/hosts?name=one.many');
  await page.getByRole('link', { name: host }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(host);
  await expect(page.getByText('34 answered')).toBeVisible();
  await page.getByRole('button', { name: `Block ${host}` }).click();
  await page.getByLabel('Why').fill('they asked us to');
  await page.getByRole('button', { name: 'Block host' }).click();
  const blocks = page.getByRole('region', { name: 'Blocks' }).getByRole('row');
  await expect(blocks.last()).toContainText('they asked us to');
  await expect(blocks.last()).toContainText('admin@example.org');
  const address = page.getByLabel('Try an address');
  await address.fill('/private/x');
  await page.getByRole('button', { name: 'Try it' }).click();
  await expect(page.getByText('It may not be fetched')).toBeVisible();
  await expect(page.getByText('Disallow: /private/', { exact: true })).toBeVisible();
  await address.fill('https://elsewhere.example/');
  await page.getByRole('button', { name: 'Try it' }).click();
  await expect(
    page.getByText(`Give an address of ${host}, or a path such as /page.`),
  ).toBeVisible();
  await expectNoViolationsInBothThemes(page);
  await page.setViewportSize({ width: 360, height: 900 });
  await expectToFit(page);
  expect((await page.request.get('/hosts/never-asked.example')).status()).toBe(404);
});
