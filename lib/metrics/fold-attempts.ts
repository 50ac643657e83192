/**
 * Counting the attempts that ended, minute by minute and hour by hour, behind the present: what charts
 * and error clusters read then costs the same however many attempts there were.
 */
import { type Expression, type RawBuilder, sql } from 'kysely';
import type { Db, Engine, Session } from '#db/engine.ts';
import type { AttemptOutcome, Instant } from '#db/schema.ts';
import { newId } from '#lib/ids.ts';
import { rowsAtOnce } from '#lib/work-items/chunks.ts';

/** An attempt is stamped before its transaction commits; none takes this long. */
const lagMs = 120_000;
const keptMs = { minute: 2 * 24 * 3_600_000, hour: 35 * 24 * 3_600_000 } as const;
const unitMs = { minute: 60_000, hour: 3_600_000 } as const;
/** The longest window that is shown, and a day more. */
const oldestMs = 8 * 24 * 3_600_000;

/**
 * Counts the whole minutes up to two minutes ago that were not counted, and the hours they complete.
 * Any number of workers may do so at once.
 * @param most minutes with attempts that one call counts
 * @returns minutes counted
 */
export async function foldAttempts(db: Db, most = 120): Promise<number> {
  let folded = 0;
  while (folded < most && (await db.transaction(foldMinute))) folded += 1;
  while (await db.transaction(foldHour));
  return folded;
}

/** Deletes counts that no window shows any more: minutes after two days, hours after five weeks. */
export async function forgetOldCounts(db: Db): Promise<void> {
  for (const unit of ['minute', 'hour'] as const) {
    await db.q
      .deleteFrom('attempt_counts')
      .where('unit', '=', unit)
      .where('starts_at', '<', db.engine.nowPlus(-keptMs[unit]))
      .execute();
  }
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
      tx.engine.truncate(tx.engine.nowPlus(-oldestMs), 'hour').as('oldest'),
      tx.engine.truncate(eb.ref('minutes_to'), 'hour').as('whole_hours_to'),
    ])
    .where('head_id', '=', 1)
    .executeTakeFirstOrThrow();
}

/** Counts the next minute that holds attempts; false when there is none yet. */
async function foldMinute(tx: Session): Promise<boolean> {
  const { engine } = tx;
  const head = await lockHead(tx);
  const from = later(head.minutes_to ?? head.oldest, head.oldest);
  if (from >= head.until) return false;
  const first = await engine
    .take(
      tx.q
        .selectFrom('work_item_attempts')
        .select((eb) => engine.truncate(eb.ref('finished_at'), 'minute').as('minute'))
        .where('finished_at', '>=', engine.instantParam(from))
        .where('finished_at', '<', engine.instantParam(head.until))
        .orderBy('finished_at')
        .orderBy('attempt_id'),
      1,
    )
    .executeTakeFirst();
  if (!first) {
    await setHead(tx, { minutes_to: head.until });
    return false;
  }
  const end = plus(first.minute, unitMs.minute);
  const rows = await countedFrom(engine, tx, first.minute, end).execute();
  await insertCounts(tx, 'minute', first.minute, rows);
  await setHead(tx, { minutes_to: end });
  return true;
}

/** Adds up the minutes of the next hour that is whole; false when there is none. */
async function foldHour(tx: Session): Promise<boolean> {
  const { engine } = tx;
  const head = await lockHead(tx);
  if (head.minutes_to === null) return false;
  const from = later(head.hours_to ?? head.oldest, head.oldest);
  if (from >= head.whole_hours_to) return false;
  const first = await engine
    .take(
      tx.q
        .selectFrom('attempt_counts')
        .select((eb) => engine.truncate(eb.ref('starts_at'), 'hour').as('hour'))
        .where('unit', '=', 'minute')
        .where('starts_at', '>=', engine.instantParam(from))
        .where('starts_at', '<', engine.instantParam(head.whole_hours_to))
        .orderBy('starts_at'),
      1,
    )
    .executeTakeFirst();
  if (!first) {
    await setHead(tx, { hours_to: head.whole_hours_to });
    return false;
  }
  const end = plus(first.hour, unitMs.hour);
  const rows = await tx.q
    .selectFrom('attempt_counts')
    .select((eb) => [
      ...countKeys,
      eb.fn.sum<number>('attempts').as('attempts'),
      eb.fn.max('last_at').as('last_at'),
      eb.fn.max('last_attempt_id').as('last_attempt_id'),
    ])
    .where('unit', '=', 'minute')
    .where('starts_at', '>=', engine.instantParam(first.hour))
    .where('starts_at', '<', engine.instantParam(end))
    .groupBy(countKeys)
    .execute();
  await insertCounts(tx, 'hour', first.hour, rows);
  await setHead(tx, { hours_to: end });
  return true;
}

const countKeys = [
  'source_system',
  'source_name',
  'outcome',
  'error_code',
  'http_status',
  'host',
] as const;

interface CountedRow {
  readonly source_system: string;
  readonly source_name: string;
  readonly outcome: AttemptOutcome;
  readonly error_code: string | null;
  readonly http_status: number | null;
  readonly host: string | null;
  readonly attempts: number;
  readonly last_at: Instant;
  readonly last_attempt_id: string;
}

/** Of what went well only how often is kept; where and with which status tells something of failures. */
const ifFailed = <T>(column: string): RawBuilder<T> =>
  sql<T>`case when error_code is null then null else ${sql.ref(column)} end`;

/** The attempts of a stretch of time, counted by what tells them apart. */
function countedFrom(engine: Engine, s: Session, from: Instant, to: Instant) {
  const status = ifFailed<number | null>('http_status');
  const host = ifFailed<string | null>('host');
  return s.q
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
