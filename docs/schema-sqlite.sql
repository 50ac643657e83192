-- The schema of a new database on SQLite, as the migrations leave it. Printed by
-- db/migrate/printed-schema.test.ts (“vitest run --project unit db/migrate -u”), to be read: “pnpm db:init” is what
-- makes it.

CREATE TABLE work_items (
  work_item_id TEXT NOT NULL CONSTRAINT PK_work_items PRIMARY KEY,
  source_system TEXT NOT NULL,
  source_name TEXT NOT NULL,
  resource_type TEXT NOT NULL,
  resource_id TEXT NOT NULL,
  request_uri TEXT NOT NULL,
  request_method TEXT NOT NULL,
  request_headers TEXT,
  request_body TEXT,
  metadata TEXT,
  priority INTEGER NOT NULL DEFAULT 100,
  status TEXT NOT NULL,
  attempt INTEGER NOT NULL DEFAULT 0,
  run_id TEXT,
  discovered_from TEXT,
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL,
  error_message TEXT,
  dedupe_key TEXT NOT NULL CHECK (length(dedupe_key) <= 850),
  host TEXT,
  depth INTEGER NOT NULL DEFAULT 0,
  available_at TEXT NOT NULL DEFAULT '1970-01-01T00:00:00.000Z',
  wait_reason TEXT,
  lease_id TEXT,
  lease_owner TEXT,
  lease_until TEXT,
  claimed_at TEXT,
  error_code TEXT,
  last_http_status INTEGER,
  etag TEXT,
  last_modified TEXT,
  revision TEXT,
  content_hash TEXT,
  first_fetched_at TEXT NULL,
  last_fetched_at TEXT,
  last_changed_at TEXT,
  next_fetch_at TEXT,
  check_count INTEGER NOT NULL DEFAULT 0,
  change_count INTEGER NOT NULL DEFAULT 0,
  refresh_class INTEGER NULL,
  refetch TEXT NULL CONSTRAINT CK_work_items_refetch CHECK (refetch IN ('always', 'every', 'never', 'retired')),
  refetch_every_s INTEGER NULL CONSTRAINT CK_work_items_refetch_every_s CHECK (refetch_every_s > 0),
  missing_since TEXT NULL,
  CONSTRAINT CK_work_items_status CHECK (status IN ('pending', 'in_progress', 'completed', 'failed', 'skipped')),
  CONSTRAINT CK_work_items_attempt CHECK (attempt >= 0)
);

CREATE UNIQUE INDEX IX_work_items_dedupe ON work_items (dedupe_key);

CREATE INDEX IX_work_items_created ON work_items (created_at, work_item_id);

CREATE INDEX IX_work_items_status_created ON work_items (status, created_at, work_item_id);

CREATE INDEX IX_work_items_source_totals
  ON work_items (source_name, status, created_at, work_item_id, source_system);

CREATE INDEX IX_work_items_run_status
  ON work_items (run_id, status, created_at, work_item_id) WHERE run_id IS NOT NULL;

CREATE INDEX IX_work_items_discovered_created
  ON work_items (discovered_from, created_at, work_item_id) WHERE discovered_from IS NOT NULL;

CREATE INDEX IX_work_items_resource_source
  ON work_items (resource_id, work_item_id, source_name);

CREATE INDEX IX_work_items_source_fetched
  ON work_items (source_name, last_fetched_at, work_item_id) WHERE last_fetched_at IS NOT NULL;

CREATE INDEX IX_work_items_refresh
  ON work_items (source_name, refresh_class, next_fetch_at, work_item_id)
  WHERE status = 'completed' AND next_fetch_at IS NOT NULL;

CREATE INDEX IX_work_items_lease ON work_items (lease_until) WHERE status = 'in_progress';

CREATE INDEX IX_work_items_error_created
  ON work_items (error_code, created_at, work_item_id) WHERE error_code IS NOT NULL;

CREATE INDEX IX_work_items_http_failure
  ON work_items (last_http_status, created_at, work_item_id) WHERE last_http_status >= 400;

CREATE INDEX IX_work_items_missing
  ON work_items (source_name, next_fetch_at, work_item_id)
  WHERE status = 'skipped' AND error_code = 'resource_missing' AND next_fetch_at IS NOT NULL;

CREATE INDEX IX_work_items_without_run
  ON work_items (source_name, work_item_id) WHERE status = 'pending' AND run_id IS NULL;

CREATE TRIGGER TR_work_items_wait_insert AFTER INSERT ON work_items
WHEN NEW.available_at > NEW.created_at AND NEW.status = 'pending' AND NEW.wait_reason IS NULL
  AND NEW.available_at > strftime('%Y-%m-%dT%H:%M:%fZ', 'now')
BEGIN
  UPDATE work_items SET wait_reason = 'scheduled' WHERE rowid = NEW.rowid;
END;

CREATE TRIGGER TR_work_items_wait_update
AFTER UPDATE OF status, available_at, wait_reason ON work_items
WHEN NEW.status = 'pending' AND NEW.wait_reason IS NULL AND NEW.available_at > strftime('%Y-%m-%dT%H:%M:%fZ', 'now')
BEGIN
  UPDATE work_items SET wait_reason = 'scheduled' WHERE rowid = NEW.rowid;
END;

CREATE INDEX IX_work_items_ready
  ON work_items (priority, created_at, work_item_id) WHERE status = 'pending' AND wait_reason IS NULL;

CREATE INDEX IX_work_items_ready_source
  ON work_items (source_system, source_name, priority, created_at, work_item_id)
  WHERE status = 'pending' AND wait_reason IS NULL;

CREATE INDEX IX_work_items_ready_lane
  ON work_items (source_system, source_name, run_id, host, priority, created_at, work_item_id)
  WHERE status = 'pending' AND wait_reason IS NULL;

CREATE INDEX IX_work_items_waiting
  ON work_items (available_at, work_item_id)
  WHERE status = 'pending' AND wait_reason <> 'on_hold';

