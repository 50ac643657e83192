/** A tab that was cut off for an hour, or slept: it says how old it is, loses nothing typed, and comes back alone. */
import type { BrowserContext, Page, Request } from '@playwright/test';
import { accounts, password } from './support/accounts.ts';
import { goTo, untilAnswering } from './support/go-to.ts';
import { inDatabase } from './support/in-database.ts';
import { expect, test } from './support/test.ts';

test.use({ expectedErrors: [/ERR_INTERNET_DISCONNECTED|status of 401/] });

const liveAddress = /\/api\/live$/;

/** An hour without a connection passes, in which every timer runs out; nothing is waited for. */
async function anHourOffline(page: Page, context: BrowserContext) {
  await expect(page.getByText(/^Healthy · .*worker/)).toBeAttached();
  await context.setOffline(true);
  for (let part = 0; part < 4; part += 1) await page.clock.runFor('00:30');
  await page.clock.fastForward('55:00');
  for (let part = 0; part < 6; part += 1) await page.clock.runFor('00:30');
}

/** What the page asks from now on. */
function asked(page: Page) {
  const requests: Request[] = [];
  page.on('request', (request) => requests.push(request));
  return {
    live: () => requests.filter((one) => liveAddress.test(one.url())).length,
    all: () => requests.length,
  };
}

test('an hour offline: the page tells its age, keeps what was typed, and comes back with a handful of requests', async ({
  page,
  context,
}) => {
  await page.clock.install();
  await goTo(page, '/sources/new?template=sample');
  const name = page.getByRole('textbox', { name: 'Name', exact: true });
  await name.fill('typed before');
  await anHourOffline(page, context);
  await expect(page.getByText(/^The console does not answer, for 1 h 0\d min$/)).toBeVisible();
  await expect(page.getByRole('button', { name: 'Live refresh: lost' })).toBeVisible();
  await expect(name).toHaveValue('typed before');
  // What is tried meanwhile says so, and stays.
  await page.getByRole('button', { name: 'Create source' }).click();
  await expect(page.getByText('The console did not answer.').first()).toBeVisible();

  const requests = asked(page);
  await context.setOffline(false);
  await expect(page.getByText(/^Healthy · .*worker/)).toBeAttached();
  await expect(page.getByRole('button', { name: /^Live refresh: (live|paused)$/ })).toBeVisible();
  expect(requests.live()).toBeLessThanOrEqual(3);
  expect(requests.all()).toBeLessThanOrEqual(8);
  await expect(name).toHaveValue('typed before');
});

test('a link that was pressed while offline is followed an hour later, once', async ({
  page,
  context,
}) => {
  await page.clock.install();
  await goTo(page, '/hosts');
  await expect(page.getByText(/^Healthy · .*worker/)).toBeAttached();
  await context.setOffline(true);
  await page.getByRole('link', { name: 'Runs', exact: true }).click();
  await anHourLater(page);
  await expect(page.getByRole('heading', { name: 'Hosts', level: 1 })).toBeVisible();
  const requests = asked(page);
  await context.setOffline(false);
  await expect(page.getByRole('heading', { name: 'Runs', level: 1 })).toBeVisible();
  await expect(page.getByRole('button', { name: 'Live refresh: live' })).toBeVisible();
  expect(requests.all()).toBeLessThanOrEqual(12);
});

const anHourLater = async (page: Page) => {
  await page.clock.runFor('01:00');
  await page.clock.fastForward('59:00');
};

test('a computer that has slept asks at once, though no timer has run out', async ({ page }) => {
  await page.clock.install();
  await goTo(page, '/sources');
  await expect(page.getByText(/^Healthy · .*worker/)).toBeAttached();
  // Nothing moves: by itself it would ask again after 15 s.
  const idle = page.waitForResponse(liveAddress);
  await page.clock.runFor(25_000);
  await idle;
  const requests = asked(page);
  const now = await page.evaluate(() => Date.now());
  await page.clock.setSystemTime(now + 3_600_000);
  await page.clock.runFor(2_000);
  await expect.poll(requests.live).toBeGreaterThan(0);
  await expect(page.getByRole('button', { name: 'Live refresh: live' })).toBeVisible();
  expect(requests.live()).toBeLessThanOrEqual(2);
});

test.describe('signed in for this alone', () => {
  test.use({ role: null });

  test('a session that ended meanwhile is told, and what was typed is there after signing in', async ({
    page,
    context,
    product,
  }) => {
    const signIn = async () => {
      await page.getByLabel('E-mail').fill(accounts.operator);
      await page.getByLabel('Password').fill(password);
      await page.getByRole('button', { name: 'Sign in' }).click();
    };
    await page.goto('/sign-in');
    await signIn();
    await expect(page.getByRole('heading', { name: 'Overview', level: 1 })).toBeVisible();
    await page.clock.install();
    await goTo(page, '/sources/new?template=sample');
    const name = page.getByRole('textbox', { name: 'Name', exact: true });
    await name.fill('typed before');
    // Nobody has to answer whether to leave: the page that asks for the password leads back.
    page.on('dialog', () => {
      throw new Error('the browser asks whether to leave');
    });
    await anHourOffline(page, context);
    await inDatabase(product, async ({ q, engine }) => {
      await q
        .updateTable('sessions')
        .set({ last_seen_at: engine.nowPlus(-2 * 3_600_000) })
        .execute();
    });
    await context.setOffline(false);
    await expect(page.getByText('Your session has ended')).toBeVisible();
    await signIn();
    await expect(page).toHaveURL(/\/sources\/new\?template=sample$/);
    await untilAnswering(page);
    await expect(name).toHaveValue('typed before');
    await expect(page.getByText('What you typed here was not saved')).toBeVisible();
  });
});
