/** The atomic claim, in T-SQL. */
import { type RawBuilder, sql } from 'kysely';
import { claimCandidates } from '../claim-candidates.ts';
import type { ClaimRequest, Engine, Session } from '../engine.ts';
import { endOfTime } from '../instant.ts';
import type { WorkItemRow } from '../schema.ts';
import { inClaimOrder } from '../work-item-insert.ts';

/** See `Engine.claim`. The locks of the picked rows must live until they are updated: a transaction. */
export async function claim(
  engine: Engine,
  session: Session,
  request: ClaimRequest,
): Promise<WorkItemRow[]> {
  const n = Math.min(request.limit, request.leaseIds.length);
  if (n < 1) return [];
  const items = engine.table('work_items');
  const candidates = claimCandidates(
    engine,
    {
      // READPAST leaves what another session is claiming to it, UPDLOCK keeps what we found.
      from: sql`${items} as w with (rowlock, updlock, readpast)`,
      hosts: sql`${engine.table('hosts')} as h with (nolock)`,
      host: sql`w.host collate Latin1_General_100_BIN2`,
      endOfTime: sql.lit(endOfTime.slice(0, -1)),
      limited: (columns, rest, count) => sql`select top (${sql.lit(count)}) ${columns} ${rest}`,
    },
    n,
    request.scope,
  );
  if (!candidates) return [];
  const statement = claimStatement(items, candidates, n, request);
  const { rows } = session.q.isTransaction
    ? await statement.execute(session.q)
    : await session.q.transaction().execute((tx) => statement.execute(tx));
  return inClaimOrder(rows);
}

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
  const order = sql`order by priority, created_at, work_item_id`;
  return sql<WorkItemRow>`
    declare @now datetime2(3) = sysutcdatetime();
    declare @picked table (work_item_id nvarchar(36) not null primary key, fence nvarchar(36) not null);
    declare @claimed table (work_item_id nvarchar(36) not null primary key);
    insert into @picked (work_item_id, fence)
    select picked.work_item_id, lease.fence
    from (
      select top (${sql.lit(n)}) candidate.work_item_id, row_number() over (${order}) - 1 as position
      from (${candidates}) as candidate ${order}
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
