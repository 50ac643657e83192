/** What the queue asks of an engine: claiming, making ready, inserting what is absent. */
import type { RawBuilder } from 'kysely';
import type { Session } from '../engine.ts';
import type { NewWorkItemRow, WorkItemRow } from '../schema.ts';
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
   * Pending items, to be selected from under an alias: by the `time` from which they may be claimed, those
   * that wait for a moment by when they are `due`, or what is ready in the `turn` of its source. The index
   * is named, because a planner without statistics would sort everything that is pending.
   */
  pendingBy(order: 'time' | 'due' | 'turn'): RawBuilder<WorkItemRow>;
  /**
   * Inserts the rows whose dedupe key is absent, in one statement per chunk. Rows must have distinct
   * dedupe keys. `created_at`, `updated_at` and `available_at` (unless given) become the database's
   * now. Returns the ids that were inserted.
   */
  insertWorkItemsIfAbsent(session: Session, rows: readonly WorkItemInsert[]): Promise<Set<string>>;
  /** Upserts `seen_resources`: new keys inserted, known ones counted once more. Keys distinct. */
  touchSeenResources(session: Session, rows: readonly SeenResourceTouch[]): Promise<void>;
}
