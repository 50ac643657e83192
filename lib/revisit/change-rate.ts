import { defaultRevisitPolicy } from './policy.ts';

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
