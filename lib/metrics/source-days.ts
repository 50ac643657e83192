/**
 * What came of each source day by day (UTC): added up as minutes are counted, behind the present by two or three of
 * them, and kept for 13 months. A page of a source and a report of a month read these rows and no others.
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

export interface SourceDay extends Readonly<Record<SourceDayNumber, number>> {
  /** Its midnight, UTC. */
  readonly day: Instant;
}

const none = { fetched: 0, changed: 0, failed: 0, skipped: 0, missing: 0, requests: 0, bytes: 0 };

/**
 * Every day from `from` to before `to`, oldest first; days without an attempt are zeros. As many rows are read as there
 * are days.
 * @param from midnight, UTC
 */
async function readSourceDays(
  { q, engine }: Session,
  source: { readonly type: string; readonly name: string },
  from: Instant,
  to: Instant,
): Promise<SourceDay[]> {
  const rows = await q
    .selectFrom('source_days')
    .select(['day', ...sourceDayNumbers])
    .where('source_system', '=', source.type)
    .where('source_name', '=', source.name)
    .where('day', '>=', engine.instantParam(from))
    .where('day', '<', engine.instantParam(to))
    .execute();
  const known = new Map(rows.map((row) => [row.day, row]));
  const days: SourceDay[] = [];
  for (let at = Date.parse(from); at < Date.parse(to); at += dayMs) {
    const day = new Date(at).toISOString();
    days.push({ ...none, ...known.get(day), day });
  }
  return days;
}

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
 * same row. What several items asked for together is shared among them.
 */
export async function addToSourceDays(tx: Session, from: Instant, to: Instant): Promise<void> {
  const { q, engine } = tx;
  const facts = sql.ref('facts');
  const share = (name: string) =>
    sql<number>`coalesce(sum(coalesce(${engine.jsonNumber(facts, name)}, 0) * 1.0 / coalesce(nullif(${engine.jsonNumber(facts, 'items_together')}, 0), 1.0)), 0)`;
  const rows = await q
    .selectFrom('work_item_attempts')
    .select([
      'source_system',
      'source_name',
      countIf(came('completed', 'unchanged')).as('fetched'),
      countIf(came('completed')).as('changed'),
      countIf(came('failed')).as('failed'),
      countIf(came('skipped')).as('skipped'),
      countIf(sql`${came('skipped')} and error_code = ${sql.lit('resource_missing')}`).as(
        'missing',
      ),
      share('requests').as('requests'),
      share('bytes').as('bytes'),
    ])
    .where('finished_at', '>=', engine.instantParam(from))
    .where('finished_at', '<', engine.instantParam(to))
    .groupBy(['source_system', 'source_name'])
    .execute();
  const day = engine.instantParam(`${from.slice(0, 10)}T00:00:00.000Z`);
  for (const { source_system, source_name, ...counted } of rows) {
    const added = sourceDayNumbers.map(
      (name) => [name, Math.round(Number(counted[name]))] as const,
    );
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
const countIf = (is: RawBuilder<unknown>) => sql<number>`sum(case when ${is} then 1 else 0 end)`;

export async function purgeOldDays({ q, engine }: Db): Promise<void> {
  await q
    .deleteFrom('source_days')
    .where('day', '<', engine.nowPlus(-keptDays * dayMs))
    .execute();
}
