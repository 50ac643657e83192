/**
 * The work-item list's address: its parameters, their limits and defaults. One definition for the
 * server that queries, the form that edits and the links that share a view.
 */
import { z } from 'zod';
import { type SortDirection, sortDirections } from '#lib/paging/sort-direction.ts';
import { type WorkItemStatus, workItemStatuses } from './model.ts';

export const workItemSorts = [
  'created_at',
  'updated_at',
  'last_fetched_at',
  'priority',
  'attempt',
  'resource_id',
] as const;
export type WorkItemSort = (typeof workItemSorts)[number];

/** An inclusive start and an exclusive end; either may be open. ISO instants. */
export interface InstantRange {
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

export interface WorkItemFilter {
  readonly statuses: readonly WorkItemStatus[];
  readonly source?: string | undefined;
  readonly resourceType?: string | undefined;
  /** Prefix of the resource id, case-sensitive; can use an index. */
  readonly resourcePrefix?: string | undefined;
  readonly resourceContains?: string | undefined;
  readonly uriContains?: string | undefined;
  /** Anywhere in resource id, URI or error message. */
  readonly text?: string | undefined;
  readonly runId?: string | undefined;
  readonly minAttempts?: number | undefined;
  readonly httpStatus?: number | undefined;
  readonly errorCode?: string | undefined;
  readonly minPriority?: number | undefined;
  readonly maxPriority?: number | undefined;
  readonly created: InstantRange;
  readonly updated: InstantRange;
  readonly fetched: InstantRange;
  /** Not fetched for at least this many days; never fetched counts. */
  readonly staleDays?: number | undefined;
  /** Due for recrawl now. */
  readonly due: boolean;
  readonly discoveredFrom?: string | undefined;
  readonly leaseOwner?: string | undefined;
}

export interface WorkItemQuery {
  readonly filter: WorkItemFilter;
  readonly sort: WorkItemSort;
  readonly direction: SortDirection;
  readonly cursor?: string | undefined;
}

/** A parameter of the address that was not understood, and is ignored. */
export interface ParameterProblem {
  readonly code: 'input_invalid';
  readonly parameter: string;
  readonly message: string;
}

const text = (max: number) =>
  z.string().trim().min(1).max(max, `may have at most ${max} characters`);
const whole = (min: number, max: number) => {
  const message = `must be a whole number from ${min.toLocaleString('en')} to ${max.toLocaleString('en')}`;
  return z
    .string()
    .trim()
    .regex(/^\d{1,12}$/, message)
    .transform(Number)
    .pipe(z.number().min(min, message).max(max, message));
};
const id = z
  .string()
  .trim()
  .regex(/^[0-9A-Za-z-]{1,36}$/, 'must be an id of up to 36 letters, digits and hyphens');

const momentMessage =
  'must be a date such as 2026-01-31 or a UTC time such as 2026-01-31T09:15:00Z';
/** A day or a UTC time; the day of an end date is included whole. */
const moment = (end: boolean) =>
  z
    .string()
    .trim()
    .regex(/^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,3})?)?Z)?$/, momentMessage)
    .transform((value, context) => {
      const isDay = value.length === 10;
      const ms = Date.parse(isDay ? `${value}T00:00:00Z` : value);
      // Date.parse turns 31 February into March; a real day survives the round trip.
      if (Number.isNaN(ms) || !new Date(ms).toISOString().startsWith(value.slice(0, 10))) {
        context.addIssue({ code: 'custom', message: momentMessage });
        return z.NEVER;
      }
      return new Date(isDay && end ? ms + 86_400_000 : ms).toISOString();
    });

const statusList = z
  .string()
  .transform((value) => value.split(',').map((part) => part.trim()))
  .pipe(z.array(z.enum(workItemStatuses, `must be some of ${workItemStatuses.join(', ')}`)));

