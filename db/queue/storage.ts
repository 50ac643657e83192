/** What the queue asks of an engine: claiming, making ready, inserting what is absent. */
import type { Expression, Insertable, RawBuilder } from 'kysely';
import type { Session } from '../engine.ts';
import type {
  IngestRecordsTable,
  Instant,
  NewWorkItemRow,
  WorkItemAttemptsTable,
  WorkItemRow,
} from '../schema.ts';
import type { ClaimScope } from './claim-scope.ts';
import type { InsertColumn } from './insert-columns.ts';

export interface ClaimRequest {
  /** 1..500; more would risk lock escalation at 5,000 locks. */
  readonly limit: number;
  readonly owner: string;
  readonly leaseMs: number;
  /** Makes the fence of each claimed item; called `limit` times at most. */
  readonly leaseIds: readonly string[];
  readonly scope?: ClaimScope;
}

/** A new item, by what its producer gives of it. */
export type WorkItemInsert = Pick<NewWorkItemRow, InsertColumn>;

export interface SeenResourceTouch {
  readonly resource_key: string;
  readonly source_system: string;
  readonly source_name: string;
  readonly resource_type: string;
  readonly resource_id: string;
  readonly last_run_id: string | null;
}

/** How a completed item is left; its times are the database's own. */
export interface ItemCompletion {
  readonly work_item_id: string;
  readonly lease_id: string;
  readonly last_http_status: number | null;
  readonly etag: string | null;
  readonly last_modified: string | null;
  readonly revision: string | null;
  /** In how many ms it is due again; null = never. */
  readonly next_fetch_ms: number | null;
  readonly refresh_class: number | null;
  /** 1 = this was the first fetch, else 0. */
  readonly is_first: number;
  readonly check_count: number;
  readonly content_hash: string | null;
  /** 1 = its content is new, else 0. */
  readonly fresh: number;
  readonly change_count: number;
}

/** An attempt that ends now; `claimed_at` is when it started, null = now. */
export type AttemptInsert = Omit<
  Insertable<WorkItemAttemptsTable>,
  'started_at' | 'finished_at' | 'items_discovered'
> & { readonly claimed_at: Instant | null; readonly items_discovered: number };

/** A record of what was fetched now. */
export type RecordInsert = Omit<Insertable<IngestRecordsTable>, 'fetched_at_utc' | 'error_message'>;

export interface QueueStorage {
  /**
   * Claims up to `limit` ready items in order (priority, created_at, work_item_id): sets status,
   * lease, attempt + 1 atomically. Never two sessions the same item. Result is in claim order. What it
   * costs depends on the number of sources, of lanes at most (see `Lane`), never on that of the items.
   * Must run inside a transaction or on its own.
   */
  claim(session: Session, request: ClaimRequest): Promise<WorkItemRow[]>;
  /**
   * Makes ready what waited for a moment that has come, the longest due first and at most 500 in a call.
   * Returns how many. In a transaction, others see them when it has committed.
   */
  promoteDue(session: Session): Promise<number>;
  /**
   * Pending items, to be selected from under an alias: the one that may have been claimed for the longest (`oldest`),
   * those that wait for a moment by when they are `due`, or what is ready in the `turn` of its source. The index
   * is named, because a planner without statistics would sort everything that is pending.
   */
  pendingBy(order: 'oldest' | 'due' | 'turn'): RawBuilder<WorkItemRow>;
  /**
   * Inserts the rows whose dedupe key is absent, in one statement per chunk. Rows must have distinct
   * dedupe keys. `created_at`, `updated_at` and `available_at` (unless given) become the database's
   * now. Returns the ids that were inserted.
   */
  insertWorkItemsIfAbsent(session: Session, rows: readonly WorkItemInsert[]): Promise<Set<string>>;
  /** Upserts `seen_resources`: new keys inserted, known ones counted once more. Keys distinct. */
  touchSeenResources(session: Session, rows: readonly SeenResourceTouch[]): Promise<void>;
  /**
   * Finds what a bulk copy or a disabled trigger has left behind, and sets it right: ready items that are not in the
   * queue, and queue rows without a ready item. Walks both in portions, holds up nobody. Returns how many there were.
   */
  repairQueue(session: Session): Promise<number>;
  /** Whether a source has ready items, as a condition of a query over sources: one look into the queue for each. */
  hasReadyItems(system: Expression<unknown>, name: Expression<unknown>): RawBuilder<boolean>;
  /** Which of these dedupe keys are in the queue already. */
  knownKeys(session: Session, keys: readonly string[]): Promise<Set<string>>;
  /** The items with these ids that are in progress. */
  itemsInProgress(session: Session, ids: readonly string[]): Promise<WorkItemRow[]>;
  /** Completes each item that its lease still holds, in one go; returns the ids of those. */
  completeLeased(session: Session, rows: readonly ItemCompletion[]): Promise<Set<string>>;
  insertAttempts(session: Session, rows: readonly AttemptInsert[]): Promise<void>;
  insertRecords(session: Session, rows: readonly RecordInsert[]): Promise<void>;
}