CREATE INDEX IX_work_items_pending_available
  ON work_items (available_at, work_item_id) WHERE status = 'pending';

CREATE INDEX IX_work_items_on_hold
  ON work_items (wait_reason, created_at, work_item_id) WHERE wait_reason = 'on_hold';

CREATE TRIGGER TR_work_items_count_insert AFTER INSERT ON work_items
WHEN NOT EXISTS (SELECT 1 FROM counted_together)
BEGIN
  INSERT INTO source_totals (source_system, source_name, status, item_count)
  VALUES (NEW.source_system, NEW.source_name, NEW.status, 1)
  ON CONFLICT (source_system, source_name, status) DO UPDATE SET item_count = item_count + 1;
  INSERT INTO host_totals (host, status, item_count)
  VALUES (coalesce(NEW.host, ''), NEW.status, 1)
  ON CONFLICT (host, status) DO UPDATE SET item_count = item_count + 1;
END;

CREATE TRIGGER TR_work_items_count_delete AFTER DELETE ON work_items
BEGIN
  UPDATE source_totals SET item_count = item_count - 1
  WHERE source_system = OLD.source_system AND source_name = OLD.source_name AND status = OLD.status;
END;

CREATE TRIGGER TR_work_items_host_count_delete AFTER DELETE ON work_items
BEGIN
  UPDATE host_totals SET item_count = item_count - 1
  WHERE host = coalesce(OLD.host, '') AND status = OLD.status;
END;

CREATE TRIGGER TR_work_items_count_update
AFTER UPDATE OF status, source_system, source_name, host ON work_items
WHEN (OLD.status <> NEW.status OR OLD.source_system <> NEW.source_system
    OR OLD.source_name <> NEW.source_name OR OLD.host IS NOT NEW.host)
  AND NOT EXISTS (SELECT 1 FROM counted_together)
BEGIN
  UPDATE source_totals SET item_count = item_count - 1
  WHERE source_system = OLD.source_system AND source_name = OLD.source_name AND status = OLD.status;
  INSERT INTO source_totals (source_system, source_name, status, item_count)
  VALUES (NEW.source_system, NEW.source_name, NEW.status, 1)
  ON CONFLICT (source_system, source_name, status) DO UPDATE SET item_count = item_count + 1;
  UPDATE host_totals SET item_count = item_count - 1
  WHERE host = coalesce(OLD.host, '') AND status = OLD.status;
  INSERT INTO host_totals (host, status, item_count)
  VALUES (coalesce(NEW.host, ''), NEW.status, 1)
  ON CONFLICT (host, status) DO UPDATE SET item_count = item_count + 1;
END;

CREATE TABLE IngestRecords (
  ingest_id TEXT NOT NULL CONSTRAINT PK_IngestRecords PRIMARY KEY,
  source_system TEXT NOT NULL,
  source_name TEXT NOT NULL,
  resource_type TEXT NOT NULL,
  resource_id TEXT NOT NULL,
  request_uri TEXT NOT NULL,
  request_method TEXT NOT NULL,
  request_headers TEXT,
  status_code INTEGER NOT NULL,
  response_headers TEXT,
  payload TEXT NOT NULL,
  fetched_at_utc TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
  hash_sha256 TEXT,
  run_id TEXT,
  work_item_id TEXT,
  attempt INTEGER NOT NULL DEFAULT 1,
  error_message TEXT,
  duration_ms INTEGER,
  content_type TEXT,
  content_hash TEXT,
  lake_path TEXT,
  charset TEXT,
  body_sha256 TEXT,
  body_bytes INTEGER,
  page_title TEXT,
  page_text TEXT,
  CONSTRAINT CK_IngestRecords_StatusCode CHECK (status_code BETWEEN 0 AND 999),
  CONSTRAINT CK_IngestRecords_Attempt CHECK (attempt > 0)
);

CREATE INDEX IX_IngestRecords_Dedupe
  ON IngestRecords (source_system, source_name, resource_type, resource_id, fetched_at_utc DESC);

CREATE INDEX IX_IngestRecords_WorkItemId
  ON IngestRecords (work_item_id) WHERE work_item_id IS NOT NULL;

CREATE INDEX IX_IngestRecords_Fetched_Id ON IngestRecords (fetched_at_utc, ingest_id);

CREATE INDEX IX_IngestRecords_Source_Fetched
  ON IngestRecords (source_name, fetched_at_utc, ingest_id);

CREATE INDEX IX_IngestRecords_Run_Fetched
  ON IngestRecords (run_id, fetched_at_utc, ingest_id) WHERE run_id IS NOT NULL;

CREATE INDEX IX_IngestRecords_Failure_Fetched
  ON IngestRecords (status_code, fetched_at_utc, ingest_id) WHERE status_code >= 400;

CREATE INDEX IX_IngestRecords_Resource
  ON IngestRecords (resource_id, fetched_at_utc, ingest_id);

CREATE TABLE ingest_runs (
  run_id TEXT NOT NULL CONSTRAINT PK_ingest_runs PRIMARY KEY,
  started_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
  completed_at TEXT,
  status TEXT NOT NULL DEFAULT 'running',
  items_processed INTEGER NOT NULL DEFAULT 0,
  items_succeeded INTEGER NOT NULL DEFAULT 0,
  items_failed INTEGER NOT NULL DEFAULT 0,
  items_discovered INTEGER NOT NULL DEFAULT 0,
  config_hash TEXT,
  metadata TEXT,
  kind TEXT NOT NULL DEFAULT 'seed',
  name TEXT,
  phase TEXT NOT NULL DEFAULT 'ready',
  request TEXT,
  source_revisions TEXT,
  items_total INTEGER NOT NULL DEFAULT 0,
  items_skipped INTEGER NOT NULL DEFAULT 0,
  items_retried INTEGER NOT NULL DEFAULT 0,
  items_unchanged INTEGER NOT NULL DEFAULT 0,
  items_missing INTEGER NOT NULL DEFAULT 0,
  items_over_budget INTEGER NOT NULL DEFAULT 0,
  max_items INTEGER,
  max_depth INTEGER,
  max_requests INTEGER NULL,
  requests_sent INTEGER NOT NULL DEFAULT 0,
  deadline_at TEXT NULL,
  paused_at TEXT,
  end_reason TEXT,
  parent_run_id TEXT,
  launched_by TEXT,
  request_key TEXT,
  heartbeat_at TEXT,
  progress_at TEXT NULL,
  error_message TEXT,
  CONSTRAINT CK_ingest_runs_status CHECK (status IN ('running', 'completed', 'failed', 'cancelled'))
);

