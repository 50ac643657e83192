/** What the queue asks of an engine: claiming, inserting what is absent, ending attempts. */
import type { Expression, Insertable, RawBuilder, Selectable } from 'kysely';
import type { Db, Session } from '../engine.ts';
import type {
  IngestRecordsTable,
  IngestRunsTable,
  Instant,
  NewWorkItemRow,
  RecordBodiesTable,
  RunNumber,
  WorkItemAttemptsTable,
  WorkItemRow,
} from '../schema.ts';
import type { HeldItem } from './held-columns.ts';
import type { InsertColumn } from './insert-columns.ts';

/** Whose claim it is, and for how long. */
interface Claim {
  /**
   * Made by the caller for this claim alone (`newClaimId`): the lease of each item is this id with a number of its own
   * for its last four digits, so that a claim whose answer was lost can be asked for.
   */
  readonly claimId: string;
  readonly owner: string;
  readonly leaseMs: number;
}

export interface ClaimRequest extends Claim {
  /** 1..500; more would risk lock escalation at 5,000 locks. */
  readonly limit: number;
  /** Only items of this source; default: of any. */
  readonly source?: { readonly system: string; readonly name: string };
}

/** How many items one request can ask for together; without a system or type: of any. The first that fits counts. */
export interface BatchSize {
  readonly system?: string;
  readonly type?: string;
  readonly size: number;
}

/** A source as items name it. */
export interface SourceName {
  readonly system: string;
  readonly name: string;
}

export interface PoliteClaimRequest extends Claim {
  /** 1..500: a batch is one. */
  readonly requests: number;
  /** Most of them that take a slot, or room at a host with a limit. */
  readonly slots: number;
  /** Most items in all, at most 2,000. */
  readonly items: number;
  /** From the particular to the general. */
  readonly batches: readonly BatchSize[];
  /** Nothing of these sources. */
  readonly without: readonly SourceName[];
}

export interface PoliteClaimResult {
  readonly rows: readonly PolitelyClaimed[];
  /** Until something may become claimable, ms; null when nothing is known to wait. */
  readonly retryInMs: number | null;
  /** The hosts of the items as they are once these are claimed, without those that have no row; absent = they were not read. */
  readonly hosts?: readonly HostAtClaim[];
}

/** What a fetch wants to know of a host. */
export interface HostAtClaim {
  readonly host: string;
  /** See `paceOf`. */
  readonly pace_ms: number;
  readonly slot_lease_id: string | null;
  readonly robots_delay_ms: number | null;
  /** How long nobody may ask it, ms; null = it never was blocked, negative = that is over. */
  readonly blocked_ms: number | null;
}

export interface PolitelyClaimed {
  readonly row: WorkItemRow;
  /** Under a slot, or in a place at a host with a limit. */
  readonly underSlot: boolean;
}

/** A new item, by what its producer gives of it. */
export type WorkItemInsert = Pick<NewWorkItemRow, InsertColumn>;

/** A resource that was seen; keys in one call are distinct. */
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

/** An item's completion, with what else follows from it at once. */
export interface LeasedCompletion extends ItemCompletion {
  readonly seen: SeenResourceTouch;
  /** Null = it is recorded later in the transaction (`insertAttempts`): it has found something. */
  readonly attempt: AttemptInsert | null;
  /** Null = there is none, or nothing new in it. */
  readonly record: RecordInsert | null;
  readonly run_id: string | null;
  /** 1 = it brought nothing new, else 0. */
  readonly unchanged: number;
  /** Requests sent for it. */
  readonly requests: number;
}

/** What became of an item that was completed. */
export interface CompletedItem {
  /** Its run has it in its numbers; false = the run has ended, or there is none. */
  readonly isCounted: boolean;
  /** Its run as it was just before, where there is one and the engine had it at hand. */
  readonly run: CompletedRun | null;
}

/** What is known of a run when an item of it is completed. */
export type CompletedRun = Pick<
  Selectable<IngestRunsTable>,
  | 'status'
  | 'phase'
  | 'kind'
  | 'completed_at'
  | 'items_total'
  | 'items_processed'
  | 'max_items'
  | 'max_depth'
>;

/** What is added to the numbers of a run. */
export interface RunAddition {
  readonly runId: string;
  readonly by: Readonly<Partial<Record<RunNumber, number>>>;
}

