/** The work-item list: one filtered, sorted keyset page, and a count that is exact or says it isn't. */
import { type RawBuilder, sql } from 'kysely';
import type { Session } from '#db/engine.ts';
import { DatabaseError } from '#db/errors.ts';
import type { Instant } from '#db/schema.ts';
import { encodeCursor } from '#lib/paging/cursor.ts';
import {
  type KeysetOrder,
  type KeysetPlan,
  type Page,
  pageOf,
  planKeyset,
  type SortColumn,
} from '#lib/paging/keyset.ts';
import { type Position, type Segment, segmentsOf, upTo } from '#lib/paging/segments.ts';
import { type AccessPath, chooseAccessPath, type Walk } from './access-path.ts';
import {
  defaultDirections,
  defaultSort,
  type InstantRange,
  type WorkItemFilter,
  type WorkItemQuery,
  type WorkItemSort,
} from './filter.ts';
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

const ref = (column: string) => sql.ref<string>(`work_items.${column}`);

const sortColumns: Readonly<Record<WorkItemSort, SortColumn>> = {
  created_at: { column: ref('created_at'), kind: 'instant' },
  updated_at: { column: ref('updated_at'), kind: 'instant' },
  last_fetched_at: { column: ref('last_fetched_at'), kind: 'instant', nullable: true },
  next_fetch_at: { column: ref('next_fetch_at'), kind: 'instant' },
  priority: { column: ref('priority'), kind: 'integer' },
  resource_id: { column: ref('resource_id'), kind: 'text' },
};

/** Longest time a page of the list may take, ms; then `db_statement_timeout`. */
const listTimeoutMs = 5_000;
const countTimeoutMs = 2_000;
/** Counting stops here: an exact total of a filtered million rows is not worth its cost. */
export const countCap = 10_000;
/** Items that one page or count tests where no index knows the answer. */
export const searchWindow = 10_000;

export interface WorkItemPage extends Page<WorkItemSummary> {
  /**
   * Set when the page ended because so many items were tested, not because it is full or the list is
   * at its end; the next page searches on.
   */
  readonly searched: number | null;
}

/**
 * One page, at most 100 rows. Throws AppError `cursor_invalid`, and DatabaseError
 * `db_statement_timeout` after five seconds.
 */
export async function listWorkItems(
  session: Session,
  query: WorkItemQuery,
  options: { readonly limit?: number } = {},
): Promise<WorkItemPage> {
  const order: KeysetOrder = {
    sort: query.sort,
    direction: query.direction,
    by: sortColumns[query.sort],
    id: ref('work_item_id'),
  };
  const request = { cursor: query.cursor, limit: options.limit };
  return session.engine.withTimeout(session, listTimeoutMs, async (s) => {
    const path = await chooseAccessPath(s, query.filter, query.sort);
    if (path.kind === 'group') {
      // The group is sought and sorted; the order's own index would be walked from its start.
      const by = { ...order.by, column: s.engine.unindexed(order.by.column) };
      const plan = planKeyset(s.engine, { ...order, by }, request);
      const where = [path.where, ...path.tests, ...(plan.where ? [plan.where] : [])];
      const rows = await fetchRows(s, plan, [[]], where, plan.fetch);
      return { ...pageOf(order, plan, rows, toSummary), searched: null };
    }
    const plan = planKeyset(s.engine, order, request);
    const { rows, end } = await walk(s, order, plan, path);
    const page = pageOf(order, plan, rows, toSummary);
    return end === null ? { ...page, searched: null } : endedAt(page, plan, order, end);
  });
}

/** The page of a window that ended before the list did: read on from there, not from its last row. */
function endedAt(
  page: Page<WorkItemSummary>,
  plan: KeysetPlan,
  order: KeysetOrder,
  end: Position,
): WorkItemPage {
  const at = (way: 'before' | 'after') =>
    encodeCursor({
      sort: order.sort,
      direction: order.direction,
      way,
      value: end.cursorValue === null ? null : String(end.cursorValue),
      id: end.id,
    });
  return plan.cursor?.way === 'before'
    ? {
        rows: page.rows,
        next: page.next ?? at('after'),
        previous: at('before'),
        searched: searchWindow,
      }
    : {
        rows: page.rows,
        next: at('after'),
        previous: page.previous ?? (plan.cursor ? at('before') : null),
        searched: searchWindow,
      };
}

/** Reads the stretches of a walk until the page is full or the window is used up. */
async function walk(
  session: Session,
  order: KeysetOrder,
  plan: KeysetPlan,
  path: Walk,
): Promise<{ readonly rows: ItemRow[]; readonly end: Position | null }> {
  const rows: ItemRow[] = [];
  for (const segment of segmentsOf(session.engine, order, plan, path.range)) {
    const stretches = stretchesOf(path, segment);
    const end = path.tests.length > 0 ? await windowEnd(session, plan, stretches) : null;
    const where = end
      ? [...path.tests, upTo(session.engine, order, plan.descending, end)]
      : path.tests;
    rows.push(...(await fetchRows(session, plan, stretches, where, plan.fetch - rows.length)));
    if (rows.length >= plan.fetch) return { rows, end: null };
    if (end) return { rows, end };
  }
  return { rows, end: null };
}

/** A segment of every branch: each is one stretch of an index in the order of the list. */
const stretchesOf = ({ branches }: Walk, segment: Segment): Segment[] =>
  branches.length === 0 ? [segment] : branches.map((branch) => [branch, ...segment]);

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

