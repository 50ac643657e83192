/**
 * What an operator is asked to do on a bad day, from the overview on, by what is written on the page. How many presses
 * each takes is counted, and is not to grow.
 */
import { createServer } from 'node:http';
import { goTo } from './support/go-to.ts';
import { inDatabase } from './support/in-database.ts';
import { startProduct } from './support/product.ts';
import { addTestSource, openLaunch, runToTheEnd } from './support/sources.ts';
import { beginAtTheOverview, heading, rail, rowOf, section } from './support/tasks.ts';
import { expect, test } from './support/test.ts';

/** A server that answers what it is told to, and keeps what it was sent. */
async function startServer() {
  const state = { isWell: false, received: [] as string[] };
  const server = createServer((request, response) => {
    if (request.method === 'POST') state.received.push(String(request.headers['webhook-id']));
    if (request.url === '/robots.txt') response.writeHead(404).end();
    else if (state.isWell || request.method === 'POST')
      response.writeHead(200, { 'content-type': 'application/json' }).end('{"page":1}');
    else
      response
        .writeHead(500, { 'content-type': 'text/html', 'x-served-by': 'backend-7' })
        .end('<h1>Our database is down for maintenance</h1>');
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port was given');
  return {
    state,
    origin: `http://127.0.0.1:${address.port}`,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
let server: Awaited<ReturnType<typeof startServer>>;
test.beforeAll(async () => {
  server = await startServer();
});
test.afterAll(() => server.close());

test('whose fault it is shows in what was answered, and a retry shows whether it helped', async ({
  page,
}) => {
  // A host that fails is left alone for a while, the longer the more it fails.
  test.setTimeout(240_000);
  await goTo(page, '/sources/import');
  await page.getByRole('textbox').fill(`
sources:
  - {name: day-fault, type: http, base_url: "${server.origin}", response: json, max_retries: 0, rate_limit_delay: 0}
seeds:
  - {source: day-fault, urls: [/one.json, /two.json]}
`);
  await page.getByRole('button', { name: 'Check the file' }).click();
  await page.getByRole('button', { name: 'Import 1 source' }).click();
  await page.waitForURL('**/sources');
  await runToTheEnd(page, 'day-fault');
  const group = page
    .getByRole('row')
    .filter({ hasText: 'http_server_error' })
    .filter({ hasText: 'day-fault' });

  const whose = await beginAtTheOverview(page, 'is it our fault or theirs');
  await whose.press(page.getByRole('link', { name: 'All failures' }));
  await whose.press(group.getByRole('link', { name: /\.json$/ }));
  await expect(heading(page)).toContainText('.json');
  const answer = page.getByRole('region', { name: 'The body of the answer 500' });
  await expect(answer).toContainText('Our database is down for maintenance');
  await whose.press(page.getByText('Headers of the answer'));
  await expect(page.getByText('x-served-by: backend-7')).toBeVisible();
  whose.done(3);

  const retry = await beginAtTheOverview(page, 'retry, and see whether it helped');
  await retry.press(page.getByRole('link', { name: 'All failures' }));
  await retry.press(group.getByRole('button', { name: 'Retry all' }));
  const confirm = page.getByRole('alertdialog', { name: /^Retry 2 items\?$/ });
  await retry.press(confirm.getByRole('button', { name: 'Retry them' }));
  await page.waitForURL('**/bulk-actions/*');
  const became = section(page, 'What became of them');
  await expect(became).toContainText('2 failed again', { timeout: 80_000 });
  await expect(became.getByRole('listitem').first()).toContainText('http_server_error');
  retry.done(3);

  server.state.isWell = true;
  await goTo(page, '/failures');
  await group.getByRole('button', { name: 'Retry all' }).click();
  await confirm.getByRole('button', { name: 'Retry them' }).click();
  await page.waitForURL('**/bulk-actions/*');
  await expect(became).toContainText('2 fetched', { timeout: 80_000 });
});

test('everything is stopped with a reason, and goes on', async ({ page }) => {
  const { press, done } = await beginAtTheOverview(page, 'stop everything, go on');
  await press(page.getByRole('button', { name: 'Stop everything' }));
  const dialog = page.getByRole('dialog', { name: 'Stop everything?' });
  await dialog.getByLabel('Why').fill('the site asked us to');
  await press(dialog.getByRole('button', { name: 'Stop everything' }));
  const banner = page.getByText('Everything is stopped: the site asked us to');
  await expect(banner).toBeVisible();
  await press(page.getByRole('button', { name: 'Go on' }));
  await expect(banner).toBeHidden();
  done(3);
});

test('why a run stands still is told, and who did it', async ({ page }) => {
  const source = 'day-still';
  await addTestSource(page, { name: source, resources: 30, latencyMs: 1_000 });
  const launch = await openLaunch(page, source);
  await launch.getByRole('button', { name: 'Launch run' }).click();
  await page.waitForURL('**/runs/*');
  await goTo(page, '/sources');
  await rowOf(page, source)
    .getByRole('button', { name: /^Pause/ })
    .click();
  const pause = page.getByRole('dialog', { name: `Pause ${source}?` });
  await pause.getByLabel('Why').fill('their limits');
  await pause.getByRole('button', { name: 'Pause source' }).click();
  await expect(page.getByText(`${source} was paused`)).toBeVisible();

  const { press, done } = await beginAtTheOverview(page, 'why does this run stand still');
  const active = section(page, /^Active runs/);
  await expect(active).toContainText('not while');
  await press(active.getByRole('link', { name: new RegExp(source) }).first());
  await expect(page.getByText(/^It stands still\./)).toContainText('paused');
  done(1);
  await goTo(page, '/sources');
  await rowOf(page, source)
    .getByRole('button', { name: /^Resume/ })
    .click();
  await expect(page.getByText(`${source} was resumed`)).toBeVisible();
});

test('what happens tonight is told by host and hour', async ({ page }) => {
  await addTestSource(page, { name: 'day-night', resources: 7 });
  await goTo(page, '/schedules');
  await page.getByRole('button', { name: 'New schedule' }).first().click();
  const dialog = page.getByRole('dialog', { name: 'New schedule' });
  await dialog.getByRole('textbox', { name: 'Name', exact: true }).fill('Every hour');
  await dialog.getByRole('textbox', { name: 'Cron expression' }).fill('0 * * * *');
  await dialog.getByLabel('Time zone').fill('UTC');
  await dialog.getByRole('button', { name: 'Create schedule' }).click();
  await expect(page.getByRole('cell', { name: 'Every hour', exact: true })).toBeVisible();

  const { press, done } = await beginAtTheOverview(page, 'what happens tonight');
  await press(rail(page).getByRole('link', { name: 'Forecast' }));
  await expect(heading(page)).toHaveText('Forecast');
  await expect(section(page, /launch/i).first()).toContainText('Every hour');
  done(1);
});

test('a chart of the month is there to print', async ({ page, product }) => {
  await inDatabase(product, ({ q, engine }) =>
    q
      .insertInto('source_days')
      .values({
        source_system: 'test',
        source_name: 'day-report',
        day: engine.instantParam(`${new Date().toISOString().slice(0, 8)}01T00:00:00.000Z`),
        fetched: 900,
        changed: 400,
        failed: 30,
        skipped: 0,
        missing: 0,
        requests: 930,
        bytes: 12_000_000,
      })
      .execute(),
  );
  const { press, done } = await beginAtTheOverview(page, 'a chart for the boss');
  await press(rail(page).getByRole('link', { name: 'Report' }));
  const days = section(page, 'Day by day');
  await expect(days.locator('canvas')).toBeVisible();
  // On the first day of a month, what the other tests fetched is of the same day.
  await expect(days.getByText(/^[4-9]\d\d new or changed$/)).toBeVisible();
  await expect(rowOf(page, 'day-report')).toContainText('900');
  await expect(page.getByRole('button', { name: 'Print' })).toBeVisible();
  await expect(page.getByRole('link', { name: 'CSV', exact: true })).toBeVisible();
  done(1);
});

test('who wants to be told next time adds a channel, and tries it', async ({ page }) => {
  const { press, done } = await beginAtTheOverview(page, 'be told next time');
  await press(rail(page).getByRole('link', { name: 'Alerts' }));
  await press(page.getByRole('link', { name: /^Channels/ }));
  await press(page.getByRole('button', { name: 'New channel' }).first());
  const dialog = page.getByRole('dialog', { name: 'New channel' });
  await dialog.getByLabel('Name').fill('Night shift');
  await dialog.getByLabel('Address').fill(`${server.origin}/hook`);
  await press(dialog.getByRole('button', { name: 'Add channel' }));
  await page.getByRole('button', { name: 'I have kept it' }).click();
  done(4);
  await page.getByRole('button', { name: 'Test Night shift' }).click();
  await expect.poll(() => server.state.received.length).toBeGreaterThan(0);
  await page.getByRole('button', { name: 'Delete Night shift' }).click();
  await page.getByRole('button', { name: 'Delete channel' }).click();
  await expect(page.getByText('No channel is set up')).toBeVisible();
});

const onFullDisk = test.extend({
  newProduct: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the parameters a fixture needs from this pattern
    async ({}, use) =>
      // More than any disk has: work pauses from the first look on.
      use(() => startProduct(undefined, { INGEST_DISK_PAUSE_MIB: '90000000' })),
    { scope: 'worker' },
  ],
});

onFullDisk(
  'a disk that fills is told, with what is large and what would be freed',
  async ({ page }) => {
    await goTo(page, '/');
    const warning = page.getByText(/^Work is paused: a disk is nearly full/);
    await expect(warning).toBeVisible({ timeout: 40_000 });
    const { press, done } = await beginAtTheOverview(page, 'the disk is filling');
    await expect(warning).toBeVisible();
    const banner = page.locator('main').getByRole('link', { name: 'Look' }).last();
    await press(banner);
    await expect(heading(page)).toHaveText('Storage');
    await expect(page.getByText(/^Free for the database/)).toBeVisible();
    await press(page.getByRole('button', { name: /Count/ }));
    await expect(section(page, 'What retention would free')).toContainText(
      /nothing|items|records|rows/i,
    );
    done(2);
  },
);