CREATE INDEX IX_ingest_runs_started ON ingest_runs (started_at, run_id);

CREATE INDEX IX_ingest_runs_status_started ON ingest_runs (status, started_at, run_id);

CREATE INDEX IX_ingest_runs_parent
  ON ingest_runs (parent_run_id, started_at, run_id) WHERE parent_run_id IS NOT NULL;

CREATE INDEX IX_ingest_runs_at_work ON ingest_runs (phase, run_id) WHERE phase <> 'ready';

CREATE TABLE seen_resources (
  resource_key TEXT NOT NULL CONSTRAINT PK_seen_resources PRIMARY KEY,
  source_system TEXT NOT NULL,
  source_name TEXT NOT NULL,
  resource_type TEXT NOT NULL,
  resource_id TEXT NOT NULL,
  first_seen_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
  last_seen_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
  seen_count INTEGER NOT NULL DEFAULT 1,
  last_run_id TEXT
) WITHOUT ROWID;

CREATE VIEW ready_items AS
  SELECT rowid AS ready_id,
  work_item_id,
  source_system,
  source_name,
  coalesce(run_id, '') AS run_id,
  coalesce(host, '') AS host,
  resource_type,
  priority,
  created_at
  FROM work_items WHERE status = 'pending' AND wait_reason IS NULL;

CREATE TABLE stops (
  stop_id TEXT NOT NULL CONSTRAINT PK_stops PRIMARY KEY,
  reason TEXT NOT NULL,
  -- What becomes of items in progress: they are finished, or released to the queue.
  in_flight TEXT NOT NULL CHECK (in_flight IN ('finish', 'release')),
  stopped_by TEXT NOT NULL,
  stopped_at TEXT NOT NULL,
  -- Null = until a person goes on.
  until TEXT,
  ended_by TEXT,
  ended_at TEXT
);

CREATE INDEX IX_stops_open ON stops (stopped_at, until) WHERE ended_at IS NULL;

CREATE TABLE source_totals (
  source_system TEXT NOT NULL,
  source_name TEXT NOT NULL,
  status TEXT NOT NULL,
  item_count INTEGER NOT NULL DEFAULT 0,
  CONSTRAINT PK_source_totals PRIMARY KEY (source_system, source_name, status)
) WITHOUT ROWID;

CREATE TABLE host_totals (
  host TEXT NOT NULL,
  status TEXT NOT NULL,
  item_count INTEGER NOT NULL DEFAULT 0,
  CONSTRAINT PK_host_totals PRIMARY KEY (host, status)
) WITHOUT ROWID;

CREATE TABLE source_total_deltas (
  delta_id INTEGER NOT NULL CONSTRAINT PK_source_total_deltas PRIMARY KEY,
  source_system TEXT NOT NULL,
  source_name TEXT NOT NULL,
  status TEXT NOT NULL,
  delta INTEGER NOT NULL
);

CREATE TABLE host_total_deltas (
  delta_id INTEGER NOT NULL CONSTRAINT PK_host_total_deltas PRIMARY KEY,
  host TEXT NOT NULL,
  status TEXT NOT NULL,
  delta INTEGER NOT NULL
);

CREATE TABLE counted_together (
  switch_id INTEGER NOT NULL CONSTRAINT PK_counted_together PRIMARY KEY
    CONSTRAINT CK_counted_together_one CHECK (switch_id = 1)
);

CREATE TABLE totals_checks (
  part TEXT NOT NULL CONSTRAINT PK_totals_checks PRIMARY KEY,
  turn_id TEXT,
  turn_until TEXT,
  checked_at TEXT,
  outcome TEXT CONSTRAINT CK_totals_checks_outcome CHECK (outcome IN ('exact', 'repaired', 'busy')),
  drifted_at TEXT,
  drift INTEGER
) WITHOUT ROWID;

CREATE TABLE storage_samples (
  -- The day by the database's clock: 2026-01-31.
  day TEXT NOT NULL,
  kind TEXT NOT NULL CONSTRAINT CK_storage_samples_kind CHECK (kind IN ('table', 'records', 'lake', 'free')),
  name TEXT NOT NULL,
  -- Of records their type, else empty.
  part TEXT NOT NULL,
  row_count INTEGER,
  bytes INTEGER NOT NULL,
  CONSTRAINT PK_storage_samples PRIMARY KEY (day, kind, name, part)
) WITHOUT ROWID;

CREATE TABLE source_days (
  source_system TEXT NOT NULL,
  source_name TEXT NOT NULL,
  day TEXT NOT NULL,
  fetched INTEGER NOT NULL,
  changed INTEGER NOT NULL,
  failed INTEGER NOT NULL,
  skipped INTEGER NOT NULL,
  missing INTEGER NOT NULL,
  requests INTEGER NOT NULL,
  bytes INTEGER NOT NULL,
  CONSTRAINT PK_source_days PRIMARY KEY (source_system, source_name, day)
) WITHOUT ROWID;

CREATE TABLE record_bodies (
  ingest_id TEXT NOT NULL CONSTRAINT PK_record_bodies PRIMARY KEY,
  stored_at TEXT NOT NULL,
  coding TEXT NOT NULL CONSTRAINT CK_record_bodies_coding CHECK (coding IN ('identity', 'gzip')),
  body BLOB NOT NULL
);

