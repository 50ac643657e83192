/** What retention asks of an engine: deleting a portion of what is too old, in a way that holds up nobody. */
import type { Session } from './engine.ts';

/** Each has an index of the order in which it grows old. */
export const purgedKinds = [
  'events',
  'attempts',
  'answers',
  'records',
  'bodies',
  'versions',
  'items',
  'runs',
  'audit',
  'operations',
  'request keys',
] as const;
export type PurgedKind = (typeof purgedKinds)[number];

export interface PurgeRequest {
  readonly kind: PurgedKind;
  /** Of `records`, `versions` and `items`. */
  readonly source?: string;
  /** What is older goes, ms before now; whole minutes. */
  readonly olderThanMs: number;
  /** Events beyond so many go whatever their age. */
  readonly mostRows?: number;
  /** Where the last portion ended; null = from the beginning. */
  readonly after: PurgePosition | null;
}

/** Time and id of the last row that was looked at. */
export interface PurgePosition {
  readonly at: string;
  readonly id: string;
}

export interface PurgedPortion {
  readonly gone: number;
  /** Why nothing was done: what the database's log waits for. */
  readonly logWait?: string;
  /** Null = nothing old enough is left behind it. */
  readonly next: PurgePosition | null;
}

/** Rows of one portion: far from what makes SQL Server lock a table. */
export const purgePortion = 500;

export interface PurgeStorage {
  /**
   * Looks at the next rows that are too old, at most `purgePortion`, and deletes those of them that may go and that
   * nobody has locked. Call it in a transaction.
   */
  purge(tx: Session, request: PurgeRequest): Promise<PurgedPortion>;
}
