/** A page of a list along its access path: full, at its end, or after a window of rows that were tested. */
import { type RawBuilder, type SelectQueryBuilder, sql } from 'kysely';
import type { Session } from '#db/engine.ts';
import type { Database } from '#db/schema.ts';
import { type AccessPath, type Newest, smallGroup, type Walk } from './access-path.ts';
import { encodeCursor } from './cursor.ts';
import {
  cursorParam,
  type KeysetOrder,
  type KeysetPlan,
  type Page,
  type PageRequest,
  type Positioned,
  pageOf,
  planKeyset,
} from './keyset.ts';
import { type Position, type Stretch, segmentsOf } from './segments.ts';

/** Longest time a page of a list may take, ms; then `db_statement_timeout`. */
const listTimeoutMs = 5_000;
/** Rows that one page or count tests where no index knows the answer, most of them where they are near each other. */
export const searchWindow = 10_000;
/** The same in an order of names, in which each row is elsewhere in the table and is read by itself. */
const scatteredWindow = 2_500;

const windowOf = ({ by }: KeysetOrder): number =>
  by.kind === 'text' ? scatteredWindow : searchWindow;

/** A table as its list reads it. */
export interface ListTable<TB extends keyof Database, R extends { readonly id: string }> {
  /** Nothing selected yet. */
  readonly from: (s: Session) => SelectQueryBuilder<Database, TB, object>;
  /** What a row of the list shows, its key as `id`. */
  readonly rows: (s: Session) => SelectQueryBuilder<Database, TB, R>;
}

export interface ListPage<T> extends Page<T> {
  /**
   * Set when the page ended because so many rows were tested, not because it is full or the list is
   * at its end; the next page searches on.
   */
  readonly searched: number | null;
  /**
   * Set when the list is in an order without an index and longer than can be sorted: it has the matches among so
   * many of the newest rows, and no others.
   */
  readonly sortedAmong: number | null;
}

/**
 * One page, at most 100 rows. `choose` says by which index, inside the same time limit. Throws AppError
 * `cursor_invalid`, and DatabaseError `db_statement_timeout` after five seconds.
 */
export function readListPage<TB extends keyof Database, R extends { readonly id: string }, T>(
  session: Session,
  table: ListTable<TB, R>,
  order: KeysetOrder,
  request: PageRequest,
  choose: (s: Session) => Promise<AccessPath>,
  map: (row: R) => T,
): Promise<ListPage<T>> {
  return session.engine.withTimeout(session, listTimeoutMs, async (s) => {
    // A cursor of another list is refused before anything is read.
    const plan = planKeyset(s.engine, order, request);
    const path = await choose(s);
    if (path.kind === 'walk') {
      const { rows, end } = await walk(s, table, order, plan, path);
      const page = { ...pageOf(order, plan, rows, map), searched: null, sortedAmong: null };
      return end === null ? page : endedAt(page, plan, order, end);
    }
    // The rows are sought and sorted; the order's own index would be walked from its start.
    const by = { ...order.by, column: s.engine.unindexed(order.by.column) };
    const id = s.engine.unindexed(order.id);
    const sorted = planKeyset(s.engine, { ...order, by, id }, request);
    const { stretches, among } =
      path.kind === 'group'
        ? { stretches: [[path.where]], among: null }
        : await newest(s, table, path);
    const tests = [...path.tests, ...(sorted.where ? [sorted.where] : [])];
    const rows = await fetchRows(s, table, sorted, stretches, tests, sorted.fetch);
    return { ...pageOf(order, sorted, rows, map), searched: null, sortedAmong: among };
  });
}

/** The newest rows of a path, at most a window of them; `among` = how many, where they are not all of them. */
async function newest<TB extends keyof Database, R extends { readonly id: string }>(
  session: Session,
  table: ListTable<TB, R>,
  path: Newest,
): Promise<{ readonly stretches: readonly Stretch[]; readonly among: number | null }> {
  const { along, branches } = path;
  const plan = planKeyset(session.engine, along, {});
  const end = await windowEnd(session, table, along, plan, stretchesOf(branches, []));
  if (end === null) return { stretches: stretchesOf(branches, []), among: null };
  const { column } = along.by;
  const at = cursorParam(session.engine, along.by, String(end.cursorValue));
  const since = [
    sql<boolean>`${column} >= ${at}`,
    sql<boolean>`(${column} > ${at} or ${along.id} >= ${end.id})`,
  ];
  return { stretches: stretchesOf(branches, since), among: windowOf(along) };
}

