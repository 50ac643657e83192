/** Counts a resource as seen: known keys once more, new ones inserted. */
import { sql } from 'kysely';
import type { SeenResourceTouch, Session } from '../engine.ts';
import { seenResourceColumns } from '../seen-resource-columns.ts';
import { chunksOf, insertChunkSize } from '../work-item-insert.ts';
import { jsonRows } from './json-rows.ts';

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
  for (const chunk of chunksOf(rows, insertChunkSize)) {
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
