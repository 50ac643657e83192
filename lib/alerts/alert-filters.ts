/** The filters of the lists of alerts, which are read whole. */
import { filterSet } from '#lib/filters/filter-set.ts';
import { hasWords, rowFilter } from '#lib/filters/row-filters.ts';
import { spanOfRows } from '#lib/filters/span-ends.ts';
import { flagParameter, textParameter } from '#lib/paging/parameters.ts';
import type { Alert } from './model.ts';

const define = rowFilter<Alert>();
const span = spanOfRows<Alert>();
const opened = span(
  {
    name: 'opened',
    aliases: ['created', 'when', 'since'],
    label: 'Opened',
    help: 'When it was found first: yesterday, last 7 days, <2h.',
  },
  ({ openedAt }) => openedAt,
);
const closed = span(
  {
    name: 'closed',
    aliases: ['ended'],
    label: 'Closed',
    help: 'When it was over: yesterday, last 7 days, <2h.',
  },
  ({ closedAt }) => closedAt,
);
const found = span(
  {
    name: 'found',
    aliases: ['seen', 'updated'],
    label: 'Last found',
    help: 'When it was found last: <1h, today.',
  },
  ({ seenAt }) => seenAt,
);

const registered = [
  define({
    name: 'q',
    aliases: ['text', 'search'],
    label: 'Text',
    help: 'Words of what is wrong, or of what it is about.',
    kind: 'text',
    takesText: true,
    schema: textParameter(200),
    matches: ({ title, detail, subject, sourceName, acknowledgedBy }, text) =>
      hasWords(text, title, detail, subject, sourceName, acknowledgedBy),
  }),
  define({
    name: 'source',
    label: 'Source',
    help: 'Alerts of one source.',
    kind: 'text',
    values: 'sources',
    schema: textParameter(100),
    matches: ({ sourceName }, wanted) => sourceName === wanted,
  }),
  define({
    name: 'rule',
    label: 'Rule',
    help: 'The beginning of the name of its rule, such as run-failed.',
    kind: 'text',
    schema: textParameter(60).toLowerCase(),
    matches: ({ rule }, wanted) =>
      rule.replaceAll(/[-_]/g, '').startsWith(wanted.replaceAll(/[-_\s]/g, '')),
  }),
  define({
    name: 'unacknowledged',
    aliases: ['new'],
    label: 'Not acknowledged',
    help: 'Nobody looks after it yet.',
    kind: 'flag',
    schema: flagParameter,
    matches: ({ acknowledgedAt }) => acknowledgedAt === null,
  }),
  ...opened.ends,
  ...closed.ends,
  ...found.ends,
] as const;

type Span = (typeof opened)['span'] | (typeof closed)['span'] | (typeof found)['span'];

export const alertFilters = filterSet<(typeof registered)[number], Span>({
  groups: [{ title: 'Alerts', spans: [opened.span, closed.span, found.span], filters: registered }],
  bare: { text: 'q', time: 'opened' },
});