/** An item that its worker leaves uncompleted, and the attempt that ends with it. Times count from now. */
export interface ItemFailure {
  readonly work_item_id: string;
  /** Null = an item in progress without a lease. */
  readonly lease_id: string | null;
  /** Only if the lease has run out. */
  readonly expired: boolean;
  readonly status: 'pending' | 'failed' | 'skipped';
  /** The attempt does not count. */
  readonly uncounted: boolean;
  readonly wait_reason: string | null;
  /** In how many ms it may be claimed again; null = as it was. */
  readonly available_ms: number | null;
  /** What is wrong with the item; null = as it was. */
  readonly error: { readonly code: string; readonly message: string | null } | null;
  /** The HTTP status of the attempt is the item's too. */
  readonly answered: boolean;
  /** Its resource is missing: since now, or since it was found to be; null = nothing is said of that. */
  readonly missing: {
    readonly since: 'now' | 'before';
    /** In how many ms it is looked at again; null = never. */
    readonly next_fetch_ms: number | null;
  } | null;
  readonly attempt: AttemptInsert;
}

/** A record of what was fetched now. */
export type RecordInsert = Omit<Insertable<IngestRecordsTable>, 'fetched_at_utc' | 'error_message'>;

/** The body of a record that was stored now. */
export type RecordBodyInsert = Omit<RecordBodiesTable, 'stored_at'>;

export interface HeldLease {
  readonly work_item_id: string;
  readonly lease_id: string;
}

export interface QueueStorage {
  /**
   * Claims up to `limit` ready items in order (priority, created_at, work_item_id): sets status, lease,
   * attempt + 1 atomically. Never two sessions the same item. Result is in claim order. What has come due is made
   * ready first, at most 500 items. One call, which waits for nobody's rows; in a transaction of its own.
   */
  claim(db: Db, request: ClaimRequest): Promise<WorkItemRow[]>;
  /**
   * The same for a worker of this deployment: what it may ask for now, by the sources, runs and hosts as they are.
   * Items that share a slot stand together in the order of their leases, whose first is the slot's.
   */
  claimPolitely(db: Db, request: PoliteClaimRequest): Promise<PoliteClaimResult>;
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
  /**
   * Finds what a bulk copy or a disabled trigger has left behind, and sets it right: ready items that are not in the
   * queue, and queue rows without a ready item. Walks both in portions, holds up nobody. Returns how many there were.
   */
  repairQueue(session: Session): Promise<number>;
  /** Whether a source has ready items, as a condition of a query over sources: one look into the queue for each. */
  hasReadyItems(system: Expression<unknown>, name: Expression<unknown>): RawBuilder<boolean>;
  /** Which of these dedupe keys are in the queue already; of skipped and failed items with the code they ended with, else null. */
  knownKeys(session: Session, keys: readonly string[]): Promise<Map<string, string | null>>;
  /** The items with these ids that are in progress, and as `knownKeys` which keys are known: one question for both. */
  heldAndKnown(
    session: Session,
    ids: readonly string[],
    keys: readonly string[],
  ): Promise<{ readonly held: readonly HeldItem[]; readonly known: Map<string, string | null> }>;
  /**
   * Completes each item that its lease still holds, counts its resource as seen, adds it to the numbers of its run while
   * that is under way, records its attempt and stores its record, in one go; returns those items by their ids. Of the
   * others nothing is changed or stored.
   */
  completeItems(
    session: Session,
    rows: readonly LeasedCompletion[],
  ): Promise<ReadonlyMap<string, CompletedItem>>;
  /** Ends the attempts on items that their leases still hold, in one go; returns the ids of those items. */
  failItems(session: Session, rows: readonly ItemFailure[]): Promise<Set<string>>;
  /**
   * Extends leases, and the slots of sources and hosts under them, to `leaseMs` from now, at most 500. Returns the ids
   * of the leases that are still held.
   */
  renewLeases(
    session: Session,
    leases: readonly HeldLease[],
    leaseMs: number,
  ): Promise<Set<string>>;
  /** Records attempts, and adds to the numbers of runs, whatever their state, in one go. */
  insertAttempts(
    session: Session,
    rows: readonly AttemptInsert[],
    additions?: readonly RunAddition[],
  ): Promise<void>;
  insertRecordBodies(session: Session, rows: readonly RecordBodyInsert[]): Promise<void>;
}
