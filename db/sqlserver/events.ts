/** The order in which events become visible, on SQL Server: ids are given out before the commit. */
import { sql } from 'kysely';
import type { EventStorage } from '../events.ts';

/** Newest events that are looked at: those of a minute, unless there are more than 300 a second. */
const mostLooked = 20_000;
/**
 * After this an id that is missing will stay so: its transaction was rolled back. Events are written last in a
 * transaction, and the commit that follows is given up after the time limit of a statement, s.
 */
const settledAfterS = 60;

/** See `EventStorage.lastSettledEvent`. One statement sees one moment; the first event it looks at misses none. */
export const lastSettledEvent: EventStorage['lastSettledEvent'] = async ({ q, engine }, from) => {
  const events = engine.table('events');
  const { rows } = await sql<{ newest: string | null; held: string | null }>`
    declare @from bigint = ${from}, @newest bigint = (select max(event_id) from ${events});
    if @from < @newest - ${sql.lit(mostLooked)} set @from = @newest - ${sql.lit(mostLooked)};
    select max(event_id) as newest,
      min(case when before_id < event_id - 1 and [at] > dateadd(second, ${sql.lit(-settledAfterS)}, sysutcdatetime())
        then before_id end) as held
    from (select event_id, [at], lag(event_id) over (order by event_id) as before_id
      from ${events} where event_id >= @from) as e;`.execute(q);
  const { newest = null, held = null } = rows[0] ?? {};
  return Number(held ?? newest ?? from);
};
