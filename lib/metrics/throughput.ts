/** Attempts that ended, counted per minute or hour. */
import { sql } from 'kysely';
import type { Session } from '#db/engine.ts';
import type { Instant } from '#db/schema.ts';
import type { Throughput, ThroughputPoint, ThroughputWindow } from './model.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

const windowOf: Readonly<
  Record<ThroughputWindow, { readonly unit: 'minute' | 'hour'; readonly units: number }>
> = {
  '1h': { unit: 'minute', units: 60 },
  '24h': { unit: 'hour', units: 24 },
  '7d': { unit: 'hour', units: 168 },
};

const queryTimeoutMs = 3_000;

/** Reads the attempts of the window through their index by time. */
export async function readThroughput(
  session: Session,
  window: ThroughputWindow,
  asOf: Instant,
): Promise<Throughput> {
  const { engine } = session;
  const { unit, units } = windowOf[window];
  const from = startOfWindow(asOf, window);
  const rows = await engine.withTimeout(session, queryTimeoutMs, (s) => {
    const bucket = engine.truncate(sql.ref('finished_at'), unit);
    const count = (...outcomes: string[]) =>
      sql<number>`sum(case when outcome in (${sql.join(outcomes.map((outcome) => sql.lit(outcome)))}) then 1 else 0 end)`;
    return s.q
      .selectFrom('work_item_attempts')
      .select([
        bucket.as('at'),
        count('completed', 'unchanged').as('completed'),
        count('failed').as('failed'),
        count('retry', 'expired').as('retried'),
      ])
      .where(sql<boolean>`finished_at >= ${engine.instantParam(from)}`)
      .groupBy(bucket)
      .execute();
  });
  const points = rows.map((row) => ({
    at: row.at,
    completed: Number(row.completed),
    failed: Number(row.failed),
    retried: Number(row.retried),
  }));
  return {
    window,
    unit,
    points: fillGaps(points, from, unit === 'minute' ? minuteMs : hourMs, units),
  };
}

/** The start of the oldest unit, so that the last one holds `asOf`. */
export function startOfWindow(asOf: Instant, window: ThroughputWindow): Instant {
  const { unit, units } = windowOf[window];
  const unitMs = unit === 'minute' ? minuteMs : hourMs;
  const last = Math.floor(Date.parse(asOf) / unitMs) * unitMs;
  return new Date(last - (units - 1) * unitMs).toISOString();
}

/** One point per unit; units in which nothing ended are zero. */
export function fillGaps(
  points: readonly ThroughputPoint[],
  from: Instant,
  unitMs: number,
  units: number,
): ThroughputPoint[] {
  const byTime = new Map(points.map((point) => [Date.parse(point.at), point]));
  return Array.from({ length: units }, (_, index) => {
    const time = Date.parse(from) + index * unitMs;
    const at = new Date(time).toISOString();
    return { completed: 0, failed: 0, retried: 0, ...byTime.get(time), at };
  });
}