/** Whether a group has at most `smallGroup` rows. */
export async function isSmallGroup<TB extends keyof Database, R extends { readonly id: string }>(
  session: Session,
  table: ListTable<TB, R>,
  where: RawBuilder<boolean>,
): Promise<boolean> {
  const { engine, q } = session;
  const some = engine.take(
    table.from(session).select(sql<number>`1`.as('one')).where(where),
    smallGroup + 1,
  );
  const { total } = await q
    .selectFrom(some.as('some'))
    .select(sql<number>`count(*)`.as('total'))
    .executeTakeFirstOrThrow();
  return Number(total) <= smallGroup;
}

/** The page of a window that ended before the list did: read on from there, not from its last row. */
function endedAt<T>(
  page: ListPage<T>,
  plan: KeysetPlan,
  order: KeysetOrder,
  end: Position,
): ListPage<T> {
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
        ...page,
        next: page.next ?? at('after'),
        previous: at('before'),
        searched: windowOf(order),
      }
    : {
        ...page,
        next: at('after'),
        previous: page.previous ?? (plan.cursor ? at('before') : null),
        searched: windowOf(order),
      };
}

/** Reads the stretches of a walk until the page is full or the window is used up. */
async function walk<TB extends keyof Database, R extends { readonly id: string }>(
  session: Session,
  table: ListTable<TB, R>,
  order: KeysetOrder,
  plan: KeysetPlan,
  path: Walk,
): Promise<{ readonly rows: (R & Positioned)[]; readonly end: Position | null }> {
  const rows: (R & Positioned)[] = [];
  for (const { whole, upTo } of segmentsOf(session.engine, order, plan, path.range)) {
    const end =
      path.tests.length > 0
        ? await windowEnd(session, table, order, plan, stretchesOf(path.branches, whole))
        : null;
    for (const stretch of end === null ? [whole] : upTo(end)) {
      const wanted = plan.fetch - rows.length;
      if (wanted <= 0) break;
      const stretches = stretchesOf(path.branches, stretch);
      rows.push(...(await fetchRows(session, table, plan, stretches, path.tests, wanted)));
    }
    if (rows.length >= plan.fetch) return { rows, end: null };
    if (end) return { rows, end };
  }
  return { rows, end: null };
}

/** The same stretch of every branch's index, each in the order of the list. */
export const stretchesOf = (branches: Walk['branches'], stretch: Stretch): Stretch[] =>
  branches.length === 0 ? [stretch] : branches.map((branch) => [branch, ...stretch]);

/** The first `count` rows of all stretches together. */
async function fetchRows<TB extends keyof Database, R extends { readonly id: string }>(
  session: Session,
  table: ListTable<TB, R>,
  plan: KeysetPlan,
  stretches: readonly Stretch[],
  where: readonly RawBuilder<boolean>[],
  count: number,
): Promise<(R & Positioned)[]> {
  const base = table.rows(session).select(plan.cursorText.as('cursorValue')).orderBy(plan.orderBy);
  const parts = stretches.map((stretch) =>
    session.engine.take(
      [...stretch, ...where].reduce((query, one) => query.where(one), base),
      count,
    ),
  );
  return firstOf(session, plan, parts, count);
}

/** Where a window of the stretches ends; null when they end within it. */
async function windowEnd<TB extends keyof Database, R extends { readonly id: string }>(
  session: Session,
  table: ListTable<TB, R>,
  order: KeysetOrder,
  plan: KeysetPlan,
  stretches: readonly Stretch[],
): Promise<Position | null> {
  const share = Math.floor(windowOf(order) / stretches.length);
  const base = table
    .from(session)
    .select(order.id.as('id'))
    .select(plan.cursorText.as('cursorValue'))
    .orderBy(plan.orderBy);
  const parts = stretches.map((stretch) =>
    session.engine.nth(
      stretch.reduce((query, one) => query.where(one), base),
      share - 1,
    ),
  );
  const [nearest] = await firstOf<TB, Position>(session, plan, parts, 1);
  return nearest ?? null;
}

/** Of several stretches: the cursor's text sorts as the column does, for it is a time. */
async function firstOf<TB extends keyof Database, R>(
  { engine, q }: Session,
  plan: KeysetPlan,
  parts: readonly SelectQueryBuilder<Database, TB, R>[],
  count: number,
): Promise<R[]> {
  const [first, ...others] = parts;
  if (!first) return [];
  if (others.length === 0) return (await first.execute()) as R[];
  const all = others.reduce(
    (query, one) => query.unionAll(q.selectFrom(one.as('stretch')).selectAll()),
    q.selectFrom(first.as('stretch')).selectAll(),
  );
  const inReadingOrder = plan.descending
    ? sql`${sql.ref('cursorValue')} desc, id desc`
    : sql`${sql.ref('cursorValue')}, id`;
  const found = engine.take(
    q.selectFrom(all.as('found')).selectAll().orderBy(inReadingOrder),
    count,
  );
  return (await found.execute()) as R[];
}
