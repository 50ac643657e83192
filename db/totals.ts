/** Totals of work items by source and by host: exact, and read in time that does not depend on how many there are. */
import type { RawBuilder } from 'kysely';
import type { Db, Session } from './engine.ts';
import type { WorkItemStatus } from './schema.ts';

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

export interface TotalsStorage {
  /** Exact totals per source and status, in time independent of the number of items. */
  readTotals(session: Session): Promise<SourceTotal[]>;
  /** The same for some hosts: at most 1,000 names, `''` for items without a host. */
  readHostTotals(session: Session, hosts: readonly string[]): Promise<HostTotal[]>;
  /** 1 while deltas wait to be rolled up, else 0: a column of a query. */
  hasDeltas(): RawBuilder<number>;
  /** Adds pending deltas to the totals; nothing to do where totals are kept directly. Returns how many deltas. */
  rollUpTotals(db: Db): Promise<number>;
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
