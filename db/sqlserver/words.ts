/** The words of T-SQL that SQL Server 2019 and later accept. */
import { type RawBuilder, sql } from 'kysely';
import { normaliseInstant } from '../instant.ts';
import type { Instant } from '../schema.ts';
import { escapeLike, type SqlWords } from '../words.ts';
import { jsonTexts } from './json-rows.ts';

/** Milliseconds, as the schema promises; the same rounding wherever times are compared. */
const clock = sql.raw('cast(sysutcdatetime() as datetime2(3))');
const exact = sql.raw('latin1_general_100_bin2');
const usual = sql.raw('database_default');
const day = 86_400_000;

const now = () => sql<Instant>`${clock}`;

/** DATEADD takes an INT: whole days and the rest apart reach any span. Parameters, so that the text is one. */
function plusMs(time: unknown, ms: number): RawBuilder<Instant> {
  const whole = Math.round(ms);
  const days = Math.trunc(whole / day);
  return sql<Instant>`dateadd(millisecond, ${whole - days * day}, dateadd(day, ${days}, ${time}))`;
}

const truncations = {
  minute: sql.raw('minute'),
  hour: sql.raw('hour'),
  day: sql.raw('day'),
};

export const sqlServerWords = (schema: string): SqlWords => ({
  now,
  nowPlus: (ms) => plusMs(clock, ms),
  // DATEADD takes an INT, as in `plusMs`.
  plusMs: (from, ms) =>
    sql<Instant | null>`(select dateadd(millisecond, cast(p.ms % ${sql.lit(day)} as int), dateadd(day, cast(p.ms / ${sql.lit(day)} as int), ${from})) from (select cast(${ms} as bigint) as ms) as p)`,
  instantOf: (text) => sql<Instant | null>`cast(replace(${text}, 'Z', '') as datetime2(7))`,
  addMs: (time, ms) => plusMs(time, ms),
  diffMs: (a, b) => sql<number>`cast(datediff_big(millisecond, ${a}, ${b}) as float)`,
  // Style 126 without trailing zeros is shorter, so 121: always all the digits the column has.
  cursorText: (column) =>
    sql<string>`replace(convert(varchar(27), cast(${column} as datetime2(7)), 121), ' ', 'T')`,
  instantParam: (value) =>
    sql<Instant>`cast(${normaliseInstant(value).slice(0, -1)} as datetime2(7))`,
  truncate: (time, unit) =>
    sql<Instant>`dateadd(${truncations[unit]}, datediff(${truncations[unit]}, '2020-01-01', ${time}), cast('2020-01-01' as datetime2(3)))`,
  byteLength: (column) => sql<number>`cast(datalength(${column}) as float)`,
  jsonNumber: (column, name) =>
    sql<
      number | null
    >`case when isjson(${column}) = 1 then try_cast(json_value(${column}, ${sql.lit(`$.${name}`)}) as float) end`,
  table: (name) => sql`${sql.id(schema, name)}`,
  take: (query, n) => query.top(n) as typeof query,
  nth: (query, n) => query.offset(n).fetch(1),
  listed: (texts, compared) => jsonTexts(texts, compared === 'exactly' ? exact : usual),
  // The first comparison lets an index seek under whatever collation it has; the second is exact.
  isExactly: (column, text) =>
    sql<boolean>`(${column} = ${text} and ${column} collate ${exact} = ${text})`,
  // Its planner has statistics, and no need to be kept.
  unindexed: (column) => sql<string>`${column}`,
  // Nothing that the optimizer could fold away: of a column that is never null, COALESCE and ISNULL are the column.
  unsought: (column) => sql<string>`case when @@spid > 0 then ${column} end`,
  runIdText: (column) => sql<string>`lower(convert(nvarchar(36), ${column}))`,
  // No pattern, so nothing to escape; LOWER, because columns that compare exactly are searched too.
  contains: (column, text) =>
    sql<boolean>`charindex(lower(cast(${text} as nvarchar(4000))), lower(${column})) > 0`,
  // LIKE lets the index seek under whatever collation it has; the second comparison is exact.
  startsWith: (column, prefix) =>
    sql<boolean>`(${column} like ${`${escapeLike(prefix)}%`} escape '\\' and left(${column}, ${prefix.length}) collate ${exact} = ${prefix})`,
});
