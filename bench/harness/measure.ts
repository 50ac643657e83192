import type { BenchResult } from './benchmark.ts';

/** The middle value; of an even number of values the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const upper = sorted[sorted.length >> 1] ?? Number.NaN;
  const lower = sorted[(sorted.length - 1) >> 1] ?? Number.NaN;
  return (lower + upper) / 2;
}

export interface MeasuredCase {
  readonly name: string;
  readonly unit: BenchResult['unit'];
  readonly runs: number;
  /** Does the work once and returns the figure. */
  readonly measure: () => Promise<number>;
  readonly floor?: { readonly what: string; readonly measure: () => Promise<number> };
}

/**
 * Runs a case and its floor by turns, so that whatever else the machine does in between hits both,
 * after one turn of each that is not counted (caches, just-in-time compilation).
 */
export async function measureCase(input: MeasuredCase): Promise<BenchResult> {
  const { name, unit, runs, measure, floor } = input;
  await floor?.measure();
  await measure();
  const ours: number[] = [];
  const floors: number[] = [];
  for (let run = 0; run < runs; run += 1) {
    if (floor) floors.push(await floor.measure());
    ours.push(await measure());
  }
  return toResult({
    name,
    unit,
    runs: ours,
    ...(floor && { floor: { what: floor.what, runs: floors } }),
  });
}

/** A result from the figures of its runs. */
export function toResult(input: {
  readonly name: string;
  readonly unit: BenchResult['unit'];
  readonly runs: readonly number[];
  readonly floor?: { readonly what: string; readonly runs: readonly number[] };
  readonly details?: Readonly<Record<string, number>>;
}): BenchResult {
  const ours = median(input.runs);
  const floor = input.floor ? { what: input.floor.what, median: median(input.floor.runs) } : null;
  return {
    name: input.name,
    unit: input.unit,
    median: ours,
    runs: input.runs,
    floor,
    ratio: floor ? ours / floor.median : null,
    ...(input.details && { details: input.details }),
  };
}

/** Seconds that `work` took, by the monotonic clock. */
export async function secondsOf(work: () => unknown): Promise<number> {
  const start = process.hrtime.bigint();
  await work();
  return Number(process.hrtime.bigint() - start) / 1e9;
}
