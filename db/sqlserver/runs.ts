/** The numbers of runs, on SQL Server: appended, so that nobody waits for the row of a run, and rolled up behind. */
import { sql } from 'kysely';
import type { Session } from '../engine.ts';
import { runNumbers } from '../schema.ts';
import type { TotalsStorage } from '../totals.ts';
import { rollUpChunk } from './roll-up.ts';

const names = sql.join(runNumbers.map((name) => sql.id(name)));

export const runs: Pick<TotalsStorage, 'addToRun' | 'rollUpRun'> = {
  async addToRun({ q, engine }, runId, by, evenEnded = false) {
    const result = await sql`
      insert into ${engine.table('run_deltas')} (run_id, ${names})
      select run_id, ${sql.join(runNumbers.map((name) => sql`${by[name] ?? 0}`))}
      from ${engine.table('ingest_runs')}
      where run_id = ${runId} and (status = N'running' or phase = N'ending' or ${evenEnded ? 1 : 0} = 1)`.execute(
      q,
    );
    return Number(result.numAffectedRows ?? 0) === 1;
  },
  rollUpRun,
};

/**
 * Locks the run's row first: two that roll up the same run add each delta once. Then only what is committed is read,
 * so that nobody holds a row that is deleted.
 */
export async function rollUpRun({ q, engine }: Session, runId: string): Promise<number> {
  const runs = engine.table('ingest_runs');
  const deltas = engine.table('run_deltas');
  const declared = sql.raw(runNumbers.map((name) => `${name} int not null`).join(', '));
  const sums = sql.join(
    runNumbers.map(
      (name) =>
        sql`${sql.id(name)} = ${sql.id(name)} + (select sum(t.${sql.id(name)}) from @taken as t)`,
    ),
  );
  const { rows } = await sql<{ rolled_up: number }>`
    declare @run uniqueidentifier = ${runId}, @now datetime2(3) = sysutcdatetime();
    declare @taken table (delta_id bigint not null primary key, ${declared});
    update ${runs} set heartbeat_at = heartbeat_at where run_id = @run;
    insert into @taken (delta_id, ${names})
    select top (${sql.lit(rollUpChunk)}) delta_id, ${names} from ${deltas} where run_id = @run order by delta_id;
    if exists (select 1 from @taken)
    begin
      update ${runs} set ${sums}, heartbeat_at = @now where run_id = @run;
      delete from ${deltas} where run_id = @run and delta_id in (select t.delta_id from @taken as t);
    end;
    select count(*) as rolled_up from @taken;`.execute(q);
  return rows[0]?.rolled_up ?? 0;
}
