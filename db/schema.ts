/**
 * The typed schema, the same on both engines.
 *
 * Shapes: every time is an ISO 8601 UTC string with milliseconds and a final `Z`
 * (`2026-01-31T09:15:00.123Z`), whichever engine stored it; every flag is 0 or 1; JSON columns are
 * text. Ids are UUIDv7 in lower case. `work_items`, `IngestRecords`, `ingest_runs` and
 * `seen_resources` keep the names, columns and types of an existing Holocron database; what later
 * migrations add to them is marked "added".
 */
import type { ColumnType, Generated, Insertable, Selectable } from 'kysely';

/** ISO 8601 UTC with milliseconds, e.g. `2026-01-31T09:15:00.123Z`. */
export type Instant = string;
/** 0 or 1. */
export type Flag = 0 | 1;
/** Serialised JSON text. */
export type JsonText = string;

export type WorkItemStatus = 'pending' | 'in_progress' | 'completed' | 'failed' | 'skipped';

export interface WorkItemsTable {
  work_item_id: string;
  source_system: string;
  source_name: string;
  resource_type: string;
  resource_id: string;
  request_uri: string;
  request_method: string;
  request_headers: JsonText | null;
  request_body: string | null;
  metadata: JsonText | null;
  priority: Generated<number>;
  status: WorkItemStatus;
  attempt: Generated<number>;
  run_id: string | null;
  discovered_from: string | null;
  created_at: Instant;
  updated_at: Instant;
  error_message: string | null;
  dedupe_key: string;
  /** added: host[:port] of request_uri in lower case; the politeness lane. */
  host: string | null;
  /** added: link hops from the seed, 0 for a seed. */
  depth: Generated<number>;
  /** added: not claimable before this moment (backoff, schedule). */
  available_at: Generated<Instant>;
  /** added: why a pending item waits beyond its turn: `backoff`, `scheduled`, `held` (its run was stopped);
   * null when claimable. */
  wait_reason: string | null;
  /** added: the fence, made fresh at every claim. */
  lease_id: string | null;
  lease_owner: string | null;
  lease_until: Instant | null;
  /** added: when the current claim was made. */
  claimed_at: Instant | null;
  /** added: code of the last error, from the closed list; null after success. */
  error_code: string | null;
  last_http_status: number | null;
  /** added: validators for cheap recrawls. */
  etag: string | null;
  last_modified: string | null;
  revision: string | null;
  /** added: hash of the normalised projection of the latest payload, hex SHA-256. */
  content_hash: string | null;
  last_fetched_at: Instant | null;
  last_changed_at: Instant | null;
  next_fetch_at: Instant | null;
  /** added: how often it was fetched, and how often it had changed. */
  check_count: Generated<number>;
  change_count: Generated<number>;
  /** added: what a person decided about refetching: `always`, `every`, `never`, `retired`; null = adaptive. */
  refetch: string | null;
  /** added: the fixed interval of `every`, seconds. */
  refetch_every_s: number | null;
  /** added: how often it changes, as a class (see `lib/revisit/refresh-class.ts`); null = not known yet. */
  refresh_class: Generated<number | null>;
  /** added: since when its changes have been watched. */
  first_fetched_at: Generated<Instant | null>;
}

export interface IngestRecordsTable {
  ingest_id: string;
  source_system: string;
  source_name: string;
  resource_type: string;
  resource_id: string;
  request_uri: string;
  request_method: string;
  request_headers: JsonText | null;
  status_code: number;
  response_headers: JsonText | null;
  payload: string;
  fetched_at_utc: Instant;
  /** Hex SHA-256 of the canonical payload. */
  hash_sha256: string | null;
  run_id: string | null;
  work_item_id: string | null;
  attempt: number;
  error_message: string | null;
  duration_ms: number | null;
  /** added: media type of the payload, e.g. `application/json`. */
  content_type: string | null;
  /** added: hash of the normalised projection (see the source type). */
  content_hash: string | null;
  /** added: path in the file lake, relative to its base directory. */
  lake_path: string | null;
}

export type RunStatus = 'running' | 'completed' | 'failed' | 'cancelled';

