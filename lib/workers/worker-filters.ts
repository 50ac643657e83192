/** The filters of the list of workers, which is read whole. */
import { filterSet } from '#lib/filters/filter-set.ts';
import { hasWords, rowFilter } from '#lib/filters/row-filters.ts';
import { spanOfRows } from '#lib/filters/span-ends.ts';
import { listParameter, textParameter } from '#lib/paging/parameters.ts';
import type { Worker } from './model.ts';

const states = ['running', 'draining', 'stopped', 'lost'] as const;

const define = rowFilter<Worker>();
const span = spanOfRows<Worker>();
const started = span(
  {
    name: 'started',
    aliases: ['since', 'created'],
    label: 'Since',
    help: 'When it was started: today, <2h, last 7 days.',
  },
  ({ startedAt }) => startedAt,
);
const heartbeat = span(
  {
    name: 'heartbeat',
    aliases: ['seen', 'updated', 'when'],
    label: 'Heartbeat',
    help: 'Its last sign of life: <2m, today, yesterday.',
  },
  ({ heartbeatAt }) => heartbeatAt,
);

const registered = [
  define({
    name: 'q',
    aliases: ['text', 'search', 'name', 'worker', 'id', 'host'],
    label: 'Text',
    help: 'Words of its host, its process, its version or its id.',
    kind: 'text',
    takesText: true,
    schema: textParameter(200),
    matches: ({ workerId, hostName, pid, version }, text) =>
      hasWords(text, workerId, `${hostName} (${pid})`, version),
  }),
  define({
    name: 'state',
    aliases: ['status'],
    label: 'State',
    help: 'One state, or several with commas between them.',
    kind: 'choices',
    options: [
      { value: 'running', label: 'Alive' },
      { value: 'draining', label: 'Draining' },
      { value: 'stopped', label: 'Stopped' },
      { value: 'lost', label: 'Lost' },
    ],
    schema: listParameter(states),
    matches: ({ state }, wanted) => wanted.includes(state),
  }),
  ...started.ends,
  ...heartbeat.ends,
] as const;

type Span = (typeof started)['span'] | (typeof heartbeat)['span'];

export const workerFilters = filterSet<(typeof registered)[number], Span>({
  groups: [{ title: 'Workers', spans: [started.span, heartbeat.span], filters: registered }],
  bare: { text: 'q', time: 'heartbeat' },
});
