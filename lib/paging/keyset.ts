/**
 * Keyset paging over one sort column and an id as tie-breaker: a page costs the same wherever in
 * the list it lies. Nulls sort lowest, as both engines do by themselves.
 */
import { type AliasableExpression, type Expression, type RawBuilder, sql } from 'kysely';
import type { Engine } from '#db/engine.ts';
import { AppError } from '#lib/errors/app-error.ts';
import { type Cursor, decodeCursor, encodeCursor } from './cursor.ts';
import type { SortDirection } from './sort-direction.ts';

/** Most rows a page may have. */
const maxPageSize = 100;

export interface SortColumn {
  readonly column: Expression<unknown>;
  readonly kind: 'instant' | 'integer' | 'text';
  readonly nullable?: boolean;
}

export interface KeysetOrder {
  /** Name of the sort in the URL; part of the cursor. */
  readonly sort: string;
  readonly direction: SortDirection;
  readonly by: SortColumn;
  readonly id: AliasableExpression<string>;
}

export interface PageRequest {
  readonly cursor?: string | undefined;
  /** 1..100, default 100. */
  readonly limit?: number | undefined;
}

export interface Page<T> {
  readonly rows: readonly T[];
  /** Cursors of the neighbouring pages, null at the ends. */
  readonly next: string | null;
  readonly previous: string | null;
}

/** What a query needs to fetch one page; see `pageOf` for its rows. */
export interface KeysetPlan {
  readonly cursor: Cursor | null;
  readonly limit: number;
  /** The way the rows are read: against the order of the list towards a previous page. */
  readonly descending: boolean;
  /** Null on the first page. */
  readonly where: RawBuilder<boolean> | null;
  readonly orderBy: RawBuilder<unknown>;
  /** Fetch one row more than the page has, to know whether another page follows. */
  readonly fetch: number;
  /** The sort column as cursor text; select it under a name of its own. */
  readonly cursorText: RawBuilder<string | null>;
}

export function planKeyset(engine: Engine, order: KeysetOrder, request: PageRequest): KeysetPlan {
  const cursor = request.cursor ? decodeCursor(request.cursor, order) : null;
  const limit = Math.max(1, Math.min(request.limit ?? maxPageSize, maxPageSize));
  // A previous page is read backwards from the cursor and turned round in `pageOf`.
  const descending = (order.direction === 'desc') !== (cursor?.way === 'before');
  const direction = sql.raw(descending ? 'desc' : 'asc');
  return {
    cursor,
    limit,
    descending,
    where: cursor ? beyond(engine, order, cursor, descending) : null,
    orderBy: sql`${order.by.column} ${direction}, ${order.id} ${direction}`,
    fetch: limit + 1,
    cursorText: cursorText(engine, order.by),
  };
}

function cursorText(engine: Engine, by: SortColumn): RawBuilder<string | null> {
  return by.kind === 'instant'
    ? sql<string | null>`${engine.cursorText(by.column)}`
    : sql<string | null>`${by.column}`;
}

/** Rows strictly beyond the cursor in reading direction. */
function beyond(
  engine: Engine,
  order: KeysetOrder,
  cursor: Cursor,
  descending: boolean,
): RawBuilder<boolean> {
  const { column, nullable } = order.by;
  const op = sql.raw(descending ? '<' : '>');
  const idBeyond = sql<boolean>`${order.id} ${op} ${cursor.id}`;
  if (cursor.value === null) {
    if (!nullable) throw alteredCursor();
    return descending
      ? sql<boolean>`(${column} is null and ${idBeyond})`
      : sql<boolean>`(${column} is not null or ${idBeyond})`;
  }
  const value = cursorParam(engine, order.by, cursor.value);
  // The first condition lets the index seek; the second excludes the cursor's own row.
  const strict = sql<boolean>`(${column} ${op}= ${value} and (${column} ${op} ${value} or ${idBeyond}))`;
  return descending && nullable ? sql<boolean>`(${strict} or ${column} is null)` : strict;
}

/** The cursor's value as a parameter. Throws `cursor_invalid` when it is no value of the column. */
export function cursorParam(engine: Engine, by: SortColumn, value: string): RawBuilder<unknown> {
  switch (by.kind) {
    case 'instant':
      if (!/^\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d{1,7})?Z?$/.test(value)) throw alteredCursor();
      return engine.instantParam(value);
    case 'integer':
      if (!/^-?\d{1,15}$/.test(value)) throw alteredCursor();
      return sql`${Number(value)}`;
    case 'text':
      return sql`${value}`;
  }
}

export const alteredCursor = () =>
  new AppError('cursor_invalid', 'The page position in the address does not fit this list.');

/** A fetched row with its position. */
export interface Positioned {
  readonly id: string;
  /** The value of `cursorText`; drivers give numbers for integers. */
  readonly cursorValue: string | number | null;
}

/** Makes the page out of what was fetched (at most `plan.fetch` rows). */
export function pageOf<R extends Positioned, T>(
  order: Pick<KeysetOrder, 'sort' | 'direction'>,
  plan: KeysetPlan,
  fetched: readonly R[],
  map: (row: R) => T,
): Page<T> {
  const more = fetched.length > plan.limit;
  const kept = fetched.slice(0, plan.limit);
  const backwards = plan.cursor?.way === 'before';
  if (backwards) kept.reverse();
  const cursorAt = (row: R | undefined, way: Cursor['way']) =>
    row
      ? encodeCursor({
          sort: order.sort,
          direction: order.direction,
          way,
          value: row.cursorValue === null ? null : String(row.cursorValue),
          id: row.id,
        })
      : null;
  const hasNext = backwards || more;
  const hasPrevious = backwards ? more : plan.cursor !== null;
  return {
    rows: kept.map(map),
    next: hasNext ? cursorAt(kept.at(-1), 'after') : null,
    previous: hasPrevious ? cursorAt(kept[0], 'before') : null,
  };
}
