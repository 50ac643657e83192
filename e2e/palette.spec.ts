/** The palette acts: what it finds is paused, stopped and retried by the buttons that ask first. */
import type { Page } from '@playwright/test';
import { goTo } from './support/go-to.ts';
import { addTestSource, runToTheEnd } from './support/sources.ts';
import { expect, test } from './support/test.ts';

async function openPalette(page: Page, text: string) {
  // A dialog that is closing still takes the keys.
  await expect(page.getByRole('dialog').or(page.getByRole('alertdialog'))).toHaveCount(0);
  const palette = page.getByRole('dialog', { name: 'Find' });
  // What was done a moment ago may still draw the page anew: a person would press the keys again.
  await expect(async () => {
    if (!(await palette.isVisible())) await page.keyboard.press('Control+k');
    await palette.getByRole('searchbox').fill(text, { timeout: 3_000 });
  }).toPass({ timeout: 30_000 });
  return palette;
}

test('a source is paused and resumed from the palette, after being asked', async ({ page }) => {
  await addTestSource(page, { name: 'palette-paused', resources: 5 });
  await goTo(page, '/hosts');
  const palette = await openPalette(page, 'pause palette-pau');
  await palette.getByRole('menuitem', { name: 'Pause palette-paused' }).click();
  const dialog = page.getByRole('dialog', { name: 'Pause palette-paused?' });
  await expect(dialog).toBeVisible();
  await expect(page).not.toHaveURL(/do=/);
  await dialog.getByLabel('Why').fill('by the palette');
  await dialog.getByRole('button', { name: 'Pause source' }).click();
  // The page says so for good; the message goes after seven seconds.
  await expect(page.getByText('This source is paused')).toBeVisible();

  const again = await openPalette(page, 'resume palette-pau');
  await again.getByRole('menuitem', { name: 'Resume palette-paused' }).click();
  await page
    .getByRole('alertdialog', { name: 'Resume palette-paused?' })
    .getByRole('button', { name: 'Resume source' })
    .click();
  await expect(page.getByText('This source is paused')).toHaveCount(0);
  await expect(page.getByRole('button', { name: 'Pause', exact: true })).toBeVisible();
});

/** A mark on the document, which goes with it. */
const mark = (page: Page) =>
  page.evaluate(() => document.documentElement.setAttribute('id', 'marked'));
const isMarked = (page: Page) => expect(page.locator('html')).toHaveId('marked');

test('what the palette opens stands on the page that is there: nothing is loaded anew, by the router or the browser', async ({
  page,
}) => {
  await addTestSource(page, { name: 'palette-same', resources: 5 });
  await goTo(page, '/sources?q=palette-same');
  await mark(page);
  const stopping = await openPalette(page, 'stop every');
  await stopping.getByRole('menuitem', { name: 'Stop everything' }).click();
  await expect(page.getByRole('button', { name: 'Stop everything' }).last()).toBeVisible();
  await expect(page.getByLabel('Why')).toBeVisible();
  await expect(page).toHaveURL(/\/sources\?q=palette-same$/);
  await page.keyboard.press('Escape');
  const palette = await openPalette(page, 'pause palette-same');
  await palette.getByRole('menuitem', { name: 'Pause palette-same' }).click();
  const dialog = page.getByRole('dialog', { name: 'Pause palette-same?' });
  await expect(page).toHaveURL(/\/sources\/[0-9a-f-]{36}$/);
  await dialog.getByLabel('Why').fill('by the palette');
  await dialog.getByRole('button', { name: 'Pause source' }).click();
  await expect(page.getByText('This source is paused')).toBeVisible();
  // A comment draws the page anew: the router and the server agree on where that is.
  await page.getByLabel('Comment').fill('Drawn anew.');
  await page.getByRole('button', { name: 'Add the comment' }).click();
  await expect(page.getByText('Drawn anew.').first()).toBeVisible();
  await isMarked(page);
  await expect(page).toHaveURL(/\/sources\/[0-9a-f-]{36}$/);
});

