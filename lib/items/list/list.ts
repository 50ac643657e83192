/** The work-item list: one filtered, sorted keyset page, and a count that is exact or says it isn't. */
import { type RawBuilder, sql } from 'kysely';
import type { Session } from '#db/engine.ts';
import type { Instant, WorkItemStatus } from '#db/schema.ts';
import { isSeen, type Sight } from '#lib/actor/model.ts';
import { type CountResult, countRows } from '#lib/paging/capped-count.ts';
import type { KeysetOrder, SortColumn } from '#lib/paging/keyset.ts';
import {
  isSmallGroup,
  type ListPage,
  type ListTable,
  readListPage,
} from '#lib/paging/list-page.ts';
import { emptyPage } from '#lib/paging/of-sight.ts';
import type { SortDirection } from '#lib/paging/sort-direction.ts';
import { pathOf } from './access-path.ts';
import { defaultSort, type WorkItemFilter, type WorkItemQuery } from './query.ts';
import { defaultDirections, type WorkItemSort } from './sorts.ts';

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

const ref = (column: string) => sql.ref<string>(`work_items.${column}`);

const sortColumns: Readonly<Record<WorkItemSort, SortColumn>> = {
  created_at: { column: ref('created_at'), kind: 'instant' },
  updated_at: { column: ref('updated_at'), kind: 'instant' },
  last_fetched_at: { column: ref('last_fetched_at'), kind: 'instant', nullable: true },
  next_fetch_at: { column: ref('next_fetch_at'), kind: 'instant' },
  priority: { column: ref('priority'), kind: 'integer' },
  resource_id: { column: ref('resource_id'), kind: 'text' },
};

const columns = [
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
] as const;

/** How the list reads `work_items`. */
const selectRows = ({ q }: Session) => q.selectFrom('work_items').select(columns);

type ItemRow = Awaited<ReturnType<ReturnType<typeof selectRows>['executeTakeFirstOrThrow']>>;

const workItems: ListTable<'work_items', ItemRow> = {
  from: ({ q }) => q.selectFrom('work_items'),
  rows: selectRows,
};

const orderOf = (sort: WorkItemSort, direction: SortDirection): KeysetOrder => ({
  sort,
  direction,
  by: sortColumns[sort],
  id: ref('work_item_id'),
});

const newestFirst = orderOf('created_at', 'desc');

/** For every reader that walks the items of a filter. */
const choose = (filter: WorkItemFilter, sort: WorkItemSort, sight: Sight) => (session: Session) => {
  const isSmall = (where: RawBuilder<boolean>) => isSmallGroup(session, workItems, where);
  return pathOf(session, filter, sort, newestFirst, isSmall, sight);
};

/** Whether the filter asks for what is not seen. */
const isHidden = ({ source }: WorkItemFilter, sight: Sight) =>
  source !== undefined && !isSeen(sight, [source]);

/**
 * One page, at most 100 rows, of the sources that are seen (default all). Throws AppError `cursor_invalid`, and DatabaseError
 * `db_statement_timeout` after five seconds.
 */
export function listWorkItems(
  session: Session,
  query: WorkItemQuery,
  options: { readonly limit?: number; readonly sight?: Sight } = {},
): Promise<ListPage<WorkItemSummary>> {
  const { filter, sort, direction, cursor } = query;
  const { sight = null } = options;
  if (isHidden(filter, sight)) return Promise.resolve(emptyPage);
  const request = { cursor, limit: options.limit };
  const order = orderOf(sort, direction);
  return readListPage(session, workItems, order, request, choose(filter, sort, sight), toSummary);
}

const toSummary = (row: ItemRow): WorkItemSummary => ({
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
});

/**
 * How many items match, of the sources that are seen. By status and source it is exact at any size, from the counters; anything else
 * as `countRows` says.
 */
export async function countWorkItems(
  session: Session,
  filter: WorkItemFilter,
  sight: Sight = null,
): Promise<CountResult> {
  if (isHidden(filter, sight)) return { kind: 'exact', count: 0 };
  // `asOf` filters nothing by itself.
  const { status, source, asOf: _asOf, ...others } = filter;
  if (Object.values(others).every((value) => value === undefined)) {
    const counters = await session.engine.readTotals(session);
    const count = counters
      .filter((row) => isSeen(sight, [row.source_name]))
      .filter((row) => source === undefined || row.source_name === source)
      .filter((row) => status === undefined || status.some((one) => one === row.status))
      .reduce((sum, row) => sum + row.item_count, 0);
    return { kind: 'exact', count };
  }
  const sort = defaultSort(filter);
  return countRows(
    session,
    workItems,
    orderOf(sort, defaultDirections[sort]),
    choose(filter, sort, sight),
  );
}