CREATE INDEX IX_record_bodies_stored ON record_bodies (stored_at, ingest_id);

CREATE TABLE run_deltas (
  run_id TEXT NOT NULL,
  delta_id INTEGER NOT NULL,
  items_total INTEGER NOT NULL DEFAULT 0,
  items_processed INTEGER NOT NULL DEFAULT 0,
  items_succeeded INTEGER NOT NULL DEFAULT 0,
  items_failed INTEGER NOT NULL DEFAULT 0,
  items_skipped INTEGER NOT NULL DEFAULT 0,
  items_discovered INTEGER NOT NULL DEFAULT 0,
  items_retried INTEGER NOT NULL DEFAULT 0,
  items_unchanged INTEGER NOT NULL DEFAULT 0,
  items_missing INTEGER NOT NULL DEFAULT 0,
  items_over_budget INTEGER NOT NULL DEFAULT 0,
  requests_sent INTEGER NOT NULL DEFAULT 0,
  CONSTRAINT PK_run_deltas PRIMARY KEY (run_id, delta_id)
);

CREATE VIEW current_runs AS SELECT * FROM ingest_runs;

CREATE TABLE sources (
  source_id TEXT NOT NULL CONSTRAINT PK_sources PRIMARY KEY,
  name TEXT NOT NULL CHECK (length(name) <= 100),
  source_type TEXT NOT NULL,
  enabled INTEGER NOT NULL DEFAULT 1 CHECK (enabled IN (0, 1)),
  paused_at TEXT,
  paused_reason TEXT,
  -- When workers resume it by themselves; null = when a person does.
  paused_until TEXT,
  settings TEXT NOT NULL,
  seeds TEXT NOT NULL,
  rate_delay_ms INTEGER NOT NULL DEFAULT 0 CHECK (rate_delay_ms >= 0),
  max_attempts INTEGER NOT NULL DEFAULT 4 CHECK (max_attempts > 0),
  revision INTEGER NOT NULL DEFAULT 1,
  next_slot_at TEXT,
  slot_lease_id TEXT,
  slot_until TEXT,
  changes_from TEXT,
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL,
  deleted_at TEXT
);

CREATE UNIQUE INDEX UX_sources_name ON sources (name) WHERE deleted_at IS NULL;

CREATE INDEX IX_sources_paused ON sources (paused_until) WHERE paused_until IS NOT NULL;

CREATE TABLE source_revisions (
  source_id TEXT NOT NULL,
  revision INTEGER NOT NULL,
  name TEXT NOT NULL,
  source_type TEXT NOT NULL,
  settings TEXT NOT NULL,
  seeds TEXT NOT NULL,
  enabled INTEGER NOT NULL CHECK (enabled IN (0, 1)),
  changed_by TEXT,
  changed_at TEXT NOT NULL,
  note TEXT,
  CONSTRAINT PK_source_revisions PRIMARY KEY (source_id, revision)
) WITHOUT ROWID;

CREATE TABLE source_secrets (
  source_id TEXT NOT NULL,
  secret_name TEXT NOT NULL,
  ciphertext TEXT NOT NULL,
  updated_at TEXT NOT NULL,
  CONSTRAINT PK_source_secrets PRIMARY KEY (source_id, secret_name)
) WITHOUT ROWID;

CREATE TABLE source_comments (
  source_id TEXT NOT NULL,
  comment_id TEXT NOT NULL,
  written_at TEXT NOT NULL,
  written_by TEXT NOT NULL,
  body TEXT NOT NULL,
  CONSTRAINT PK_source_comments PRIMARY KEY (source_id, comment_id)
) WITHOUT ROWID;

CREATE TABLE hosts (
  host TEXT NOT NULL CONSTRAINT PK_hosts PRIMARY KEY,
  delay_ms INTEGER CHECK (delay_ms >= 0),
  -- The longest of what is configured, asked for by robots.txt and learned; 0 = as fast as it answers.
  pace_ms INTEGER NOT NULL DEFAULT 0,
  robots_delay_ms INTEGER,
  latency_ms INTEGER,
  adaptive_delay_ms INTEGER NOT NULL DEFAULT 0,
  -- One slot, whichever source asks the host.
  next_slot_at TEXT,
  slot_lease_id TEXT,
  slot_until TEXT,
  budget TEXT,
  -- Requests in flight at once, where an operator says so.
  concurrency INTEGER CHECK (concurrency > 0),
  blocked_until TEXT,
  blocked_reason TEXT,
  -- Of distinct pages, since it answered one as it should.
  consecutive_failures INTEGER NOT NULL DEFAULT 0,
  failing_pages TEXT,
  last_good_at TEXT,
  requests_total INTEGER NOT NULL DEFAULT 0,
  count_429 INTEGER NOT NULL DEFAULT 0,
  count_5xx INTEGER NOT NULL DEFAULT 0,
  last_status INTEGER,
  last_429_at TEXT,
  last_request_at TEXT,
  robots_body TEXT,
  robots_status INTEGER,
  robots_fetched_at TEXT,
  -- Of the certificate that it showed at the last connection that a worker has told of.
  certificate_from TEXT,
  certificate_until TEXT,
  certificate_seen_at TEXT,
  updated_at TEXT NOT NULL
);

CREATE INDEX IX_hosts_blocked ON hosts (blocked_until) WHERE blocked_until IS NOT NULL;

CREATE INDEX IX_hosts_last_request ON hosts (last_request_at, host);

CREATE INDEX IX_hosts_certificate ON hosts (certificate_until) WHERE certificate_until IS NOT NULL;

CREATE INDEX IX_hosts_pace ON hosts (host, pace_ms) WHERE pace_ms > 0;

CREATE INDEX IX_hosts_concurrency ON hosts (host, concurrency) WHERE concurrency IS NOT NULL;

CREATE INDEX IX_hosts_slot ON hosts (slot_lease_id) WHERE slot_lease_id IS NOT NULL;

