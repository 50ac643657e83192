/** The filters of the list of background actions. */
import { contains, defineFilter } from '#lib/filters/filter.ts';
import { filterSet, type ValuesOf } from '#lib/filters/filter-set.ts';
import { spanOfColumn } from '#lib/filters/span-ends.ts';
import { flagParameter, listParameter, textParameter } from '#lib/paging/parameters.ts';

const statuses = ['running', 'completed', 'aborted', 'failed'] as const;

const launched = spanOfColumn(
  {
    name: 'launched',
    aliases: ['created', 'started', 'when'],
    label: 'Launched',
    help: 'When it was asked for: yesterday, last 7 days, <2h, 2026-01-31.',
  },
  'created_at',
);
const ended = spanOfColumn(
  {
    name: 'ended',
    aliases: ['finished', 'updated'],
    label: 'Ended',
    help: 'When it came to its end: yesterday, last 7 days, <2h, 2026-01-31.',
  },
  'finished_at',
);

const registered = [
  defineFilter({
    name: 'status',
    aliases: ['state'],
    label: 'Status',
    help: 'One status, or several with commas between them.',
    kind: 'choices',
    options: [
      { value: 'running', label: 'Running' },
      { value: 'completed', label: 'Completed' },
      { value: 'aborted', label: 'Stopped' },
      { value: 'failed', label: 'Failed' },
    ],
    schema: listParameter(statuses),
    lasts: false,
    where: (words) => [{ is: 'one of', column: 'status', words: [...new Set(words)] }],
  }),
  defineFilter({
    name: 'q',
    aliases: ['text', 'search', 'action', 'id'],
    label: 'Text',
    help: 'Anywhere in the action, the filter of its items, who asked for it, its error or its id.',
    kind: 'text',
    takesText: true,
    schema: textParameter(500),
    lasts: false,
    where: (text) =>
      contains(
        text,
        'action',
        'params',
        'filter',
        'requested_by',
        'error_message',
        'bulk_action_id',
      ),
  }),
  defineFilter({
    name: 'by',
    aliases: ['who', 'actor'],
    label: 'By',
    help: 'A part of the address of whoever asked for it.',
    kind: 'text',
    values: 'people',
    schema: textParameter(254),
    lasts: true,
    where: (text) => contains(text, 'requested_by'),
  }),
  defineFilter({
    name: 'dry',
    aliases: ['dry_run'],
    label: 'Dry run',
    help: 'It only found out what would happen.',
    kind: 'flag',
    schema: flagParameter,
    lasts: true,
    where: () => [{ is: 'equal', column: 'dry_run', value: 1 }],
  }),
  ...launched.ends,
  ...ended.ends,
] as const;

type Registered = (typeof registered)[number];
type Span = (typeof launched)['span'] | (typeof ended)['span'];

export const bulkFilters = filterSet<Registered, Span>({
  groups: [
    { title: 'Background actions', spans: [launched.span, ended.span], filters: registered },
  ],
  bare: { text: 'q', time: 'launched' },
});
export type BulkFilterValues = ValuesOf<Registered>;
