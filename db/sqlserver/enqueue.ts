/** Inserts what is absent: new work items, and the resources that were seen. */
import { sql } from 'kysely';
import { chunksOf } from '../chunks.ts';
import type { Session } from '../engine.ts';
import { insertColumns, insertValue, seenResourceColumns } from '../queue/insert-columns.ts';
import type { SeenResourceTouch, WorkItemInsert } from '../queue/storage.ts';
import { jsonRows } from './json-rows.ts';

const exact = sql.raw('latin1_general_100_bin2');

/** See `QueueStorage.insertWorkItemsIfAbsent`. */
export async function insertWorkItemsIfAbsent(
  session: Session,
  rows: readonly WorkItemInsert[],
): Promise<Set<string>> {
  const items = session.engine.table('work_items');
  const inserted = new Set<string>();
  const names = sql.join(insertColumns.map((name) => sql.id(name)));
  for (const chunk of chunksOf(rows)) {
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
      insert into ${items} (${names}, created_at, updated_at)
      output inserted.work_item_id into @inserted
      select ${values}, @now, @now
      from ${from}
      where not exists (
        select 1 from ${items} as known where known.dedupe_key = ${column('dedupe_key')} collate ${exact}
      );
      select work_item_id from @inserted;`.execute(session.q);
    for (const row of found) inserted.add(row.work_item_id);
  }
  return inserted;
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

/**
 * An older database may compare `resource_key` without regard to case; keys that are one to it are
 * then one row, seen together, instead of an insert that fails. The comparison of `not exists`, and
 * of the grouping, is therefore the column's own, whatever its collation.
 */
export async function touchSeenResources(
  session: Session,
  schema: string,
  rows: readonly SeenResourceTouch[],
): Promise<void> {
  const table = sql.id(schema, 'seen_resources');
  for (const chunk of chunksOf(rows)) {
    const { json, column } = jsonRows(seenResourceColumns, chunk, (row, name) => row[name]);
    const key = await keyColumn(session, schema);
    const collation = sql.raw(key.collation);
    await sql`
      declare @now datetime2(3) = sysutcdatetime();
      declare @touched table (
        resource_key nvarchar(850) collate ${collation} not null, source_system nvarchar(100) not null,
        source_name nvarchar(100) not null, resource_type nvarchar(100) not null,
        resource_id nvarchar(500) not null, last_run_id nvarchar(36) null, position int not null);
      insert into @touched
      select ${sql.join(seenResourceColumns.map((name) => column(name)))},
        row_number() over (partition by ${column('resource_key')} collate ${collation} order by j.resource_id)
      from openjson(${json}) with (
        resource_key nvarchar(851) '$.resource_key', source_system nvarchar(101) '$.source_system',
        source_name nvarchar(101) '$.source_name', resource_type nvarchar(101) '$.resource_type',
        resource_id nvarchar(501) '$.resource_id', last_run_id nvarchar(36) '$.last_run_id') as j;
      update seen set last_seen_at = @now, seen_count = seen.seen_count + 1,
        last_run_id = try_cast(t.last_run_id as uniqueidentifier)
      from ${table} as seen join @touched as t on t.resource_key = seen.resource_key
      where t.position = 1;
      insert into ${table} (resource_key, source_system, source_name, resource_type, resource_id,
        first_seen_at, last_seen_at, last_run_id)
      select t.resource_key, t.source_system, t.source_name, t.resource_type, t.resource_id,
        @now, @now, try_cast(t.last_run_id as uniqueidentifier)
      from @touched as t
      where t.position = 1
        and len(t.resource_key) <= ${sql.lit(key.length)}
        and not exists (select 1 from ${table} as seen where seen.resource_key = t.resource_key);`.execute(
      session.q,
    );
  }
}

interface KeyColumn {
  readonly collation: string;
  /** Characters; an older database has 800, and what does not fit there is not kept. */
  readonly length: number;
}

const known = new WeakMap<object, Promise<KeyColumn>>();

/** How the key column compares, looked up once per opened database. */
function keyColumn(session: Session, schema: string): Promise<KeyColumn> {
  const cached = known.get(session.engine);
  if (cached) return cached;
  const lookedUp = lookUpKeyColumn(session, schema);
  known.set(session.engine, lookedUp);
  lookedUp.catch(() => known.delete(session.engine));
  return lookedUp;
}

async function lookUpKeyColumn(session: Session, schema: string): Promise<KeyColumn> {
  const table = `[${schema}].[seen_resources]`;
  const { rows } = await sql<{ collation_name: string | null; bytes: number | null }>`
    select c.collation_name, cast(col_length(${table}, 'resource_key') as int) as bytes
    from sys.columns as c
    where c.object_id = object_id(${table}) and c.name = 'resource_key'`.execute(session.q);
  const { collation_name: name, bytes } = rows[0] ?? {};
  return {
    // It becomes part of a statement.
    collation: name && /^\w+$/.test(name) ? name : 'database_default',
    length: Math.floor((bytes ?? 1700) / 2),
  };
}