export interface IngestRunsTable {
  run_id: string;
  started_at: Instant;
  completed_at: Instant | null;
  status: RunStatus;
  items_processed: Generated<number>;
  items_succeeded: Generated<number>;
  items_failed: Generated<number>;
  items_discovered: Generated<number>;
  config_hash: string | null;
  metadata: JsonText | null;
  /** added: `seed` | `recrawl` | `retry`. */
  kind: Generated<string>;
  name: string | null;
  /** added: `preparing` while items are being put into the run, else `ready`. */
  phase: Generated<string>;
  /** added: JSON of the launch request (sources, filter, staleness, priority, budget). */
  request: JsonText | null;
  /** added: JSON object source name → revision used. */
  source_revisions: JsonText | null;
  items_total: Generated<number>;
  items_skipped: Generated<number>;
  items_retried: Generated<number>;
  items_unchanged: Generated<number>;
  max_items: number | null;
  max_depth: number | null;
  /** added: most requests, and how many were sent. */
  max_requests: Generated<number | null>;
  requests_sent: Generated<number>;
  /** added: nothing of the run is asked for after this moment. */
  deadline_at: Generated<Instant | null>;
  /** added: when its progress was told last. */
  progress_at: Generated<Instant | null>;
  paused_at: Instant | null;
  /** added: `finished` | `stopped` | `cancelled` | `budget` | `error`. */
  end_reason: string | null;
  parent_run_id: string | null;
  launched_by: string | null;
  request_key: string | null;
  heartbeat_at: Instant | null;
  error_message: string | null;
}

export interface SeenResourcesTable {
  resource_key: string;
  source_system: string;
  source_name: string;
  resource_type: string;
  resource_id: string;
  first_seen_at: Instant;
  last_seen_at: Instant;
  seen_count: Generated<number>;
  last_run_id: string | null;
}

export interface SourcesTable {
  source_id: string;
  /** Unique, case-sensitive; `source_name` of its work items. */
  name: string;
  /** Type id (`mediawiki`, `openalex`, `http`, `test`); `source_system` of its work items. */
  source_type: string;
  enabled: Flag;
  paused_at: Instant | null;
  paused_reason: string | null;
  /** JSON of the type's settings schema, without secrets. */
  settings: JsonText;
  /** JSON array of seeds. */
  seeds: JsonText;
  /** Least time between two requests of the whole fleet, ms; 0 = no limit. */
  rate_delay_ms: number;
  max_attempts: number;
  revision: number;
  /** The fleet's next polite slot, and the lease that holds the current one. */
  next_slot_at: Instant | null;
  slot_lease_id: string | null;
  slot_until: Instant | null;
  created_at: Instant;
  updated_at: Instant;
  deleted_at: Instant | null;
}

export interface SourceRevisionsTable {
  source_id: string;
  revision: number;
  name: string;
  source_type: string;
  settings: JsonText;
  seeds: JsonText;
  enabled: Flag;
  changed_by: string | null;
  changed_at: Instant;
  note: string | null;
}

export interface SourceSecretsTable {
  source_id: string;
  secret_name: string;
  /** AES-256-GCM, base64 parts joined by dots: version.iv.tag.data */
  ciphertext: string;
  updated_at: Instant;
}

export interface HostsTable {
  host: string;
  /** Operator's override of the delay, ms. */
  delay_ms: number | null;
  blocked_until: Instant | null;
  blocked_reason: string | null;
  consecutive_failures: Generated<number>;
  requests_total: Generated<number>;
  count_429: Generated<number>;
  count_5xx: Generated<number>;
  last_status: number | null;
  last_429_at: Instant | null;
  last_request_at: Instant | null;
  robots_body: string | null;
  robots_status: number | null;
  robots_fetched_at: Instant | null;
  /** Least time between two requests, ms: the greatest of what is kept below and `delay_ms`; 0 = none. */
  pace_ms: Generated<number>;
  /** `Crawl-delay` of robots.txt, ms. */
  robots_delay_ms: Generated<number | null>;
  /** Smoothed time to the first byte, ms. */
  latency_ms: Generated<number | null>;
  /** How far a slow host slows us down, ms. */
  adaptive_delay_ms: Generated<number>;
  next_slot_at: Generated<Instant | null>;
  slot_lease_id: Generated<string | null>;
  slot_until: Generated<Instant | null>;
  /** Requests it may have with it at the same moment; null = as many as the workers send. */
  concurrency: Generated<number | null>;
  /** JSON of what the host last said of our budget there. */
  budget: Generated<string | null>;
  updated_at: Instant;
}

