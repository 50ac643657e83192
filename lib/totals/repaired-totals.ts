/** What comparisons of the kept totals with the items found wrong lately. */
import type { Session } from '#db/engine.ts';
import type { Instant } from '#db/schema.ts';
import { partFromName, wordsFor } from './part.ts';

export interface RepairedTotals {
  /** `source “wiki”` or `the hosts`. */
  readonly of: string;
  /** By how many items the totals were off, all together. */
  readonly drift: number;
  readonly at: Instant;
}

const lately = 24 * 3_600_000;
const mostTold = 20;

/** Of the last 24 hours, the greatest drift first; one row per source at most is looked at. */
export async function readRepairedTotals({ q, engine }: Session): Promise<RepairedTotals[]> {
  const query = q
    .selectFrom('counter_checks')
    .select(['part', 'drift', 'drifted_at'])
    .where('drifted_at', '>=', engine.nowPlus(-lately))
    .orderBy('drift', 'desc')
    .orderBy('part');
  const rows = await engine.take(query, mostTold).execute();
  return rows.map((row) => ({
    of: wordsFor(partFromName(row.part)),
    drift: Number(row.drift),
    at: row.drifted_at ?? '',
  }));
}