/** Every parameter of the address, its reading and its limits. */
export const workItemParameters = {
  status: statusList,
  source: text(100),
  type: text(100),
  resource: z.string().min(1).max(500, 'may have at most 500 characters'),
  contains: text(500),
  uri: text(2000),
  q: text(500),
  run: id,
  attempts: whole(1, 1000),
  http: whole(100, 599),
  error: z
    .string()
    .trim()
    .regex(/^[a-z0-9_]{1,64}$/, 'must be an error code such as http_server_error'),
  priority_from: whole(0, 1_000_000),
  priority_to: whole(0, 1_000_000),
  created_from: moment(false),
  created_to: moment(true),
  updated_from: moment(false),
  updated_to: moment(true),
  fetched_from: moment(false),
  fetched_to: moment(true),
  stale: whole(1, 3650),
  due: z.literal('1', 'must be 1 or absent').transform(() => true),
  from: id,
  lease: text(200),
  sort: z.enum(workItemSorts, `must be one of ${workItemSorts.join(', ')}`),
  dir: z.enum(sortDirections, 'must be asc or desc'),
  cursor: z.string().min(1).max(4000, 'is too long'),
} as const;

export type WorkItemParameter = keyof typeof workItemParameters;
type Values = { [K in WorkItemParameter]?: z.output<(typeof workItemParameters)[K]> };

/** Parameters as Next and URLSearchParams give them. */
export type RawParameters = Readonly<Record<string, string | readonly string[] | undefined>>;

/**
 * Reads the address. A parameter that is out of range is left out and reported, so that a mistyped
 * link still shows a list; unknown parameters are not looked at.
 */
export function parseWorkItemQuery(raw: RawParameters): {
  readonly query: WorkItemQuery;
  readonly problems: readonly ParameterProblem[];
} {
  const problems: ParameterProblem[] = [];
  const values: Values = {};
  for (const parameter of Object.keys(workItemParameters) as WorkItemParameter[]) {
    const given = raw[parameter];
    const value = Array.isArray(given) ? given.join(',') : given;
    if (typeof value !== 'string' || value === '') continue;
    const parsed = workItemParameters[parameter].safeParse(value);
    if (parsed.success) Object.assign(values, { [parameter]: parsed.data });
    else problems.push(problem(parameter, value, parsed.error.issues[0]?.message));
  }
  dropReversedRanges(values, problems);
  return { query: toQuery(values), problems };
}

function problem(parameter: string, value: string, reason = 'is not understood'): ParameterProblem {
  const shown = value.length > 40 ? `${value.slice(0, 40)}…` : value;
  return {
    code: 'input_invalid',
    parameter,
    message: `“${parameter}” ${reason}; “${shown}” is ignored.`,
  };
}

const ranges = [
  ['priority_from', 'priority_to'],
  ['created_from', 'created_to'],
  ['updated_from', 'updated_to'],
  ['fetched_from', 'fetched_to'],
] as const;

/** A range that ends before it starts would show an empty list without saying why. */
function dropReversedRanges(values: Values, problems: ParameterProblem[]) {
  for (const [from, to] of ranges) {
    const start = values[from];
    const end = values[to];
    if (start === undefined || end === undefined || start <= end) continue;
    problems.push(problem(to, String(end), `lies before “${from}”`));
    delete values[to];
  }
}

function toQuery(values: Values): WorkItemQuery {
  const sort = values.sort ?? 'created_at';
  return {
    filter: {
      statuses: [...new Set(values.status ?? [])],
      source: values.source,
      resourceType: values.type,
      resourcePrefix: values.resource,
      resourceContains: values.contains,
      uriContains: values.uri,
      text: values.q,
      runId: values.run,
      minAttempts: values.attempts,
      httpStatus: values.http,
      errorCode: values.error,
      minPriority: values.priority_from,
      maxPriority: values.priority_to,
      created: { from: values.created_from, to: values.created_to },
      updated: { from: values.updated_from, to: values.updated_to },
      fetched: { from: values.fetched_from, to: values.fetched_to },
      staleDays: values.stale,
      due: values.due ?? false,
      discoveredFrom: values.from,
      leaseOwner: values.lease,
    },
    sort,
    direction: values.dir ?? defaultDirections[sort],
    cursor: values.cursor,
  };
}

/** What a reader wants first: the newest, but the lowest priority number and the first letter. */
export const defaultDirections: Readonly<Record<WorkItemSort, SortDirection>> = {
  created_at: 'desc',
  updated_at: 'desc',
  last_fetched_at: 'desc',
  priority: 'asc',
  attempt: 'desc',
  resource_id: 'asc',
};
