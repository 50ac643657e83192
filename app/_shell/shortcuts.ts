/** What the palette offers beside the pages of the rail: pages deeper in, and things to do. */

import { can, type Permission, type Role } from '#lib/actor/model.ts';

export interface Shortcut {
  readonly href: string;
  readonly label: string;
  /** Where it leads. */
  readonly detail: string;
  /** Offered on the page of a run alone; its address is that of the page with this behind it. */
  readonly ofRun?: true;
}

const shortcuts: readonly (Shortcut & { readonly needs: Permission })[] = [
  {
    href: '/runs?launch=1',
    label: 'Launch a run',
    detail: 'Runs',
    needs: 'runs:change',
  },
  {
    href: '?recrawl=1',
    label: 'Recrawl this run',
    detail: 'Run',
    needs: 'runs:change',
    ofRun: true,
  },
  { href: '/sources/new', label: 'New source', detail: 'Sources', needs: 'sources:change' },
  {
    href: '/sources/import',
    label: 'Import sources from YAML',
    detail: 'Sources',
    needs: 'sources:change',
  },
  { href: '/failures', label: 'Failures, and why', detail: 'Overview', needs: 'console:view' },
  {
    href: '/work-items?status=failed',
    label: 'Failed items',
    detail: 'Work items',
    needs: 'console:view',
  },
  {
    href: '/work-items?error=resource_gone',
    label: 'Items that are gone',
    detail: 'Work items',
    needs: 'console:view',
  },
  {
    href: '/work-items?status=completed&stale=30',
    label: 'Items not fetched for 30 days',
    detail: 'Work items',
    needs: 'console:view',
  },
  {
    href: '/bulk-actions',
    label: 'Background actions',
    detail: 'Work items',
    needs: 'console:view',
  },
];

/** Those that the role may follow to their end. */
export const shortcutsFor = (role: Role): readonly Shortcut[] =>
  shortcuts
    .filter(({ needs }) => can(role, needs))
    .map(({ needs: _needs, ...shortcut }) => shortcut);

const runPage = /^\/runs\/[0-9a-f-]{36}$/i;

/** Those that are of use on a page, with their whole addresses. */
export const shortcutsOn = (pathname: string, all: readonly Shortcut[]): readonly Shortcut[] =>
  all.flatMap((shortcut) => {
    if (shortcut.ofRun !== true) return [shortcut];
    return runPage.test(pathname) ? [{ ...shortcut, href: `${pathname}${shortcut.href}` }] : [];
  });
