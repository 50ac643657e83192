/** The filters of the audit log. */
import { readFilter } from '#lib/filters/filter.ts';
import { filterSet } from '#lib/filters/filter-set.ts';
import { momentParameter, textParameter } from '#lib/paging/parameters.ts';

const registered = [
  readFilter({
    name: 'actor',
    aliases: ['who', 'by', 'user'],
    label: 'Who',
    help: 'A part of the address of who did it.',
    kind: 'text',
    values: 'people',
    takesText: true,
    schema: textParameter(254),
  }),
  readFilter({
    name: 'action',
    aliases: ['what'],
    label: 'What',
    help: 'What was done, or the beginning of it: run or run.cancel.',
    kind: 'text',
    examples: ['source', 'run', 'run.cancel', 'work-items', 'schedule', 'host', 'user', 'settings'],
    schema: textParameter(100),
  }),
  readFilter({
    name: 'q',
    aliases: ['text', 'search'],
    label: 'Text',
    help: 'Anywhere in what happened, who did it, or the id of what was changed.',
    kind: 'text',
    takesText: true,
    schema: textParameter(500),
  }),
  readFilter({
    name: 'type',
    aliases: ['target_type'],
    label: 'Kind of target',
    help: 'What was changed: source, run, work-item, host, user …',
    kind: 'text',
    examples: ['source', 'run', 'work-item', 'bulk-action', 'schedule', 'host', 'user'],
    schema: textParameter(50),
  }),
  readFilter({
    name: 'target',
    aliases: ['id'],
    label: 'Target',
    help: 'The id of what was changed.',
    kind: 'text',
    schema: textParameter(200),
  }),
  readFilter({
    name: 'from',
    label: 'Since',
    help: 'A UTC day.',
    kind: 'date',
    isHidden: true,
    schema: momentParameter('start'),
  }),
  readFilter({
    name: 'to',
    label: 'Until',
    help: 'A UTC day, included.',
    kind: 'date',
    isHidden: true,
    schema: momentParameter('end'),
    endOf: 'from',
  }),
] as const;

const when = {
  name: 'when',
  aliases: ['at', 'created', 'updated'],
  label: 'When',
  help: 'When it was done: yesterday, last 7 days, <2h, 2026-01-31.',
  kind: 'date',
  from: 'from',
  to: 'to',
} as const;

export const auditFilters = filterSet<(typeof registered)[number], typeof when>({
  groups: [{ title: 'Audit', spans: [when], filters: registered }],
  bare: { text: 'q', time: 'when' },
});