CREATE INDEX IX_hosts_next_slot ON hosts (next_slot_at) WHERE next_slot_at IS NOT NULL;

CREATE TABLE host_deltas (
  host TEXT NOT NULL,
  delta_id INTEGER NOT NULL,
  at TEXT NOT NULL,
  requests INTEGER NOT NULL,
  last_status INTEGER NULL,
  budget TEXT NULL,
  latency_first INTEGER NULL,
  latency_share REAL NOT NULL,
  latency_rest REAL NOT NULL,
  CONSTRAINT PK_host_deltas PRIMARY KEY (host, delta_id)
);

CREATE VIEW current_hosts AS
  SELECT host,
  requests_total,
  last_request_at,
  last_status,
  budget FROM hosts;

CREATE TABLE host_hours (
  host TEXT NOT NULL,
  hour TEXT NOT NULL,
  requests INTEGER NOT NULL,
  count_429 INTEGER NOT NULL,
  count_5xx INTEGER NOT NULL,
  failed INTEGER NOT NULL,
  CONSTRAINT PK_host_hours PRIMARY KEY (host, hour)
) WITHOUT ROWID;

CREATE INDEX IX_host_hours_hour ON host_hours (hour);

CREATE TABLE host_blocks (
  host TEXT NOT NULL,
  block_id TEXT NOT NULL,
  blocked_at TEXT NOT NULL,
  until TEXT,
  reason TEXT,
  blocked_by TEXT,
  ended_at TEXT,
  ended_by TEXT,
  CONSTRAINT PK_host_blocks PRIMARY KEY (host, block_id)
) WITHOUT ROWID;

CREATE INDEX IX_host_blocks_ended ON host_blocks (ended_at) WHERE ended_at IS NOT NULL;

CREATE TABLE source_hosts (
  host TEXT NOT NULL,
  source_system TEXT NOT NULL,
  source_name TEXT NOT NULL,
  asked_at TEXT NOT NULL,
  CONSTRAINT PK_source_hosts PRIMARY KEY (host, source_system, source_name)
) WITHOUT ROWID;

CREATE INDEX IX_source_hosts_source ON source_hosts (source_system, source_name, asked_at);

CREATE TABLE work_item_attempts (
  attempt_id TEXT NOT NULL,
  work_item_id TEXT NOT NULL,
  source_system TEXT NOT NULL,
  source_name TEXT NOT NULL,
  host TEXT,
  run_id TEXT,
  attempt INTEGER NOT NULL,
  lease_id TEXT,
  worker_id TEXT,
  started_at TEXT NOT NULL,
  finished_at TEXT NOT NULL,
  duration_ms INTEGER,
  outcome TEXT NOT NULL,
  http_status INTEGER,
  error_code TEXT,
  error_message TEXT,
  facts TEXT,
  ingest_id TEXT,
  items_discovered INTEGER NOT NULL DEFAULT 0,
  -- Charts read the last minutes in one stretch.
  CONSTRAINT PK_work_item_attempts PRIMARY KEY (finished_at, attempt_id),
  CONSTRAINT CK_work_item_attempts_outcome
    CHECK (outcome IN ('completed', 'unchanged', 'retry', 'failed', 'skipped', 'released', 'expired'))
);

CREATE INDEX IX_work_item_attempts_item ON work_item_attempts (work_item_id, attempt_id);

CREATE INDEX IX_work_item_attempts_run
  ON work_item_attempts (run_id, finished_at) WHERE run_id IS NOT NULL;

CREATE TABLE attempt_answers (
  attempt_id TEXT NOT NULL,
  work_item_id TEXT NOT NULL,
  answered_at TEXT NOT NULL,
  url TEXT NOT NULL,
  http_status INTEGER NOT NULL,
  headers TEXT NOT NULL,
  -- Of what was read of it; body is its beginning.
  body_bytes INTEGER NOT NULL,
  body BLOB NOT NULL,
  CONSTRAINT PK_attempt_answers PRIMARY KEY (work_item_id, attempt_id)
);

CREATE INDEX IX_attempt_answers_answered ON attempt_answers (answered_at, attempt_id);

CREATE TABLE attempt_counts (
  unit TEXT NOT NULL CONSTRAINT CK_attempt_counts_unit CHECK (unit IN ('minute', 'hour')),
  starts_at TEXT NOT NULL,
  count_id TEXT NOT NULL,
  source_system TEXT NOT NULL,
  source_name TEXT NOT NULL,
  outcome TEXT NOT NULL,
  error_code TEXT NULL,
  http_status INTEGER NULL,
  host TEXT NULL,
  attempts INTEGER NOT NULL,
  last_at TEXT NOT NULL,
  last_attempt_id TEXT NOT NULL,
  CONSTRAINT PK_attempt_counts PRIMARY KEY (unit, starts_at, count_id)
) WITHOUT ROWID;

CREATE TABLE attempt_count_head (
  head_id INTEGER NOT NULL CONSTRAINT PK_attempt_count_head PRIMARY KEY
    CONSTRAINT CK_attempt_count_head_one CHECK (head_id = 1),
  minutes_to TEXT NULL,
  hours_to TEXT NULL
);

CREATE TABLE events (
  event_id INTEGER NOT NULL CONSTRAINT PK_events PRIMARY KEY AUTOINCREMENT,
  at TEXT NOT NULL,
  kind TEXT NOT NULL,
  level TEXT NOT NULL CONSTRAINT CK_events_level CHECK (level IN ('info', 'warn', 'error')),
  run_id TEXT NULL,
  source_name TEXT NULL,
  work_item_id TEXT NULL,
  worker_id TEXT NULL,
  host TEXT NULL,
  message TEXT NOT NULL,
  data TEXT NULL
);

CREATE INDEX IX_events_run ON events (run_id, event_id) WHERE run_id IS NOT NULL;

