/** What workers and commands keep of their work. */
import type { ColumnType, Generated } from 'kysely';
import type { Flag, Instant, JsonText } from './values.ts';

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
  /** The lease of the suspect that it has begun last (`lib/queue/lease/suspects.ts`). */
  suspect_lease_id: Generated<string | null>;
}

/** Everything was stopped: while one is in force, no claim finds anything. */
export interface StopsTable {
  stop_id: string;
  reason: string;
  in_flight: 'finish' | 'release';
  stopped_by: string;
  stopped_at: Instant;
  /** Null = until a person goes on. */
  until: Instant | null;
  ended_by: Generated<string | null>;
  ended_at: Generated<Instant | null>;
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

export interface EventsTable {
  /** Counts up, not always in the order of the commits; the TDS driver gives BIGINT as text. */
  event_id: ColumnType<number | string, never, never>;
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

export interface SchemaMigrationsTable {
  version: string;
  name: string;
  checksum: string;
  applied_at: Instant;
  duration_ms: number;
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

/** What a rule found wrong, from when to when. */
export interface AlertsTable {
  alert_id: string;
  rule: string;
  /** One open alert for each rule and subject. */
  subject: string;
  source_name: string | null;
  title: string;
  detail: string;
  /** JSON object: figures by their names. */
  evidence: JsonText;
  href: string;
  opened_at: Instant;
  seen_at: Instant;
  seen_count: Generated<number>;
  closed_at: Instant | null;
  acknowledged_at: Instant | null;
  acknowledged_by: string | null;
  /** When channels were told of it; null = not yet, because it is muted. */
  told_at: Generated<Instant | null>;
}

/** What is not told until a time. */
export interface AlertMutesTable {
  mute_id: string;
  kind: 'rule' | 'source' | 'failures';
  /** The rule, the source, or as JSON code, HTTP status and host of the failures. */
  target: string;
  reason: string;
  muted_by: string;
  muted_at: Instant;
  until: Instant;
  ended_at: Generated<Instant | null>;
  ended_by: Generated<string | null>;
}

/** What a person has changed of a rule. */
export interface AlertRulesTable {
  rule: string;
  enabled: Flag;
  /** JSON object: numbers by the names of the thresholds. */
  thresholds: JsonText;
  /** Whether what it finds puts the source in quarantine; null = as the rule itself says. */
  quarantine: Generated<Flag | null>;
  updated_at: Instant;
  updated_by: string | null;
}

/** One row. */
export interface AlertStateTable {
  state_id: number;
  /** When the rules are to be evaluated next. */
  due_at: Instant;
  /** JSON array of hourly points. */
  backlog: JsonText;
}

/** What ended runs brought. */
export interface RunMeasuresTable {
  run_id: string;
  ended_at: Instant;
  scope: string;
  /** JSON, see `RunMeasure`. */
  measure: JsonText;
}

/** A stretch of a source's time whose versions are held. */
export interface QuarantinesTable {
  quarantine_id: string;
  source_name: string;
  rule: string;
  title: string;
  detail: string;
  /** JSON object: figures by their names. */
  evidence: JsonText;
  run_id: string;
  from_at: Instant;
  opened_at: Instant;
  /** When it was decided; null = it is open. */
  until_at: Generated<Instant | null>;
  decision: Generated<'accepted' | 'discarded' | null>;
  decided_by: Generated<string | null>;
  note: Generated<string | null>;
}

export interface QuarantineItemsTable {
  quarantine_id: string;
  work_item_id: string;
  decision: 'accepted' | 'discarded';
  decided_by: string;
  decided_at: Instant;
}

/** A view: records that are kept and not current. */
export interface HeldRecordsView {
  ingest_id: ColumnType<string, never, never>;
  quarantine_id: ColumnType<string, never, never>;
  state: ColumnType<'open' | 'discarded', never, never>;
}

/** Where notices go. */
export interface NoticeChannelsTable {
  channel_id: string;
  name: string;
  kind: string;
  host: string;
  /** JSON of address and signing secret, encrypted. */
  sealed: string;
  enabled: Flag;
  /** It gets alerts, and ends of runs. */
  alerts: Flag;
  run_ends: Flag;
  /** JSON, see `ChannelTiming`. */
  timing: Generated<JsonText>;
  /** Nothing is sent before, after a failure. */
  blocked_until: Instant | null;
  lease_id: string | null;
  lease_until: Instant | null;
  created_at: Instant;
  updated_at: Instant;
}

/** A notice for a channel: the outbox, and when it is settled the delivery log. */
export interface NoticeDeliveriesTable {
  /** Counts up; the TDS driver gives BIGINT as text. */
  delivery_no: ColumnType<number | string, never, never>;
  channel_id: string;
  /** The same however often it is sent. */
  message_id: string;
  notice_type: string;
  /** JSON: title, detail, data. */
  notice: JsonText;
  created_at: Instant;
  /** Not told before, and together with what else is held; null = at once and by itself. */
  held_until: Generated<Instant | null>;
  /** The message of several that it went out with. */
  batch_id: Generated<string | null>;
  attempts: Generated<number>;
  last_answer: string | null;
  settled_at: Instant | null;
  delivered: Generated<Flag>;
}
