/** What happened in the last minutes, from totals that only grow. Pure but for its memory. */
import { type FaultCounts, noFaults } from '#lib/workers/model.ts';

interface Reading {
  readonly atMs: number;
  readonly totals: FaultCounts;
}

/**
 * A memory of readings. Each call takes the totals since the start at `atMs` of a monotonic clock and
 * returns how much of them came within the last `windowMs`.
 */
export function recentFaults(windowMs: number): (atMs: number, totals: FaultCounts) => FaultCounts {
  let readings: Reading[] = [{ atMs: Number.NEGATIVE_INFINITY, totals: noFaults }];
  return (atMs, totals) => {
    readings.push({ atMs, totals });
    // The newest reading before the window stays: what came after it is what the window saw.
    const before = readings.findLastIndex((reading) => reading.atMs <= atMs - windowMs);
    readings = readings.slice(Math.max(0, before));
    const base = readings[0]?.totals ?? noFaults;
    return {
      rescued: totals.rescued - base.rescued,
      deadlocks: totals.deadlocks - base.deadlocks,
      busy: totals.busy - base.busy,
      connectionsLost: totals.connectionsLost - base.connectionsLost,
      poolWaits: totals.poolWaits - base.poolWaits,
    };
  };
}
