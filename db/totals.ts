/**
 * Totals of work items by source and by host, and the numbers of runs: exact, and read in time that does not depend on
 * how many there are.
 */
import type { RawBuilder } from 'kysely';
import type { Db, Session } from './engine.ts';
import type { RunNumber, WorkItemStatus } from './schema.ts';

export interface SourceTotal {
  readonly source_system: string;
  readonly source_name: string;
  readonly status: string;
  readonly item_count: number;
}

export interface HostTotal {
  readonly host: string;
  readonly status: string;
  readonly item_count: number;
}

/** An item that came from one status to another; from null = it is new. */
export interface StatusMove {
  readonly item: {
    readonly source_system: string;
    readonly source_name: string;
    readonly host?: string | null;
  };
  readonly from: WorkItemStatus | null;
  readonly to: WorkItemStatus;
}

/** Totals that are compared together. */
export type TotalsPart =
  | { readonly of: 'source'; readonly sourceName: string }
  | { readonly of: 'hosts' };

/** One total that was not what it counts. */
export interface TotalsDrift {
  /** Source system, source name and status; or host and status. */
  readonly key: readonly string[];
  /** How many items there are. */
  readonly itemCount: number;
  /** By how many the total was too small; negative = too large. */
  readonly difference: number;
}

/** What good answers of one host, one after the other, add to what is known of it. */
export interface HostAnswers {
  readonly host: string;
  readonly requests: number;
  /** Null = as before. */
  readonly last_status: number | null;
  /** JSON, see `lib/hosts/budget.ts`; null = as before. */
  readonly budget: string | null;
  /** The latency of a host that had none, ms; null = none was measured. */
  readonly latency_first: number | null;
  /** A latency that was known becomes `known * latency_share + latency_rest`, cut to a whole number. */
  readonly latency_share: number;
  readonly latency_rest: number;
}

export interface TotalsStorage {
  /** Exact totals per source and status, in time independent of the number of items. */
  readTotals(session: Session): Promise<SourceTotal[]>;
  /** The same for some hosts: at most 1,000 names, `''` for items without a host. */
  readHostTotals(session: Session, hosts: readonly string[]): Promise<HostTotal[]>;
  /** 1 while deltas wait to be rolled up, else 0: a column of a query. */
  hasDeltas(): RawBuilder<number>;
  /** Adds pending deltas to totals, runs and hosts; nothing to do where they are kept directly. Returns how many deltas. */
  rollUpTotals(db: Db): Promise<number>;
  /**
   * Adds to the numbers of a run, and waits for nobody who does the same: where others could wait it is appended, and
   * `current_runs` has it at once. Of an ended run only while its queue is being emptied, unless `evenEnded`. False
   * when there is no such run; then nothing was added.
   */
  addToRun(
    session: Session,
    runId: string,
    by: Readonly<Partial<Record<RunNumber, number>>>,
    evenEnded?: boolean,
  ): Promise<boolean>;
  /**
   * Adds what was appended of one run to its row, and keeps that locked until the transaction ends. At most 2,000 deltas
   * in a call; returns how many.
   */
  rollUpRun(tx: Session, runId: string): Promise<number>;
  /**
   * Adds what a host that is well has answered, and waits for nobody who does the same, as `addToRun`. False when the
   * host is not known, or not known as one that is well; then nothing was added.
   */
  addToHost(session: Session, answers: HostAnswers): Promise<boolean>;
  /** Adds what was appended of one host to its row, as `rollUpRun`. */
  rollUpHost(tx: Session, host: string): Promise<number>;
  /**
   * Compares kept totals with the items, in reads that hold up no writer, and changes nothing. `busy`: they
   * changed all the time, so that nothing can be said.
   */
  measureDrift(db: Db, part: TotalsPart): Promise<readonly TotalsDrift[] | 'busy'>;
  /** Adds what was measured. Nobody else may have repaired the same part since then. */
  repairTotals(tx: Session, part: TotalsPart, drift: readonly TotalsDrift[]): Promise<void>;
  /** Recounts all items while nothing changes, and repairs; returns what had drifted. For quiet hours. */
  reconcileTotals(db: Db): Promise<TotalsDrift[]>;
  /**
   * Runs a change that moves many items, about `expected`, from status to status, and nothing else. Where
   * that is cheaper the totals are kept for all of them together, by what `change` says has moved.
   */
  countTogether<T>(
    session: Session,
    expected: number,
    change: () => Promise<{ readonly result: T; readonly moves: readonly StatusMove[] }>,
  ): Promise<T>;
}
