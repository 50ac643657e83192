/** Filters by when an item was fetched, and by when it will be. */

import { defineFilter, defineSpan, stretch } from '#lib/filters/filter.ts';
import { flagParameter, momentParameter, wholeParameter } from '#lib/paging/parameters.ts';

const dayMs = 86_400_000;

export const freshnessSpans = [
  defineSpan({
    name: 'fetched',
    aliases: ['last_fetched'],
    label: 'Fetched',
    help: 'When it was last fetched: yesterday, last 7 days, >30d, 2026-01-31.',
    from: 'fetched_from',
    to: 'fetched_to',
  }),
] as const;

export const freshness = [
  defineFilter({
    name: 'stale',
    aliases: ['older', 'age'],
    label: 'Stale for',
    help: 'Fetched once, and not for at least so many days; retired items are left out.',
    kind: 'number',
    unit: 'days',
    examples: ['7', '30', '90', '365'],
    schema: wholeParameter(1, 3650),
    lasts: false,
    where: (days) => [
      ...stretch('last_fetched_at', { msAgo: days * dayMs }),
      // What is retired is no longer expected to be fresh.
      { is: 'none of', column: 'refetch', words: ['retired'], nullable: true },
    ],
  }),
  defineFilter({
    name: 'due',
    aliases: ['overdue'],
    label: 'Due for recrawl',
    help: 'The next fetch was due before now.',
    kind: 'flag',
    schema: flagParameter,
    lasts: false,
    where: () => [
      ...stretch('next_fetch_at', { msAgo: 0 }),
      // What is on its way already is no longer due; its old time stands until it is fetched.
      { is: 'none of', column: 'status', words: ['pending', 'in_progress'] },
    ],
  }),
  defineFilter({
    name: 'fetched_from',
    label: 'Fetched since',
    help: 'A UTC day.',
    kind: 'date',
    isHidden: true,
    schema: momentParameter('start'),
    lasts: false,
    where: (since) => stretch('last_fetched_at', { since }),
  }),
  defineFilter({
    name: 'fetched_to',
    label: 'Fetched until',
    help: 'A UTC day, included.',
    kind: 'date',
    isHidden: true,
    schema: momentParameter('end'),
    endOf: 'fetched_from',
    lasts: false,
    where: (before) => stretch('last_fetched_at', { before }),
  }),
] as const;
