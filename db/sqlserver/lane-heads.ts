/** From one lane of a source to the next, in T-SQL. */
import { type RawBuilder, sql } from 'kysely';
import type { Engine, Session } from '../engine.ts';
import { openRunAndHost } from '../queue/claim-candidates.ts';
import type { ClaimScope, LaneHead, ScopeSource } from '../queue/claim-scope.ts';
import { isReady } from '../queue/ready.ts';
import { claimSyntax, looking } from './claim-syntax.ts';

const keyOrder = sql`w.priority, w.created_at, w.work_item_id`;
/** Columns of `work_items` may have any collation; variables have that of the database. */
const texts = sql.raw('nvarchar(36)');

/**
 * The open lanes of a source by their heads, the first `n` in claim order. Each step is one look into the
 * index of lanes: at the next host of the same run, else at the next run. What a run that rests has
 * behind its head is not looked at. A loop, because a recursive query may not take the first row.
 */
export async function laneHeads(
  engine: Engine,
  { q }: Session,
  source: ScopeSource,
  scope: ClaimScope,
  n: number,
): Promise<LaneHead[]> {
  const syntax = claimSyntax(engine, looking);
  /** Goes to the first lane for which `where` holds, or leaves `@id` null. */
  const goTo = (where: RawBuilder<unknown>) => sql`
    select top (1) @id = w.work_item_id, @run = w.run_id, @host = w.host, @priority = w.priority, @created = w.created_at
    from ${syntax.items('ready_lane')}
    where ${isReady} and w.source_system = @system and w.source_name = @name
      and w.source_name collate Latin1_General_100_BIN2 = @name and ${where}
    order by w.run_id, w.host, ${keyOrder}`;
  const sameRun = (where: RawBuilder<unknown>) => sql`
    if @fromRun is null ${goTo(sql`w.run_id is null and ${where}`)}
    else ${goTo(sql`w.run_id = @fromRun and ${where}`)}`;
  const open = [sql`1 = 1`, ...openRunAndHost(engine, syntax, scope)];
  const { rows } = await sql<Omit<LaneHead, 'source' | 'runId'> & { run_id: string | null }>`
    declare @system nvarchar(100) = ${source.system}, @name nvarchar(100) = ${source.name};
    declare @resting table (run_id ${texts} not null primary key);
    insert into @resting (run_id) select distinct cast([value] as ${texts}) from openjson(${JSON.stringify(scope.excludeRuns ?? [])});
    declare @lane table (work_item_id ${texts} not null, run_id ${texts} null, host nvarchar(300) null,
      priority int not null, created_at datetime2(7) not null);
    declare @id ${texts}, @run ${texts}, @host nvarchar(300), @priority int, @created datetime2(7);
    declare @fromRun ${texts}, @fromHost nvarchar(300);
    ${goTo(sql`1 = 1`)};
    while @id is not null
    begin
      insert into @lane (work_item_id, run_id, host, priority, created_at) values (@id, @run, @host, @priority, @created);
      select @id = null, @fromRun = @run, @fromHost = @host;
      if not exists (select 1 from @resting where run_id = @fromRun)
      begin
        if @fromHost is null
        begin ${sameRun(sql`w.host is not null`)}; end
        else
        begin ${sameRun(sql`w.host > @fromHost`)}; end
      end
      if @id is null
      begin
        if @fromRun is null ${goTo(sql`w.run_id is not null`)}
        else ${goTo(sql`w.run_id > @fromRun`)};
      end
    end
    select top (${sql.lit(n)}) w.work_item_id, w.run_id, w.host, w.priority, w.created_at from @lane as w
    where ${sql.join(open, sql` and `)}
    order by ${keyOrder}`.execute(q);
  return rows.map(({ run_id: runId, ...head }) => ({ ...head, source, runId }));
}
