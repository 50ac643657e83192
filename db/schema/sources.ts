/** What is fetched, from where and when. */
import type { Generated } from 'kysely';
import type { Flag, Instant, JsonText } from './values.ts';

export interface SourcesTable {
  source_id: string;
  /** Unique, case-sensitive; `source_name` of its work items. */
  name: string;
  /** Type id (`mediawiki`, `openalex`, `http`, `test`); `source_system` of its work items. */
  source_type: string;
  enabled: Flag;
  paused_at: Instant | null;
  paused_reason: string | null;
  /** When a worker resumes it by itself; null = when a person does. */
  paused_until: Generated<Instant | null>;
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
  /** Beginning of the last run in which nothing of it failed: from there it is asked for changes. */
  changes_from: Generated<Instant | null>;
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

/** What people wrote about a source. */
export interface SourceCommentsTable {
  comment_id: string;
  source_id: string;
  written_at: Instant;
  written_by: string;
  body: string;
}

/** Times in which a host was asked nothing. */
export interface HostBlocksTable {
  block_id: string;
  host: string;
  blocked_at: Instant;
  /** Its end as it was last set; null = until a person clears it. */
  until: Instant | null;
  reason: string | null;
  /** Null = the host's own wish, or the circuit breaker. */
  blocked_by: string | null;
  /** Null while it is in force. */
  ended_at: Instant | null;
  /** Null = by itself. */
  ended_by: string | null;
}

export interface HostsTable {
  host: string;
  /** Operator's override of the delay, ms. */
  delay_ms: number | null;
  blocked_until: Instant | null;
  blocked_reason: string | null;
  /** Of distinct pages, in a row. */
  consecutive_failures: Generated<number>;
  /** JSON: the work items whose failures these were, the latest ones. */
  failing_pages: Generated<JsonText | null>;
  /** When it last answered as it should; on SQL Server rolled up behind. */
  last_good_at: Generated<Instant | null>;
  requests_total: Generated<number>;
  count_429: Generated<number>;
  count_5xx: Generated<number>;
  last_status: number | null;
  last_429_at: Instant | null;
  last_request_at: Instant | null;
  robots_body: string | null;
  robots_status: number | null;
  robots_fetched_at: Instant | null;
  /** Of the certificate that it showed at the last connection that a worker has told of. */
  certificate_from: Generated<Instant | null>;
  certificate_until: Generated<Instant | null>;
  certificate_seen_at: Generated<Instant | null>;
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
  /** Requests in flight at once; null = as many as the workers send. */
  concurrency: Generated<number | null>;
  /** JSON of what the host last said of our budget there. */
  budget: Generated<string | null>;
  updated_at: Instant;
}

/** Of `hosts`, as of now: on SQL Server these columns are rolled up behind. */
export type CurrentHostsView = Pick<
  HostsTable,
  'host' | 'requests_total' | 'last_request_at' | 'last_status' | 'budget'
>;

/** SQL Server only: what is still to be added to the numbers of hosts. */
export interface HostDeltasTable {
  host: string;
  delta_id: Generated<string>;
  at: Instant;
  requests: number;
  last_status: number | null;
  budget: string | null;
  latency_first: number | null;
  latency_share: number;
  latency_rest: number;
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