CREATE TABLE workers (
  worker_id TEXT NOT NULL CONSTRAINT PK_workers PRIMARY KEY,
  host_name TEXT NOT NULL,
  pid INTEGER NOT NULL,
  version TEXT NOT NULL,
  concurrency INTEGER NOT NULL,
  started_at TEXT NOT NULL,
  heartbeat_at TEXT NOT NULL,
  stopped_at TEXT,
  -- When a worker without a heartbeat was given up.
  lost_at TEXT NULL,
  draining INTEGER NOT NULL DEFAULT 0 CHECK (draining IN (0, 1)),
  in_flight INTEGER NOT NULL DEFAULT 0,
  items_completed INTEGER NOT NULL DEFAULT 0,
  items_failed INTEGER NOT NULL DEFAULT 0,
  facts TEXT,
  -- The lease of the suspect it tries: one that dies then was ended by this item.
  suspect_lease_id TEXT
);

CREATE INDEX IX_workers_heartbeat ON workers (heartbeat_at);

CREATE TABLE schedules (
  schedule_id TEXT NOT NULL CONSTRAINT PK_schedules PRIMARY KEY,
  name TEXT NOT NULL,
  cron TEXT NOT NULL,
  timezone TEXT NOT NULL,
  enabled INTEGER NOT NULL DEFAULT 1 CHECK (enabled IN (0, 1)),
  request TEXT NOT NULL,
  next_at TEXT,
  last_at TEXT,
  last_run_id TEXT,
  last_outcome TEXT,
  created_by TEXT,
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL
);

CREATE INDEX IX_schedules_next ON schedules (next_at) WHERE enabled = 1;

CREATE TABLE bulk_actions (
  bulk_action_id TEXT NOT NULL CONSTRAINT PK_bulk_actions PRIMARY KEY,
  action TEXT NOT NULL,
  filter TEXT NOT NULL,
  params TEXT,
  status TEXT NOT NULL,
  expected_count INTEGER NOT NULL,
  processed_count INTEGER NOT NULL DEFAULT 0,
  changed_count INTEGER NOT NULL DEFAULT 0,
  skipped_count INTEGER NOT NULL DEFAULT 0,
  cursor_id TEXT,
  requested_by TEXT,
  request_key TEXT,
  expected_kind TEXT,
  dry_run INTEGER,
  items_per_second INTEGER,
  next_chunk_at TEXT,
  chunk_count INTEGER,
  fault_count INTEGER,
  refusals TEXT,
  requested_by_id TEXT,
  undo_of TEXT,
  undone_by TEXT,
  lease_owner TEXT,
  lease_until TEXT,
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL,
  finished_at TEXT,
  error_message TEXT
);

CREATE UNIQUE INDEX UX_bulk_actions_request_key
  ON bulk_actions (request_key) WHERE request_key IS NOT NULL;

CREATE INDEX IX_bulk_actions_running
  ON bulk_actions (bulk_action_id) WHERE status = 'running';

CREATE TABLE bulk_action_chunks (
  bulk_action_id TEXT NOT NULL,
  chunk INTEGER NOT NULL,
  changed_count INTEGER NOT NULL,
  refused_count INTEGER NOT NULL,
  changed TEXT,
  refused TEXT,
  committed_at TEXT NOT NULL,
  CONSTRAINT PK_bulk_action_chunks PRIMARY KEY (bulk_action_id, chunk)
);

CREATE INDEX IX_bulk_action_chunks_refused
  ON bulk_action_chunks (bulk_action_id, chunk) WHERE refused_count > 0;

CREATE INDEX IX_bulk_action_chunks_committed ON bulk_action_chunks (committed_at);

CREATE TABLE alerts (
  alert_id TEXT NOT NULL CONSTRAINT PK_alerts PRIMARY KEY,
  rule TEXT NOT NULL,
  subject TEXT NOT NULL,
  source_name TEXT,
  title TEXT NOT NULL,
  detail TEXT NOT NULL,
  evidence TEXT NOT NULL,
  href TEXT NOT NULL,
  opened_at TEXT NOT NULL,
  seen_at TEXT NOT NULL,
  seen_count INTEGER NOT NULL DEFAULT 1,
  closed_at TEXT,
  acknowledged_at TEXT,
  acknowledged_by TEXT,
  -- When channels were told of it; NULL = not yet, because it is muted.
  told_at TEXT
);

CREATE UNIQUE INDEX UX_alerts_open ON alerts (rule, subject) WHERE closed_at IS NULL;

CREATE INDEX IX_alerts_closed ON alerts (closed_at) WHERE closed_at IS NOT NULL;

CREATE TABLE alert_rules (
  rule TEXT NOT NULL CONSTRAINT PK_alert_rules PRIMARY KEY,
  enabled INTEGER NOT NULL CHECK (enabled IN (0, 1)),
  thresholds TEXT NOT NULL,
  -- Whether what it finds puts the source in quarantine; NULL = as the rule itself says.
  quarantine INTEGER CHECK (quarantine IN (0, 1)),
  updated_at TEXT NOT NULL,
  updated_by TEXT
) WITHOUT ROWID;

CREATE TABLE alert_mutes (
  mute_id TEXT NOT NULL CONSTRAINT PK_alert_mutes PRIMARY KEY,
  kind TEXT NOT NULL,
  target TEXT NOT NULL,
  reason TEXT NOT NULL,
  muted_by TEXT NOT NULL,
  muted_at TEXT NOT NULL,
  until TEXT NOT NULL,
  -- By hand, or by another mute of the same.
  ended_at TEXT,
  ended_by TEXT
) WITHOUT ROWID;

CREATE TABLE alert_state (
  state_id INTEGER NOT NULL CONSTRAINT PK_alert_state PRIMARY KEY CHECK (state_id = 1),
  due_at TEXT NOT NULL,
  backlog TEXT NOT NULL
);

CREATE TABLE run_measures (
  run_id TEXT NOT NULL,
  ended_at TEXT NOT NULL,
  scope TEXT NOT NULL,
  measure TEXT NOT NULL,
  CONSTRAINT PK_run_measures PRIMARY KEY (ended_at, run_id)
) WITHOUT ROWID;

