/** The best choice among all pages at once, which the queues of classes are compared with in tests and benchmarks. */
import { refreshUtility } from '#lib/revisit/freshness.ts';

interface RevisitCandidate {
  /** Time since the last fetch, ms; null when it was never fetched. */
  readonly ageMs: number | null;
  /** From `estimateChangeRate`. */
  readonly ratePerMs: number;
}

/**
 * The candidates to ask with a budget of `budget` requests, best first: pages that were never
 * fetched, then by refresh utility, then the older copy; equal ones keep the order given.
 */
export function dueFirst<T extends RevisitCandidate>(
  candidates: readonly T[],
  budget: number,
): T[] {
  if (budget <= 0) return [];
  return candidates
    .map((candidate) => ({ candidate, utility: utilityOf(candidate) }))
    .sort((a, b) => compareDescending(a.utility, b.utility) || compareDescending(age(a), age(b)))
    .slice(0, Math.floor(budget))
    .map(({ candidate }) => candidate);
}

function utilityOf({ ageMs, ratePerMs }: RevisitCandidate): number {
  if (ageMs === null) return Number.POSITIVE_INFINITY;
  return refreshUtility(ratePerMs, ageMs);
}

const age = ({ candidate }: { candidate: RevisitCandidate }) =>
  candidate.ageMs ?? Number.POSITIVE_INFINITY;

/** Not `b - a`: two infinities have no difference. */
const compareDescending = (a: number, b: number) => (a === b ? 0 : a < b ? 1 : -1);