export type AttemptOutcome =
  | 'completed'
  | 'unchanged'
  | 'retry'
  | 'failed'
  | 'skipped'
  | 'released'
  | 'expired';

export interface WorkItemAttemptsTable {
  attempt_id: string;
  work_item_id: string;
  source_system: string;
  source_name: string;
  host: string | null;
  run_id: string | null;
  attempt: number;
  lease_id: string | null;
  worker_id: string | null;
  started_at: Instant;
  finished_at: Instant;
  duration_ms: number | null;
  outcome: AttemptOutcome;
  http_status: number | null;
  error_code: string | null;
  error_message: string | null;
  /** JSON: final URL, redirects, protocol, bytes, timings. */
  facts: JsonText | null;
  ingest_id: string | null;
  items_discovered: Generated<number>;
}

export interface AttemptCountsTable {
  unit: 'minute' | 'hour';
  /** Start of the minute or hour. */
  starts_at: Instant;
  count_id: string;
  source_system: string;
  source_name: string;
  outcome: AttemptOutcome;
  /** Null with status and host where nothing went wrong. */
  error_code: string | null;
  http_status: number | null;
  host: string | null;
  attempts: number;
  last_at: Instant;
  /** The newest attempt counted here, as an example. */
  last_attempt_id: string;
}

/** One row: up to where attempts were counted, exclusive; null = nothing was. */
export interface AttemptCountHeadTable {
  head_id: number;
  minutes_to: Instant | null;
  hours_to: Instant | null;
}

export interface WorkersTable {
  worker_id: string;
  host_name: string;
  pid: number;
  version: string;
  concurrency: number;
  started_at: Instant;
  heartbeat_at: Instant;
  stopped_at: Instant | null;
  /** When it was given up, having fallen silent; null again when it comes back. */
  lost_at: Generated<Instant | null>;
  draining: Flag;
  in_flight: Generated<number>;
  items_completed: Generated<number>;
  items_failed: Generated<number>;
  /** JSON: rescued leases, deadlocks retried, clock skew in ms, pool figures. */
  facts: JsonText | null;
}

export interface SchedulesTable {
  schedule_id: string;
  name: string;
  cron: string;
  timezone: string;
  enabled: Flag;
  /** JSON launch request of the run it starts. */
  request: JsonText;
  next_at: Instant | null;
  last_at: Instant | null;
  last_run_id: string | null;
  last_outcome: string | null;
  created_by: string | null;
  created_at: Instant;
  updated_at: Instant;
}

export interface BulkActionsTable {
  bulk_action_id: string;
  action: string;
  /** JSON of the frozen filter. */
  filter: JsonText;
  /** JSON of the action's parameters. */
  params: JsonText | null;
  status: string;
  expected_count: number;
  processed_count: Generated<number>;
  changed_count: Generated<number>;
  skipped_count: Generated<number>;
  cursor_id: string | null;
  requested_by: string | null;
  request_key: string | null;
  created_at: Instant;
  updated_at: Instant;
  finished_at: Instant | null;
  error_message: string | null;
  /** How exact `expected_count` is: `exact`, `more`, `at_least`, `unknown`. */
  expected_kind: string | null;
  dry_run: number | null;
  /** Throttle; null = as fast as it goes. */
  items_per_second: number | null;
  /** Not before this moment, because of the throttle or after a fault. */
  next_chunk_at: Instant | null;
  chunk_count: number | null;
  /** Faults in a row. */
  fault_count: number | null;
  /** JSON: how many items were refused, by reason. */
  refusals: JsonText | null;
  requested_by_id: string | null;
  undo_of: string | null;
  undone_by: string | null;
  lease_owner: string | null;
  lease_until: Instant | null;
}

/** The outcome of each item of a bulk action, some hundred items a row. */
export interface BulkActionChunksTable {
  bulk_action_id: string;
  /** From 1. */
  chunk: number;
  changed_count: number;
  refused_count: number;
  /** JSON: ids of the changed items, grouped by what they were before. */
  changed: JsonText | null;
  /** JSON: ids of the refused items by reason. */
  refused: JsonText | null;
  committed_at: Instant;
}

