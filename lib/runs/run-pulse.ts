/** How fast a run goes, minute by minute. */
import type { Session } from '#db/engine.ts';
import { DatabaseError } from '#db/errors.ts';
import type { Instant } from '#db/schema.ts';
import { readNow } from '#lib/now.ts';

const minuteMs = 60_000;
const minutes = 60;
const queryTimeoutMs = 2_000;

/**
 * Attempts that ended in each minute of the run's last hour (of a running one: up to now), oldest first.
 * Read from an index alone; null when even that took longer than 2 s.
 */
export async function attemptsPerMinute(
  session: Session,
  run: { readonly runId: string; readonly completedAt: Instant | null },
): Promise<number[] | null> {
  const { engine } = session;
  try {
    return await engine.withTimeout(session, queryTimeoutMs, async (s) => {
      const end = await lastMinuteOf(s, run.completedAt);
      const from = end - (minutes - 1) * minuteMs;
      const rows = await s.q
        .selectFrom('work_item_attempts')
        .select((eb) => [
          engine.truncate(eb.ref('finished_at'), 'minute').as('minute'),
          eb.fn.countAll<number>().as('attempts'),
        ])
        .where('run_id', '=', run.runId)
        .where('finished_at', '>=', engine.instantParam(new Date(from).toISOString()))
        .groupBy((eb) => engine.truncate(eb.ref('finished_at'), 'minute'))
        .execute();
      const counts = new Map(rows.map((row) => [Date.parse(row.minute), Number(row.attempts)]));
      return Array.from({ length: minutes }, (_, at) => counts.get(from + at * minuteMs) ?? 0);
    });
  } catch (error) {
    if (error instanceof DatabaseError && error.code === 'db_statement_timeout') return null;
    throw error;
  }
}

/** The minute of the run's end or of the present, by the database's clock, ms. */
async function lastMinuteOf(s: Session, completedAt: Instant | null): Promise<number> {
  const at = completedAt ?? (await readNow(s));
  return Math.floor(Date.parse(at) / minuteMs) * minuteMs;
}
