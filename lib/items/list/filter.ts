/**
 * The work-item list's address: its parameters, their limits and defaults. One definition for the
 * server that queries, the form that edits and the links that share a view.
 */
import { z } from 'zod';
import type { WorkItemStatus } from '#db/schema.ts';
import { workItemStatuses } from '#db/schema.ts';
import {
  choiceParameter,
  cursorParameter,
  exactTextParameter,
  idParameter,
  listParameter,
  momentParameter,
  type ParameterProblem,
  type RawParameters,
  readParameters,
  textParameter,
  wholeParameter,
} from '#lib/paging/parameters.ts';
import { type SortDirection, sortDirections } from '#lib/paging/sort-direction.ts';
import type { WorkItemParameter } from './parameters.ts';
import { defaultDirections, type WorkItemSort, workItemSorts } from './sorts.ts';

export { defaultDirections, type WorkItemSort, workItemSorts };

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
  /** The moment that “stale” and “due” are reckoned from; absent = the database's now. */
  readonly asOf?: string | undefined;
  readonly discoveredFrom?: string | undefined;
  readonly leaseOwner?: string | undefined;
  /** Held because their run was stopped: pending, and claimed by nobody. */
  readonly held?: boolean | undefined;
  /** `host[:port]` of the request URI, in lower case. */
  readonly host?: string | undefined;
}

export interface WorkItemQuery {
  readonly filter: WorkItemFilter;
  readonly sort: WorkItemSort;
  readonly direction: SortDirection;
  readonly cursor?: string | undefined;
}

/** Every parameter of the address, its reading and its limits. */
export const workItemParameters = {
  status: listParameter(workItemStatuses),
  source: textParameter(100),
  type: textParameter(100),
  resource: exactTextParameter(500),
  contains: textParameter(500),
  uri: textParameter(2000),
  q: textParameter(500),
  run: idParameter,
  attempts: wholeParameter(1, 1000),
  http: wholeParameter(100, 599),
  error: z
    .string()
    .trim()
    .regex(/^[a-z0-9_]{1,64}$/, 'must be an error code such as http_server_error'),
  priority_from: wholeParameter(0, 1_000_000),
  priority_to: wholeParameter(0, 1_000_000),
  created_from: momentParameter('start'),
  created_to: momentParameter('end'),
  updated_from: momentParameter('start'),
  updated_to: momentParameter('end'),
  fetched_from: momentParameter('start'),
  fetched_to: momentParameter('end'),
  stale: wholeParameter(1, 3650),
  due: z.literal('1', 'must be 1 or absent').transform(() => true),
  from: idParameter,
  lease: textParameter(200),
  held: z.literal('1', 'must be 1 or absent').transform(() => true),
  host: textParameter(255).toLowerCase(),
  sort: choiceParameter(workItemSorts),
  dir: choiceParameter(sortDirections),
  cursor: cursorParameter,
} as const satisfies Record<WorkItemParameter, z.ZodType>;

const ranges = [
  ['priority_from', 'priority_to'],
  ['created_from', 'created_to'],
  ['updated_from', 'updated_to'],
  ['fetched_from', 'fetched_to'],
] as const;

/** Reads the address; what is out of range is ignored and reported. */
export function parseWorkItemQuery(raw: RawParameters): {
  readonly query: WorkItemQuery;
  readonly problems: readonly ParameterProblem[];
} {
  const { values, problems } = readParameters(workItemParameters, raw, ranges);
  const filter: WorkItemFilter = {
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
    held: values.held,
    host: values.host,
  };
  const sort = values.sort ?? defaultSort(filter);
  const direction = values.dir ?? defaultDirections[sort];
  return { query: { filter, sort, direction, cursor: values.cursor }, problems };
}

/** The order in which a filter's range is one stretch of an index; by creation where there is none. */
export function defaultSort(filter: WorkItemFilter): WorkItemSort {
  const { runId, discoveredFrom, errorCode, leaseOwner, httpStatus, held } = filter;
  const groups = [runId, discoveredFrom, errorCode, leaseOwner, httpStatus];
  if (held || groups.some((value) => value !== undefined)) return 'created_at';
  const given = ({ from, to }: InstantRange) => from !== undefined || to !== undefined;
  if (filter.resourcePrefix !== undefined) return 'resource_id';
  if (filter.due) return 'next_fetch_at';
  if (filter.staleDays !== undefined || given(filter.fetched)) return 'last_fetched_at';
  if (given(filter.created)) return 'created_at';
  if (given(filter.updated)) return 'updated_at';
  return filter.minPriority !== undefined || filter.maxPriority !== undefined
    ? 'priority'
    : 'created_at';
}
