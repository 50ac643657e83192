/**
 * Counting the attempts that ended, minute by minute and hour by hour, behind the present: what charts
 * and error clusters read then costs the same however many attempts there were.
 */
import { type Expression, type RawBuilder, type SelectQueryBuilder, sql } from 'kysely';
import { rowsAtOnce } from '#db/chunks.ts';
import type { Db, Session } from '#db/engine.ts';
import type { AttemptCountsTable, Database, Instant } from '#db/schema.ts';
import { newId } from '#lib/ids.ts';
import { addToSourceDays, longestUncountedMs, purgeOldDays } from './source-days.ts';
import { noteSourceHosts, purgeOldSourceHosts } from './source-hosts.ts';

/** An attempt is stamped before its transaction commits; none takes this long. */
const lagMs = 120_000;
const keptMs = { minute: 2 * 24 * 3_600_000, hour: 35 * 24 * 3_600_000 } as const;
const unitMs = { minute: 60_000, hour: 3_600_000 } as const;

/**
 * Counts the whole minutes up to two minutes ago that were not counted, and the hours they complete.
 * Any number of workers may do so at once.
 * @param most minutes with attempts that one call counts
 * @returns minutes counted
 */
export async function rollUpAttempts(db: Db, most = 120): Promise<number> {
  let rolledUp = 0;
  for (;;) {
    const { counted, isHourLeft } = await db.transaction(rollUpMinute);
    if (counted) rolledUp += 1;
    if (counted && rolledUp < most) continue;
    if (isHourLeft) while (await db.transaction(rollUpHour));
    return rolledUp;
  }
}

/** Attempts that ended in a whole minute behind what is counted. */
export const attemptsToCount = ({ q, engine }: Session) =>
  q
    .selectFrom('attempt_count_head as head')
    .innerJoin('work_item_attempts as attempt', (join) =>
      join
        .on(
          'attempt.finished_at',
          '>=',
          sql<Instant>`coalesce(head.minutes_to, ${engine.nowPlus(-longestUncountedMs)})`,
        )
        .on('attempt.finished_at', '<', engine.truncate(engine.nowPlus(-lagMs), 'minute')),
    )
    .select('attempt.attempt_id')
    .where('head.head_id', '=', 1);

/** Deletes counts that nothing shows any more: minutes after two days, hours after five weeks, days after 13 months. */
export async function purgeOldCounts(db: Db): Promise<void> {
  for (const unit of ['minute', 'hour'] as const) {
    await db.q
      .deleteFrom('attempt_counts')
      .where('unit', '=', unit)
      .where('starts_at', '<', db.engine.nowPlus(-keptMs[unit]))
      .execute();
  }
  await purgeOldDays(db);
  await purgeOldSourceHosts(db);
}

/** Locks the head, so that each minute and hour is counted by one worker. */
async function lockHead(tx: Session) {
  await tx.q
    .updateTable('attempt_count_head')
    .set((eb) => ({ minutes_to: eb.ref('minutes_to') }))
    .where('head_id', '=', 1)
    .execute();
  return tx.q
    .selectFrom('attempt_count_head')
    .select((eb) => [
      'minutes_to',
      'hours_to',
      tx.engine.truncate(tx.engine.nowPlus(-lagMs), 'minute').as('until'),
      tx.engine.truncate(tx.engine.nowPlus(-longestUncountedMs), 'hour').as('oldest'),
      tx.engine.truncate(eb.ref('minutes_to'), 'hour').as('whole_hours_to'),
    ])
    .where('head_id', '=', 1)
    .executeTakeFirstOrThrow();
}

interface Minute {
  /** False = there is none yet. */
  readonly counted: boolean;
  /** An hour is whole and was not added up. */
  readonly isHourLeft: boolean;
}

/** Counts the next minute that holds attempts. */
async function rollUpMinute(tx: Session): Promise<Minute> {
  const head = await lockHead(tx);
  const from = later(head.minutes_to ?? head.oldest, head.oldest);
  const attempts = tx.q
    .selectFrom('work_item_attempts')
    .select((eb) => tx.engine.truncate(eb.ref('finished_at'), 'minute').as('start'))
    .where('finished_at', '>=', tx.engine.instantParam(from))
    .where('finished_at', '<', tx.engine.instantParam(head.until))
    .orderBy('finished_at')
    .orderBy('attempt_id');
  const step = { from, to: head.until };
  const end = await rollUpUnit(tx, 'minute', step, attempts, async (start, end) => {
    await addToSourceDays(tx, start, end);
    await noteSourceHosts(tx, start, end);
    return countedFrom(tx, start, end).execute();
  });
  const hoursTo = later(head.hours_to ?? head.oldest, head.oldest);
  return { counted: end !== null, isHourLeft: plus(hoursTo, unitMs.hour) <= (end ?? head.until) };
}