test('an address that asks for a dialog opens it once, and forgets it', async ({ page }) => {
  await addTestSource(page, { name: 'palette-asked', resources: 5 });
  await goTo(page, '/hosts');
  await page.goto('/runs?do=launch');
  const dialog = page.getByRole('dialog', { name: 'Launch a run' });
  await expect(dialog).toBeVisible();
  await expect(page).toHaveURL(/\/runs$/);
  await page.keyboard.press('Escape');
  await expect(dialog).toHaveCount(0);
  await mark(page);
  const palette = await openPalette(page, 'Launch a run');
  await palette.getByRole('menuitem', { name: 'Launch a run', exact: false }).first().click();
  await expect(dialog).toBeVisible();
  await isMarked(page);
  await page.goBack();
  await expect(page).toHaveURL(/\/hosts$/);
  await expect(dialog).toHaveCount(0);
});

test('a verb is written by the palette itself, and everything is stopped and goes on', async ({
  page,
}) => {
  await goTo(page, '/runs');
  const palette = await openPalette(page, 'block');
  await palette.getByRole('menuitem', { name: 'Block a host …' }).click();
  await expect(palette.getByRole('searchbox')).toHaveValue('block ');
  await page.keyboard.press('Escape');
  await page.keyboard.press('Escape');
  await expect(palette).toHaveCount(0);

  const stopping = await openPalette(page, 'stop every');
  await stopping.getByRole('menuitem', { name: 'Stop everything' }).click();
  const dialog = page
    .getByRole('alertdialog', { name: 'Stop everything?' })
    .or(page.getByRole('dialog', { name: 'Stop everything?' }));
  await dialog.getByLabel('Why').fill('the palette is tried');
  await dialog.getByRole('button', { name: 'Stop everything' }).click();
  await expect(page.getByText('Everything is stopped: the palette is tried')).toBeVisible();
  await goTo(page, '/runs');
  const going = await openPalette(page, 'go on');
  await going.getByRole('menuitem', { name: /^Go on/ }).click();
  await page
    .getByRole('alertdialog', { name: 'Go on?' })
    .getByRole('button', { name: 'Go on' })
    .click();
  await expect(page.getByText('Everything is stopped')).toHaveCount(0);
});

test('a group of failures is retried from the palette', async ({ page }) => {
  await addTestSource(page, {
    name: 'palette-fails',
    resources: 5,
    failIds: ['test_resource_002'],
  });
  await runToTheEnd(page, 'palette-fails');
  const palette = await openPalette(page, 'retry internal');
  await palette.getByRole('searchbox').fill('retry palette-fails');
  await palette.getByRole('menuitem', { name: /^Retry http_server_error/ }).click();
  await expect(page.getByRole('alertdialog', { name: /^Retry \d+ items?\?$/ })).toBeVisible();
});

test('what is found late moves nothing that a key is about to choose', async ({ page }) => {
  let answer = () => {};
  const answered = new Promise<void>((resolve) => {
    answer = resolve;
  });
  await page.route('**/api/search?*', async (route) => {
    await answered;
    await route.continue();
  });
  await addTestSource(page, { name: 'fail-palette', resources: 5 });
  await goTo(page, '/');
  const palette = await openPalette(page, 'fail');
  const items = palette.getByRole('menuitem');
  await expect(items.first()).toBeVisible();
  const before = await items.allTextContents();
  await page.keyboard.press('ArrowDown');
  const response = page.waitForResponse('**/api/search?*');
  answer();
  await response;
  await expect(palette.getByRole('menuitem', { name: /fail-palette/ })).toBeVisible();
  expect((await items.allTextContents()).slice(0, before.length)).toEqual(before);
});

test('failures and background actions are pages of the rail, with keys', async ({ page }) => {
  await goTo(page, '/');
  await page.keyboard.press('g');
  await page.keyboard.press('e');
  await expect(page).toHaveURL(/\/failures$/);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Failures');
  await page.keyboard.press('g');
  await page.keyboard.press('b');
  await expect(page).toHaveURL(/\/bulk-actions$/);
});

test('a viewer is offered nothing to do', async ({ browser, baseURL, sessionOf }) => {
  const storageState = await sessionOf('viewer');
  const context = await browser.newContext({ ...(baseURL ? { baseURL } : {}), storageState });
  const page = await context.newPage();
  await goTo(page, '/');
  const palette = await openPalette(page, 'pause');
  await expect(palette.getByText('Looking…')).toHaveCount(0);
  await expect(palette.getByRole('menuitem', { name: /^Pause/ })).toHaveCount(0);
  await context.close();
});