function selectRows(session: Session, plan: KeysetPlan) {
  return session.q
    .selectFrom('work_items')
    .select(columns)
    .select(plan.cursorText.as('cursorValue'))
    .orderBy(plan.orderBy);
}

type ItemRow = Awaited<ReturnType<ReturnType<typeof selectRows>['executeTakeFirstOrThrow']>>;

/** The first `count` rows of all stretches together. */
async function fetchRows(
  session: Session,
  plan: KeysetPlan,
  stretches: readonly Segment[],
  where: readonly RawBuilder<boolean>[],
  count: number,
): Promise<ItemRow[]> {
  const { engine, q } = session;
  const [first, ...others] = stretches.map((stretch) =>
    engine.take(
      [...stretch, ...where].reduce((query, one) => query.where(one), selectRows(session, plan)),
      count,
    ),
  );
  if (!first) return [];
  if (others.length === 0) return first.execute();
  const all = others.reduce(
    (query, one) => query.unionAll(q.selectFrom(one.as('stretch')).selectAll()),
    q.selectFrom(first.as('stretch')).selectAll(),
  );
  return engine
    .take(q.selectFrom(all.as('found')).selectAll().orderBy(inReadingOrder(plan)), count)
    .execute();
}

/** Of several stretches: the cursor's text sorts as the column does, for they are all by creation. */
const inReadingOrder = ({ descending }: KeysetPlan) =>
  descending ? sql`${sql.ref('cursorValue')} desc, id desc` : sql`${sql.ref('cursorValue')}, id`;

/** Where a window of the stretches ends; null when they end within it. */
async function windowEnd(
  session: Session,
  plan: KeysetPlan,
  stretches: readonly Segment[],
): Promise<Position | null> {
  const { engine, q } = session;
  const share = Math.floor(searchWindow / stretches.length);
  const [first, ...others] = stretches.map((stretch) =>
    engine.nth(
      stretch.reduce(
        (query, one) => query.where(one),
        q
          .selectFrom('work_items')
          .select('work_item_id as id')
          .select(plan.cursorText.as('cursorValue'))
          .orderBy(plan.orderBy),
      ),
      share - 1,
    ),
  );
  if (!first) return null;
  const ends = others.reduce(
    (query, one) => query.unionAll(q.selectFrom(one.as('stretch')).selectAll()),
    q.selectFrom(first.as('stretch')).selectAll(),
  );
  const nearest = await engine
    .take(q.selectFrom(ends.as('ends')).selectAll().orderBy(inReadingOrder(plan)), 1)
    .executeTakeFirst();
  return nearest ?? null;
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

export type CountResult =
  | { readonly kind: 'exact'; readonly count: number }
  /** More than `countCap`. */
  | { readonly kind: 'more'; readonly than: number }
  /** So many among the first `searched` items of the list; the others were not looked at. */
  | { readonly kind: 'at_least'; readonly count: number; readonly searched: number }
  /** Counting took too long and was given up. */
  | { readonly kind: 'unknown' };

/**
 * How many items match. By status and source it is exact at any size, from the counters; what an index
 * knows is counted up to `countCap`, anything else among the first `searchWindow` items of the list.
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
  const sort = defaultSort(filter);
  try {
    return await session.engine.withTimeout(session, countTimeoutMs, async (s) =>
      countAlong(s, sort, await chooseAccessPath(s, filter, sort)),
    );
  } catch (error) {
    if (error instanceof DatabaseError && error.code === 'db_statement_timeout') {
      return { kind: 'unknown' };
    }
    throw error;
  }
}

async function countAlong(
  session: Session,
  sort: WorkItemSort,
  path: AccessPath,
): Promise<CountResult> {
  if (path.kind === 'group') {
    const { found } = await countFirst(session, [path.where], path.tests, countCap);
    return { kind: 'exact', count: found };
  }
  const direction = defaultDirections[sort];
  const order = { sort, direction, by: sortColumns[sort], id: ref('work_item_id') };
  const plan = planKeyset(session.engine, order, {});
  const most = path.tests.length > 0 ? searchWindow : countCap + 1;
  let found = 0;
  let searched = 0;
  for (const segment of segmentsOf(session.engine, order, plan, path.range)) {
    for (const stretch of stretchesOf(path, segment)) {
      const some = await countFirst(session, stretch, path.tests, most - searched, plan.orderBy);
      found += some.found;
      searched += some.searched;
      if (searched < most) continue;
      return path.tests.length > 0
        ? { kind: 'at_least', count: found, searched }
        : { kind: 'more', than: countCap };
    }
  }
  return { kind: 'exact', count: found };
}

/** Of the first `most` rows of a stretch, how many there are and how many pass the tests. */
async function countFirst(
  { q, engine }: Session,
  stretch: Segment,
  tests: readonly RawBuilder<boolean>[],
  most: number,
  orderBy?: RawBuilder<unknown>,
): Promise<{ readonly found: number; readonly searched: number }> {
  const rows = stretch.reduce((query, one) => query.where(one), q.selectFrom('work_items'));
  const ordered = orderBy ? rows.orderBy(orderBy) : rows;
  const passes = tests.length > 0 ? sql`${sql.join(tests, sql` and `)}` : sql`1 = 1`;
  const tested = ordered.select(sql<number>`case when ${passes} then 1 else 0 end`.as('passes'));
  const row = await q
    .selectFrom(engine.take(tested, most).as('tested'))
    .select(sql<number>`count(*)`.as('searched'))
    .select(sql<number>`coalesce(sum(passes), 0)`.as('found'))
    .executeTakeFirstOrThrow();
  return { found: Number(row.found), searched: Number(row.searched) };
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
