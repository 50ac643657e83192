/**
 * The seam between the two engines. Queries are written once with Kysely; what truly differs is a
 * capability here, with one implementation per engine. Code asks the engine, it never asks which
 * engine it is.
 */
import type {
  AliasableExpression,
  CompiledQuery,
  Expression,
  Kysely,
  QueryResult,
  RawBuilder,
  SelectQueryBuilder,
} from 'kysely';
import type { ClaimScope } from './claim-scope.ts';
import type {
  Database,
  Instant,
  NewWorkItemRow,
  TableName,
  WorkItemRow,
  WorkItemStatus,
} from './schema.ts';
import type { DatabaseStats } from './stats.ts';
import type { InsertColumn } from './work-item-insert.ts';

export type EngineName = 'sqlite' | 'sqlserver';

export interface ClaimRequest {
  /** 1..500; more would risk lock escalation at 5,000 locks. */
  readonly limit: number;
  readonly owner: string;
  readonly leaseMs: number;
  /** Makes the fence of each claimed item; called `limit` times at most. */
  readonly leaseIds: readonly string[];
  readonly scope?: ClaimScope;
}

/**
 * Runs queries: the database itself, or one open transaction. A function that takes a `Session`
 * works in both.
 */
export interface Session {
  readonly q: Kysely<Database>;
  readonly engine: Engine;
  /** Where the database answers within the call, the way to it that takes no turn of the event loop. */
  readonly direct?: DirectStatements;
}

/** Statements whose text was made before, past the query builder; their parameters go to the driver as they are. */
export interface DirectStatements {
  send<O>(query: CompiledQuery<O>): QueryResult<O>;
  /** One statement with one set of parameters after another; how many rows each has changed. */
  changeEach(text: string, parameterSets: readonly (readonly unknown[])[]): number[];
}

