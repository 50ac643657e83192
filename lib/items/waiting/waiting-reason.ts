/** What is known of an item that waits, and what a reason to wait says. */
import type { Instant, WorkItemStatus } from '#db/schema.ts';

export interface WaitingFacts {
  /** The database's clock. */
  readonly now: Instant;
  readonly item: {
    readonly status: WorkItemStatus;
    readonly availableAt: Instant;
    readonly waitReason: string | null;
    readonly attempt: number;
    readonly errorCode?: string | null;
    readonly leaseOwner: string | null;
    readonly leaseUntil: Instant | null;
    readonly host: string | null;
  };
  /** Null when no source of that name exists any more. */
  readonly source: {
    readonly name: string;
    readonly enabled: boolean;
    readonly pausedAt: Instant | null;
    readonly pausedReason: string | null;
    readonly rateDelayMs: number;
    readonly maxAttempts: number;
    readonly nextSlotAt: Instant | null;
    readonly slotUntil: Instant | null;
  } | null;
  readonly host: {
    readonly blockedUntil: Instant | null;
    readonly blockedReason: string | null;
    /** Its own least time between two requests, ms; 0 or null = none. */
    readonly delayMs: number | null;
    /** Its slot, which all sources share; absent = free. */
    readonly nextSlotAt?: Instant | null;
    readonly slotUntil?: Instant | null;
    /** Set when the host says that our budget of the period is spent; absent = it has not said so. */
    readonly budget?: { readonly resetsAt: Instant | null } | null;
    /** Requests it takes at the same moment, and those under way; null or absent = no limit. */
    readonly room?: { readonly most: number; readonly inFlight: number } | null;
  } | null;
  readonly run: {
    readonly status: 'running' | 'completed' | 'failed' | 'cancelled';
    readonly pausedAt: Instant | null;
    /** Its budget of time or of requests is used up. */
    readonly budgetSpent: boolean;
  } | null;
  readonly workersAlive: number;
  /** Claimable items of the same source that go first; null when not counted. */
  readonly ahead: number | null;
}

export type WaitingCode =
  | 'completed'
  | 'failed'
  | 'skipped'
  | 'running'
  | 'lease_expired'
  | 'source_removed'
  | 'source_disabled'
  | 'source_paused'
  | 'run_paused'
  | 'run_spent'
  | 'held'
  | 'host_blocked'
  | 'host_budget'
  | 'backoff'
  | 'scheduled'
  | 'polite_slot'
  | 'host_full'
  | 'no_workers'
  | 'queued';

export interface WaitingReason {
  readonly code: WaitingCode;
  /** A sentence for a person. */
  readonly sentence: string;
  /** When this reason ends by itself; null when that is not a moment anybody knows. */
  readonly until: Instant | null;
  /** What ends it, where `until` does not say: a sentence; null when nothing is waited for. */
  readonly change: string | null;
}

export const reason = (
  code: WaitingCode,
  sentence: string,
  until: Instant | null = null,
): WaitingReason => ({ code, sentence, until, change: null });

/** A reason that ends with what somebody or something does, not at a moment. */
export const reasonUntil = (
  code: WaitingCode,
  sentence: string,
  change: string,
): WaitingReason => ({
  code,
  sentence,
  until: null,
  change,
});
