/** The four tables of the specification, and the attempts at their items. */
import type { Generated } from 'kysely';
import type { Instant, JsonText } from './values.ts';

export const workItemStatuses = [
  'pending',
  'in_progress',
  'completed',
  'failed',
  'skipped',
] as const;
export type WorkItemStatus = (typeof workItemStatuses)[number];

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
  /** added: how often it changes, as a class (see `lib/revisit/freshness.ts`); null = not known yet. */
  refresh_class: Generated<number | null>;
  /** added: since when its changes have been watched. */
  first_fetched_at: Generated<Instant | null>;
  /** added: since when its resource is no longer there; holds while it is later than `last_fetched_at`. */
  missing_since: Generated<Instant | null>;
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
  /** added: by which the payload was read of the body (WHATWG name); null = it is no text, or not known. */
  charset: string | null;
  /** added: hex SHA-256 of the body as it was received, without content codings; null = not known. */
  body_sha256: string | null;
  /** added: its length. */
  body_bytes: number | null;
  /** added: title of the page; null unless its source extracts texts. */
  page_title: string | null;
  /** added: its main text, without menus and the like. */
  page_text: string | null;
}

/** Bodies that are not the payload in UTF-8, by the record they belong to. */
export interface RecordBodiesTable {
  ingest_id: string;
  stored_at: Instant;
  coding: BodyCoding;
  body: Uint8Array;
}

/** How a body is kept. */
export type BodyCoding = 'identity' | 'gzip';

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
  /** added: how often a resource was found missing; among the skipped. */
  items_missing: Generated<number>;
  /** added: found, and left out by `max_items`. */
  items_over_budget: Generated<number>;
  max_items: number | null;
  max_depth: number | null;
  /** added: most requests, and how many were sent. */
  max_requests: Generated<number | null>;
  requests_sent: Generated<number>;
  /** added: nothing of the run is asked for after this moment. */
  deadline_at: Generated<Instant | null>;
  /** added: when its progress was last reported. */
  progress_at: Generated<Instant | null>;
  paused_at: Instant | null;
  /** added: `finished` | `stopped` | `cancelled` | `budget` | `error`. */
  end_reason: string | null;
  parent_run_id: string | null;
  launched_by: string | null;
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

export type AttemptOutcome =
  | 'completed'
  | 'unchanged'
  | 'retry'
  | 'failed'
  | 'skipped'
  | 'released'
  | 'expired';

/** How the answers of failed attempts began. */
export interface AttemptAnswersTable {
  attempt_id: string;
  work_item_id: string;
  answered_at: Instant;
  url: string;
  http_status: number;
  headers: JsonText;
  /** Of what was read of it; `body` is its beginning. */
  body_bytes: number;
  body: Uint8Array;
}

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

/**
 * What may be claimed, a row for each ready item; kept by a trigger on SQL Server, a view on SQLite. No run and no
 * host are the empty text.
 */
export interface ReadyItemsTable {
  ready_id: number;
  work_item_id: string;
  source_system: string;
  source_name: string;
  run_id: string;
  host: string;
  resource_type: string;
  priority: number;
  created_at: Instant;
}
