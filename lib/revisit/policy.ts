/** The numbers of the revisit policy. All times are milliseconds. */

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

export interface RevisitPolicy {
  /** No page is asked more often than this. */
  readonly minMs: number;
  /** No page waits longer than this. */
  readonly maxMs: number;
  /** The interval after the first fetch, when nothing is known yet. */
  readonly initialMs: number;
  /** An unchanged page's interval grows by this factor. */
  readonly growth: number;
  /** Half-width of the jitter as a share of the interval. */
  readonly jitter: number;
}

/** StormCrawler's adaptive scheduler's form: × 1.5 when unchanged, bounds of an hour and 30 days. */
export const defaultRevisitPolicy: RevisitPolicy = {
  minMs: hourMs,
  maxMs: 30 * dayMs,
  initialMs: dayMs,
  growth: 1.5,
  jitter: 0.1,
};
