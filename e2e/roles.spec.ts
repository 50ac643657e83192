/** Which role is offered what: a row for each thing a person can set going, with the least role for it. */
import type { Page } from '@playwright/test';
import { type AccountRole, accounts } from './support/accounts.ts';
import { goTo } from './support/go-to.ts';
import { expect, test } from './support/test.ts';

const ranks: Readonly<Record<AccountRole, number>> = { viewer: 0, operator: 1, admin: 2 };
// The keys of `accounts` are the roles.
const roles = Object.keys(accounts) as AccountRole[];

interface Offer {
  readonly path: string;
  readonly what: string;
  readonly least: AccountRole;
  readonly on: (page: Page) => ReturnType<Page['locator']>;
}

const offers: readonly Offer[] = [
  {
    path: '/',
    what: 'launching a run',
    least: 'operator',
    on: (page) => page.getByRole('main').getByRole('link', { name: 'Launch a run' }).first(),
  },
  {
    path: '/runs',
    what: 'launching a run',
    least: 'operator',
    on: (page) => page.getByRole('button', { name: 'Launch a run' }).first(),
  },
  {
    path: '/sources',
    what: 'adding a source',
    least: 'operator',
    on: (page) => page.getByRole('link', { name: 'New source' }),
  },
  {
    path: '/sources',
    what: 'pausing a source',
    least: 'operator',
    on: (page) => page.getByRole('button', { name: 'Pause' }).first(),
  },
  {
    path: '/schedules',
    what: 'adding a schedule',
    least: 'operator',
    on: (page) => page.getByRole('button', { name: 'New schedule' }).first(),
  },
  {
    path: '/alerts?tab=channels',
    what: 'adding a channel',
    least: 'admin',
    on: (page) => page.getByRole('button', { name: 'New channel' }),
  },
  {
    path: '/alerts?tab=rules',
    what: 'tuning a rule of alerts',
    least: 'operator',
    on: (page) => page.getByRole('button', { name: 'Tune' }).first(),
  },
  {
    path: '/workers',
    what: 'draining a worker',
    least: 'operator',
    on: (page) => page.getByRole('button', { name: 'Drain' }).first(),
  },
  {
    path: '/settings',
    what: 'examining the database',
    least: 'operator',
    on: (page) => page.getByRole('link', { name: 'Examine' }),
  },
  {
    path: '/settings',
    what: 'managing users',
    least: 'admin',
    on: (page) => page.getByRole('button', { name: 'New user' }),
  },
  {
    path: '/settings',
    what: 'changing the retention',
    least: 'admin',
    on: (page) => page.getByRole('button', { name: 'Change the retention' }),
  },
];

for (const role of roles) {
  test.describe(`the ${role}`, () => {
    test.use({ role });

    test('is offered what the role allows, and nothing else', async ({ page }) => {
      test.setTimeout(90_000);
      for (const { path, what, least, on } of offers) {
        await goTo(page, path);
        await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
        if (ranks[role] >= ranks[least]) {
          await expect(on(page), `${what} on ${path}`).toBeVisible();
        } else {
          await expect(on(page), `${what} on ${path}`).toHaveCount(0);
        }
      }
    });

    test('may open every page', async ({ page }) => {
      test.setTimeout(90_000);
      for (const path of [
        '/work-items',
        '/failures',
        '/bulk-actions',
        '/records',
        '/hosts',
        '/audit',
      ]) {
        await goTo(page, path);
        await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
        await expect(page.getByRole('main').getByRole('alert')).toHaveCount(0);
      }
    });

    if (role === 'viewer') {
      test('is told who may add a source, when the address is typed', async ({ page }) => {
        await goTo(page, '/sources/new');
        await expect(
          page.getByRole('heading', { name: /You may not change sources/ }),
        ).toBeVisible();
      });
    }
  });
}

test('the page as assistive technology reads it', async ({ page }) => {
  await goTo(page, '/failures');
  await expect(page.getByRole('banner')).toMatchAriaSnapshot(`
    - banner:
      - button "Find Ctrl K"
      - 'button "Live refresh: live"'
  `);
  await expect(page.getByRole('navigation', { name: 'Console' })).toMatchAriaSnapshot(`
    - navigation "Console":
      - link "Overview"
      - link "Work items"
      - link "Sources"
      - link "Runs"
      - link "Records"
      - link "Hosts"
      - link "Workers"
      - link "Schedules"
      - link "Audit"
      - link "Settings"
  `);
  await expect(page.getByRole('main')).toMatchAriaSnapshot(`
    - main:
      - link "Overview"
      - heading "Failures" [level=1]
      - navigation "Window":
        - link "1 h"
        - link "24 h"
        - link "7 d"
  `);
});
