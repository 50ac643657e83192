import { expectNoViolations } from './support/axe.ts';
import { goTo } from './support/go-to.ts';
import { addTestSource, openLaunch, runToTheEnd } from './support/sources.ts';
import { expect, test } from './support/test.ts';

test('a run is paused, resumed and cancelled; what is queued is skipped', async ({ page }) => {
  await addTestSource(page, { name: 'slow-source', resources: 60, latencyMs: 3000 });
  const dialog = await openLaunch(page, 'slow-source');
  await dialog.getByRole('textbox', { name: /^Name/ }).fill('A slow run');
  await expectNoViolations(page);
  await dialog.getByRole('button', { name: 'Launch run' }).click();
  await page.waitForURL('**/runs/*');
  const header = page.locator('main header').first();
  await expect(header.getByText('Running')).toBeVisible();

  await page.getByRole('button', { name: 'Pause' }).click();
  await expect(header.getByText('Paused')).toBeVisible();
  await page.getByRole('button', { name: 'Resume' }).click();
  await expect(header.getByText('Running')).toBeVisible();

  await page.getByRole('button', { name: 'Cancel' }).click();
  const confirm = page.getByRole('alertdialog', { name: 'Cancel this run?' });
  await expect(confirm).toContainText(/\d+ pending items? will be skipped/);
  // A pressed button is announced by reference for some seconds, also when its dialog has closed.
  await expect(page.locator('[data-live-announcer] [role="img"]')).toHaveCount(0);
  await expectNoViolations(page);
  await confirm.getByRole('button', { name: /^Cancel run/ }).click();
  await expect(header.getByText('Cancelled')).toBeVisible();

  // Nothing of it stays queued or in progress.
  await page.getByRole('link', { name: 'Show its items' }).click();
  const badges = page.getByRole('table').getByText(/^(Pending|In progress)$/);
  await expect(badges).toHaveCount(0, { timeout: 30_000 });
  await expect(page.getByRole('table').getByText('Skipped').first()).toBeVisible();
});

test('a double click launches one run', async ({ page }) => {
  await addTestSource(page, { name: 'eager-source', resources: 5 });
  const dialog = await openLaunch(page, 'eager-source');
  await dialog.getByRole('button', { name: 'Launch run' }).dblclick();
  await page.waitForURL('**/runs/*');
  await goTo(page, '/runs');
  await expect(page.getByRole('row').filter({ hasText: 'eager-source' })).toHaveCount(1);
});

test('a run over nothing is refused with the reason', async ({ page }) => {
  await addTestSource(page, { name: 'fresh-source', resources: 5 });
  const dialog = await openLaunch(page, 'fresh-source');
  await dialog.getByRole('button', { name: /What to do/ }).click();
  await page.getByRole('option', { name: 'Recrawl' }).click();
  await expect(dialog.getByRole('status')).toContainText('0 items at the start');
  await dialog.getByRole('button', { name: 'Launch run' }).click();
  await expect(dialog.getByText('run_has_no_items')).toBeVisible();
});

test('what failed in a run is retried by another', async ({ page }) => {
  await addTestSource(page, {
    name: 'failing-source',
    resources: 5,
    failIds: ['test_resource_002'],
  });
  const dialog = await openLaunch(page, 'failing-source');
  await dialog.getByRole('button', { name: 'Launch run' }).click();
  await page.waitForURL('**/runs/*');
  const first = page.url();
  await expect(page.getByRole('link', { name: 'http_server_error' })).toBeVisible({
    timeout: 30_000,
  });
  await page.getByRole('button', { name: 'Retry 1 failed item' }).click();
  await expect(page).not.toHaveURL(first);
  await expect(page.getByRole('heading', { level: 1 })).toContainText('Retry of');
  await page.getByRole('link', { name: 'http_server_error' }).click({ timeout: 30_000 });
  await expect(page.getByRole('link', { name: 'test_resource_002', exact: true })).toBeVisible();
});