/** Adds up the minutes of the next hour that is whole; false when there is none. */
async function rollUpHour(tx: Session): Promise<boolean> {
  const head = await lockHead(tx);
  if (head.minutes_to === null) return false;
  const from = later(head.hours_to ?? head.oldest, head.oldest);
  const minutes = tx.q
    .selectFrom('attempt_counts')
    .select((eb) => tx.engine.truncate(eb.ref('starts_at'), 'hour').as('start'))
    .where('unit', '=', 'minute')
    .where('starts_at', '>=', tx.engine.instantParam(from))
    .where('starts_at', '<', tx.engine.instantParam(head.whole_hours_to))
    .orderBy('starts_at');
  const step = { from, to: head.whole_hours_to };
  const end = await rollUpUnit(tx, 'hour', step, minutes, (start, end) =>
    addedUp(tx, start, end).execute(),
  );
  return end !== null;
}

/**
 * Stores the counts of the first unit in which `within` finds something, and sets the head behind it;
 * behind all that was looked at when there is none.
 * @returns where the unit ends that was counted; null = there is none
 */
async function rollUpUnit<O>(
  tx: Session,
  unit: 'minute' | 'hour',
  { from, to }: { readonly from: Instant; readonly to: Instant },
  within: SelectQueryBuilder<Database, keyof Database, O & { start: Instant }>,
  count: (start: Instant, end: Instant) => Promise<readonly CountedRow[]>,
): Promise<Instant | null> {
  if (from >= to) return null;
  const first = await tx.engine.take(within, 1).executeTakeFirst();
  const end = first ? plus(first.start, unitMs[unit]) : to;
  if (first) await insertCounts(tx, unit, first.start, await count(first.start, end));
  await setHead(tx, unit === 'minute' ? { minutes_to: end } : { hours_to: end });
  return first ? end : null;
}

const countKeys = [
  'source_system',
  'source_name',
  'outcome',
  'error_code',
  'http_status',
  'host',
] as const;

type CountedRow = Pick<
  AttemptCountsTable,
  (typeof countKeys)[number] | 'attempts' | 'last_at' | 'last_attempt_id'
>;

/** Of successes only the number is kept; host and status matter for failures. */
const ifFailed = <T>(column: string): RawBuilder<T> =>
  sql<T>`case when error_code is null then null else ${sql.ref(column)} end`;

/** The attempts of a stretch of time, counted by what distinguishes them. */
function countedFrom({ engine, q }: Session, from: Instant, to: Instant) {
  const status = ifFailed<number | null>('http_status');
  const host = ifFailed<string | null>('host');
  return q
    .selectFrom('work_item_attempts')
    .select((eb) => [
      'source_system',
      'source_name',
      'outcome',
      'error_code',
      status.as('http_status'),
      host.as('host'),
      eb.fn.countAll<number>().as('attempts'),
      eb.fn.max('finished_at').as('last_at'),
      eb.fn.max('attempt_id').as('last_attempt_id'),
    ])
    .where('finished_at', '>=', engine.instantParam(from))
    .where('finished_at', '<', engine.instantParam(to))
    .groupBy(['source_system', 'source_name', 'outcome', 'error_code', status, host]);
}

/** The counts of the minutes of a stretch of time, added up. */
function addedUp({ engine, q }: Session, from: Instant, to: Instant) {
  return q
    .selectFrom('attempt_counts')
    .select((eb) => [
      ...countKeys,
      eb.fn.sum<number>('attempts').as('attempts'),
      eb.fn.max('last_at').as('last_at'),
      eb.fn.max('last_attempt_id').as('last_attempt_id'),
    ])
    .where('unit', '=', 'minute')
    .where('starts_at', '>=', engine.instantParam(from))
    .where('starts_at', '<', engine.instantParam(to))
    .groupBy(countKeys);
}

async function insertCounts(
  tx: Session,
  unit: 'minute' | 'hour',
  startsAt: Instant,
  rows: readonly CountedRow[],
): Promise<void> {
  const values = rows.map((row) => ({
    ...row,
    unit,
    starts_at: tx.engine.instantParam(startsAt),
    count_id: newId(),
    attempts: Number(row.attempts),
    last_at: tx.engine.instantParam(row.last_at),
  }));
  for (const some of rowsAtOnce(values)) {
    await tx.q.insertInto('attempt_counts').values(some).execute();
  }
}

async function setHead(
  tx: Session,
  head: { readonly minutes_to: Instant } | { readonly hours_to: Instant },
): Promise<void> {
  const set: Record<string, Expression<Instant>> = Object.fromEntries(
    Object.entries(head).map(([column, at]) => [column, tx.engine.instantParam(at)]),
  );
  await tx.q.updateTable('attempt_count_head').set(set).where('head_id', '=', 1).execute();
}

/** Instants have one form, so that their texts compare as they do. */
const later = (a: Instant, b: Instant): Instant => (a > b ? a : b);
const plus = (at: Instant, ms: number): Instant => new Date(Date.parse(at) + ms).toISOString();
