/**
 * Classes of change rates. Among items that change alike, the one that has been due longest is the most
 * useful to ask, so the best of any number of items is at the head of one of a few dozen queues.
 */
import { estimateChangeRate } from './change-rate.ts';

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
