/** A figure compared with its own past: median and spread, of the same weekday where there are enough. Pure. */
import type { RunMeasure } from './model.ts';

/** The newest runs that count as the past; of a source that runs several times a day, those of as many days. */
const mostPast = 60;
const dayMs = 86_400_000;
/** With runs of so many days of the same weekday, those alone are compared with: five weeks or more. */
const fewestOfWeekday = 5;
/** So many runs at another level are no outliers: two weeks of a source that runs every day. */
const levelRuns = 14;
/** By so many spreads, and at least half as much again, the level of the newest runs is another. */
const levelSpreads = 2;
const leastLevel = Math.log(1.5);
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
 * than `fewest` runs can be compared with, or those of less than a week. One bad run of the past does not make the next one usual: the extremes of
 * the past count without their outermost tenth.
 * @param spreads how many spreads away from the median is unusual
 */
export function baselineOf(
  run: Pick<RunMeasure, 'startedAt'>,
  past: readonly RunMeasure[],
  figure: (measure: RunMeasure) => number | null,
  { fewest, spreads }: { readonly fewest: number; readonly spreads: number },
): Baseline | null {
  const all = pastOf(run, past).flatMap((measure) => {
    const value = figure(measure);
    if (value === null) return [];
    const date = measure.startedAt.slice(0, 10);
    return [{ day: weekdayOf(measure.startedAt), date, log: Math.log1p(value) }];
  });
  if (all.length < fewest || !hasSeenWeek(run, past)) return null;
  const known = ofPresentLevel(all);
  const sameDay = known.filter(({ day }) => day === weekdayOf(run.startedAt));
  const weekday = new Set(sameDay.map(({ date }) => date)).size >= fewestOfWeekday;
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

/** Runs of some hours say nothing about the weekend that comes. With room for a clock that is put back. */
const hasSeenWeek = (
  { startedAt }: Pick<RunMeasure, 'startedAt'>,
  [first]: readonly RunMeasure[],
) => first !== undefined && Date.parse(startedAt) - Date.parse(first.startedAt) >= 6.5 * dayMs;

/** The newest runs, and those of the last weeks. */
function pastOf(
  { startedAt }: Pick<RunMeasure, 'startedAt'>,
  past: readonly RunMeasure[],
): readonly RunMeasure[] {
  const from = new Date(Date.parse(startedAt) - mostPast * dayMs).toISOString();
  const newest = past.length - mostPast;
  return past.filter((measure, at) => at >= newest || measure.startedAt >= from);
}

interface Value {
  readonly day: number;
  readonly log: number;
}

/**
 * A source that has become larger is compared with what it has been since. One that has become smaller is not: a fault
 * of two weeks would be usual.
 */
function ofPresentLevel<V extends Value>(all: readonly V[]): readonly V[] {
  const [older, recent] = [all.slice(0, -levelRuns), all.slice(-levelRuns)];
  if (older.length === 0) return all;
  const rise = median(recent.map(({ log }) => log)) - median(older.map(({ log }) => log));
  const least = Math.max(leastLevel, levelSpreads * madScale * residualSpread(recent));
  return rise > least ? recent : all;
}

/** The median distance of each value from the median of its weekday. */
function residualSpread(known: readonly Value[]): number {
  const byDay = Map.groupBy(known, ({ day }) => day);
  return median(
    [...byDay.values()].flatMap((ofDay) => {
      const middle = median(ofDay.map(({ log }) => log));
      return ofDay.map(({ log }) => Math.abs(log - middle));
    }),
  );
}

const weekdayOf = (at: string): number => new Date(at).getUTCDay();
