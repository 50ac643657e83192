/** A work item: one resource of one source, and where it stands in the queue. */
import { z } from 'zod';
import {
  type AttemptOutcome,
  type BodyCoding,
  type Instant,
  type WorkItemStatus,
  workItemStatuses,
} from '#db/schema.ts';
import type { ErrorCode } from '#lib/errors/codes.ts';
import type { JsonObject, JsonValue } from '#lib/json.ts';
import type { RefetchPlan } from '#lib/revisit/refetch-plan.ts';

export type { AttemptOutcome, WorkItemStatus } from '#db/schema.ts';
export { workItemStatuses } from '#db/schema.ts';

export const workItemStatusSchema = z.enum(workItemStatuses);

export interface WorkItem {
  readonly workItemId: string;
  readonly sourceSystem: string;
  readonly sourceName: string;
  readonly resourceType: string;
  readonly resourceId: string;
  readonly requestUri: string;
  readonly requestMethod: string;
  readonly requestHeaders: Readonly<Record<string, string>> | null;
  readonly requestBody: string | null;
  readonly metadata: JsonObject | null;
  readonly priority: number;
  readonly status: WorkItemStatus;
  readonly attempt: number;
  readonly runId: string | null;
  readonly discoveredFrom: string | null;
  readonly createdAt: Instant;
  readonly updatedAt: Instant;
  readonly errorMessage: string | null;
  readonly errorCode: string | null;
  readonly dedupeKey: string;
  readonly host: string | null;
  readonly depth: number;
  readonly availableAt: Instant;
  readonly waitReason: string | null;
  readonly leaseId: string | null;
  readonly leaseOwner: string | null;
  readonly leaseUntil: Instant | null;
  readonly claimedAt: Instant | null;
  readonly lastHttpStatus: number | null;
  readonly etag: string | null;
  readonly lastModified: string | null;
  readonly revision: string | null;
  readonly contentHash: string | null;
  readonly lastFetchedAt: Instant | null;
  readonly lastChangedAt: Instant | null;
  readonly nextFetchAt: Instant | null;
  readonly checkCount: number;
  readonly changeCount: number;
  /** Why it is due when it is: `nextFetchAt` follows from it. */
  readonly refetch: RefetchPlan;
}

/** What a producer gives to `enqueue`. Lengths are those of the columns; see `dedupe-key.ts`. */
export interface NewWorkItem {
  /** UUIDv7; made when absent. */
  readonly workItemId?: string;
  readonly sourceSystem: string;
  readonly sourceName: string;
  readonly resourceType: string;
  readonly resourceId: string;
  readonly requestUri: string;
  /** Default GET. */
  readonly requestMethod?: string;
  readonly requestHeaders?: Readonly<Record<string, string>> | null;
  readonly requestBody?: string | null;
  readonly metadata?: JsonObject | null;
  /** Lower goes first; default 100. */
  readonly priority?: number;
  readonly runId?: string | null;
  readonly discoveredFrom?: string | null;
  /** Link hops from the seed; default 0. */
  readonly depth?: number;
  /** Not before this moment; default at once. */
  readonly availableAt?: Instant;
  /** When it changed last, as its site says; makes a known item due that was fetched before. Default: not said. */
  readonly changedAt?: Instant;
  /** It is left out where so many items of its source have ids that begin so. Default: no such limit. */
  readonly shares?: readonly { readonly idPrefix: string; readonly most: number }[];
  /**
   * What it is now, as the list that names it says. A known item that was fetched as another revision is due, with
   * these metadata. Default: not said.
   */
  readonly revision?: string;
  /** It is news of an item that is known, and no item where it is not. Default: false. */
  readonly onlyKnown?: boolean;
}

/** A work item in the hands of one worker, with the fence that proves it. */
export interface ClaimedItem extends WorkItem {
  readonly status: 'in_progress';
  readonly leaseId: string;
  readonly leaseOwner: string;
  readonly leaseUntil: Instant;
}

/** The fence: an operation on a claimed item succeeds only while this lease is the item's. */
export interface Fence {
  readonly workItemId: string;
  readonly leaseId: string;
}

/** The record a fetch produced, ready to be stored. */
export interface NewRecord {
  /** UUIDv7. */
  readonly ingestId: string;
  readonly requestUri: string;
  readonly requestMethod: string;
  readonly requestHeaders: Readonly<Record<string, string>> | null;
  readonly statusCode: number;
  readonly responseHeaders: Readonly<Record<string, string>> | null;
  /** JSON text, or text as received. */
  readonly payload: string;
  readonly contentType: string;
  /** Hex SHA-256 of the canonical payload. */
  readonly hashSha256: string;
  /** Hex SHA-256 of the normalised projection. */
  readonly contentHash: string;
  readonly durationMs: number;
  readonly lakePath: string | null;
  /** By which the payload was read of what was received; null, the default, when it is no text, or not known. */
  readonly charset?: string | null;
  /** What was received; null, the default, when the payload is a part of an answer, or made of several. */
  readonly body?: RecordBody | null;
  /** Title and main text of the page; null, the default, when they are not extracted. */
  readonly page?: { readonly title: string | null; readonly text: string | null } | null;
}

