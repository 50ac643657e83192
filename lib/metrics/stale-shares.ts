/** How much of each source was not fetched for a while. */
import { sql } from 'kysely';
import type { Session } from '#db/engine.ts';
import type { Instant } from '#db/schema.ts';
import { readNow } from '#lib/now.ts';
import type { SourceTotals, StaleShare } from './model.ts';

const dayMs = 24 * 3_600_000;
const queryTimeoutMs = 3_000;
/** Most items counted per source and question, so that a source's size does not show in the cost. */
const mostCounted = 10_000;

/**
 * Items that were fetched once and not for `days`, for each of the given sources; skipped and retired
 * items do not count. The totals are those of the counters. Counting walks an index and stops after
 * 10,000 items, which `isAtLeast` says. Throws `db_statement_timeout` after three seconds for one source.
 */
export async function readStaleShares(
  session: Session,
  sources: readonly SourceTotals[],
  days: number,
): Promise<StaleShare[]> {
  const shares: StaleShare[] = [];
  for (const { sourceSystem, sourceName, totals } of sources) {
    const total = totals.pending + totals.in_progress + totals.completed + totals.failed;
    const counted = await countStale(session, sourceSystem, sourceName, days);
    shares.push({
      sourceSystem,
      sourceName,
      total,
      // Items may have come between the reading of the counters and this count.
      stale: Math.min(counted.stale, total),
      isAtLeast: counted.isAtLeast && counted.stale < total,
    });
  }
  return shares;
}

async function countStale(
  session: Session,
  sourceSystem: string,
  sourceName: string,
  days: number,
): Promise<{ stale: number; isAtLeast: boolean }> {
  const { engine } = session;
  return engine.withTimeout(session, queryTimeoutMs, async (s) => {
    // A range of IX_work_items_source_fetched.
    const found = s.q
      .selectFrom('work_items')
      .select(
        sql<number>`case when refetch = ${sql.lit('retired')} then 1 else 0 end`.as('retired'),
      )
      .where('source_system', '=', sourceSystem)
      .where('source_name', '=', sourceName)
      .where(sql<boolean>`status <> ${sql.lit('skipped')}`)
      .where('last_fetched_at', '<', engine.nowPlus(-days * dayMs));
    const row = await s.q
      .selectFrom(engine.take(found, mostCounted).as('found'))
      .select((eb) => [
        sql<number>`count(*)`.as('items'),
        eb.fn.sum<number | null>('retired').as('retired'),
      ])
      .executeTakeFirstOrThrow();
    const items = Number(row.items);
    return { stale: items - Number(row.retired ?? 0), isAtLeast: items === mostCounted };
  });
}

const keepMs = 60_000;

export interface StaleReport {
  readonly asOf: Instant;
  readonly shares: readonly StaleShare[];
}

interface Kept {
  readonly at: number;
  /** Of all sources that were asked for together. */
  readonly answer: Promise<StaleReport>;
}
const kept = new WeakMap<Session, Map<string, Kept>>();

/**
 * The shares as they were at most a minute ago, and when the oldest of them was that. Each source is counted
 * once a minute, whichever pages ask for it. Fails as `readStaleShares` does.
 */
export async function recentStaleShares(
  session: Session,
  sources: readonly SourceTotals[],
  days: number,
): Promise<StaleReport> {
  const known = kept.get(session) ?? new Map<string, Kept>();
  kept.set(session, known);
  const keyOf = (source: { readonly sourceSystem: string; readonly sourceName: string }) =>
    `${days} ${source.sourceSystem} ${source.sourceName}`;
  const at = performance.now();
  const isFresh = (one: Kept | undefined) => one !== undefined && at - one.at < keepMs;
  const missing = sources.filter((source) => !isFresh(known.get(keyOf(source))));
  const answer = readNow(session).then(async (asOf) => ({
    asOf,
    shares: await readStaleShares(session, missing, days),
  }));
  for (const source of missing) known.set(keyOf(source), { at, answer });
  const keys = new Set(sources.map(keyOf));
  const answers = new Set([...keys].map((key) => known.get(key)?.answer ?? answer));
  const reports = await Promise.all(answers.size > 0 ? answers : [answer]);
  return {
    asOf: reports.reduce((oldest, one) => (one.asOf < oldest.asOf ? one : oldest)).asOf,
    shares: reports.flatMap(({ shares }) => shares.filter((share) => keys.has(keyOf(share)))),
  };
}
