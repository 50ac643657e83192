/** The filters of the list of schedules, which is read whole. */
import { filterSet } from '#lib/filters/filter-set.ts';
import { hasWords, rowFilter } from '#lib/filters/row-filters.ts';
import { spanOfRows } from '#lib/filters/span-ends.ts';
import { listParameter, textParameter } from '#lib/paging/parameters.ts';
import { runKinds } from '#lib/runs/model.ts';
import { runKindOptions } from '#lib/runs/run-filters.ts';
import type { Schedule } from './model.ts';

const states = ['enabled', 'disabled'] as const;

const define = rowFilter<Schedule>();
const span = spanOfRows<Schedule>();
const next = span(
  {
    name: 'next',
    aliases: ['due'],
    label: 'Next',
    help: 'When it comes due next: today, tomorrow, this week.',
  },
  ({ nextAt }) => nextAt,
);
const last = span(
  {
    name: 'last',
    aliases: ['launched', 'when'],
    label: 'Last',
    help: 'When it came due last: yesterday, last 7 days, >30d.',
  },
  ({ lastAt }) => lastAt,
);

const registered = [
  define({
    name: 'q',
    aliases: ['text', 'search', 'name'],
    label: 'Text',
    help: 'Words of its name, its cron expression, its sources, its last outcome, or who made it.',
    kind: 'text',
    takesText: true,
    schema: textParameter(200),
    matches: ({ name, cron, timezone, lastOutcome, createdBy, request, scheduleId }, text) =>
      hasWords(
        text,
        name,
        cron,
        timezone,
        lastOutcome,
        createdBy,
        scheduleId,
        ...(request?.sources ?? []),
      ),
  }),
  define({
    name: 'state',
    aliases: ['status'],
    label: 'State',
    help: 'Whether it launches anything.',
    kind: 'choices',
    options: [
      { value: 'enabled', label: 'Enabled' },
      { value: 'disabled', label: 'Disabled' },
    ],
    schema: listParameter(states),
    matches: ({ enabled }, wanted) => wanted.includes(enabled ? 'enabled' : 'disabled'),
  }),
  define({
    name: 'kind',
    aliases: ['launches', 'type'],
    label: 'Launches',
    help: 'What it launches.',
    kind: 'choices',
    options: runKindOptions,
    schema: listParameter(runKinds),
    matches: ({ request }, wanted) => request !== null && wanted.includes(request.kind),
  }),
  define({
    name: 'source',
    label: 'Source',
    help: 'What it launches takes in this source.',
    kind: 'text',
    values: 'sources',
    schema: textParameter(100),
    // Without names it is all of them.
    matches: ({ request }, wanted) =>
      request !== null && (request.sources.length === 0 || request.sources.includes(wanted)),
  }),
  ...next.ends,
  ...last.ends,
] as const;

type Span = (typeof next)['span'] | (typeof last)['span'];

export const scheduleFilters = filterSet<(typeof registered)[number], Span>({
  groups: [{ title: 'Schedules', spans: [next.span, last.span], filters: registered }],
  bare: { text: 'q', time: 'last' },
});
