/** The list of work items over a million of them: every look at it within a time that an operator accepts. */
import { encodeCursor } from '../../lib/paging/cursor.ts';
import { largeCount, largeRow } from '../support/fill-large.ts';
import { goTo } from '../support/go-to.ts';
import { expect } from '../support/test.ts';
import { acceptedMs, openInTime, test } from './large-test.ts';

const deep = largeRow(largeCount / 10);
const newest = largeRow(largeCount - 1);
const day = deep.created_at.slice(0, 10);
const deepCursor = encodeCursor({
  sort: 'created_at',
  direction: 'desc',
  way: 'after',
  value: deep.created_at,
  id: deep.work_item_id,
});

/** What an operator may look at, and what is found there: rows, or that there are none. */
const looks: Readonly<Record<string, { readonly query: string; readonly rows: number | 'some' }>> =
  {
    'the first page': { query: '', rows: 100 },
    'a page deep in it': { query: `cursor=${deepCursor}`, rows: 100 },
    'the oldest first': { query: 'dir=asc', rows: 100 },
    'by priority': { query: 'sort=priority', rows: 100 },
    'by the last fetch': { query: 'sort=last_fetched_at', rows: 100 },
    'by id': { query: 'sort=resource_id', rows: 100 },
    'one status': { query: 'status=failed', rows: 100 },
    'two statuses, by change': { query: 'status=failed,skipped&sort=updated_at', rows: 100 },
    'one source': { query: 'source=bench-2', rows: 100 },
    'one source, failed': { query: 'source=bench-5&status=failed', rows: 'some' },
    'one type': { query: 'type=category', rows: 100 },
    'one id': { query: `resource=${deep.resource_id}`, rows: 1 },
    'a part of an id': { query: `contains=${newest.resource_id.slice(0, 12)}`, rows: 'some' },
    'a part of an address': { query: 'uri=bench-3.example', rows: 100 },
    'a text that is nowhere': { query: 'q=no+such+text', rows: 0 },
    'one run': { query: `run=${deep.run_id}`, rows: 100 },
    'many attempts': { query: 'attempts=3', rows: 100 },
    'an HTTP status': { query: 'http=500', rows: 100 },
    'an error': { query: 'error=http_server_error', rows: 100 },
    'a priority': { query: 'priority_from=120&priority_to=120', rows: 100 },
    'created in a day': { query: `created_from=${day}&created_to=${day}`, rows: 100 },
    'changed in a day': { query: `updated_from=${day}&updated_to=${day}`, rows: 100 },
    'fetched in a day': { query: `fetched_from=${day}&fetched_to=${day}`, rows: 100 },
    'stale for 30 days': { query: 'stale=30', rows: 100 },
    due: { query: 'due=1', rows: 0 },
    'discovered from an item': { query: `from=${deep.work_item_id}`, rows: 0 },
    'leased by a worker': { query: 'lease=nobody', rows: 0 },
    'on hold': { query: 'on_hold=1', rows: 0 },
    'one host': { query: 'host=bench-4.example', rows: 100 },
  };

test('each way to look at a million items answers in time', async ({ page }) => {
  test.setTimeout(900_000);
  for (const [name, { query, rows }] of Object.entries(looks)) {
    const list = page.locator('tr[data-row]');
    await openInTime(page, `/work-items?view=all${query === '' ? '' : `&${query}`}`, async () => {
      const nothing = page.getByRole('heading', { name: /^No (item matches|match among)/ });
      await expect(list.first().or(nothing), name).toBeVisible({ timeout: acceptedMs });
    });
    const found = await list.count();
    if (rows === 'some') expect(found, name).toBeGreaterThan(0);
    else expect(found, name).toBe(rows);
  }
});

test('its number is exact, and pages lead on and back', async ({ page }) => {
  await goTo(page, '/work-items?view=all');
  await expect(
    page.getByText(`${largeCount.toLocaleString('en-US')} items`, { exact: true }),
  ).toBeVisible();
  const first = page.locator('tr[data-row="0"] [data-opens-item]');
  const newest = await first.textContent();
  await page.getByRole('link', { name: 'Next' }).click();
  await expect(first).not.toHaveText(newest ?? '', { timeout: acceptedMs });
  await page.getByRole('link', { name: 'Previous' }).click();
  await expect(first).toHaveText(newest ?? '', { timeout: acceptedMs });
});

test('an item opens beside the list, and the next one by key', async ({ page }) => {
  await goTo(page, '/work-items?view=all&status=failed');
  const links = page.locator('[data-opens-item]');
  const [one, two] = [await links.nth(0).textContent(), await links.nth(1).textContent()];
  await links.nth(0).click();
  const drawer = page.getByRole('complementary', { name: `Work item ${one}` });
  await expect(drawer.getByRole('heading', { name: 'Last error' })).toBeVisible({
    timeout: acceptedMs,
  });
  await page.keyboard.press('j');
  const next = page.getByRole('complementary', { name: `Work item ${two}` });
  await expect(next.getByRole('heading', { name: 'Last error' })).toBeVisible({
    timeout: acceptedMs,
  });
});

test('the filter box suggests without waiting for the table', async ({ page }) => {
  await goTo(page, '/work-items?view=all');
  const box = page.getByRole('combobox', { name: 'Filter the list' });
  await box.fill('cat');
  await expect(page.getByRole('option', { name: 'Type category' })).toBeVisible({
    timeout: acceptedMs,
  });
});
