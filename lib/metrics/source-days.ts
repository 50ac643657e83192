/**
 * What came of each source day by day (UTC): added up as minutes are counted, behind the present by two or three of
 * them, and kept for 13 months. A page of a source and a report of a month read these rows, and the attempts of the
 * minutes that are not counted yet beside them.
 */
import { type RawBuilder, sql } from 'kysely';
import type { Db, Session } from '#db/engine.ts';
import {
  type AttemptOutcome,
  type Instant,
  type SourceDayNumber,
  sourceDayNumbers,
} from '#db/schema.ts';

const dayMs = 86_400_000;
const keptDays = 400;
/** Before anything was counted: the longest that a window shows, and a day more. */
export const longestUncountedMs = 8 * dayMs;

export interface SourceDay extends Readonly<Record<SourceDayNumber, number>> {
  /** Its midnight, UTC. */
  readonly day: Instant;
}

const none = { fetched: 0, changed: 0, failed: 0, skipped: 0, missing: 0, requests: 0, bytes: 0 };

/**
 * A table of what came of sources on days, for a FROM clause, named `days`: what was counted, and the attempts that were
 * not yet. It is one statement that reads both, so that no attempt is in both or in neither.
 * @param from midnight, UTC
 * @param of a condition on `source_system` and `source_name`, so that nothing else is read
 */
export function sourceDays(
  session: Session,
  from: Instant,
  to: Instant,
  of: RawBuilder<boolean> = sql<boolean>`1 = 1`,
) {
  const { q, engine } = session;
  const start = engine.instantParam(from);
  const end = engine.instantParam(to);
  const numbers = numbersOfAttempt(engine);
  const counted = q
    .selectFrom('source_days')
    .select(['source_system', 'source_name', 'day', ...sourceDayNumbers])
    .where('day', '>=', start)
    .where('day', '<', end)
    .where(of);
  const recent = uncountedAttempts(session)
    .select([
      'source_system',
      'source_name',
      engine.truncate(sql.ref('finished_at'), 'day').as('day'),
      ...sourceDayNumbers.map((name) => numbers[name].as(name)),
    ])
    .where('finished_at', '>=', start)
    .where('finished_at', '<', end)
    .where(of);
  return q.selectFrom(counted.unionAll(recent).as('days'));
}

/** The attempts that were not counted yet: those of some minutes, while a worker lives. */
export const uncountedAttempts = ({ q, engine }: Session) =>
  q
    .selectFrom('attempt_count_head as head')
    .innerJoin('work_item_attempts as attempt', (join) =>
      join.on(
        'attempt.finished_at',
        '>=',
        sql<Instant>`coalesce(head.minutes_to, ${engine.nowPlus(-longestUncountedMs)})`,
      ),
    )
    .where('head.head_id', '=', 1);

/** What one attempt adds to a day. What several items asked for together is shared among them. */
function numbersOfAttempt(engine: Session['engine']): Record<SourceDayNumber, RawBuilder<number>> {
  const facts = sql.ref('facts');
  const share = (name: string) =>
    sql<number>`coalesce(${engine.jsonNumber(facts, name)}, 0) * 1.0 / coalesce(nullif(${engine.jsonNumber(facts, 'items_together')}, 0), 1.0)`;
  const oneIf = (is: RawBuilder<unknown>) => sql<number>`case when ${is} then 1 else 0 end`;
  return {
    fetched: oneIf(came('completed', 'unchanged')),
    changed: oneIf(came('completed')),
    failed: oneIf(came('failed')),
    skipped: oneIf(came('skipped')),
    missing: oneIf(sql`${came('skipped')} and error_code = ${sql.lit('resource_missing')}`),
    requests: share('requests'),
    bytes: share('bytes'),
  };
}

/**
 * Every day from `from` to before `to`, oldest first; days without an attempt are zeros. As many rows are read as there
 * are days, and the attempts of the last minutes.
 * @param from midnight, UTC
 */