test('what a run fetched is fetched again, from its page or the palette, within a budget', async ({
  page,
}) => {
  test.setTimeout(90_000);
  await addTestSource(page, { name: 'again-source', resources: 5 });
  await runToTheEnd(page, 'again-source');
  await page.getByRole('button', { name: 'Recrawl', exact: true }).click();
  const form = page.getByRole('dialog', { name: 'Recrawl this run' });
  await expect(form.getByRole('status')).toContainText('5 items at the start');
  await form.getByRole('button', { name: 'Not now' }).click();

  await page.keyboard.press('Control+k');
  await page.getByRole('searchbox').fill('recrawl this');
  await page.getByRole('menuitem', { name: /Recrawl this run/ }).click();
  await form.getByLabel('Maximum items').fill('2');
  await page.keyboard.press('Tab');
  await expect(form.getByRole('status')).toContainText('2 items at the start');
  await expectNoViolations(page);
  await form.getByRole('button', { name: 'Launch recrawl' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toContainText('Recrawl of');
  await expect(page.locator('h1 + div').getByText(/Budget|Completed/)).toBeVisible({
    timeout: 30_000,
  });
  await expect(page.getByText('2 of 2 done')).toBeVisible();
});

test('the log of a run grows by itself, and is filtered', async ({ page }) => {
  test.setTimeout(90_000);
  await addTestSource(page, {
    name: 'telling-source',
    resources: 12,
    latencyMs: 1500,
    failIds: ['test_resource_003'],
  });
  const dialog = await openLaunch(page, 'telling-source');
  await dialog.getByRole('button', { name: 'Launch run' }).click();
  await page.waitForURL('**/runs/*');
  const log = page.getByRole('list', { name: 'Events, newest first' });
  await expect(page.getByText('New events appear automatically.')).toBeVisible();
  // Paused, the page itself loads nothing anew: what appears came through the stream.
  await page.evaluate(() => {
    Reflect.set(window, 'isTheSamePage', true);
  });
  await expect(log.getByText('Claimed:').first()).toBeVisible({ timeout: 45_000 });
  await expect(log.getByText('Failed:')).toBeVisible({ timeout: 45_000 });
  await page.getByRole('button', { name: 'Errors', exact: true }).click();
  await expect(log.getByRole('listitem')).toHaveCount(1);
  await page.getByRole('button', { name: 'All', exact: true }).click();
  await expect(log.getByRole('listitem').first()).toContainText('nothing left to do', {
    timeout: 30_000,
  });
  expect(await page.evaluate(() => Reflect.get(window, 'isTheSamePage'))).toBe(true);
  await expect(page.getByRole('img', { name: '12 items found, 12 done' })).toBeVisible();
  const media = page.getByRole('region', { name: 'Stored, by media type' }).getByRole('row');
  await expect(media.last()).toContainText('application/json');
});

test('the stream of events resumes behind the last one that was got', async ({ page }) => {
  await addTestSource(page, { name: 'streamed-source', resources: 5 });
  await runToTheEnd(page, 'streamed-source');
  const runId = page.url().split('/').at(-1);
  const got = await page.evaluate(async (run) => {
    const follow = (lastEventId: string) =>
      new Promise<string[]>((resolve) => {
        const controller = new AbortController();
        fetch(`/api/events/stream?run=${run}`, {
          headers: lastEventId ? { 'last-event-id': lastEventId } : {},
          signal: controller.signal,
        }).then(async (response) => {
          const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
          let text = '';
          const timer = setTimeout(() => controller.abort(), 2500);
          try {
            for (;;) {
              const part = await reader?.read();
              if (!part || part.done) break;
              text += part.value;
            }
          } catch {
            // Aborted: what came until then is what counts.
          }
          clearTimeout(timer);
          resolve([...text.matchAll(/^id: (\d+)$/gm)].map(([, id]) => id ?? ''));
        });
      });
    const all = await follow('');
    return { all, rest: await follow(all[0] ?? '') };
  }, runId);
  expect(got.all.length).toBeGreaterThanOrEqual(2);
  expect(got.rest).toEqual(got.all.slice(1));
});

test('two runs are compared side by side', async ({ page }) => {
  test.setTimeout(120_000);
  await addTestSource(page, {
    name: 'compared-source',
    resources: 5,
    failIds: ['test_resource_001'],
  });
  await runToTheEnd(page, 'compared-source');
  await page.getByRole('button', { name: 'Retry 1 failed item' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toContainText('Retry of');
  await expect(page.locator('h1 + div').getByText('Completed')).toBeVisible({ timeout: 30_000 });
  await page.getByRole('link', { name: 'Compare', exact: true }).click();
  await expect(page.getByRole('heading', { level: 1 })).toContainText('Compare Retry of');
  await page
    .getByRole('region', { name: 'Runs to compare with' })
    .getByRole('link', { name: /^Seed/ })
    .first()
    .click();
  const figures = page.getByRole('region', { name: 'Figures of both runs' });
  await expect(figures.getByRole('row', { name: /^Completed/ })).toBeVisible();
  await expect(page.getByRole('region', { name: 'Failed items by code' })).toBeVisible();
  await expectNoViolations(page);
  await page.getByRole('link', { name: 'Swap' }).click();
  await expect(page).toHaveURL(/\/runs\/compare\?a=.+&b=.+/);
});
