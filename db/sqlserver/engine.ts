/** What the `Engine` asks for, in the T-SQL that SQL Server 2019 and later accept. */
import { type RawBuilder, sql } from 'kysely';
import { runWithDeadline } from '../deadline.ts';
import type { Engine } from '../engine.ts';
import { normaliseInstant } from '../instant.ts';
import type { Instant, TableName } from '../schema.ts';
import {
  chunksOf,
  escapeLike,
  insertChunkSize,
  insertColumns,
  insertValue,
} from '../work-item-insert.ts';
import { claim, pendingBy, promoteDue } from './claim.ts';
import { counters } from './counters.ts';
import { jsonRows } from './json-rows.ts';
import { touchSeenResources } from './seen-resources.ts';
import { tablesElsewhere } from './tables-elsewhere.ts';

/** Milliseconds, as the schema promises; the same rounding wherever times are compared. */
const clock = sql.raw('cast(sysutcdatetime() as datetime2(3))');
const exact = sql.raw('latin1_general_100_bin2');
const day = 86_400_000;

const now = () => sql<Instant>`${clock}`;

/** DATEADD takes an INT: whole days and the rest apart reach any span. */
function plusMs(time: unknown, ms: number): RawBuilder<Instant> {
  const whole = Math.round(ms);
  const days = Math.trunc(whole / day);
  const rest = whole - days * day;
  const plusRest = sql<Instant>`dateadd(millisecond, ${sql.lit(rest)}, ${time})`;
  return days === 0 ? plusRest : sql<Instant>`dateadd(day, ${sql.lit(days)}, ${plusRest})`;
}

const truncations = {
  minute: sql.raw('minute'),
  hour: sql.raw('hour'),
  day: sql.raw('day'),
};

export function sqlServerEngine(schema: string): Engine {
  const table = (name: TableName) => sql`${sql.id(schema, name)}`;
  const engine: Engine = {
    name: 'sqlserver',
    now,
    nowPlus: (ms) => plusMs(clock, ms),
    // DATEADD takes an INT, as in `plusMs`.
    nowPlusMs: (ms) =>
      sql<Instant | null>`(select dateadd(millisecond, cast(p.ms % ${sql.lit(day)} as int), dateadd(day, cast(p.ms / ${sql.lit(day)} as int), ${clock})) from (select cast(${ms} as bigint) as ms) as p)`,
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
    table,
    take: (query, n) => query.top(n) as typeof query,
    nth: (query, n) => query.offset(n).fetch(1),
    // The first comparison lets an index seek under whatever collation it has; the second is exact.
    isExactly: (column, text) =>
      sql<boolean>`(${column} = ${text} and ${column} collate ${exact} = ${text})`,
    // Its planner has statistics, and no need to be kept.
    unindexed: (column) => sql<string>`${column}`,
    unsought: (column) => sql<string>`coalesce(${column}, null)`,
    // No pattern, so nothing to escape; LOWER, because columns that compare exactly are searched too.
    contains: (column, text) =>
      sql<boolean>`charindex(lower(cast(${text} as nvarchar(4000))), lower(${column})) > 0`,
    // LIKE lets the index seek under whatever collation it has; the second comparison is exact.
    startsWith: (column, prefix) =>
      sql<boolean>`(${column} like ${`${escapeLike(prefix)}%`} escape '\\' and left(${column}, ${sql.lit(prefix.length)}) collate ${exact} = ${prefix})`,

    claim: (session, request) => claim(engine, session, request),
    promoteDue: (session) => promoteDue(engine, session),
    pendingBy: (order) => pendingBy(engine, order),

    async insertWorkItemsIfAbsent(session, rows) {
      const inserted = new Set<string>();
      const names = sql.join(insertColumns.map((name) => sql.id(name)));
      for (const chunk of chunksOf(rows, insertChunkSize)) {
        const sent = jsonRows(insertColumns, chunk, insertValue);
        const { json, column } = sent;
        const long = new Set<string>(
          unboundedTexts.filter((name) => sent.isLonger(name, wholeTextLength)),
        );
        const values = sql.join(
          insertColumns.map((name) => {
            if (name === 'available_at') return sql`coalesce(j.available_at, @now)`;
            return long.has(name) ? column(name, wholeText(name)) : column(name);
          }),
        );
        const from =
          long.size === 0
            ? sql`openjson(${json}) with (${sql.raw(jsonColumns)}) as j`
            : sql`openjson(${json}) as r cross apply openjson(r.[value]) with (${sql.raw(jsonColumns)}) as j`;
        const { rows: found } = await sql<{ work_item_id: string }>`
          declare @now datetime2(3) = sysutcdatetime();
          declare @inserted table (work_item_id nvarchar(36) not null primary key);
          insert into ${table('work_items')} (${names}, created_at, updated_at)
          output inserted.work_item_id into @inserted
          select ${values}, @now, @now
          from ${from}
          where not exists (
            select 1 from ${table('work_items')} as known where known.dedupe_key = ${column('dedupe_key')} collate ${exact}
          );
          select work_item_id from @inserted;`.execute(session.q);
        for (const row of found) inserted.add(row.work_item_id);
      }
      return inserted;
    },

    // The trigger counts all rows of a statement at once.
    countTogether: async (_session, _expected, change) => (await change()).result,
    touchSeenResources: (session, rows) => touchSeenResources(session, schema, rows),
    withTimeout: (session, ms, fn) => runWithDeadline(ms, () => fn(session)),
    tablesElsewhere: (session) => tablesElsewhere(session, schema),
    ...counters(schema),
  };
  return engine;
}

/**
 * One character more than the column has: OPENJSON cuts what does not fit without a word, and the
 * character too many makes the insert refuse it instead.
 */
const text = (name: string, length: number | 'max') =>
  `${name} nvarchar(${length === 'max' ? length : length + 1}) '$.${name}'`;
const number = (name: string) => `${name} int '$.${name}'`;
const time = (name: string) => `${name} datetime2(7) '$.${name}'`;

/**
 * Some servers cut what `OPENJSON … WITH` hands out at 4,000 characters, NVARCHAR(MAX) or not; its form
 * without a schema gives texts whole. It costs one more look into the row, so only long texts take it.
 */
const wholeTextLength = 4_000;
const unboundedTexts = ['request_headers', 'request_body', 'metadata'] as const;
const wholeText = (name: string) =>
  sql`(select v.[value] from openjson(r.[value]) as v where v.[key] = ${sql.lit(name)})`;

/** Types of the columns of a new item, for OPENJSON. */
const jsonColumns = [
  text('work_item_id', 36),
  ...['source_system', 'source_name', 'resource_type'].map((name) => text(name, 100)),
  text('resource_id', 500),
  text('request_uri', 2000),
  text('request_method', 10),
  ...unboundedTexts.map((name) => text(name, 'max')),
  text('status', 20),
  ...['run_id', 'discovered_from'].map((name) => text(name, 36)),
  text('dedupe_key', 850),
  text('host', 300),
  text('wait_reason', 50),
  ...['priority', 'depth'].map(number),
  time('available_at'),
].join(', ');
