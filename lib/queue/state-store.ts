/**
 * The state store: the operations of the specification under their names in camelCase, and what a
 * worker needs beside them. Every operation is one transaction; times are the database's own.
 */

import type { BatchSize, HostAtClaim, SourceName } from '#db/queue/storage.ts';
import type { WorkItemStatus } from '#db/schema.ts';
import type { RescueOptions } from './lease/rescue.ts';
import type {
  ClaimedItem,
  CompletionInput,
  CompletionResult,
  FailureInput,
  FailureResult,
  Fence,
  NewWorkItem,
  Postponement,
  RecrawlFilter,
  WorkItem,
  WorkItemStats,
} from './model.ts';

export interface ClaimOptions {
  readonly owner?: string;
  /** Default 60,000. */
  readonly leaseMs?: number;
}

export interface PoliteClaimOptions extends Required<ClaimOptions> {
  /** How many items one request can ask for together; default 1. */
  readonly batches?: readonly BatchSize[];
  /** Most items in all; default as many as `limit` and the batches allow, at most 2,000. */
  readonly maxItems?: number;
  /**
   * Most requests that take the slot of a source or host, or a place at a host with a limit; default `limit`. Who
   * cannot send them soon holds up everybody else.
   */
  readonly slots?: number;
  /** Nothing of these sources: whoever claims has enough of them in hand. */
  readonly without?: readonly SourceName[];
  /** From `newClaimId`; made when absent. By it `claimedUnder` finds the items of a claim whose answer was lost. */
  readonly claimId?: string;
}

export interface EnqueueOptions {
  /** Made by the caller for this call, at most 100 characters: the same call again gives the same answer. */
  readonly requestKey?: string;
}

export interface PoliteClaim {
  /**
   * Together under one polite slot: items of one source and kind, one after the other. The slot's
   * lease is that of the first of them.
   */
  readonly items: readonly ClaimedItem[];
  /** Those that hold the slot of a source or host, or a place at a host with a limit. */
  readonly underSlot: readonly ClaimedItem[];
  /** Milliseconds until something may become claimable; null when nothing is known to wait. */
  readonly retryInMs: number | null;
  /** The hosts of the items as they are once these are claimed, without those that have no row; absent = they were not read. */
  readonly hosts?: readonly HostAtClaim[];
}

export interface StateStore {
  /** True when inserted, false when its key was known. Throws AppError for values that do not fit, `run_ended`. */
  enqueue(item: NewWorkItem): Promise<boolean>;
  /** The ids that were inserted, in the order given. Duplicates inside the batch: the first wins. */
  enqueueMany(items: readonly NewWorkItem[], options?: EnqueueOptions): Promise<string[]>;
  /** Claims up to `limit` items of any source in order; a limit of 0 or less claims nothing. */
  dequeue(limit: number, options?: ClaimOptions): Promise<ClaimedItem[]>;
  /**
   * Claims for a worker of this deployment: only enabled, unpaused sources, within each source's
   * polite rate over the whole fleet, not of blocked hosts nor of paused runs. What one request of a
   * polite source can ask for together counts as one towards `limit`.
   */
  claimPolitely(limit: number, options: PoliteClaimOptions): Promise<PoliteClaim>;
  /** The items that are leased under the id of a claim, in its order. */
  claimedUnder(claimId: string): Promise<ClaimedItem[]>;
  /**
   * Moves an item by hand, as the lifecycle allows; throws `transition_not_allowed` otherwise.
   * With a fence it is refused (`lease_lost`) when the lease is another's.
   */
  updateStatus(
    workItemId: string,
    status: WorkItemStatus,
    options?: { errorMessage?: string; leaseId?: string },
  ): Promise<void>;
  getWorkItem(workItemId: string): Promise<WorkItem | null>;
  exists(dedupeKey: string): Promise<boolean>;
  getStats(): Promise<WorkItemStats>;
  /** Streams in the order of creation by keyset pages; memory does not grow with the table. */
  getKnownResources(filter?: {
    sourceSystem?: string;
    sourceName?: string;
    resourceType?: string;
    status?: WorkItemStatus;
  }): AsyncIterable<WorkItem>;
  /** Sends matching items round again, in chunks; returns how many. Attempts start at 0. */
  resetForRecrawl(
    filter: RecrawlFilter,
    options?: { runId?: string; priority?: number },
  ): Promise<number>;

  /** Fences whose lease was extended; the others were lost. */
  renewLease(fences: readonly Fence[], leaseMs: number): Promise<Fence[]>;
  /**
   * Gives a polite source's slot back after its request was sent. `sentAfterMs` runs from before the
   * `claimPolitely` call to the sending of the last request, on the worker's monotonic clock; the
   * next slot opens one delay after that moment. Null = no request was needed: it opens at once. False when
   * the slot was no longer this lease's.
   */
  releaseSlot(leaseId: string, sentAfterMs: number | null): Promise<boolean>;
  complete(input: CompletionInput): Promise<CompletionResult>;
  /**
   * Completes many items in one transaction, each under its own fence; the results stand in the order
   * given. One that cannot be stored is rejected with its own error, and the others are stored.
   */
  completeMany(
    inputs: readonly CompletionInput[],
  ): Promise<PromiseSettledResult<CompletionResult>[]>;
  fail(input: FailureInput): Promise<FailureResult>;
  /**
   * Gives items back unprocessed; their attempt is uncounted again. Returns how many were still held. With a
   * postponement they are not claimed again before its time.
   */
  release(fences: readonly Fence[], postponement?: Postponement): Promise<number>;
  /**
   * Returns items whose leases ran out to pending, or fails those that have ended (`lib/queue/lease/suspects.ts`), until
   * none is left. Of a worker that died no item pays an attempt, unless it was tried alone. Returns how many.
   */
  rescueExpired(limit?: number, options?: Omit<RescueOptions, 'limit'>): Promise<number>;
}
