/** The database a benchmark works in, and the bare driver beside it. */
import type { Db } from '#db/engine.ts';
import type { RecordedStep } from './recording.ts';

export interface BenchTarget {
  readonly db: Db;
  /** Names the database to another process. */
  readonly environment: Readonly<Record<string, string>>;
  /** Share of a case's items one run works on: a server takes its time for each statement. */
  readonly share: number;
  /** Sends the steps one after another through the bare driver, on one connection. */
  replay(steps: readonly RecordedStep[]): Promise<void>;
  /** Fills `work_items` with rows 0 to `count` − 1 of `benchRow`, as fast as the engine allows. */
  fill(count: number, nowMs: number, progress: (line: string) => void): Promise<void>;
  /** Closes everything and removes the database. */
  dispose(): Promise<void>;
}