CREATE UNIQUE INDEX UX_run_measures_run ON run_measures (run_id);

CREATE TABLE quarantines (
  quarantine_id TEXT NOT NULL CONSTRAINT PK_quarantines PRIMARY KEY,
  source_name TEXT NOT NULL,
  rule TEXT NOT NULL,
  title TEXT NOT NULL,
  detail TEXT NOT NULL,
  evidence TEXT NOT NULL,
  run_id TEXT NOT NULL,
  from_at TEXT NOT NULL,
  opened_at TEXT NOT NULL,
  until_at TEXT,
  decision TEXT CHECK (decision IN ('accepted', 'discarded')),
  decided_by TEXT,
  note TEXT
) WITHOUT ROWID;

CREATE UNIQUE INDEX UX_quarantines_open ON quarantines (source_name) WHERE until_at IS NULL;

CREATE INDEX IX_quarantines_source ON quarantines (source_name, from_at);

CREATE TABLE quarantine_items (
  quarantine_id TEXT NOT NULL,
  work_item_id TEXT NOT NULL,
  decision TEXT NOT NULL CHECK (decision IN ('accepted', 'discarded')),
  decided_by TEXT NOT NULL,
  decided_at TEXT NOT NULL,
  CONSTRAINT PK_quarantine_items PRIMARY KEY (quarantine_id, work_item_id)
) WITHOUT ROWID;

CREATE VIEW held_records AS
  SELECT r.ingest_id,
  q.quarantine_id,
  coalesce(i.decision, q.decision, 'open') AS state
  FROM quarantines AS q
  JOIN IngestRecords AS r ON r.source_name = q.source_name
    AND r.fetched_at_utc >= q.from_at AND (q.until_at IS NULL OR r.fetched_at_utc <= q.until_at)
  LEFT JOIN quarantine_items AS i
    ON i.quarantine_id = q.quarantine_id AND i.work_item_id = r.work_item_id
  WHERE coalesce(i.decision, q.decision, 'open') <> 'accepted';

CREATE TABLE notice_channels (
  channel_id TEXT NOT NULL CONSTRAINT PK_notice_channels PRIMARY KEY,
  name TEXT NOT NULL,
  kind TEXT NOT NULL,
  host TEXT NOT NULL,
  sealed TEXT NOT NULL,
  enabled INTEGER NOT NULL CHECK (enabled IN (0, 1)),
  alerts INTEGER NOT NULL CHECK (alerts IN (0, 1)),
  run_ends INTEGER NOT NULL CHECK (run_ends IN (0, 1)),
  -- JSON: when notices are told together, and when none is.
  timing TEXT NOT NULL DEFAULT '{}',
  blocked_until TEXT,
  lease_id TEXT,
  lease_until TEXT,
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL
);

CREATE TABLE notice_deliveries (
  delivery_no INTEGER PRIMARY KEY AUTOINCREMENT,
  channel_id TEXT NOT NULL,
  message_id TEXT NOT NULL,
  notice_type TEXT NOT NULL,
  notice TEXT NOT NULL,
  created_at TEXT NOT NULL,
  -- Not told before, and together with what else is held; NULL = at once and by itself.
  held_until TEXT,
  -- The message of several that it went out with.
  batch_id TEXT,
  attempts INTEGER NOT NULL DEFAULT 0,
  last_answer TEXT,
  -- When it was delivered, or given up.
  settled_at TEXT,
  delivered INTEGER NOT NULL DEFAULT 0
);

CREATE INDEX IX_notice_deliveries_waiting
  ON notice_deliveries (channel_id, delivery_no) WHERE settled_at IS NULL;

CREATE TABLE request_keys (
  request_key TEXT NOT NULL CONSTRAINT PK_request_keys PRIMARY KEY,
  action TEXT NOT NULL,
  result TEXT NOT NULL,
  created_at TEXT NOT NULL
) WITHOUT ROWID;

CREATE INDEX IX_request_keys_created ON request_keys (created_at);

