/** What a benchmark is and what it reports. */

export interface BenchOptions {
  /** Rows in the table that is measured, or items that are simulated; null = the benchmark's own. */
  readonly rows: number | null;
  /** How often each case is run; the median counts. */
  readonly runs: number;
  /** Of benchmarks with many cases: those whose name has this text; empty = all. */
  readonly only: string;
  /** A SQLite file to fill, or to use as it was filled before, and to keep; null = one for this run. */
  readonly database: string | null;
  /** One line of progress, on standard error. */
  readonly progress: (line: string) => void;
}

/** One measured case. */
export interface BenchResult {
  readonly name: string;
  /** `items/s`, `freshness` and `checks`: more is better; `ms` and `kB`: less is better. */
  readonly unit: 'items/s' | 'ms' | 'kB' | 'freshness' | 'checks';
  readonly median: number;
  readonly runs: readonly number[];
  /** What the same thing costs without us (or could be at best), measured in the same process run. */
  readonly floor: { readonly what: string; readonly median: number } | null;
  /** median / floor. */
  readonly ratio: number | null;
  /** What else was seen, by name. */
  readonly details?: Readonly<Record<string, number>>;
}

export interface Benchmark {
  readonly name: string;
  readonly description: string;
  run(options: BenchOptions): Promise<readonly BenchResult[]>;
}
