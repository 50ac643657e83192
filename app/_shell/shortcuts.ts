/** What the palette offers beside the pages of the rail: pages deeper in, and things to do. On the server. */

import { type Actor, may, type Permission } from '#lib/actor/model.ts';
import { changeOffers } from '#lib/items/changes/offers.ts';
import type { Shortcut } from './shortcuts-on.ts';

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
    of: 'run',
  },
  { href: '/sources/new', label: 'New source', detail: 'Sources', needs: 'sources:change' },
  {
    href: '/sources/import',
    label: 'Import sources from YAML',
    detail: 'Sources',
    needs: 'sources:change',
  },
  {
    href: '/work-items/new',
    label: 'Add an address and fetch it',
    detail: 'Work items',
    needs: 'work-items:change',
  },
  {
    href: '/skipped',
    label: 'Skipped items, and why',
    detail: 'Work items',
    needs: 'console:view',
  },
  { href: '/failures', label: 'Failures, and why', detail: 'Overview', needs: 'console:view' },
  {
    href: '/work-items?status=failed',
    label: 'Failed items',
    detail: 'Work items',
    needs: 'console:view',
  },
  {
    href: '/work-items?error=resource_missing',
    label: 'Items whose resource is missing',
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
  ...changeOffers.map(
    ({ id, labelOfMany, permission }) =>
      ({
        href: `?change=${id}`,
        label: labelOfMany.replace('{items}', 'this item'),
        detail: 'Work item',
        needs: permission,
        of: 'item',
      }) as const,
  ),
];

/** Those that the person may follow to their end. */
export const shortcutsFor = (actor: Pick<Actor, 'role' | 'limits'>): readonly Shortcut[] =>
  shortcuts
    .filter(({ needs }) => may(actor, needs))
    .map(({ needs: _needs, ...shortcut }) => shortcut);
