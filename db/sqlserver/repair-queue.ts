/** The queue beside the items, in T-SQL: what came without the trigger (bulk copies, DISABLE TRIGGER) is set right. */
import { sql } from 'kysely';
import type { Session } from '../engine.ts';

/** Rows that one statement looks at. */
const portion = 5_000;

/** See `QueueStorage.repairQueue`. Each portion is a statement of its own: it sees one moment, and locks what it changes. */
export async function repairQueue(session: Session, schema: string): Promise<number> {
  return (await addMissing(session, schema)) + (await removeOrphans(session, schema));
}

/** Along the index of what is pending. An item that is being claimed is seen as it was, with its queue row. */
async function addMissing({ q }: Session, schema: string): Promise<number> {
  const items = sql.id(schema, 'work_items');
  const ready = sql.id(schema, 'ready_items');
  let added = 0;
  let after = { available_at: '1900-01-01T00:00:00.000', work_item_id: '' };
  for (;;) {
    const { rows } = await sql<{ added: number; available_at: string; work_item_id: string }>`
      declare @at datetime2(3) = ${after.available_at}, @id nvarchar(36) = ${after.work_item_id}, @added int;
      declare @page table (work_item_id nvarchar(36) not null primary key, available_at datetime2(3) not null);
      insert into @page (work_item_id, available_at)
      select top (${sql.lit(portion)}) work_item_id, available_at from ${items}
      where status = N'pending' and available_at >= @at and (available_at > @at or work_item_id > @id)
      order by available_at, work_item_id;
      insert into ${ready} (work_item_id, source_system, source_name, run_id, host, resource_type, priority, created_at)
      select w.work_item_id, w.source_system, w.source_name, coalesce(w.run_id, N''), coalesce(w.host, N''),
        w.resource_type, w.priority, w.created_at
      from @page as p join ${items} as w on w.work_item_id = p.work_item_id collate database_default
      where w.status = N'pending' and w.wait_reason is null and w.available_at <= sysutcdatetime()
        and not exists (select 1 from ${ready} as known where known.work_item_id = w.work_item_id);
      set @added = @@rowcount;
      select top (1) @added as added, convert(varchar(23), available_at, 126) as available_at, work_item_id
      from @page order by available_at desc, work_item_id desc;`.execute(q);
    const [last] = rows;
    if (!last) return added;
    added += Number(last.added);
    after = last;
  }
}

async function removeOrphans({ q }: Session, schema: string): Promise<number> {
  const items = sql.id(schema, 'work_items');
  const ready = sql.id(schema, 'ready_items');
  let removed = 0;
  let from = 0;
  for (;;) {
    const { rows } = await sql<{ removed: number; upto: number | string | null }>`
      declare @from bigint = ${from}, @upto bigint, @removed int;
      select @upto = max(ready_id) from (
        select top (${sql.lit(portion)}) ready_id from ${ready} where ready_id > @from order by ready_id) as page;
      delete from ${ready} where ready_id in (
        select r.ready_id from ${ready} as r
        where r.ready_id > @from and r.ready_id <= @upto and not exists (
          select 1 from ${items} as w
          where w.work_item_id = r.work_item_id and w.status = N'pending' and w.wait_reason is null));
      set @removed = @@rowcount;
      select @removed as removed, @upto as upto;`.execute(q);
    const upto = rows[0]?.upto ?? null;
    if (upto === null) return removed;
    removed += Number(rows[0]?.removed ?? 0);
    from = Number(upto);
  }
}
