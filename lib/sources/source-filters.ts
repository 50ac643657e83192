/** The filters of the list of sources, which is read whole. */
import { filterSet } from '#lib/filters/filter-set.ts';
import { hasWords, rowFilter } from '#lib/filters/row-filters.ts';
import { spanOfRows } from '#lib/filters/span-ends.ts';
import { listParameter, textParameter, wholeParameter } from '#lib/paging/parameters.ts';
import type { SourceSummary } from './read-sources.ts';

const states = ['enabled', 'paused', 'disabled'] as const;
const stateOf = ({ enabled, pausedAt }: SourceSummary) =>
  !enabled ? 'disabled' : pausedAt === null ? 'enabled' : 'paused';

const define = rowFilter<SourceSummary>();
const changed = spanOfRows<SourceSummary>()(
  {
    name: 'updated',
    aliases: ['changed', 'saved', 'when'],
    label: 'Changed',
    help: 'When its settings were saved last: yesterday, last 7 days, 2026-01-31.',
  },
  ({ updatedAt }) => updatedAt,
);

const registered = [
  define({
    name: 'q',
    aliases: ['text', 'search', 'name', 'source', 'id'],
    label: 'Text',
    help: 'Words of its name, its type, its id, or the reason of a pause.',
    kind: 'text',
    values: 'sources',
    takesText: true,
    schema: textParameter(200),
    matches: ({ name, type, sourceId, pausedReason }, text) =>
      hasWords(text, name, type, sourceId, pausedReason),
  }),
  define({
    name: 'state',
    aliases: ['status'],
    label: 'State',
    help: 'One state, or several with commas between them.',
    kind: 'choices',
    options: [
      { value: 'enabled', label: 'Enabled' },
      { value: 'paused', label: 'Paused' },
      { value: 'disabled', label: 'Disabled' },
    ],
    schema: listParameter(states),
    matches: (source, wanted) => wanted.includes(stateOf(source)),
  }),
  define({
    name: 'type',
    label: 'Type',
    help: 'The source type exactly, such as mediawiki or http_json.',
    kind: 'text',
    schema: textParameter(100).toLowerCase(),
    matches: ({ type }, wanted) => type.toLowerCase() === wanted,
  }),
  define({
    name: 'failures',
    aliases: ['failed'],
    label: 'Failed at least',
    help: 'So many of its items have failed.',
    kind: 'number',
    examples: ['1', '10', '100'],
    schema: wholeParameter(1, 1_000_000_000),
    matches: ({ counts }, least) => counts.failed >= least,
  }),
  define({
    name: 'queued',
    aliases: ['pending', 'waiting'],
    label: 'Pending at least',
    help: 'So many of its items are queued.',
    kind: 'number',
    examples: ['1', '100', '10000'],
    schema: wholeParameter(1, 1_000_000_000),
    matches: ({ counts }, least) => counts.pending >= least,
  }),
  ...changed.ends,
] as const;

export const sourceFilters = filterSet<(typeof registered)[number], (typeof changed)['span']>({
  groups: [{ title: 'Sources', spans: [changed.span], filters: registered }],
  bare: { text: 'q', time: 'updated' },
});
