export interface ChangeObservations {
  /** Fetches that could be compared with the one before (the first fetch is none). */
  readonly checks: number;
  /** How many of them found a change. */
  readonly changes: number;
  /** Mean time between two compared fetches, ms. */
  readonly meanIntervalMs: number;
}

/**
 * How often a page changes, in changes per millisecond; null when it was never compared.
 *
 * λ = −ln((n − X + 0.5) / (n + 0.5)) / I for n checks, X changes and mean interval I: the
 * bias-reduced estimator for changes that are only seen as "changed since last time or not" (Cho and
 * Garcia-Molina, "Estimating frequency of change", 2003). The plain X / (n I) would miss every change
 * but one of an interval.
 *
 * With X = 0 the formula says "never changes", and a policy that orders by it would not ask such a
 * page again, whatever little it knows. Half a change is assumed instead; the estimate then falls
 * like 1 / 2nI as quiet checks add up.
 */
export function estimateChangeRate({
  checks,
  changes,
  meanIntervalMs,
}: ChangeObservations): number | null {
  if (checks <= 0 || meanIntervalMs <= 0) return null;
  const seen = Math.min(Math.max(changes, 0.5), checks);
  return -Math.log((checks - seen + 0.5) / (checks + 0.5)) / meanIntervalMs;
}
