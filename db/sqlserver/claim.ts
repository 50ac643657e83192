/** The atomic claim, in T-SQL. */
import { type RawBuilder, sql } from 'kysely';
import type { Session } from '../engine.ts';
import {
  claimCandidates,
  crowdedSources,
  laneCandidates,
  namedCandidates,
} from '../queue/claim-candidates.ts';
import { claimInOrder } from '../queue/claim-in-order.ts';
import { type ClaimKey, claimOrder } from '../queue/ready.ts';
import type { ClaimRequest, QueueStorage } from '../queue/storage.ts';
import type { WorkItemRow } from '../schema.ts';
import { claiming, claimSyntax, looking } from './claim-syntax.ts';
import { laneHeads } from './lane-heads.ts';

/** See `QueueStorage.claim`. The locks of the picked rows must live until they are updated: a transaction. */
export async function claim(session: Session, request: ClaimRequest): Promise<WorkItemRow[]> {
  const { engine } = session;
  if (!session.q.isTransaction) {
    return session.q.transaction().execute((q) => claim({ q, engine }, request));
  }
  const syntax = claimSyntax(engine, claiming);
  return claimInOrder(request, {
    candidates: (n, scope) => claimCandidates(engine, syntax, n, scope),
    look: async (n, scope) => {
      const candidates = claimCandidates(engine, claimSyntax(engine, looking), n, scope);
      if (candidates === null) return [];
      const { rows } = await sql<ClaimKey>`
        select top (${sql.lit(n)}) * from (${candidates}) as w ${claimOrder}`.execute(session.q);
      return rows;
    },
    candidatesNamed: (ids) => namedCandidates(syntax, ids),
    candidatesOfLanes: (n, lanes, scope) => laneCandidates(engine, syntax, n, lanes, scope),
    take: async (candidates, n, leaseIds) => {
      const { rows } = await claimStatement(engine.table('work_items'), candidates, n, {
        ...request,
        leaseIds,
      }).execute(session.q);
      return rows;
    },
    crowded: async (n, sources) => {
      const query = crowdedSources(engine, claimSyntax(engine, looking), n, sources, nth);
      if (query === null) return [];
      const { rows } = await sql<{ place: number }>`${query}`.execute(session.q);
      return rows.flatMap(({ place }) => sources[place] ?? []);
    },
    laneHeads: (source, scope, n) => laneHeads(engine, session, source, scope, n),
  });
}

const nth = (columns: RawBuilder<unknown>, rest: RawBuilder<unknown>, n: number) =>
  sql`select ${columns} ${rest} offset ${sql.lit(n)} rows fetch next 1 rows only`;

/**
 * Picks, then updates. The table has triggers, so OUTPUT must go INTO something. The update tests the
 * status once more, which keeps the claim right where the server ignores lock hints.
 */
function claimStatement(
  items: RawBuilder<unknown>,
  candidates: RawBuilder<unknown>,
  n: number,
  { owner, leaseMs, leaseIds }: ClaimRequest,
): RawBuilder<WorkItemRow> {
  return sql<WorkItemRow>`
    declare @now datetime2(3) = sysutcdatetime();
    declare @picked table (work_item_id nvarchar(36) not null primary key, fence nvarchar(36) not null);
    declare @claimed table (work_item_id nvarchar(36) not null primary key);
    insert into @picked (work_item_id, fence)
    select picked.work_item_id, lease.fence
    from (
      select top (${sql.lit(n)}) w.work_item_id, row_number() over (${claimOrder}) - 1 as position
      from (${candidates}) as w ${claimOrder}
    ) as picked
    join (
      select cast([key] as int) as position, cast([value] as nvarchar(36)) as fence
      from openjson(${JSON.stringify(leaseIds)})
    ) as lease on lease.position = picked.position;
    update ${items} set status = N'in_progress', attempt = attempt + 1, wait_reason = null,
      lease_id = (select p.fence from @picked as p where p.work_item_id = ${items}.work_item_id),
      lease_owner = ${owner}, claimed_at = @now, updated_at = @now,
      lease_until = dateadd(millisecond, ${sql.lit(Math.round(leaseMs))}, @now)
    output inserted.work_item_id into @claimed
    where status = N'pending' and work_item_id in (select work_item_id from @picked);
    select item.* from ${items} as item
    join @claimed as claimed on claimed.work_item_id = item.work_item_id;`;
}

/** Items made ready by one call. */
const mostPromoted = 500;

/** See `QueueStorage.promoteDue`. What another session makes ready is left to it. */
export async function promoteDue({ q, engine }: Session): Promise<number> {
  const items = engine.table('work_items');
  const due = (hints: RawBuilder<unknown>) => sql`${items} as w with (${hints})
    where w.status = N'pending' and w.wait_reason <> N'held' and w.available_at <= @now`;
  const { rows } = await sql<{ promoted: number }>`
    declare @now datetime2(3) = sysutcdatetime();
    declare @promoted int = 0;
    if exists (select 1 from ${due(looking)})
    begin
      update ${items} set wait_reason = null
      where status = N'pending' and wait_reason <> N'held' and work_item_id in (
        select top (${sql.lit(mostPromoted)}) w.work_item_id from ${due(claiming)}
        order by w.available_at, w.work_item_id
      );
      set @promoted = @@rowcount;
    end
    select @promoted as promoted;`.execute(q);
  return rows[0]?.promoted ?? 0;
}

const orders = {
  time: sql`status = N'pending'`,
  due: sql`status = N'pending' and wait_reason <> N'held'`,
  turn: sql`status = N'pending' and wait_reason is null`,
};

/** See `QueueStorage.pendingBy`. */
export const pendingBy = (
  schema: string,
  order: Parameters<QueueStorage['pendingBy']>[0],
): RawBuilder<WorkItemRow> =>
  sql`(select * from ${sql.id(schema, 'work_items')} where ${orders[order]})`;
