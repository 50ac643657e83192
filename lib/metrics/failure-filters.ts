/** The filters of the groups of failures, which are read whole. */
import { filterSet } from '#lib/filters/filter-set.ts';
import { hasWords, rowFilter } from '#lib/filters/row-filters.ts';
import { spanOfRows } from '#lib/filters/span-ends.ts';
import { textParameter, wholeParameter } from '#lib/paging/parameters.ts';
import type { ErrorCluster } from './model.ts';

const define = rowFilter<ErrorCluster>();
const last = spanOfRows<ErrorCluster>()(
  {
    name: 'last',
    aliases: ['failed', 'when', 'updated'],
    label: 'Last failed',
    help: 'When an attempt failed so last: <2h, today.',
  },
  ({ lastAt }) => lastAt,
);

const registered = [
  define({
    name: 'q',
    aliases: ['text', 'search'],
    label: 'Text',
    help: 'Words of the error code, the host, the source or the example.',
    kind: 'text',
    takesText: true,
    schema: textParameter(200),
    matches: ({ code, host, sourceName, example, httpStatus }, text) =>
      hasWords(
        text,
        code,
        code.replaceAll('_', ' '),
        host,
        sourceName,
        httpStatus === null ? null : `http ${httpStatus}`,
        example?.resourceId ?? null,
        example?.message ?? null,
      ),
  }),
  define({
    name: 'error',
    aliases: ['code', 'error_code'],
    label: 'Error code',
    help: 'The code of the error.',
    kind: 'text',
    values: 'errors',
    schema: textParameter(64).toLowerCase(),
    matches: ({ code }, wanted) => code === wanted,
  }),
  define({
    name: 'http',
    aliases: ['status', 'http_status'],
    label: 'HTTP status',
    help: 'What the source answered.',
    kind: 'number',
    examples: ['403', '404', '429', '500', '503'],
    schema: wholeParameter(100, 599),
    matches: ({ httpStatus }, wanted) => httpStatus === wanted,
  }),
  define({
    name: 'host',
    label: 'Host',
    help: 'Host and port, such as api.example.org.',
    kind: 'text',
    values: 'hosts',
    schema: textParameter(255).toLowerCase(),
    matches: ({ host }, wanted) => host === wanted,
  }),
  define({
    name: 'source',
    label: 'Source',
    help: 'Groups of which all items are of this source.',
    kind: 'text',
    values: 'sources',
    schema: textParameter(100),
    matches: ({ sourceName }, wanted) => sourceName === wanted,
  }),
  define({
    name: 'attempts',
    label: 'Attempts at least',
    help: 'So many attempts failed so.',
    kind: 'number',
    examples: ['10', '100', '1000'],
    schema: wholeParameter(1, 1_000_000_000),
    matches: ({ attempts }, least) => attempts >= least,
  }),
  ...last.ends,
] as const;

export const failureFilters = filterSet<(typeof registered)[number], (typeof last)['span']>({
  groups: [{ title: 'Failures', spans: [last.span], filters: registered }],
  bare: { text: 'q', number: 'http', time: 'last' },
});
