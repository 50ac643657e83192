/** Inserts what is absent: new work items, and the resources that were seen. */
import { sql } from 'kysely';
import { chunksOf } from '../chunks.ts';
import { compareText } from '../compare-text.ts';
import type { Session } from '../engine.ts';
import { insertColumns, insertValue, type seenResourceColumns } from '../queue/insert-columns.ts';
import type { SeenResourceTouch, WorkItemInsert } from '../queue/storage.ts';
import { encode, idColumn, type JsonColumn, jsonRows, jsonTable, textColumn } from './json-rows.ts';

/** Longer texts than this are cut by some servers where `OPENJSON … WITH` hands them out. */
const wholeLength = 4_000;
const maybeLong = ['request_headers', 'request_body', 'metadata'] as const;

const inKeyOrder = (rows: readonly WorkItemInsert[]): WorkItemInsert[] =>
  rows.toSorted((a, b) => compareText(a.dedupe_key, b.dedupe_key));

/**
 * See `QueueStorage.insertWorkItemsIfAbsent`: the procedure `enqueue_items` (0005_ready_items.sql). In the order of the
 * keys, so that two producers of the same ones wait for each other and never crosswise.
 */
export async function insertWorkItemsIfAbsent(
  { q }: Session,
  schema: string,
  rows: readonly WorkItemInsert[],
): Promise<Set<string>> {
  const inserted = new Set<string>();
  for (const chunk of chunksOf(inKeyOrder(rows))) {
    const items = chunk.map(sentRow);
    const isLong = items.some((item) =>
      maybeLong.some((name) => encode(String(item[name] ?? '')).length > wholeLength),
    );
    const { rows: found } = await sql<{ work_item_id: string }>`
      exec ${sql.id(schema, 'enqueue_items')} @items = ${jsonRows(items)}, @whole = ${isLong ? 1 : 0}`.execute(
      q,
    );
    for (const row of found) inserted.add(row.work_item_id);
  }
  return inserted;
}

const sentRow = (row: WorkItemInsert) =>
  Object.fromEntries(insertColumns.map((name) => [name, insertValue(row, name)]));

type TouchColumn = (typeof seenResourceColumns)[number];

const touchColumns: Readonly<Record<TouchColumn, JsonColumn>> = {
  resource_key: textColumn(850),
  source_system: textColumn(100),
  source_name: textColumn(100),
  resource_type: textColumn(100),
  resource_id: textColumn(500),
  last_run_id: idColumn,
};

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
    const { from, column } = jsonTable(touchColumns, chunk, (row, name) => row[name]);
    const key = await keyColumn(session, schema);
    const collation = sql.raw(key.collation);
    await sql`
      declare @now datetime2(3) = sysutcdatetime();
      declare @touched table (
        resource_key nvarchar(850) collate ${collation} not null, source_system nvarchar(100) not null,
        source_name nvarchar(100) not null, resource_type nvarchar(100) not null,
        resource_id nvarchar(500) not null, last_run_id nvarchar(36) null, position int not null);
      insert into @touched
      select ${column('resource_key')}, ${column('source_system')}, ${column('source_name')},
        ${column('resource_type')}, ${column('resource_id')}, ${column('last_run_id')},
        row_number() over (partition by ${column('resource_key')} collate ${collation} order by j.resource_id)
      from ${from};
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

/** Whether keys are compared, and held, as in a database that we made. */
export async function comparesExactly(session: Session, schema: string): Promise<boolean> {
  const { collation, length } = await keyColumn(session, schema);
  return /_bin2$/i.test(collation) && length >= 850;
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
    select c.collation_name, cast(col_length(${table}, N'resource_key') as int) as bytes
    from sys.columns as c
    where c.object_id = object_id(${table}) and c.name = N'resource_key'`.execute(session.q);
  const { collation_name: name, bytes } = rows[0] ?? {};
  return {
    // It becomes part of a statement.
    collation: name && /^\w+$/.test(name) ? name : 'database_default',
    length: Math.floor((bytes ?? 1700) / 2),
  };
}
