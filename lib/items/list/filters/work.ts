/** Filters by where an item stands in its work. */
import { z } from 'zod';
import { type WorkItemStatus, workItemStatuses } from '#db/schema.ts';
import {
  flagParameter,
  idParameter,
  listParameter,
  momentParameter,
  textParameter,
  wholeParameter,
} from '#lib/paging/parameters.ts';
import { onHoldReason } from '#lib/queue/hold.ts';
import { defineFilter, equal, stretch } from './filter.ts';

/** The lowest HTTP status of a failure; from it on there is an index. */
const failureStatus = 400;

export const work = [
  defineFilter({
    name: 'status',
    label: 'Status',
    help: 'One status, or several with commas between them.',
    kind: 'choices',
    options: [
      { value: 'pending', label: 'Pending' },
      { value: 'in_progress', label: 'In progress' },
      { value: 'completed', label: 'Completed' },
      { value: 'failed', label: 'Failed' },
      { value: 'skipped', label: 'Skipped' },
    ],
    schema: listParameter(workItemStatuses).transform((statuses): readonly WorkItemStatus[] => [
      ...new Set(statuses),
    ]),
    lasts: false,
    where: (words) => [{ is: 'one of', column: 'status', words }],
  }),
  defineFilter({
    name: 'run',
    label: 'Run',
    help: 'A run by its name, or any by its id.',
    kind: 'text',
    values: 'runs',
    schema: idParameter,
    lasts: false,
    isSelective: true,
    group: { rank: 2, order: 'created_at' },
    where: (id) => equal('run_id', id),
  }),
  defineFilter({
    name: 'attempts',
    label: 'Attempts at least',
    help: 'Claimed at least so many times since it was last enqueued.',
    kind: 'number',
    examples: ['2', '3', '5'],
    schema: wholeParameter(1, 1000),
    lasts: false,
    where: (value) => [{ is: 'at least', column: 'attempt', value }],
  }),
  defineFilter({
    name: 'http',
    label: 'HTTP status',
    help: 'The last answer of the source.',
    kind: 'number',
    examples: ['403', '404', '429', '500', '503'],
    schema: wholeParameter(100, 599),
    lasts: false,
    isSelective: true,
    group: { rank: 4, order: 'created_at', when: (status) => status >= failureStatus },
    where: (value) => [
      {
        is: 'in partial index',
        column: 'last_http_status',
        value,
        indexedFrom: failureStatus,
      },
    ],
  }),
  defineFilter({
    name: 'error',
    label: 'Error code',
    help: 'The code of the last error.',
    kind: 'text',
    values: 'errors',
    schema: z
      .string()
      .trim()
      .regex(/^[a-z0-9_]{1,64}$/, 'must be an error code such as http_server_error'),
    lasts: false,
    isSelective: true,
    group: { rank: 3, order: 'created_at' },
    where: (code) => equal('error_code', code),
  }),
  defineFilter({
    name: 'lease',
    label: 'Leased by',
    help: 'The worker that holds the lease.',
    kind: 'text',
    values: 'workers',
    schema: textParameter(200),
    lasts: false,
    isSelective: true,
    where: (owner) => equal('lease_owner', owner),
  }),
  defineFilter({
    name: 'on_hold',
    aliases: ['held'],
    label: 'On hold',
    help: 'Queued, but not claimed: put on hold, or left over from a run that was stopped.',
    kind: 'flag',
    schema: flagParameter,
    lasts: false,
    isSelective: true,
    group: { rank: 5, order: 'created_at' },
    where: () => [{ is: 'one of', column: 'wait_reason', words: [onHoldReason] }],
  }),
  defineFilter({
    name: 'priority_from',
    label: 'Priority from',
    help: 'Lower numbers go first.',
    kind: 'number',
    schema: wholeParameter(0, 1_000_000),
    lasts: false,
    where: (from) => stretch('priority', { from }),
  }),
  defineFilter({
    name: 'priority_to',
    label: 'Priority to',
    help: 'Lower numbers go first.',
    kind: 'number',
    schema: wholeParameter(0, 1_000_000),
    endOf: 'priority_from',
    lasts: false,
    where: (upTo) => stretch('priority', { upTo }),
  }),
  defineFilter({
    name: 'created_from',
    label: 'Created since',
    help: 'A UTC day.',
    kind: 'date',
    schema: momentParameter('start'),
    lasts: true,
    where: (since) => stretch('created_at', { since }),
  }),
  defineFilter({
    name: 'created_to',
    label: 'Created until',
    help: 'A UTC day, included.',
    kind: 'date',
    schema: momentParameter('end'),
    endOf: 'created_from',
    lasts: true,
    where: (before) => stretch('created_at', { before }),
  }),
  defineFilter({
    name: 'updated_from',
    label: 'Changed since',
    help: 'A UTC day.',
    kind: 'date',
    schema: momentParameter('start'),
    lasts: false,
    where: (since) => stretch('updated_at', { since }),
  }),
  defineFilter({
    name: 'updated_to',
    label: 'Changed until',
    help: 'A UTC day, included.',
    kind: 'date',
    schema: momentParameter('end'),
    endOf: 'updated_from',
    lasts: false,
    // What changed before a moment was there before it: a list in the order of creation begins there.
    where: (before) => [...stretch('updated_at', { before }), ...stretch('created_at', { before })],
  }),
] as const;
