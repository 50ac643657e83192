/** The database a benchmark works in, and the bare driver beside it. */
import type { Db, Session } from '#db/engine.ts';
import type { RecordedStep } from './recording.ts';

/** What a benchmark finds in its database. */
export interface Filling {
  /** `work_items` hold rows 0 to `rows` − 1 of `benchRow`. */
  readonly rows: number;
  /** The moment at which the newest rows were made, ms since 1970; now when absent. */
  readonly nowMs?: number;
  /** Puts more into the database, made of the items. */
  readonly also?: (session: Session, progress: (line: string) => void) => Promise<void>;
  /** A SQLite file that is kept, and taken as it is when it was filled before; null = one for this run. */
  readonly file: string | null;
  readonly progress: (line: string) => void;
}

export interface BenchTarget {
  readonly db: Db;
  /** That of the filling, also when the file was filled before. */
  readonly nowMs: number;
  /** Names the database to another process. */
  readonly environment: Readonly<Record<string, string>>;
  /** Share of a case's items one run works on: a server takes its time for each statement. */
  readonly share: number;
  /** Sends the steps one after another through the bare driver, on one connection. */
  replay(steps: readonly RecordedStep[]): Promise<void>;
  /** The filled rows are changed from here on: a kept file will not be taken for filled any more. */
  changeFilledRows(): Promise<void>;
  /** Closes everything and removes the database, unless it is a file that is kept. */
  dispose(): Promise<void>;
}