export interface UsersTable {
  user_id: string;
  /** Lower case. */
  email: string;
  name: string;
  role: string;
  password_hash: string | null;
  /** `provider:subject` of an external identity, null for a local one. */
  identity: string | null;
  active: Flag;
  session_version: number;
  preferences: JsonText | null;
  created_at: Instant;
  updated_at: Instant;
  last_sign_in_at: Instant | null;
}

export interface AuditLogTable {
  audit_id: string;
  at: Instant;
  actor_id: string | null;
  actor_email: string;
  action: string;
  target_type: string;
  target_id: string | null;
  summary: string;
  before_state: JsonText | null;
  after_state: JsonText | null;
}

export interface EventsTable {
  /** Counts up without gaps, in the order of the commits; the TDS driver gives BIGINT as text. */
  event_id: ColumnType<number | string, number, never>;
  at: Instant;
  kind: string;
  level: string;
  run_id: string | null;
  source_name: string | null;
  work_item_id: string | null;
  worker_id: string | null;
  host: string | null;
  message: string;
  data: JsonText | null;
}

/** One row: the id given out last. */
export interface EventHeadTable {
  head_id: number;
  last_event_id: ColumnType<number | string, number, number>;
}

export interface WorkItemCountersTable {
  source_system: string;
  source_name: string;
  status: string;
  item_count: number;
}

/** SQL Server only: append-only deltas written by the trigger, rolled up into the counters. */
export interface WorkItemCounterDeltasTable {
  delta_id: Generated<string>;
  source_system: string;
  source_name: string;
  status: string;
  delta: number;
}

/** Totals per host (`''` = items without one) and status. */
export interface WorkItemHostCountersTable {
  host: string;
  status: string;
  item_count: number;
}

/** SQL Server only, as above. */
export interface WorkItemHostCounterDeltasTable {
  delta_id: Generated<string>;
  host: string;
  status: string;
  delta: number;
}

/** When kept totals were last compared with the items themselves. */
export interface CounterChecksTable {
  /** `source:NAME` or `hosts`. */
  part: string;
  /** Whose turn it is to compare, and until when. */
  turn_id: string | null;
  turn_until: Instant | null;
  checked_at: Instant | null;
  outcome: 'exact' | 'mended' | 'busy' | null;
  /** When totals were last found wrong, and by how many items in all. */
  drifted_at: Instant | null;
  drift: number | null;
}

export interface RequestKeysTable {
  request_key: string;
  action: string;
  result: JsonText;
  created_at: Instant;
}

export interface AppSettingsTable {
  name: string;
  value: string;
  updated_at: Instant;
}

export interface SavedViewsTable {
  view_id: string;
  owner_id: string | null;
  page: string;
  name: string;
  shared: Flag;
  /** The URL query string of the view. */
  query: string;
  created_at: Instant;
  updated_at: Instant;
}

export interface SchemaMigrationsTable {
  version: string;
  name: string;
  checksum: string;
  applied_at: Instant;
  duration_ms: number;
}

export interface Database {
  work_items: WorkItemsTable;
  IngestRecords: IngestRecordsTable;
  ingest_runs: IngestRunsTable;
  seen_resources: SeenResourcesTable;
  sources: SourcesTable;
  source_revisions: SourceRevisionsTable;
  source_secrets: SourceSecretsTable;
  hosts: HostsTable;
  work_item_attempts: WorkItemAttemptsTable;
  attempt_counts: AttemptCountsTable;
  attempt_count_head: AttemptCountHeadTable;
  workers: WorkersTable;
  schedules: SchedulesTable;
  bulk_actions: BulkActionsTable;
  bulk_action_chunks: BulkActionChunksTable;
  users: UsersTable;
  audit_log: AuditLogTable;
  events: EventsTable;
  event_head: EventHeadTable;
  work_item_counters: WorkItemCountersTable;
  work_item_counter_deltas: WorkItemCounterDeltasTable;
  work_item_host_counters: WorkItemHostCountersTable;
  work_item_host_counter_deltas: WorkItemHostCounterDeltasTable;
  counter_checks: CounterChecksTable;
  request_keys: RequestKeysTable;
  app_settings: AppSettingsTable;
  saved_views: SavedViewsTable;
  schema_migrations: SchemaMigrationsTable;
}

export type TableName = keyof Database;
export type WorkItemRow = Selectable<WorkItemsTable>;
export type NewWorkItemRow = Insertable<WorkItemsTable>;
