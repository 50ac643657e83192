/** The work-item list: one filtered, sorted keyset page, and a count that is exact or says it isn't. */
import { type SelectQueryBuilder, sql } from 'kysely';
import type { Session } from '#db/engine.ts';
import { DatabaseError } from '#db/errors.ts';
import type { Database, Instant } from '#db/schema.ts';
import {
  type KeysetOrder,
  type Page,
  pageOf,
  planKeyset,
  type SortColumn,
} from '#lib/paging/keyset.ts';
import type { InstantRange, WorkItemFilter, WorkItemQuery, WorkItemSort } from './filter.ts';
import type { WorkItemStatus } from './model.ts';

/** A row of the list: what the columns show, without bodies and headers. */
export interface WorkItemSummary {
  readonly workItemId: string;
  readonly sourceSystem: string;
  readonly sourceName: string;
  readonly resourceType: string;
  readonly resourceId: string;
  readonly requestUri: string;
  readonly status: WorkItemStatus;
  readonly priority: number;
  readonly attempt: number;
  readonly depth: number;
  readonly runId: string | null;
  readonly createdAt: Instant;
  readonly updatedAt: Instant;
  readonly availableAt: Instant;
  readonly waitReason: string | null;
  readonly leaseOwner: string | null;
  readonly lastFetchedAt: Instant | null;
  readonly lastChangedAt: Instant | null;
  readonly nextFetchAt: Instant | null;
  readonly lastHttpStatus: number | null;
  readonly errorCode: string | null;
  readonly errorMessage: string | null;
}

type ItemsQuery<O> = SelectQueryBuilder<Database, 'work_items', O>;

const ref = (column: string) => sql.ref<string>(`work_items.${column}`);

const sortColumns: Readonly<Record<WorkItemSort, SortColumn>> = {
  created_at: { column: ref('created_at'), kind: 'instant' },
  updated_at: { column: ref('updated_at'), kind: 'instant' },
  last_fetched_at: { column: ref('last_fetched_at'), kind: 'instant', nullable: true },
  priority: { column: ref('priority'), kind: 'integer' },
  attempt: { column: ref('attempt'), kind: 'integer' },
  resource_id: { column: ref('resource_id'), kind: 'text' },
};

/** Longest time a page of the list may take, ms; then `db_statement_timeout`. */
const listTimeoutMs = 5_000;
const countTimeoutMs = 2_000;
/** Counting stops here: an exact total of a filtered million rows is not worth its cost. */
export const countCap = 10_000;

/**
 * One page, at most 100 rows. Throws AppError `cursor_invalid`, and DatabaseError
 * `db_statement_timeout` when the filter asks for more than five seconds of work.
 */
export async function listWorkItems(
  session: Session,
  query: WorkItemQuery,
  options: { readonly limit?: number } = {},
): Promise<Page<WorkItemSummary>> {
  const order: KeysetOrder = {
    sort: query.sort,
    direction: query.direction,
    by: sortColumns[query.sort],
    id: ref('work_item_id'),
  };
  const plan = planKeyset(session.engine, order, { cursor: query.cursor, limit: options.limit });
  const fetched = await session.engine.withTimeout(session, listTimeoutMs, (s) => {
    let select = applyFilter(s, s.q.selectFrom('work_items'), query.filter)
      .select([
        'work_item_id as id',
        'source_system',
        'source_name',
        'resource_type',
        'resource_id',
        'request_uri',
        'status',
        'priority',
        'attempt',
        'depth',
        'run_id',
        'created_at',
        'updated_at',
        'available_at',
        'wait_reason',
        'lease_owner',
        'last_fetched_at',
        'last_changed_at',
        'next_fetch_at',
        'last_http_status',
        'error_code',
        'error_message',
      ])
      .select(plan.cursorText.as('cursorValue'))
      .orderBy(plan.orderBy);
    if (plan.where) select = select.where(plan.where);
    return s.engine.take(select, plan.fetch).execute();
  });
  return pageOf(order, plan, fetched, (row) => ({
    workItemId: row.id,
    sourceSystem: row.source_system,
    sourceName: row.source_name,
    resourceType: row.resource_type,
    resourceId: row.resource_id,
    requestUri: row.request_uri,
    status: row.status,
    priority: row.priority,
    attempt: row.attempt,
    depth: row.depth,
    runId: row.run_id,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    availableAt: row.available_at,
    waitReason: row.wait_reason,
    leaseOwner: row.lease_owner,
    lastFetchedAt: row.last_fetched_at,
    lastChangedAt: row.last_changed_at,
    nextFetchAt: row.next_fetch_at,
    lastHttpStatus: row.last_http_status,
    errorCode: row.error_code,
    errorMessage: row.error_message,
  }));
}

export type CountResult =
  | { readonly kind: 'exact'; readonly count: number }
  /** More than `countCap`. */
  | { readonly kind: 'more'; readonly than: number }
  /** Counting took too long and was given up. */
  | { readonly kind: 'unknown' };

/**
 * How many items match. By status and source it is exact at any size, from the counters; other
 * filters are counted up to `countCap` rows and for at most two seconds.
 */
