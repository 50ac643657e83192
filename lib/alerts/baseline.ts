/** A figure compared with its own past: median and spread, of the same weekday where there are enough. Pure. */
import type { RunMeasure } from './model.ts';

/** The newest runs that count as the past. */
const mostPast = 60;
/** With so many of the same weekday, those alone are compared with: five weeks or more. */
const fewestOfWeekday = 5;
/** Makes the median absolute deviation comparable with a standard deviation (normal distribution). */
const madScale = 1.4826;
/** A past without any spread still allows for this much, as a factor's logarithm. */
const leastSpread = 0.1;
/** What has been there before is usual, and so is what is at most so many spreads beyond it. */
const beyondExtremes = 3;

export interface Baseline {
  readonly runs: number;
  readonly median: number;
  /** Below it a value is unusual. */
  readonly low: number;
  /** Above it a value is unusual. */
  readonly high: number;
  readonly weekday: boolean;
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? 0)) / 2;
}

/**
 * What is usual for `figure` in the runs before `run`, by factors: 100 to 50 is as far as 100 to 200. Null where fewer
 * than `fewest` runs can be compared with. One bad run of the past does not make the next one usual: the extremes of
 * the past count without their outermost tenth.
 * @param spreads how many spreads away from the median is unusual
 */
export function baselineOf(
  run: Pick<RunMeasure, 'startedAt'>,
  past: readonly RunMeasure[],
  figure: (measure: RunMeasure) => number | null,
  { fewest, spreads }: { readonly fewest: number; readonly spreads: number },
): Baseline | null {
  const known = past.slice(-mostPast).flatMap((measure) => {
    const value = figure(measure);
    return value === null ? [] : [{ day: weekdayOf(measure.startedAt), log: Math.log1p(value) }];
  });
  if (known.length < fewest) return null;
  const sameDay = known.filter(({ day }) => day === weekdayOf(run.startedAt));
  const weekday = sameDay.length >= fewestOfWeekday;
  const logs = (weekday ? sameDay : known).map(({ log }) => log);
  const middle = median(logs);
  const residual = Math.max(madScale * residualSpread(known), leastSpread);
  // Few values of a weekday show less spread than there is.
  const spread = Math.max(madScale * median(logs.map((log) => Math.abs(log - middle))), residual);
  const sorted = logs.toSorted((a, b) => a - b);
  const outermost = Math.floor(sorted.length / 10);
  const lowest = sorted[outermost] ?? middle;
  const highest = sorted[sorted.length - 1 - outermost] ?? middle;
  return {
    runs: logs.length,
    median: Math.expm1(middle),
    low: Math.expm1(
      Math.max(0, Math.min(middle - spreads * spread, lowest - beyondExtremes * residual)),
    ),
    high: Math.expm1(Math.max(middle + spreads * spread, highest + beyondExtremes * residual)),
    weekday,
  };
}

/** The median distance of each value from the median of its weekday. */
function residualSpread(known: readonly { readonly day: number; readonly log: number }[]): number {
  const byDay = Map.groupBy(known, ({ day }) => day);
  return median(
    [...byDay.values()].flatMap((ofDay) => {
      const middle = median(ofDay.map(({ log }) => log));
      return ofDay.map(({ log }) => Math.abs(log - middle));
    }),
  );
}

const weekdayOf = (at: string): number => new Date(at).getUTCDay();