/** What was received, as it was received. */
export interface RecordBody {
  /** Hex SHA-256. */
  readonly sha256: string;
  readonly bytes: number;
  /** Null when the payload in UTF-8 is these very bytes. */
  readonly apart: PackedBody | null;
}

export interface PackedBody {
  readonly coding: BodyCoding;
  readonly data: Uint8Array;
}

/** How one attempt went, for the item's history. */
export interface AttemptReport {
  /** UUIDv7. */
  readonly attemptId: string;
  readonly workerId: string;
  readonly durationMs: number;
  readonly httpStatus: number | null;
  readonly facts: JsonObject | null;
  /** Requests sent for it, for the host's numbers; default 1. Shared ones count for one item only. */
  readonly requests?: number;
}

export interface Validators {
  readonly etag: string | null;
  readonly lastModified: string | null;
  readonly revision: string | null;
}

export interface CompletionInput {
  readonly fence: Fence;
  readonly attempt: AttemptReport;
  /** Null when the source said "unchanged" (304, same revision), or for an alias. */
  readonly record: NewRecord | null;
  /**
   * True when the resource is but another name (a redirect) of the one in `discovered`: it has no
   * record of its own and is not "unchanged" either.
   */
  readonly alias?: boolean;
  readonly validators: Validators;
  /** When it is due again, ms; null = when a change is announced; absent = by its history. A person's plan wins. */
  readonly revisitMs?: number | null | undefined;
  /** Items found in the payload, already filtered by the source's rules (depth, namespaces). */
  readonly discovered: readonly NewWorkItem[];
}

export type CompletionResult =
  | {
      readonly ok: true;
      readonly discovered: number;
      readonly unchanged: boolean;
      /** Found and left out, beyond the share of their host or folder; absent = none. */
      readonly overShare?: number;
    }
  | { readonly ok: false; readonly code: 'lease_lost' };

/** What a server said when an attempt failed. */
export interface FailingAnswer {
  readonly url: string;
  readonly httpStatus: number;
  /** Without secrets. */
  readonly headers: Readonly<Record<string, string>>;
  /** Its beginning. */
  readonly body: Uint8Array;
  /** Of the whole, as far as it was read. */
  readonly bodyBytes: number;
}

export interface FailureInput {
  readonly fence: Fence;
  readonly attempt: AttemptReport;
  readonly errorCode: ErrorCode;
  readonly errorMessage: string;
  /** What the retry policy decided. */
  readonly decision:
    | { readonly kind: 'retry'; readonly delayMs: number }
    | { readonly kind: 'give_up' }
    | { readonly kind: 'skip' }
    | { readonly kind: 'missing' };
  /** How long nobody should ask the item's host (see `planRetry`), ms; default not at all. */
  readonly blockHostMs?: number | null;
  /** Absent when nothing was answered. */
  readonly answer?: FailingAnswer | undefined;
}

/** An item that goes back unfetched because somebody is to be left alone for a known time. */
export interface Postponement {
  readonly delayMs: number;
  /** Kept with the attempt, which is not counted. */
  readonly errorCode: ErrorCode;
  readonly errorMessage: string;
  readonly report: AttemptReport;
  /** Kept with the attempt; absent when nothing was answered. */
  readonly answer?: FailingAnswer | undefined;
}

export type FailureResult =
  | { readonly ok: true; readonly status: 'pending' | 'failed' | 'skipped' }
  | { readonly ok: false; readonly code: 'lease_lost' };

export interface RecrawlFilter {
  readonly sourceSystem?: string;
  readonly sourceName?: string;
  readonly resourceType?: string;
  /** Default `['completed']`; never touches items in progress. */
  readonly statuses?: readonly WorkItemStatus[];
  /** Only items not fetched for at least this many days (never fetched counts as stale). */
  readonly staleDays?: number;
  readonly workItemIds?: readonly string[];
  readonly runId?: string;
}

export interface WorkItemStats {
  readonly total: number;
  readonly byStatus: Readonly<Record<WorkItemStatus, number>>;
  readonly bySource: readonly {
    readonly sourceSystem: string;
    readonly sourceName: string;
    readonly byStatus: Readonly<Record<WorkItemStatus, number>>;
  }[];
}

export interface WorkItemAttempt {
  readonly attemptId: string;
  readonly workItemId: string;
  readonly runId: string | null;
  readonly attempt: number;
  readonly workerId: string | null;
  readonly startedAt: Instant;
  readonly finishedAt: Instant;
  readonly durationMs: number | null;
  readonly outcome: AttemptOutcome;
  readonly httpStatus: number | null;
  readonly errorCode: string | null;
  readonly errorMessage: string | null;
  readonly facts: JsonValue | null;
  readonly ingestId: string | null;
  readonly itemsDiscovered: number;
}
