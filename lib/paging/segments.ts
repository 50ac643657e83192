/**
 * A keyset page as stretches of an index, read one after the other. “Beyond the position” is an OR of
 * two conditions, which no engine seeks; apart, each is one seek, however many rows share a value.
 */
import { type RawBuilder, sql } from 'kysely';
import type { Engine } from '#db/engine.ts';
import { alteredCursor, cursorParam, type KeysetOrder, type KeysetPlan } from './keyset.ts';

/** What a filter asks of the sort column itself. */
export interface SortRange {
  readonly where: readonly RawBuilder<boolean>[];
  /** Whether rows without a value belong to it. */
  readonly nulls: boolean;
}

export type Segment = readonly RawBuilder<boolean>[];

/** Before any time there is: a bound that keeps out nulls and can be sought. */
const earliest = '0001-01-01T00:00:00.000Z';

/** The stretches in reading order. Throws AppError `cursor_invalid`. */
export function segmentsOf(
  engine: Engine,
  order: KeysetOrder,
  plan: Pick<KeysetPlan, 'cursor' | 'descending'>,
  range: SortRange,
): Segment[] {
  const { column, nullable = false } = order.by;
  const { cursor, descending } = plan;
  const op = sql.raw(descending ? '<' : '>');
  const notNull = nullable ? [sql<boolean>`${column} >= ${engine.instantParam(earliest)}`] : [];
  const withValue: Segment = [...range.where, ...notNull];
  const isNull = sql<boolean>`${column} is null`;
  const withoutValue: Segment[] = nullable && range.nulls ? [[isNull]] : [];
  if (cursor === null) {
    return descending ? [withValue, ...withoutValue] : [...withoutValue, withValue];
  }
  const idBeyond = sql<boolean>`${order.id} ${op} ${cursor.id}`;
  if (cursor.value === null) {
    if (!nullable) throw alteredCursor();
    const rest = withoutValue.map((where) => [...where, idBeyond]);
    return descending ? rest : [...rest, withValue];
  }
  const value = cursorParam(engine, order.by, cursor.value);
  const tied: Segment = [...range.where, sql<boolean>`${column} = ${value}`, idBeyond];
  const beyond: Segment = [...withValue, sql<boolean>`${column} ${op} ${value}`];
  return descending ? [tied, beyond, ...withoutValue] : [tied, beyond];
}

/** A place in the list. */
export interface Position {
  readonly id: string;
  readonly cursorValue: string | number | null;
}

/** Rows up to a place and no further, in reading order. */
export function upTo(
  engine: Engine,
  order: KeysetOrder,
  descending: boolean,
  { id, cursorValue }: Position,
): RawBuilder<boolean> {
  const op = sql.raw(descending ? '>' : '<');
  const { column } = order.by;
  if (cursorValue === null) return sql<boolean>`${order.id} ${op}= ${id}`;
  const value = cursorParam(engine, order.by, String(cursorValue));
  return sql<boolean>`(${column} ${op}= ${value} and (${column} ${op} ${value} or ${order.id} ${op}= ${id}))`;
}
