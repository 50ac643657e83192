/** Live, stale or lost: judged by when the last answer arrived, and not by what the browser believes of its network. */
import type { Freshness } from './live.tsx';

/** An answer may take this long beyond the time between two questions, ms. */
const graceMs = 3_000;
/** So long without an answer, ms, and the console counts as lost, whatever became of the questions. */
const lostAfterMs = 30_000;

/**
 * @param ageMs since the last answer, or since the first question
 * @param everyMs between two questions
 * @param hasFailed whether the last question was answered by an error, or not at all
 */
export function freshnessOf(ageMs: number, everyMs: number, hasFailed: boolean): Freshness {
  const isOverdue = ageMs > everyMs + graceMs;
  if (ageMs > lostAfterMs + everyMs || (hasFailed && isOverdue)) return 'lost';
  return isOverdue || hasFailed ? 'stale' : 'live';
}
