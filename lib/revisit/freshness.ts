/** How often pages change, and which of those that are due are the most useful to ask. Pure. */
import { defaultRevisitPolicy } from './intervals.ts';

export interface ChangeObservations {
  /** Fetches that could be compared with the one before (the first fetch is none). */
  readonly checks: number;
  /** How many of them found a change. */
  readonly changes: number;
  /** Mean time between two compared fetches, ms. */
  readonly meanIntervalMs: number;
}

/** What is believed of a page before anything was seen of it, and what that belief weighs. */
const prior = { ratePerMs: 1 / defaultRevisitPolicy.maxMs, checks: 2 };

/**
 * How often a page changes, in changes per millisecond; always positive.
 *
 * λ = −ln((n − X + 0.5) / (n + 0.5)) / I for n checks, X changes and mean interval I: the
 * bias-reduced estimator for changes that are only seen as "changed since last time or not" (Cho and
 * Garcia-Molina, "Estimating frequency of change", 2003). The plain X / (n I) would miss every change
 * but one of an interval.
 *
 * To n and X are added two imagined checks of a page that changes once in 30 days. Without them a
 * page that changed at each of its first checks looks hopelessly fast and one that did not looks
 * dead; an order by utility would ask neither again, so the mistake would never be found. In the
 * recrawl benchmark that lost more than half of the freshness within reach.
 */
export function estimateChangeRate({
  checks,
  changes,
  meanIntervalMs,
}: ChangeObservations): number {
  if (checks <= 0 || meanIntervalMs <= 0) return prior.ratePerMs;
  const imaginedChanges = -Math.expm1(-prior.ratePerMs * meanIntervalMs) * prior.checks;
  const n = checks + prior.checks;
  const x = Math.min(Math.max(changes, 0), checks) + imaginedChanges;
  return -Math.log((n - x + 0.5) / (n + 0.5)) / meanIntervalMs;
}

/**
 * What a refresh now is worth, in milliseconds of freshness gained per request spent:
 * 1/λ − (t + 1/λ) e^(−λt) for a copy of age t.
 *
 * It is the derivative of the mean freshness F(f) = (f/λ)(1 − e^(−λ/f)) at f = 1/t. At the best
 * allocation of a budget all pages that are asked at all have the same derivative (Cho and
 * Garcia-Molina, 2000), so asking the page with the highest value first walks towards it. It rises
 * with age towards 1/λ: a page that changes every minute is worth at most a minute, which is why
 * chasing the fastest changers wastes a budget.
 */
export function refreshUtility(ratePerMs: number, ageMs: number): number {
  if (ratePerMs <= 0 || ageMs <= 0) return 0;
  const x = ratePerMs * ageMs;
  // 1 − (1 + x) e^(−x) loses all digits for small x; its series there is x²/2 − x³/3 + x⁴/8.
  const gain = x < 1e-3 ? x * x * (1 / 2 - x * (1 / 3 - x / 8)) : 1 - (1 + x) * Math.exp(-x);
  return gain / ratePerMs;
}

const dayMs = 24 * 3_600_000;
/** From a change in eleven years to one in 21 seconds; beyond, what is due longest is all that counts. */
const slowest = -12;
const fastest = 12;
/** Of what has not been compared with itself yet: once in 30 days, as the estimate begins. */
const unknownRatePerMs = estimateChangeRate({ checks: 0, changes: 0, meanIntervalMs: 0 });

/** Items that a person has pinned to an interval: a decision goes before any estimate. */
export const pinnedClass = 100;

/** Every class an item may be in; null = not known yet. */
export const refreshClasses: readonly (number | null)[] = [
  pinnedClass,
  ...Array.from({ length: fastest - slowest + 1 }, (_, at) => fastest - at),
  null,
];

export interface WatchedChanges {
  /** Fetches so far, the first one included. */
  readonly fetches: number;
  /** How many of them found a change. */
  readonly changes: number;
  /** Between the first fetch and the last, ms. */
  readonly watchedMs: number;
}

/** The class of an item: the binary logarithm of its changes per day, rounded. */
export function refreshClassOf({ fetches, changes, watchedMs }: WatchedChanges): number | null {
  const checks = fetches - 1;
  if (checks < 1 || watchedMs <= 0) return null;
  const rate = estimateChangeRate({ checks, changes, meanIntervalMs: watchedMs / checks });
  return Math.min(fastest, Math.max(slowest, Math.round(Math.log2(rate * dayMs))));
}

/** The rate that stands for a class, changes per ms; of `pinnedClass` it says nothing. */
export const rateOfClass = (refreshClass: number | null): number =>
  refreshClass === null ? unknownRatePerMs : 2 ** refreshClass / dayMs;
