/** The words of SQLite's SQL. Times are text in one form, so text order is time order. */
import { type Expression, type RawBuilder, sql } from 'kysely';
import { normaliseInstant } from '../instant.ts';
import type { Instant } from '../schema.ts';
import { escapeLike, type SqlWords } from '../words.ts';

const format = sql.lit('%Y-%m-%dT%H:%M:%fZ');
const truncated = {
  minute: sql.lit('%Y-%m-%dT%H:%M:00.000Z'),
  hour: sql.lit('%Y-%m-%dT%H:00:00.000Z'),
  day: sql.lit('%Y-%m-%dT00:00:00.000Z'),
};

const seconds = (ms: number) => `${(ms / 1000).toFixed(3)} seconds`;

const now = () => sql<Instant>`strftime(${format}, 'now')`;

export const sqliteWords: SqlWords = {
  now,
  nowPlus: (ms) => sql<Instant>`strftime(${format}, 'now', ${seconds(ms)})`,
  plusMs: (from, ms) =>
    sql<Instant | null>`strftime(${format}, ${from}, (${ms} / 1000.0) || ' seconds')`,
  instantOf: (text) => sql<Instant | null>`${text}`,
  addMs: (time, ms) => sql<Instant>`strftime(${format}, ${time}, ${seconds(ms)})`,
  diffMs: (a, b) =>
    sql<number>`cast(round((unixepoch(${b}, 'subsec') - unixepoch(${a}, 'subsec')) * 1000) as integer)`,
  cursorText: (column) => sql<string>`${column}`,
  instantParam: (value) => sql<Instant>`${`${normaliseInstant(value).slice(0, 23)}Z`}`,
  truncate: (time, unit) => sql<Instant>`strftime(${truncated[unit]}, ${time})`,
  byteLength: (column) => sql<number>`octet_length(${column})`,
  jsonNumber: (column, name) => {
    const path = sql.lit(`$.${name}`);
    return sql<
      number | null
    >`case when json_valid(${column}) and json_type(${column}, ${path}) in ('integer', 'real') then json_extract(${column}, ${path}) end`;
  },
  table: (name) => sql.table(name),
  take: (query, n) => query.limit(n),
  nth: (query, n) => query.limit(1).offset(n),
  // A unary plus, as https://www.sqlite.org/optoverview.html advises.
  listed: (texts) => sql<string>`(select value from json_each(${JSON.stringify(texts)}))`,
  unindexed: (column) => sql<string>`+${column}`,
  unsought: (column) => sql<string>`+${column}`,
  runIdText: (column) => sql<string>`${column}`,
  isExactly: (column, text) => sql<boolean>`${column} = ${text}`,
  contains: (column, text) => sql<boolean>`${column} like ${`%${escapeLike(text)}%`} escape '\\'`,
  startsWith,
};

/** A half-open range of the column, which its index serves; `_` and `%` mean nothing in it. */
function startsWith(column: Expression<unknown>, prefix: string): RawBuilder<boolean> {
  const end = nextText(prefix);
  return end === null
    ? sql<boolean>`${column} >= ${prefix}`
    : sql<boolean>`(${column} >= ${prefix} and ${column} < ${end})`;
}

/** The least text after everything that starts with `prefix`, in code point order. */
function nextText(prefix: string): string | null {
  const points = Array.from(prefix, (character) => character.codePointAt(0) ?? 0);
  for (let last = points.pop(); last !== undefined; last = points.pop()) {
    if (last >= 0x10ffff) continue;
    // Surrogates are no characters: the one after U+D7FF is U+E000.
    const next = last === 0xd7ff ? 0xe000 : last + 1;
    return String.fromCodePoint(...points, next);
  }
  return null;
}
