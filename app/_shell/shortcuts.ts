/** What the palette offers beside the pages of the rail: pages deeper in, and things to do. On the server. */

import { type Actor, may, type Permission } from '#lib/actor/model.ts';
import { changeOffers } from '#lib/items/changes/offers.ts';
import type { Shortcut } from './shortcuts-on.ts';

const shortcuts: readonly (Shortcut & { readonly needs: Permission })[] = [
  {
    href: '?do=stop-everything',
    label: 'Stop everything',
    detail: 'asks why and until when',
    needs: 'everything:stop',
    of: 'any',
  },
  {
    href: '?do=go-on',
    label: 'Go on, after everything was stopped',
    detail: 'asks first',
    needs: 'everything:stop',
    of: 'any',
  },
  ...(
    [
      ['pause', 'Pause a source, a run …', 'sources:change'],
      ['resume', 'Resume a source, a run …', 'sources:change'],
      ['stop', 'Stop a run …', 'runs:change'],
      ['cancel', 'Cancel a run …', 'runs:change'],
      ['retry', 'Retry a group of failures, a run …', 'work-items:change'],
      ['run', 'Run a source …', 'runs:change'],
      ['block', 'Block a host …', 'hosts:change'],
      ['unblock', 'Clear the block of a host …', 'hosts:change'],
    ] as const
  ).map(([verb, label, needs]) => ({
    href: `#${verb}`,
    label,
    detail: `${verb} …`,
    needs,
    fills: `${verb} `,
  })),
  {
    href: '/runs?do=launch',
    label: 'Launch a run',
    detail: 'Runs',
    needs: 'runs:change',
  },
  {
    href: '?do=recrawl-run',
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
  ...changeOffers.map(
    ({ id, labelOfMany, permission }) =>
      ({
        href: `?do=item-${id}`,
        label: labelOfMany.replace('{items}', 'this item'),
        detail: 'Work item',
        needs: permission,
        of: 'item',
      }) as const,
  ),
];

/** Those that the person may follow to their end, as things stand. */
export const shortcutsFor = (
  actor: Pick<Actor, 'role' | 'limits'>,
  isStopped = false,
): readonly Shortcut[] =>
  shortcuts
    .filter(({ needs }) => may(actor, needs))
    .filter(({ href }) => href !== (isStopped ? '?do=stop-everything' : '?do=go-on'))
    .map(({ needs: _needs, ...shortcut }) => shortcut);
