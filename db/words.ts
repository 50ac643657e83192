/** The words in which the two engines' SQL differs, for queries that are otherwise written once with Kysely. */
import type { AliasableExpression, Expression, RawBuilder, SelectQueryBuilder } from 'kysely';
import type { Instant, TableName } from './schema.ts';

export interface SqlWords {
  /** The database's clock: UTC, milliseconds. The only clock leases and schedules know. */
  now(): RawBuilder<Instant>;
  /** The database's clock plus `ms` (may be negative). */
  nowPlus(ms: number): RawBuilder<Instant>;
  /**
   * A moment plus `ms`, both from the statement, whose text then is the same for all of them; null stays null.
   * @param from what the statement calls its moment, `now()` for one that has but one
   */
  plusMs(from: Expression<unknown>, ms: Expression<number | null>): RawBuilder<Instant | null>;
  /** A time as this engine has given it to us, from the statement; null stays null. */
  instantOf(text: Expression<string | null>): RawBuilder<Instant | null>;
  /** A stored time plus `ms`. */
  addMs(time: Expression<unknown>, ms: number): RawBuilder<Instant>;
  /** `b - a` in milliseconds, as a number. */
  diffMs(a: Expression<unknown>, b: Expression<unknown>): RawBuilder<number>;
  /**
   * A stored time as text in full precision, for keyset cursors; compares equal to the column when
   * sent back as a parameter through `instantParam`.
   */
  cursorText(column: Expression<unknown>): AliasableExpression<string>;
  /** A time or cursor text as a typed parameter. */
  instantParam(value: string): RawBuilder<Instant>;
  /** Floors a time to `minute`, `hour` or `day`; returns an Instant. */
  truncate(time: Expression<unknown>, unit: 'minute' | 'hour' | 'day'): RawBuilder<Instant>;

  /** Stored size of a text column in bytes, without reading the text into the client. */
  byteLength(column: Expression<unknown>): RawBuilder<number>;
  /** A number at the top of a JSON object in a text column; null where there is none, or the text is no JSON. */
  jsonNumber(column: Expression<unknown>, name: string): RawBuilder<number | null>;
  /** A schema-qualified table for raw SQL. */
  table(name: TableName): RawBuilder<unknown>;
  /** First `n` rows: TOP or LIMIT. */
  take<DB, TB extends keyof DB, O>(
    query: SelectQueryBuilder<DB, TB, O>,
    n: number,
  ): SelectQueryBuilder<DB, TB, O>;
  /** The row with `n` rows before it in the order of the query, or none. */
  nth<DB, TB extends keyof DB, O>(
    query: SelectQueryBuilder<DB, TB, O>,
    n: number,
  ): SelectQueryBuilder<DB, TB, O>;
  /**
   * A column by which rows are tested but not sought: keeps a planner without statistics on the index
   * that the query walks in order.
   */
  unindexed(column: Expression<unknown>): RawBuilder<string>;
  /** The same, whatever a planner knows: for a bound beside a nearer one, which is the one to seek by. */
  unsought(column: Expression<unknown>): RawBuilder<string>;
  /**
   * The texts as a subquery for `in`: one parameter and one text of the statement for any number of them.
   * @param compared as the column compares them, or its index is not sought: as the database does by default, or
   *   `exactly` where keys and names have a binary collation
   */
  listed(texts: readonly string[], compared?: 'exactly'): RawBuilder<string>;
  /** The column is this very text, case and accents included, whatever its collation takes for the same. */
  isExactly(column: Expression<unknown>, text: string): RawBuilder<boolean>;
  /** A column with the id of a run as items carry it: a text, in small letters. */
  runIdText(column: Expression<unknown>): RawBuilder<string>;
  /** Text predicates with wildcards escaped; case-insensitive for ASCII on both engines. */
  contains(column: Expression<unknown>, text: string): RawBuilder<boolean>;
  /** Case-sensitive prefix match that can use an index. */
  startsWith(column: Expression<unknown>, prefix: string): RawBuilder<boolean>;
}

/** Escapes LIKE's wildcards with a backslash; `[` is one on SQL Server. */
export function escapeLike(text: string): string {
  return text.replace(/[\\%_[]/g, (character) => `\\${character}`);
}
