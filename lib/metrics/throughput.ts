/** Attempts that ended, counted per minute or hour. */
import { sql } from 'kysely';
import type { Session } from '#db/engine.ts';
import type { AttemptOutcome, Instant } from '#db/schema.ts';
import { attemptCounts } from './attempt-counts.ts';
import type { Throughput, ThroughputWindow } from './model.ts';
import { startOfWindow, unitsOfWindow, windowUnits } from './window.ts';

const queryTimeoutMs = 3_000;
const nothing = { completed: 0, failed: 0, retried: 0 };

/** A point for every unit of the window, zero where nothing ended; see `attemptCounts` for the cost. */
export async function readThroughput(
  session: Session,
  window: ThroughputWindow,
  asOf: Instant,
): Promise<Throughput> {
  const { unit } = windowUnits[window];
  const rows = await session.engine.withTimeout(session, queryTimeoutMs, async (s) => {
    const count = (...outcomes: AttemptOutcome[]) =>
      sql<number>`sum(case when outcome in (${sql.join(outcomes.map((outcome) => sql.lit(outcome)))}) then attempts else 0 end)`;
    return (await attemptCounts(s, startOfWindow(asOf, window), unit))
      .select([
        'at',
        count('completed', 'unchanged').as('completed'),
        count('failed').as('failed'),
        count('retry', 'expired').as('retried'),
      ])
      .groupBy('at')
      .execute();
  });
  const byTime = new Map(
    rows.map(({ at, completed, failed, retried }) => [
      at,
      { completed: Number(completed), failed: Number(failed), retried: Number(retried) },
    ]),
  );
  return {
    window,
    unit,
    points: unitsOfWindow(asOf, window).map((at) => ({ at, ...(byTime.get(at) ?? nothing) })),
  };
}
