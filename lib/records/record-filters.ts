/** The filters of the list of records. */
import { readFilter } from '#lib/filters/filter.ts';
import { filterSet } from '#lib/filters/filter-set.ts';
import { spanEnds } from '#lib/filters/span-ends.ts';
import {
  exactTextParameter,
  idParameter,
  textParameter,
  wholeParameter,
} from '#lib/paging/parameters.ts';

const fetched = spanEnds({
  name: 'fetched',
  aliases: ['when', 'created', 'updated'],
  label: 'Fetched',
  help: 'When it was fetched: yesterday, last 7 days, <2h, 2026-01-31.',
});

const registered = [
  readFilter({
    name: 'source',
    label: 'Source',
    help: 'Records of one source.',
    kind: 'text',
    values: 'sources',
    schema: textParameter(100),
  }),
  readFilter({
    name: 'type',
    label: 'Type',
    help: 'The resource type exactly, such as page, category or work.',
    kind: 'text',
    values: 'types',
    schema: textParameter(100),
  }),
  readFilter({
    name: 'resource',
    aliases: ['id', 'begins'],
    label: 'Id starts with',
    help: 'The beginning of the resource id, case-sensitive. The fastest way to find one.',
    kind: 'text',
    takesText: true,
    schema: exactTextParameter(500),
  }),
  readFilter({
    name: 'q',
    aliases: ['text', 'search', 'uri', 'url'],
    label: 'Text',
    help: 'Anywhere in the resource id or the URI.',
    kind: 'text',
    takesText: true,
    schema: textParameter(500),
  }),
  readFilter({
    name: 'run',
    label: 'Run',
    help: 'A run by its name, or any by its id.',
    kind: 'text',
    values: 'runs',
    schema: idParameter,
  }),
  readFilter({
    name: 'item',
    aliases: ['work_item'],
    label: 'Item',
    help: 'The id of the work item that it was fetched for.',
    kind: 'text',
    schema: idParameter,
  }),
  readFilter({
    name: 'http',
    aliases: ['status', 'http_status'],
    label: 'HTTP status',
    help: 'What the source answered.',
    kind: 'number',
    examples: ['200', '206', '404', '410', '500'],
    schema: wholeParameter(0, 999),
  }),
  ...fetched.ends,
] as const;

export const recordFilters = filterSet<(typeof registered)[number], (typeof fetched)['span']>({
  groups: [{ title: 'Records', spans: [fetched.span], filters: registered }],
  bare: { text: 'q', number: 'http', time: 'fetched' },
});