export async function countWorkItems(
  session: Session,
  filter: WorkItemFilter,
): Promise<CountResult> {
  if (onlyCountedFilters(filter)) {
    const counters = await session.engine.readCounters(session);
    const count = counters
      .filter((row) => filter.source === undefined || row.source_name === filter.source)
      .filter(
        (row) => filter.statuses.length === 0 || filter.statuses.some((s) => s === row.status),
      )
      .reduce((sum, row) => sum + row.item_count, 0);
    return { kind: 'exact', count };
  }
  try {
    const count = await session.engine.withTimeout(session, countTimeoutMs, async (s) => {
      const matching = applyFilter(s, s.q.selectFrom('work_items'), filter).select(
        sql<number>`1`.as('one'),
      );
      const row = await s.q
        .selectFrom(s.engine.take(matching, countCap + 1).as('capped'))
        .select(sql<number>`count(*)`.as('total'))
        .executeTakeFirstOrThrow();
      return Number(row.total);
    });
    return count > countCap ? { kind: 'more', than: countCap } : { kind: 'exact', count };
  } catch (error) {
    if (error instanceof DatabaseError && error.code === 'db_statement_timeout') {
      return { kind: 'unknown' };
    }
    throw error;
  }
}

function onlyCountedFilters(filter: WorkItemFilter): boolean {
  const {
    statuses: _statuses,
    source: _source,
    created,
    updated,
    fetched,
    due,
    ...others
  } = filter;
  const open = (range: InstantRange) => range.from === undefined && range.to === undefined;
  return (
    !due &&
    [created, updated, fetched].every(open) &&
    Object.values(others).every((value) => value === undefined)
  );
}

/** Narrows a query over `work_items` to what the filter matches. */
function applyFilter<O>(
  session: Session,
  query: ItemsQuery<O>,
  filter: WorkItemFilter,
): ItemsQuery<O> {
  const { engine } = session;
  let q = query;
  const [onlyStatus, ...otherStatuses] = filter.statuses;
  if (onlyStatus && otherStatuses.length === 0) {
    // A literal, because a filtered index is not used for a parameter. The value is of a closed list.
    q = q.where(sql<boolean>`${ref('status')} = ${sql.lit(onlyStatus)}`);
  } else if (filter.statuses.length > 0) {
    q = q.where('status', 'in', filter.statuses);
  }
  if (filter.source !== undefined) q = q.where('source_name', '=', filter.source);
  if (filter.resourceType !== undefined) q = q.where('resource_type', '=', filter.resourceType);
  if (filter.resourcePrefix !== undefined) {
    q = q.where(engine.startsWith(ref('resource_id'), filter.resourcePrefix));
  }
  if (filter.resourceContains !== undefined) {
    q = q.where(engine.contains(ref('resource_id'), filter.resourceContains));
  }
  if (filter.uriContains !== undefined) {
    q = q.where(engine.contains(ref('request_uri'), filter.uriContains));
  }
  if (filter.text !== undefined) {
    const anywhere = ['resource_id', 'request_uri', 'error_message'].map((column) =>
      engine.contains(ref(column), filter.text ?? ''),
    );
    q = q.where(sql<boolean>`(${sql.join(anywhere, sql` or `)})`);
  }
  if (filter.runId !== undefined) q = q.where('run_id', '=', filter.runId);
  if (filter.minAttempts !== undefined) q = q.where('attempt', '>=', filter.minAttempts);
  if (filter.httpStatus !== undefined) q = q.where('last_http_status', '=', filter.httpStatus);
  if (filter.errorCode !== undefined) q = q.where('error_code', '=', filter.errorCode);
  if (filter.minPriority !== undefined) q = q.where('priority', '>=', filter.minPriority);
  if (filter.maxPriority !== undefined) q = q.where('priority', '<=', filter.maxPriority);
  if (filter.discoveredFrom !== undefined)
    q = q.where('discovered_from', '=', filter.discoveredFrom);
  if (filter.leaseOwner !== undefined) q = q.where('lease_owner', '=', filter.leaseOwner);
  q = applyRange(session, q, 'created_at', filter.created);
  q = applyRange(session, q, 'updated_at', filter.updated);
  q = applyRange(session, q, 'last_fetched_at', filter.fetched);
  if (filter.staleDays !== undefined) {
    const limit = engine.nowPlus(-filter.staleDays * 86_400_000);
    const fetchedAt = ref('last_fetched_at');
    q = q.where(sql<boolean>`(${fetchedAt} is null or ${fetchedAt} <= ${limit})`);
  }
  if (filter.due) {
    // What is on its way already is no longer due; its old time stands until it is fetched.
    q = q
      .where(sql<boolean>`${ref('next_fetch_at')} <= ${engine.now()}`)
      .where('status', 'not in', ['pending', 'in_progress']);
  }
  return q;
}

function applyRange<O>(
  { engine }: Session,
  query: ItemsQuery<O>,
  column: 'created_at' | 'updated_at' | 'last_fetched_at',
  range: InstantRange,
): ItemsQuery<O> {
  let q = query;
  if (range.from !== undefined) {
    q = q.where(sql<boolean>`${ref(column)} >= ${engine.instantParam(range.from)}`);
  }
  if (range.to !== undefined) {
    q = q.where(sql<boolean>`${ref(column)} < ${engine.instantParam(range.to)}`);
  }
  return q;
}