async function readSourceDays(
  session: Session,
  source: { readonly type: string; readonly name: string },
  from: Instant,
  to: Instant,
): Promise<SourceDay[]> {
  const ofSource = sql<boolean>`source_system = ${source.type} and source_name = ${source.name}`;
  const rows = await sourceDays(session, from, to, ofSource)
    .select(['day', ...sumsOfDays()])
    .groupBy('day')
    .execute();
  const known = new Map(rows.map((row) => [row.day, numbersOfDay(row)]));
  const days: SourceDay[] = [];
  for (let at = Date.parse(from); at < Date.parse(to); at += dayMs) {
    const day = new Date(at).toISOString();
    days.push({ ...none, ...known.get(day), day });
  }
  return days;
}

/** The sums of what `sourceDays` gives, under the names of the numbers. */
export const sumsOfDays = () =>
  sourceDayNumbers.map((name) => sql<number>`sum(${sql.ref(`days.${name}`)})`.as(name));

/** Whole numbers, as the engines give them in various forms. */
export const numbersOfDay = (
  row: Readonly<Record<SourceDayNumber, number>>,
): Record<SourceDayNumber, number> => ({
  fetched: Number(row.fetched),
  changed: Number(row.changed),
  failed: Number(row.failed),
  skipped: Number(row.skipped),
  missing: Number(row.missing),
  requests: Math.round(Number(row.requests)),
  bytes: Math.round(Number(row.bytes)),
});

/** The last `days` days, the present one among them. */
export const readLastDays = (
  session: Session,
  source: { readonly type: string; readonly name: string },
  now: Instant,
  days = 30,
): Promise<SourceDay[]> => {
  const today = Math.floor(Date.parse(now) / dayMs) * dayMs;
  return readSourceDays(
    session,
    source,
    new Date(today - (days - 1) * dayMs).toISOString(),
    new Date(today + dayMs).toISOString(),
  );
};

/**
 * Adds the attempts of a minute. Whoever calls it has locked the head of the counting, so that no other adds to the
 * same row.
 */
export async function addToSourceDays(tx: Session, from: Instant, to: Instant): Promise<void> {
  const { q, engine } = tx;
  const numbers = numbersOfAttempt(engine);
  const rows = await q
    .selectFrom('work_item_attempts')
    .select([
      'source_system',
      'source_name',
      ...sourceDayNumbers.map((name) => sql<number>`sum(${numbers[name]})`.as(name)),
    ])
    .where('finished_at', '>=', engine.instantParam(from))
    .where('finished_at', '<', engine.instantParam(to))
    .groupBy(['source_system', 'source_name'])
    .execute();
  const day = engine.instantParam(`${from.slice(0, 10)}T00:00:00.000Z`);
  for (const { source_system, source_name, ...counted } of rows) {
    const numbersOfMinute = numbersOfDay(counted);
    const added = sourceDayNumbers.map((name) => [name, numbersOfMinute[name]] as const);
    const result = await q
      .updateTable('source_days')
      .set(
        Object.fromEntries(
          added.map(([name, by]) => [name, sql<number>`${sql.ref(name)} + ${by}`]),
        ),
      )
      .where('source_system', '=', source_system)
      .where('source_name', '=', source_name)
      .where('day', '=', day)
      .executeTakeFirst();
    if (Number(result.numUpdatedRows) > 0) continue;
    const values = { ...none, ...Object.fromEntries(added) };
    await q
      .insertInto('source_days')
      .values({ source_system, source_name, day, ...values })
      .execute();
  }
}

/** Texts as literals, which are NVARCHAR on SQL Server as the columns are. */
const came = (...outcomes: readonly AttemptOutcome[]) =>
  sql<boolean>`outcome in (${sql.join(outcomes.map((outcome) => sql.lit(outcome)))})`;

export async function purgeOldDays({ q, engine }: Db): Promise<void> {
  await q
    .deleteFrom('source_days')
    .where('day', '<', engine.nowPlus(-keptDays * dayMs))
    .execute();
}
