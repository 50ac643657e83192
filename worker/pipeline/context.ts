/** What every step of the pipeline works with. */
import type { Db } from '#db/engine.ts';
import type { LakeSettings } from '#lib/config/model.ts';
import type { HttpClient } from '#lib/egress/http-client.ts';
import type { Logger } from '#lib/log.ts';
import type { CompletionGroup } from '#lib/queue/finish/completion-group.ts';
import type { ClaimedItem } from '#lib/queue/model.ts';
import type { StateStore } from '#lib/queue/state-store.ts';
import type { RobotsCache } from '#lib/source-types/web/robots.ts';
import type { SecretBox } from '#lib/sources/secrets.ts';
import type { ClaimEvents } from '../claim-events.ts';
import type { CutEvents } from '../cut-events.ts';
import type { LostClaims } from '../lost-claims.ts';
import type { RetryTransientOptions } from '../retry-transient.ts';
import type { ItemTracer } from '../tracer.ts';
import type { SourceMemory } from './load-source.ts';
import type { WaitingVisits } from './polite-http.ts';
import type { Suspects } from './suspects.ts';

export interface PipelineContext {
  readonly db: Db;
  readonly store: StateStore;
  /** Through this items are completed: those that end at about the same time share a transaction. */
  readonly completions: CompletionGroup;
  /** What was claimed and is still to be recorded in the log of its run. */
  readonly claimEvents: ClaimEvents;
  /** What was found and left out, and is still to be recorded in the log of its run. */
  readonly cuts: CutEvents;
  readonly lostClaims: LostClaims;
  /** Redirects of this worker that wait for the host they lead to. */
  readonly waitingVisits: WaitingVisits;
  /** Items that may end a worker, tried one at a time. */
  readonly suspects: Suspects;
  readonly http: HttpClient;
  /** robots.txt files the fleet has read. */
  readonly robots: RobotsCache;
  readonly memory: SourceMemory;
  readonly secretBox: SecretBox;
  readonly log: Logger;
  readonly lake: LakeSettings;
  readonly enableDiscovery: boolean;
  readonly workerId: string;
  readonly leaseMs: number;
  /** Absent where nobody receives traces. */
  readonly tracer?: ItemTracer | undefined;
}

/** Why the work on an item was broken off. */
export type AbortReason = 'stopping' | 'lease_lost';

/** An item that this worker has leased. */
export interface LeasedItem {
  readonly item: ClaimedItem;
  /** This process's monotonic clock just before the claim was sent, ms. */
  readonly claimSentAt: number;
  /** The same clock when the claim had been committed, ms. */
  readonly claimedAt: number;
  /** Aborted with an `AbortReason`. */
  readonly abort: AbortController;
  /** Requests sent for it so far; those that items share are counted with the first of them. */
  requests: number;
}

/** How a step of an item is retried; its log is only made when something is logged. */
export const retryTransientWith = (
  { abort }: LeasedItem,
  context: PipelineContext,
  what: string,
): RetryTransientOptions => ({
  signal: abort.signal,
  what,
  get log() {
    return context.log;
  },
});

/** How one item left this worker's hands. */
export type ItemResult =
  | { readonly kind: 'completed'; readonly discovered: number }
  | { readonly kind: 'failed' | 'skipped' | 'retried' | 'released' | 'lost' };
