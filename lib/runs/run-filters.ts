/** The filters of the list of runs. */
import { z } from 'zod';
import { contains, defineFilter, equal } from '#lib/filters/filter.ts';
import { filterSet, type ValuesOf } from '#lib/filters/filter-set.ts';
import { spanOfColumn } from '#lib/filters/span-ends.ts';
import { isUuid } from '#lib/ids.ts';
import {
  flagParameter,
  listParameter,
  textParameter,
  wholeParameter,
} from '#lib/paging/parameters.ts';
import { runKinds } from './model.ts';

const statuses = ['running', 'completed', 'failed', 'cancelled'] as const;

/** Also of what a schedule launches. */
export const runKindOptions = [
  { value: 'seed', label: 'Seed' },
  { value: 'recrawl', label: 'Recrawl' },
  { value: 'retry', label: 'Retry' },
] as const;

const started = spanOfColumn(
  {
    name: 'started',
    aliases: ['created', 'launched', 'when'],
    label: 'Started',
    help: 'When it was launched: yesterday, last 7 days, <12h, 2026-01-31.',
  },
  'started_at',
);
const ended = spanOfColumn(
  {
    name: 'ended',
    aliases: ['completed', 'finished', 'updated'],
    label: 'Ended',
    help: 'When it came to its end: yesterday, last 7 days, <12h, 2026-01-31.',
  },
  'completed_at',
);

/** Words that the name of a run has beside what it is made of. */
const joining = new Set(['of', 'and', 'others', 'utc']);

const nameParts = ['name', 'kind', 'source_revisions', 'launched_by', 'run_id', 'error_message'];

const registered = [
  defineFilter({
    name: 'status',
    aliases: ['state'],
    label: 'Status',
    help: 'One status, or several with commas between them.',
    kind: 'choices',
    options: statuses.map((value) => ({
      value,
      label: `${value.charAt(0).toUpperCase()}${value.slice(1)}`,
    })),
    schema: listParameter(statuses),
    lasts: false,
    group: { rank: 2, order: 'started_at' },
    where: (words) => [{ is: 'one of', column: 'status', words: [...new Set(words)] }],
  }),
  defineFilter({
    name: 'kind',
    aliases: ['type'],
    label: 'Kind',
    help: 'What it does.',
    kind: 'choices',
    options: runKindOptions,
    schema: listParameter(runKinds),
    lasts: true,
    where: (words) => [{ is: 'one of', column: 'kind', words: [...new Set(words)] }],
  }),
  defineFilter({
    name: 'source',
    label: 'Source',
    help: 'Runs over one source.',
    kind: 'text',
    values: 'sources',
    schema: textParameter(100),
    lasts: true,
    // The keys of the JSON object of revisions.
    where: (name) => contains(`${JSON.stringify(name)}:`, 'source_revisions'),
  }),
  defineFilter({
    name: 'q',
    aliases: ['text', 'search', 'name', 'id', 'run'],
    label: 'Text',
    help: 'Words of its name, its sources, who launched it, its error, or a part of its id.',
    kind: 'text',
    takesText: true,
    schema: textParameter(500),
    lasts: false,
    where: (text) => {
      const words = text.split(/[\s,]+/).filter((word) => word !== '');
      const [first = text, ...others] = words.filter((word) => !joining.has(word.toLowerCase()));
      return [
        ...contains(first, ...nameParts),
        ...others.flatMap((word) => contains(word, ...nameParts)),
      ];
    },
  }),
  defineFilter({
    name: 'by',
    aliases: ['who', 'launched_by', 'actor'],
    label: 'Launched by',
    help: 'A part of the address of whoever launched it.',
    kind: 'text',
    values: 'people',
    schema: textParameter(254),
    lasts: true,
    where: (text) => contains(text, 'launched_by'),
  }),
  defineFilter({
    name: 'failures',
    aliases: ['failed'],
    label: 'Failures at least',
    help: 'So many of its items failed.',
    kind: 'number',
    examples: ['1', '10', '100'],
    schema: wholeParameter(1, 1_000_000_000),
    lasts: false,
    where: (value) => [{ is: 'at least', column: 'items_failed', value }],
  }),
  defineFilter({
    name: 'paused',
    label: 'Paused',
    help: 'A person stopped it for the time being.',
    kind: 'flag',
    schema: flagParameter,
    lasts: false,
    where: () => [{ is: 'set', column: 'paused_at' }],
  }),
  defineFilter({
    name: 'stopped',
    label: 'Stopped',
    help: 'A person ended it early; what was left of it is on hold.',
    kind: 'flag',
    schema: flagParameter,
    lasts: false,
    where: () => equal('end_reason', 'stopped'),
  }),
  defineFilter({
    name: 'parent',
    label: 'Follows from',
    help: 'The id of the run whose items it recrawls or retries.',
    kind: 'text',
    values: 'runs',
    schema: z.string().trim().toLowerCase().refine(isUuid, 'must be the id of a run'),
    lasts: true,
    group: { rank: 1, order: 'started_at' },
    where: (id) => equal('parent_run_id', id),
  }),
  ...started.ends,
  ...ended.ends,
] as const;

type Registered = (typeof registered)[number];
type Span = (typeof started)['span'] | (typeof ended)['span'];

export const runFilters = filterSet<Registered, Span>({
  groups: [{ title: 'Runs', spans: [started.span, ended.span], filters: registered }],
  bare: { text: 'q', time: 'started' },
});
export type RunFilterValues = ValuesOf<Registered>;
