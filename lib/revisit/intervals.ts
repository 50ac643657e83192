/** When a page is due again. All times are milliseconds. Pure. */

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

/** `error` is any fetch that says nothing about the page (time-out, 5xx, refused). */
export type RevisitOutcome = 'changed' | 'unchanged' | 'error';

export interface RevisitInput {
  /** The interval that led to this fetch, ms; null after the first fetch. */
  readonly previousMs: number | null;
  readonly outcome: RevisitOutcome;
  /** Uniform in [0, 1); injected so that the decision stays pure. */
  readonly random: number;
}

/**
 * Milliseconds until the page is due again, always within the policy's bounds.
 *
 * Unchanged: interval × 1.5. Changed: half-way to the least interval, so a page that woke up is
 * followed at once but one change does not undo months of quiet. An error says nothing about the
 * page and leaves the interval alone; its retry is the queue's matter. The form is that of
 * StormCrawler's AdaptiveScheduler.
 */
export function nextInterval(
  { previousMs, outcome, random }: RevisitInput,
  policy: RevisitPolicy = defaultRevisitPolicy,
): number {
  if (previousMs === null) return jittered(policy.initialMs, random, policy);
  const previous = clamp(previousMs, policy);
  if (outcome === 'error') return Math.round(previous);
  const base =
    outcome === 'unchanged'
      ? Math.min(previous * policy.growth, policy.maxMs)
      : policy.minMs + (previous - policy.minMs) / 2;
  return jittered(base, random, policy);
}

/**
 * Spreads pages that were fetched together, or a whole seed run would come due in one second for
 * ever. Past a bound it is mirrored back rather than cut off: cutting would gather half of all quiet
 * pages on exactly 30 days.
 */
function jittered(baseMs: number, random: number, policy: RevisitPolicy): number {
  const spread = clamp(baseMs, policy) * (1 + policy.jitter * (2 * random - 1));
  const mirrored =
    spread > policy.maxMs
      ? 2 * policy.maxMs - spread
      : spread < policy.minMs
        ? 2 * policy.minMs - spread
        : spread;
  return Math.round(clamp(mirrored, policy));
}

const clamp = (ms: number, { minMs, maxMs }: RevisitPolicy) => Math.min(Math.max(ms, minMs), maxMs);

const leastMs = dayMs;
const mostMs = 90 * dayMs;

/**
 * @param missingForMs since it was first found missing; 0 when that is now
 * @param random uniform in [0, 1); spreads by ± 10 % what went missing together
 */
export function missingInterval(missingForMs: number, random: number): number {
  const base = Math.min(Math.max(missingForMs, leastMs), mostMs);
  return Math.round(base * (0.9 + 0.2 * random));
}
