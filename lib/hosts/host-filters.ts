/** The filters of the list of hosts. */
import { readFilter } from '#lib/filters/filter.ts';
import { filterSet } from '#lib/filters/filter-set.ts';
import { spanEnds } from '#lib/filters/span-ends.ts';
import { choiceParameter, textParameter, wholeParameter } from '#lib/paging/parameters.ts';

/** Those to be left alone for now; those with a pace of their own, whoever set it. */
export const hostViews = ['blocked', 'paced'] as const;
export type HostView = (typeof hostViews)[number];

const requested = spanEnds({
  name: 'asked',
  aliases: ['requested', 'last_request', 'updated', 'when'],
  label: 'Last asked',
  help: 'When it was sent the last request: today, <2h, >7d, 2026-01-31.',
});

const registered = [
  readFilter({
    name: 'view',
    aliases: ['state', 'status'],
    label: 'State',
    help: 'To be left alone for now, or with a pace of its own.',
    kind: 'choices',
    options: [
      { value: 'blocked', label: 'Blocked' },
      { value: 'paced', label: 'Paced' },
    ],
    schema: choiceParameter(hostViews),
  }),
  readFilter({
    name: 'name',
    aliases: ['host', 'q', 'text'],
    label: 'Name',
    help: 'A part of its name; a complete one is found at once.',
    kind: 'text',
    values: 'hosts',
    takesText: true,
    // They are kept in lower case.
    schema: textParameter(300).transform((name) => name.toLowerCase()),
  }),
  readFilter({
    name: 'http',
    aliases: ['last_status', 'answer'],
    label: 'Last HTTP status',
    help: 'What it answered last.',
    kind: 'number',
    examples: ['200', '403', '429', '500', '503'],
    schema: wholeParameter(100, 599),
  }),
  readFilter({
    name: 'failures',
    aliases: ['failed'],
    label: 'Failures in a row',
    help: 'At least so many requests failed one after the other.',
    kind: 'number',
    examples: ['1', '3', '5'],
    schema: wholeParameter(1, 1_000_000),
  }),
  ...requested.ends,
] as const;

export const hostFilters = filterSet<(typeof registered)[number], (typeof requested)['span']>({
  groups: [{ title: 'Hosts', spans: [requested.span], filters: registered }],
  bare: { text: 'name', number: 'http', time: 'asked' },
});
