/**
 * The attempts of a window of time that ends now, counted: hours and minutes that were counted before, and what
 * is newer.
 */

import { type RawBuilder, sql } from 'kysely';
import type { Session } from '#db/engine.ts';
import type { AttemptCountsTable, AttemptOutcome, Instant } from '#db/schema.ts';
import type { Sight } from '#lib/actor/model.ts';
import { ofSources } from '#lib/paging/of-sight.ts';
import type { Throughput, ThroughputWindow } from './model.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

interface WindowUnits {
  readonly unit: 'minute' | 'hour';
  readonly unitMs: number;
  readonly units: number;
}

export const windowUnits: Readonly<Record<ThroughputWindow, WindowUnits>> = {
  '1h': { unit: 'minute', unitMs: minuteMs, units: 60 },
  '24h': { unit: 'hour', unitMs: hourMs, units: 24 },
  '7d': { unit: 'hour', unitMs: hourMs, units: 168 },
};

/** The start of the oldest unit, so that the last one holds `asOf`. */
export function startOfWindow(asOf: Instant, window: ThroughputWindow): Instant {
  const { unitMs, units } = windowUnits[window];
  const last = Math.floor(Date.parse(asOf) / unitMs) * unitMs;
  return new Date(last - (units - 1) * unitMs).toISOString();
}

/** The start of every unit, oldest first. */
export function unitsOfWindow(asOf: Instant, window: ThroughputWindow): Instant[] {
  const { unitMs, units } = windowUnits[window];
  const start = Date.parse(startOfWindow(asOf, window));
  return Array.from({ length: units }, (_, index) =>
    new Date(start + index * unitMs).toISOString(),
  );
}

/** The rows of `attemptCounts`; several may stand for one unit of time. */
export type AttemptCount = Omit<
  AttemptCountsTable,
  'unit' | 'starts_at' | 'count_id' | 'source_system'
> & {
  /** Start of the unit. */
  at: Instant;
};

/**
 * A table of counts since `from` for a FROM clause, named `counts`. Its cost follows from the units of
 * the window and the kinds of failure in them, not from the number of attempts.
 * @param from a whole unit
 * @param sight of which sources; null = of all
 */
export async function attemptCounts(
  s: Session,
  from: Instant,
  unit: 'minute' | 'hour',
  sight: Sight,
) {
  const head = await s.q
    .selectFrom('attempt_count_head')
    .select(['minutes_to', 'hours_to'])
    .where('head_id', '=', 1)
    .executeTakeFirst();
  const hoursTo = unit === 'hour' ? later(from, head?.hours_to ?? from) : from;
  const minutesTo = later(hoursTo, head?.minutes_to ?? hoursTo);
  const parts = [
    ...(hoursTo > from ? [counted(s, 'hour', unit, from, hoursTo)] : []),
    ...(minutesTo > hoursTo ? [counted(s, 'minute', unit, hoursTo, minutesTo)] : []),
    recent(s, unit, minutesTo),
  ];
  const counts = s.q.selectFrom(
    sql<AttemptCount>`(${sql.join(parts, sql` union all `)})`.as('counts'),
  );
  return sight === null
    ? counts
    : counts.where(ofSources(s.engine, sql.ref('counts.source_name'), sight));
}

const later = (a: Instant, b: Instant): Instant => (a > b ? a : b);

function counted(
  { engine }: Session,
  stored: 'minute' | 'hour',
  unit: 'minute' | 'hour',
  from: Instant,
  to: Instant,
): RawBuilder<unknown> {
  const at = engine.truncate(sql.ref('starts_at'), unit);
  return sql`select ${at} as at, source_name, outcome, error_code, http_status, host, attempts, last_at, last_attempt_id
    from ${engine.table('attempt_counts')}
    where unit = ${sql.lit(stored)} and starts_at >= ${engine.instantParam(from)} and starts_at < ${engine.instantParam(to)}`;
}

/** What is not counted yet, attempt by attempt: some minutes of it while a worker lives. */
function recent({ engine }: Session, unit: 'minute' | 'hour', from: Instant): RawBuilder<unknown> {
  const at = engine.truncate(sql.ref('finished_at'), unit);
  return sql`select ${at} as at, source_name, outcome, error_code, http_status, host, 1 as attempts, finished_at as last_at, attempt_id as last_attempt_id
    from ${engine.table('work_item_attempts')}
    where finished_at >= ${engine.instantParam(from)}`;
}

const queryTimeoutMs = 3_000;
const nothing = { completed: 0, failed: 0, retried: 0 };

/** A point for every unit of the window, zero where nothing ended; see `attemptCounts` for the cost. */
export async function readThroughput(
  session: Session,
  window: ThroughputWindow,
  asOf: Instant,
  sight: Sight = null,
): Promise<Throughput> {
  const { unit } = windowUnits[window];
  const rows = await session.engine.withTimeout(session, queryTimeoutMs, async (s) => {
    const count = (...outcomes: AttemptOutcome[]) =>
      sql<number>`sum(case when outcome in (${sql.join(outcomes.map((outcome) => sql.lit(outcome)))}) then attempts else 0 end)`;
    return (await attemptCounts(s, startOfWindow(asOf, window), unit, sight))
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
