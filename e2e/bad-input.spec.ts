/** Bad input and bad answers, as the person meets them: a code, a sentence, a remedy, no stack trace. */
import type { Page } from '@playwright/test';
import { expectNoViolations } from './support/axe.ts';
import { type BadServer, startBadServer } from './support/bad-server.ts';
import { goTo } from './support/go-to.ts';
import { openItem } from './support/open-item.ts';
import { openLaunch } from './support/sources.ts';
import { expect, test } from './support/test.ts';

/** Fails when the page shows where in the code something broke. */
async function expectNoStackTrace(page: Page): Promise<void> {
  await expect(page.locator('body')).not.toContainText(/\bat \S+ \(|node_modules|\.ts:\d+/);
}

/** What the check of a YAML text says. */
async function checkYaml(page: Page, yaml: string) {
  await goTo(page, '/sources/import');
  await page.getByRole('textbox').fill(yaml);
  await page.getByRole('button', { name: 'Check the file' }).click();
  return page.getByRole('main').getByRole('alert');
}

async function importYaml(page: Page, yaml: string): Promise<void> {
  await goTo(page, '/sources/import');
  await page.getByRole('textbox').fill(yaml);
  await page.getByRole('button', { name: 'Check the file' }).click();
  await page.getByRole('button', { name: /^Import \d source/ }).click();
  await page.waitForURL('**/sources');
}

test.describe('what a source answers wrongly', () => {
  let server: BadServer;
  test.beforeAll(async () => {
    server = await startBadServer();
  });
  test.afterAll(() => server.close());

  test('is told with its code on the page of each item, and the run ends', async ({ page }) => {
    // Three runs and the pages of five items.
    test.slow();
    await importYaml(
      page,
      `
sources:
  - {name: bad-answers, type: http, base_url: "${server.origin}", response: json, max_retries: 0}
  - {name: bad-wiki, type: mediawiki, api_url: "${server.origin}/api.php", email: a@example.org, max_retries: 0, rate_limit_delay: 0}
  - {name: bad-address, type: http, response: json, max_retries: 0}
seeds:
  - {source: bad-answers, urls: [/absent.json, /half.json, /huge.json]}
  - {source: bad-wiki, titles: [Atlas]}
  - {source: bad-address, urls: ["http://10.0.0.1/inside.json"]}
`,
    );
    for (const source of ['bad-answers', 'bad-wiki', 'bad-address']) {
      const dialog = await openLaunch(page, source);
      await dialog.getByRole('button', { name: 'Launch run' }).click();
      await page.waitForURL('**/runs/*');
      await expect(page.locator('h1 + div').getByText('Completed')).toBeVisible({
        timeout: 40_000,
      });
    }
    for (const [source, resource, code, remedy] of [
      ['bad-answers', 'absent.json', 'http_not_found', 'does not exist at the source'],
      ['bad-answers', 'half.json', 'payload_invalid', 'check the URL and the source type'],
      ['bad-answers', 'huge.json', 'egress_too_large', 'exclude this resource'],
      ['bad-wiki', 'Atlas', 'api_error', 'see the message'],
      ['bad-address', 'inside.json', 'egress_address_refused', 'INGEST_EGRESS_ALLOW'],
    ] as const) {
      await goTo(page, `/work-items?source=${source}&status=failed`);
      await openItem(page, new RegExp(`${resource.replace('.', '\\.')}$`));
      await expect(page.getByRole('heading', { level: 1 })).toContainText(resource);
      const main = page.getByRole('main');
      await expect(main.getByText('Failed').first()).toBeVisible();
      await expect(main.getByRole('table').getByText(code, { exact: true })).toBeVisible();
      await expect(main.getByText(remedy)).toBeVisible();
      await expect(main.getByText('Nothing has been stored for this item yet.')).toBeVisible();
      await expectNoStackTrace(page);
    }
    await expectNoViolations(page);
    await goTo(page, '/records?source=bad-answers');
    await expect(page.getByText('No record matches')).toBeVisible();
  });

  test('is told by a test of values that are not saved', async ({ page }) => {
    await goTo(page, '/sources/new?type=http');
    await page.getByRole('textbox', { name: 'Name', exact: true }).fill('never-saved');
    for (const [address, code] of [
      [`${server.origin}/absent.json`, 'http_not_found'],
      [`${server.origin}/huge.json`, 'egress_too_large'],
      ['http://192.168.0.1/', 'egress_address_refused'],
      ['http://169.254.169.254/latest/meta-data/', 'egress_address_refused'],
    ] as const) {
      await page.getByRole('textbox', { name: 'Addresses' }).fill(address);
      await page.getByRole('button', { name: 'Test these values' }).click();
      const result = page.getByRole('region', { name: 'Test result' });
      await expect(result.getByText(/^The test failed/)).toBeVisible();
      await expect(result.getByText(code, { exact: true })).toBeVisible();
    }
    await expect(page.getByText('INGEST_EGRESS_ALLOW')).toBeVisible();
    await expectNoStackTrace(page);
    await goTo(page, '/sources');
    await expect(page.getByRole('link', { name: 'never-saved' })).toHaveCount(0);
  });
});

test('ids that can be no item are refused in the form, beside their seed', async ({ page }) => {
  await goTo(page, '/sources/new?type=test');
  await page.getByRole('textbox', { name: 'Name', exact: true }).fill('too-long');
  const seed = page.getByRole('region', { name: 'Seed 1' });
  await seed.getByRole('textbox', { name: 'Ids', exact: true }).fill('x'.repeat(900));
  await page.getByRole('button', { name: 'Create source' }).click();
  await expect(seed).toContainText(/The dedupe key has \d+ characters; 850 are possible\./);
  await expect(page.getByRole('alert').getByText('input_invalid')).toBeVisible();
  await goTo(page, '/sources');
  await expect(page.getByRole('link', { name: 'too-long' })).toHaveCount(0);
});

test('ids that can be no item are refused in YAML, with their line, and nothing is imported', async ({
  page,
}) => {
  const alert = await checkYaml(
    page,
    'sources:\n  - {name: fine-one, type: test}\n  - {name: blank-id, type: test}\nseeds:\n  - source: blank-id\n    ids: ["test_resource_001 "]\n',
  );
  await expect(alert).toContainText(/line 5: seeds\[0\]: .* has leading or trailing blanks/);
  await expect(alert).toContainText('config_invalid');
  await goTo(page, '/sources');
  await expect(page.getByRole('link', { name: /fine-one|blank-id/ })).toHaveCount(0);
});

test('settings of the database in YAML are checked like a file of the command', async ({
  page,
}) => {
  const alert = await checkYaml(
    page,
    'state:\n  sqlserver:\n    port: 99999\n    schema: "x]; drop"\nsources:\n  - {name: a, type: test}\n',
  );
  await expect(alert).toContainText(
    /line 3: state\.sqlserver\.port: must be a whole number from 1/,
  );
  await expect(alert).toContainText(/line 4: state\.sqlserver\.schema: must be letters/);
  await expectNoStackTrace(page);
});

for (const [path, parameter] of [
  ['/?window=3y', 'window'],
  ['/work-items?status=asleep', 'status'],
  ['/work-items?attempts=-1', 'attempts'],
  ['/runs?status=asleep', 'status'],
  ['/records?fetched_from=yesterday', 'fetched_from'],
  ['/audit?from=2026-02-31', 'from'],
] as const) {
  test(`${path} names the parameter that is ignored`, async ({ page }) => {
    await goTo(page, path);
    await expect(
      page.getByText(new RegExp(`“${parameter}” must be .* is ignored\\.`)),
    ).toBeVisible();
    await expect(page.getByText('input_invalid')).toBeVisible();
    await expectNoStackTrace(page);
  });
}

for (const list of ['/work-items', '/runs', '/records', '/audit']) {
  test(`${list} refuses a position that it did not give`, async ({ page }) => {
    await goTo(page, `${list}?cursor=eyJzb3J0IjoiaWQifQ.made-up`);
    const alert = page.getByRole('main').getByRole('alert');
    await expect(alert.getByText('cursor_invalid')).toBeVisible();
    await expectNoStackTrace(page);
    await alert.getByRole('link').click();
    await expect(page).not.toHaveURL(/cursor/);
    await expect(page.getByText('cursor_invalid')).toHaveCount(0);
  });
}

test.describe('an id that nothing has', () => {
  // The browser logs the status.
  test.use({ expectedErrors: [/status of 404/] });
  for (const path of ['/work-items/none', '/runs/none', '/sources/none', '/records/none']) {
    test(`${path} says that it is not there`, async ({ page }) => {
      expect((await page.goto(path))?.status()).toBe(404);
      const main = page.getByRole('main');
      await expect(main.getByRole('heading', { name: /^There is no such/ })).toBeVisible();
      await expect(main.getByRole('link', { name: 'Open the list' })).toBeVisible();
      await expectNoStackTrace(page);
    });
  }
});