export interface Db extends Session {
  readonly name: EngineName;
  /** For people: `SQLite data/holocron.db` or `SQL Server localhost:1433/Holocron`; no secrets. */
  readonly label: string;
  /** Retries and pool figures of this process since the database was opened. */
  readonly stats: DatabaseStats;
  /**
   * Runs `fn` in one write transaction (BEGIN IMMEDIATE on SQLite, READ COMMITTED on SQL Server) and
   * commits. Transient faults (deadlock victim, lock time-out, busy file, unique race) roll back and
   * run `fn` again, at most 5 times with jitter, so `fn` must have no effects outside the session.
   */
  transaction<T>(fn: (tx: Session) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

export interface Engine {
  readonly name: EngineName;

  /** The database's clock: UTC, milliseconds. The only clock leases and schedules know. */
  now(): RawBuilder<Instant>;
  /** The database's clock plus `ms` (may be negative). */
  nowPlus(ms: number): RawBuilder<Instant>;
  /** The same with `ms` from the statement, whose text then is the same for all of them; null stays null. */
  nowPlusMs(ms: Expression<number | null>): RawBuilder<Instant | null>;
  /** A time as this engine has given it to us, from the statement; null stays null. */
  instantOf(text: Expression<string | null>): RawBuilder<Instant | null>;
  /** A stored time plus `ms`. */
  addMs(time: Expression<unknown>, ms: number): RawBuilder<Instant>;
  /** `b - a` in milliseconds, as a number. */
  diffMs(a: Expression<unknown>, b: Expression<unknown>): RawBuilder<number>;
  /**
   * A stored time as text in full precision, for keyset cursors; compares equal to the column when
   * sent back as a parameter through `instantParam`.
   */
  cursorText(column: Expression<unknown>): AliasableExpression<string>;
  /** A time or cursor text as a typed parameter. */
  instantParam(value: string): RawBuilder<Instant>;
  /** Floors a time to `minute`, `hour` or `day`; returns an Instant. */
  truncate(time: Expression<unknown>, unit: 'minute' | 'hour' | 'day'): RawBuilder<Instant>;

  /** Stored size of a text column in bytes, without reading the text into the client. */
  byteLength(column: Expression<unknown>): RawBuilder<number>;
  /** A schema-qualified table for raw SQL. */
  table(name: TableName): RawBuilder<unknown>;
  /** First `n` rows: TOP or LIMIT. */
  take<DB, TB extends keyof DB, O>(
    query: SelectQueryBuilder<DB, TB, O>,
    n: number,
  ): SelectQueryBuilder<DB, TB, O>;
  /** The row with `n` rows before it in the order of the query, or none. */
  nth<DB, TB extends keyof DB, O>(
    query: SelectQueryBuilder<DB, TB, O>,
    n: number,
  ): SelectQueryBuilder<DB, TB, O>;
  /**
   * A column by which rows are tested but not sought: keeps a planner without statistics on the index
   * that the query walks in order.
   */
  unindexed(column: Expression<unknown>): RawBuilder<string>;
  /** The same, whatever a planner knows: for a bound beside a nearer one, which is the one to seek by. */
  unsought(column: Expression<unknown>): RawBuilder<string>;
  /** The column is this very text, case and accents included, whatever its collation takes for the same. */
  isExactly(column: Expression<unknown>, text: string): RawBuilder<boolean>;
  /** Text predicates with wildcards escaped; case-insensitive for ASCII on both engines. */
  contains(column: Expression<unknown>, text: string): RawBuilder<boolean>;
  /** Case-sensitive prefix match that can use an index. */
  startsWith(column: Expression<unknown>, prefix: string): RawBuilder<boolean>;

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
  /**
   * Runs a change that moves many items, about `expected`, from status to status, and nothing else. Where
   * that is cheaper the totals are kept for all of them together, by what `change` says has moved.
   */
  countTogether<T>(
    session: Session,
    expected: number,
    change: () => Promise<{ readonly result: T; readonly moves: readonly StatusMove[] }>,
  ): Promise<T>;
  /** Upserts `seen_resources`: new keys inserted, known ones counted once more. Keys distinct. */
  touchSeenResources(session: Session, rows: readonly SeenResourceTouch[]): Promise<void>;
  /**
   * Runs a read with a statement time-out; throws DatabaseError `db_statement_timeout` when it
   * took longer.
   */
  withTimeout<T>(session: Session, ms: number, fn: (s: Session) => Promise<T>): Promise<T>;
  /**
   * Where the tables are when the configured schema has none of them and others of the database do; null
   * otherwise, and where there are no schemas.
   */
  tablesElsewhere(session: Session): Promise<TablesElsewhere | null>;
  /** Exact totals per source and status, in time independent of the number of items. */
  readCounters(session: Session): Promise<CounterRow[]>;
  /** The same for some hosts: at most 1,000 names, `''` for items without a host. */
  readHostCounters(session: Session, hosts: readonly string[]): Promise<HostCounterRow[]>;
  /** Folds pending counter deltas; a no-op where totals are kept directly. Returns deltas folded. */
  rollUpCounters(db: Db): Promise<number>;
  /**
   * Compares kept totals with the items, in reads that hold up no writer, and changes nothing. `busy`: they
   * changed all the time, so that nothing can be said.
   */
  measureDrift(db: Db, part: CounterPart): Promise<readonly CounterDrift[] | 'busy'>;
  /** Adds what was measured. Nobody else may have repaired the same part since then. */
  repairCounters(tx: Session, part: CounterPart, drift: readonly CounterDrift[]): Promise<void>;
  /** Recounts all items while nothing changes, and repairs; returns what had drifted. For quiet hours. */
  reconcileCounters(db: Db): Promise<CounterDrift[]>;
}

export interface TablesElsewhere {
  readonly configured: string;
  /** The first few, by name; at least one. */
  readonly found: readonly string[];
}

/** A new item, by what its producer gives of it. */
export type WorkItemInsert = Pick<NewWorkItemRow, InsertColumn>;

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

export interface SeenResourceTouch {
  readonly resource_key: string;
  readonly source_system: string;
  readonly source_name: string;
  readonly resource_type: string;
  readonly resource_id: string;
  readonly last_run_id: string | null;
}

export interface HostCounterRow {
  readonly host: string;
  readonly status: string;
  readonly item_count: number;
}

/** Totals that are compared together. */
export type CounterPart =
  | { readonly of: 'source'; readonly sourceName: string }
  | { readonly of: 'hosts' };

/** One total that was not what it counts. */
export interface CounterDrift {
  /** Source system, source name and status; or host and status. */
  readonly key: readonly string[];
  /** How many items there are. */
  readonly itemCount: number;
  /** By how many the total was too small; negative = too large. */
  readonly difference: number;
}

export interface CounterRow {
  readonly source_system: string;
  readonly source_name: string;
  readonly status: string;
  readonly item_count: number;
}