CREATE TABLE app_settings (
  name TEXT NOT NULL CONSTRAINT PK_app_settings PRIMARY KEY,
  value TEXT NOT NULL,
  updated_at TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE saved_views (
  view_id TEXT NOT NULL CONSTRAINT PK_saved_views PRIMARY KEY,
  owner_id TEXT,
  page TEXT NOT NULL,
  name TEXT NOT NULL,
  shared INTEGER NOT NULL DEFAULT 0 CHECK (shared IN (0, 1)),
  query TEXT NOT NULL,
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL
);

CREATE INDEX IX_saved_views_page ON saved_views (page, owner_id);

CREATE TABLE users (
  user_id TEXT NOT NULL CONSTRAINT PK_users PRIMARY KEY,
  email TEXT NOT NULL,
  name TEXT NOT NULL,
  role TEXT NOT NULL CHECK (role IN ('viewer', 'operator', 'admin')),
  password_hash TEXT,
  identity TEXT,
  active INTEGER NOT NULL DEFAULT 1 CHECK (active IN (0, 1)),
  -- Set where somebody else chose the password: it opens the page that changes it, and nothing else.
  must_change_password INTEGER NOT NULL DEFAULT 0 CHECK (must_change_password IN (0, 1)),
  preferences TEXT,
  -- What of the role the person does not have, as JSON; null = all of it is theirs.
  limits TEXT,
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL,
  last_sign_in_at TEXT
);

CREATE UNIQUE INDEX UX_users_email ON users (email);

CREATE UNIQUE INDEX UX_users_identity ON users (identity) WHERE identity IS NOT NULL;

CREATE TABLE sessions (
  session_id TEXT NOT NULL CONSTRAINT PK_sessions PRIMARY KEY,
  token_hash TEXT NOT NULL,
  user_id TEXT NOT NULL,
  created_at TEXT NOT NULL,
  last_seen_at TEXT NOT NULL,
  expires_at TEXT NOT NULL,
  must_change_password INTEGER NOT NULL DEFAULT 0 CHECK (must_change_password IN (0, 1)),
  address TEXT,
  user_agent TEXT,
  ended_at TEXT,
  ended_reason TEXT
);

CREATE UNIQUE INDEX UX_sessions_token ON sessions (token_hash);

CREATE INDEX IX_sessions_user ON sessions (user_id, created_at);

CREATE TABLE api_tokens (
  token_id TEXT NOT NULL CONSTRAINT PK_api_tokens PRIMARY KEY,
  token_hash TEXT NOT NULL,
  prefix TEXT NOT NULL,
  name TEXT NOT NULL,
  user_id TEXT NOT NULL,
  permissions TEXT NOT NULL,
  sources TEXT,
  created_at TEXT NOT NULL,
  expires_at TEXT NOT NULL,
  last_used_at TEXT,
  last_used_address TEXT,
  revoked_at TEXT
);

CREATE UNIQUE INDEX UX_api_tokens_token ON api_tokens (token_hash);

CREATE INDEX IX_api_tokens_user ON api_tokens (user_id, created_at);

CREATE TABLE sign_in_attempts (
  attempt_key TEXT NOT NULL CONSTRAINT PK_sign_in_attempts PRIMARY KEY,
  failures INTEGER NOT NULL,
  last_at TEXT NOT NULL,
  retry_at TEXT,
  refused INTEGER NOT NULL DEFAULT 0 CHECK (refused IN (0, 1))
) WITHOUT ROWID;

CREATE INDEX IX_sign_in_attempts_last ON sign_in_attempts (last_at);

CREATE TABLE audit_log (
  audit_id TEXT NOT NULL CONSTRAINT PK_audit_log PRIMARY KEY,
  at TEXT NOT NULL,
  actor_id TEXT,
  actor_email TEXT NOT NULL,
  -- Where the request came from; null for workers and commands.
  address TEXT,
  action TEXT NOT NULL,
  target_type TEXT NOT NULL,
  target_id TEXT,
  summary TEXT NOT NULL,
  before_state TEXT,
  after_state TEXT,
  -- SHA-256 of all but the time, as its writer made it.
  content_hash TEXT NOT NULL DEFAULT ''
);

CREATE INDEX IX_audit_log_at ON audit_log (at, audit_id);

CREATE INDEX IX_audit_log_target_at ON audit_log (target_type, target_id, at, audit_id);

CREATE TRIGGER TR_audit_log_insert BEFORE INSERT ON audit_log
WHEN EXISTS (SELECT 1 FROM audit_log WHERE audit_id = NEW.audit_id)
BEGIN
  SELECT RAISE(ABORT, 'The audit log has this entry.');
END;

CREATE TRIGGER TR_audit_log_update BEFORE UPDATE ON audit_log
BEGIN
  SELECT RAISE(ABORT, 'The audit log is only added to.');
END;

CREATE TRIGGER TR_audit_log_delete BEFORE DELETE ON audit_log
WHEN NOT EXISTS (
  SELECT 1 FROM audit_chain WHERE audit_id = OLD.audit_id AND position <= (SELECT max(position) FROM audit_anchors))
BEGIN
  SELECT RAISE(ABORT, 'The audit log is only added to.');
END;

CREATE TABLE audit_unsealed (
  entry_no INTEGER NOT NULL CONSTRAINT PK_audit_unsealed PRIMARY KEY AUTOINCREMENT,
  audit_id TEXT NOT NULL
);

CREATE TABLE audit_chain (
  position INTEGER NOT NULL CONSTRAINT PK_audit_chain PRIMARY KEY,
  audit_id TEXT NOT NULL,
  at TEXT NOT NULL,
  previous_hash TEXT NOT NULL,
  hash TEXT NOT NULL
);

CREATE UNIQUE INDEX UX_audit_chain_entry ON audit_chain (audit_id);

CREATE TRIGGER TR_audit_chain_insert BEFORE INSERT ON audit_chain
WHEN EXISTS (SELECT 1 FROM audit_chain WHERE position = NEW.position OR audit_id = NEW.audit_id)
BEGIN
  SELECT RAISE(ABORT, 'The chain has this link.');
END;

CREATE TRIGGER TR_audit_chain_update BEFORE UPDATE ON audit_chain
BEGIN
  SELECT RAISE(ABORT, 'The chain of the audit log is only added to.');
END;

CREATE TRIGGER TR_audit_chain_delete BEFORE DELETE ON audit_chain
WHEN OLD.position > (SELECT coalesce(max(position), 0) FROM audit_anchors)
BEGIN
  SELECT RAISE(ABORT, 'The chain of the audit log is only added to.');
END;

CREATE TABLE audit_anchors (
  position INTEGER NOT NULL CONSTRAINT PK_audit_anchors PRIMARY KEY,
  hash TEXT NOT NULL,
  purged_at TEXT NOT NULL
);

CREATE TRIGGER TR_audit_anchors_insert BEFORE INSERT ON audit_anchors
WHEN NOT EXISTS (
    SELECT 1 FROM audit_chain WHERE position = NEW.position AND hash = NEW.hash
      AND at < strftime('%Y-%m-%dT%H:%M:%fZ', 'now', '-29 days'))
  OR EXISTS (SELECT 1 FROM audit_anchors WHERE position = NEW.position)
BEGIN
  SELECT RAISE(ABORT, 'An anchor stands for a link that is older than 29 days.');
END;

CREATE TRIGGER TR_audit_anchors_update BEFORE UPDATE ON audit_anchors
BEGIN
  SELECT RAISE(ABORT, 'Anchors of the audit log are only added to.');
END;

CREATE TRIGGER TR_audit_anchors_delete BEFORE DELETE ON audit_anchors
BEGIN
  SELECT RAISE(ABORT, 'Anchors of the audit log are only added to.');
END;
