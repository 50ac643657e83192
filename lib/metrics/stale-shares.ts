/** How much of each source was not fetched for a while. */
import { sql } from 'kysely';
import type { Session } from '#db/engine.ts';
import type { Instant } from '#db/schema.ts';
import { readNow } from '#lib/schedules/schedules.ts';
import type { StaleShare } from './model.ts';

const dayMs = 24 * 3_600_000;
const queryTimeoutMs = 3_000;

/**
 * Items not fetched for `days`, per source; never fetched counts, skipped items do not. It reads the
 * whole table, so callers keep the answer for a while and say as of when. Throws
 * `db_statement_timeout` after three seconds.
 */
export async function readStaleShares(session: Session, days: number): Promise<StaleShare[]> {
  const { engine } = session;
  const rows = await engine.withTimeout(session, queryTimeoutMs, (s) =>
    s.q
      .selectFrom('work_items')
      .select([
        'source_system',
        'source_name',
        sql<number>`sum(case when last_fetched_at is null or last_fetched_at < ${engine.nowPlus(-days * dayMs)} then 1 else 0 end)`.as(
          'stale',
        ),
        sql<number>`count(*)`.as('total'),
      ])
      .where(sql<boolean>`status <> 'skipped'`)
      .groupBy(['source_system', 'source_name'])
      .execute(),
  );
  return rows
    .map((row) => ({
      sourceSystem: row.source_system,
      sourceName: row.source_name,
      stale: Number(row.stale),
      total: Number(row.total),
    }))
    .sort(
      (a, b) => b.stale / b.total - a.stale / a.total || a.sourceName.localeCompare(b.sourceName),
    );
}

const keepMs = 60_000;
const kept = new WeakMap<Session, { readonly at: number; readonly answer: Promise<StaleReport> }>();

export interface StaleReport {
  readonly days: number;
  readonly asOf: Instant;
  readonly shares: readonly StaleShare[];
}

/** The shares as they were at most a minute ago, and when that was. Fails as `readStaleShares` does. */
export function recentStaleShares(session: Session, days: number): Promise<StaleReport> {
  const known = kept.get(session);
  if (known && performance.now() - known.at < keepMs) return known.answer;
  const answer = readNow(session).then(async (asOf) => ({
    days,
    asOf,
    shares: await readStaleShares(session, days),
  }));
  kept.set(session, { at: performance.now(), answer });
  return answer;
}
