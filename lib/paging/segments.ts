/**
 * A keyset page as stretches of an index, read one after the other. “Beyond the position” is an OR of
 * two conditions, which no engine seeks; apart, each is one seek, however many rows share a value.
 *
 * An index is sought by one bound on each side. Where a filter and a position bound the same side, the position is the
 * nearer one, and the filter's only tests: which of two an engine seeks by is chance, and the other one's rows are all
 * read.
 */
import { type RawBuilder, sql } from 'kysely';
import type { Engine } from '#db/engine.ts';
import { alteredCursor, cursorParam, type KeysetOrder, type KeysetPlan } from './keyset.ts';

/** What a filter asks of the sort column. */
export interface SortBounds {
  readonly from?: RawBuilder<boolean> | undefined;
  readonly to?: RawBuilder<boolean> | undefined;
  /** Both in one, such as a prefix. */
  readonly within?: RawBuilder<boolean> | undefined;
}

/** The same bounds, to be sought by or only to test rows. */
export interface BoundsOfFilter {
  readonly seek: SortBounds;
  readonly test: SortBounds;
}

/** What all filters ask of the sort column itself. */
export interface SortRange {
  readonly bounds: readonly BoundsOfFilter[];
  /** Whether rows without a value belong to it. */
  readonly nulls: boolean;
}

/** A place in the list. */
export interface Position {
  readonly id: string;
  readonly cursorValue: string | number | null;
}

/** What the rows of one stretch of an index have in common. */
export type Stretch = readonly RawBuilder<boolean>[];

/** A part of the list that is one stretch of an index. */
export interface Segment {
  readonly whole: Stretch;
  /** The same up to a place in it and no further: stretches in reading order. */
  readonly upTo: (end: Position) => readonly Stretch[];
}

/** Before any time there is: a bound that keeps out nulls and can be sought. */
const earliest = '0001-01-01T00:00:00.000Z';

/** The segments in reading order. Throws AppError `cursor_invalid`. */
export function segmentsOf(
  engine: Engine,
  order: KeysetOrder,
  plan: Pick<KeysetPlan, 'cursor' | 'descending'>,
  { bounds, nulls }: SortRange,
): Segment[] {
  const { column, nullable = false } = order.by;
  const { cursor, descending } = plan;
  const op = sql.raw(descending ? '<' : '>');
  const back = sql.raw(descending ? '>' : '<');
  const idUpTo = (end: Position) => sql<boolean>`${order.id} ${back}= ${end.id}`;
  /** What is asked of a column that other conditions bound already on one side or both. */
  const asked = (isBounded: { readonly first: boolean; readonly last: boolean }) => {
    const below = descending ? isBounded.last : isBounded.first;
    const above = descending ? isBounded.first : isBounded.last;
    const all = bounds.flatMap(({ seek, test }) => [
      (below ? test : seek).from,
      (above ? test : seek).to,
      (below && above ? test : seek).within,
    ]);
    const notNull = nullable && !below;
    return [
      ...all.filter((bound) => bound !== undefined),
      ...(notNull ? [sql<boolean>`${column} >= ${engine.instantParam(earliest)}`] : []),
    ];
  };
  const both = { first: true, last: true };
  /** Rows that are alike in the order's column, so that the id alone says how far. */
  const alike = (whole: Stretch): Segment => ({ whole, upTo: (end) => [[...whole, idUpTo(end)]] });
  /** Rows with a value beyond `start`, all of them where there is none. */
  const withValue = (start: Stretch): Segment => {
    const first = start.length > 0;
    return {
      whole: [...start, ...asked({ first, last: false })],
      upTo: (end) => {
        const value = cursorParam(engine, order.by, String(end.cursorValue));
        // However many rows have the value at the end, those after it are not read.
        return [
          [...start, sql<boolean>`${column} ${back} ${value}`, ...asked({ first, last: true })],
          [sql<boolean>`${column} = ${value}`, idUpTo(end), ...start, ...asked(both)],
        ];
      },
    };
  };
  const idBeyond = cursor === null ? [] : [sql<boolean>`${order.id} ${op} ${cursor.id}`];
  const isInNulls = cursor !== null && cursor.value === null;
  const withoutValue = alike([sql<boolean>`${column} is null`, ...(isInNulls ? idBeyond : [])]);
  const allWithoutValue = nullable && nulls ? [withoutValue] : [];
  if (cursor === null) {
    return descending ? [withValue([]), ...allWithoutValue] : [...allWithoutValue, withValue([])];
  }
  if (cursor.value === null) {
    if (!nullable) throw alteredCursor();
    return descending ? allWithoutValue : [...allWithoutValue, withValue([])];
  }
  const value = cursorParam(engine, order.by, cursor.value);
  const tied = alike([sql<boolean>`${column} = ${value}`, ...idBeyond, ...asked(both)]);
  const beyond = withValue([sql<boolean>`${column} ${op} ${value}`]);
  return descending ? [tied, beyond, ...allWithoutValue] : [tied, beyond];
}
