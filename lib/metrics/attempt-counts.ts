/** The attempts of a window, counted: hours and minutes that were counted before, and what is newer. */
import { type RawBuilder, sql } from 'kysely';
import type { Session } from '#db/engine.ts';
import type { AttemptCountsTable, Instant } from '#db/schema.ts';

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
 */
export async function attemptCounts(s: Session, from: Instant, unit: 'minute' | 'hour') {
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
  return s.q.selectFrom(sql<AttemptCount>`(${sql.join(parts, sql` union all `)})`.as('counts'));
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

/** What nobody has counted yet, attempt by attempt: some minutes of it while a worker lives. */
function recent({ engine }: Session, unit: 'minute' | 'hour', from: Instant): RawBuilder<unknown> {
  const at = engine.truncate(sql.ref('finished_at'), unit);
  return sql`select ${at} as at, source_name, outcome, error_code, http_status, host, 1 as attempts, finished_at as last_at, attempt_id as last_attempt_id
    from ${engine.table('work_item_attempts')}
    where finished_at >= ${engine.instantParam(from)}`;
}
