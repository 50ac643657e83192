/** Claiming, in T-SQL: one call of the procedure `claim_items` (0005_ready_items.sql). */
import { type RawBuilder, sql } from 'kysely';
import type { Session } from '../engine.ts';
import { inClaimOrder } from '../queue/ready.ts';
import type { ClaimRequest, QueueStorage } from '../queue/storage.ts';
import type { WorkItemRow } from '../schema.ts';
import { encode } from './json-rows.ts';
import { longText } from './request.ts';

/** See `QueueStorage.claim`. The locks of the rows it takes must live until they are changed: a transaction. */
export async function claim(
  session: Session,
  schema: string,
  { limit, leaseIds, leaseMs, owner, scope = {} }: ClaimRequest,
): Promise<WorkItemRow[]> {
  const n = Math.min(limit, leaseIds.length);
  if (n < 1 || scope.sources?.length === 0) return [];
  if (!session.q.isTransaction) {
    const { engine } = session;
    return session.q
      .transaction()
      .execute((q) => claim({ q, engine }, schema, { limit, leaseIds, leaseMs, owner, scope }));
  }
  const sources = scope.sources?.map(({ system, name }) => ({
    system: encode(system),
    name: encode(name),
  }));
  const { rows } = await sql<WorkItemRow>`
    exec ${sql.id(schema, 'claim_items')} @limit = ${n}, @owner = ${owner}, @lease_ms = ${Math.round(leaseMs)},
      @leases = ${listOf(leaseIds.slice(0, n))},
      @sources = ${longText(sources === undefined ? null : JSON.stringify(sources))},
      @hosts = ${scope.hosts ?? null}, @exclude_hosts = ${listOf(scope.excludeHosts ?? [])},
      @exclude_runs = ${listOf(scope.excludeRuns ?? [])}, @together = ${scope.together ? 1 : 0},
      @resource_type = ${scope.together?.resourceType ?? null}, @host = ${scope.together?.host ?? null}`.execute(
    session.q,
  );
  return inClaimOrder(rows);
}

const listOf = (texts: readonly string[]) => longText(JSON.stringify(texts.map(encode)));

/** Items made ready by one call. */
const mostPromoted = 500;

/**
 * Where READ COMMITTED reads row versions, which this product asks for, READPAST asks for READCOMMITTEDLOCK.
 * https://learn.microsoft.com/sql/t-sql/queries/hints-transact-sql-table
 */
const passingOver = sql.raw('rowlock, updlock, readpast, readcommittedlock');

/** See `QueueStorage.promoteDue`. What another session makes ready, or has locked, is left to it. */
export async function promoteDue({ q, engine }: Session): Promise<number> {
  const items = engine.table('work_items');
  const due = sql`w.status = N'pending' and w.wait_reason <> N'on_hold' and w.available_at <= @now`;
  const { rows } = await sql<{ promoted: number }>`
    declare @now datetime2(3) = sysutcdatetime();
    declare @promoted int = 0;
    if exists (select 1 from ${items} as w where ${due})
    begin
      update ${items} set wait_reason = null
      where status = N'pending' and wait_reason <> N'on_hold' and work_item_id in (
        select top (${sql.lit(mostPromoted)}) w.work_item_id from ${items} as w with (${passingOver})
        where ${due} order by w.available_at, w.work_item_id
      );
      set @promoted = @@rowcount;
    end
    select @promoted as promoted;`.execute(q);
  return rows[0]?.promoted ?? 0;
}

/** See `QueueStorage.pendingBy`. Queue rows are numbered as they come: the first has been ready for the longest. */
export function pendingBy(
  schema: string,
  order: Parameters<QueueStorage['pendingBy']>[0],
): RawBuilder<WorkItemRow> {
  const items = sql.id(schema, 'work_items');
  const queue = sql.id(schema, 'ready_items');
  switch (order) {
    case 'oldest':
      return sql`(select top (1) item.* from ${queue} as ready
        join ${items} as item on item.work_item_id = ready.work_item_id order by ready.ready_id)`;
    case 'due':
      return sql`(select * from ${items} where status = N'pending' and wait_reason <> N'on_hold')`;
    case 'turn':
      return sql`(select * from ${queue})`;
  }
}

/** See `QueueStorage.hasReadyItems`. The queue compares exactly; the columns of `sources` may not. */
export const hasReadyItems = (
  schema: string,
  ...[system, name]: Parameters<QueueStorage['hasReadyItems']>
): RawBuilder<boolean> => sql<boolean>`exists (
  select 1 from ${sql.id(schema, 'ready_items')} as ready
  where ready.source_system = ${system} collate latin1_general_100_bin2
    and ready.source_name = ${name} collate latin1_general_100_bin2)`;
