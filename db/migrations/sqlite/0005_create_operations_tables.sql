-- Sources, hosts, attempts, presence, schedules, people, audit and the rest of what the console needs.
-- Tables read by their whole key are WITHOUT ROWID: one b-tree instead of two.
CREATE TABLE IF NOT EXISTS sources (
  source_id TEXT NOT NULL CONSTRAINT PK_sources PRIMARY KEY,
  name TEXT NOT NULL CHECK (length(name) <= 100),
  source_type TEXT NOT NULL,
  enabled INTEGER NOT NULL DEFAULT 1 CHECK (enabled IN (0, 1)),
  paused_at TEXT,
  paused_reason TEXT,
  settings TEXT NOT NULL,
  seeds TEXT NOT NULL,
  rate_delay_ms INTEGER NOT NULL DEFAULT 0 CHECK (rate_delay_ms >= 0),
  max_attempts INTEGER NOT NULL DEFAULT 4 CHECK (max_attempts > 0),
  revision INTEGER NOT NULL DEFAULT 1,
  next_slot_at TEXT,
  slot_lease_id TEXT,
  slot_until TEXT,
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL,
  deleted_at TEXT
);
GO
-- A removed source frees its name.
CREATE UNIQUE INDEX IF NOT EXISTS UX_sources_name ON sources (name) WHERE deleted_at IS NULL;
GO
CREATE TABLE IF NOT EXISTS source_revisions (
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
GO
CREATE TABLE IF NOT EXISTS source_secrets (
  source_id TEXT NOT NULL,
  secret_name TEXT NOT NULL,
  ciphertext TEXT NOT NULL,
  updated_at TEXT NOT NULL,
  CONSTRAINT PK_source_secrets PRIMARY KEY (source_id, secret_name)
) WITHOUT ROWID;
GO
CREATE TABLE IF NOT EXISTS hosts (
  host TEXT NOT NULL CONSTRAINT PK_hosts PRIMARY KEY,
  delay_ms INTEGER CHECK (delay_ms >= 0),
  blocked_until TEXT,
  blocked_reason TEXT,
  consecutive_failures INTEGER NOT NULL DEFAULT 0,
  requests_total INTEGER NOT NULL DEFAULT 0,
  count_429 INTEGER NOT NULL DEFAULT 0,
  count_5xx INTEGER NOT NULL DEFAULT 0,
  last_status INTEGER,
  last_429_at TEXT,
  last_request_at TEXT,
  robots_body TEXT,
  robots_status INTEGER,
  robots_fetched_at TEXT,
  updated_at TEXT NOT NULL
);
GO
CREATE TABLE IF NOT EXISTS work_item_attempts (
  attempt_id TEXT NOT NULL CONSTRAINT PK_work_item_attempts PRIMARY KEY,
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
  CONSTRAINT CK_work_item_attempts_outcome
    CHECK (outcome IN ('completed', 'unchanged', 'retry', 'failed', 'skipped', 'released', 'expired'))
);
GO
CREATE TABLE IF NOT EXISTS workers (
  worker_id TEXT NOT NULL CONSTRAINT PK_workers PRIMARY KEY,
  host_name TEXT NOT NULL,
  pid INTEGER NOT NULL,
  version TEXT NOT NULL,
  concurrency INTEGER NOT NULL,
  started_at TEXT NOT NULL,
  heartbeat_at TEXT NOT NULL,
  stopped_at TEXT,
  draining INTEGER NOT NULL DEFAULT 0 CHECK (draining IN (0, 1)),
  in_flight INTEGER NOT NULL DEFAULT 0,
  items_completed INTEGER NOT NULL DEFAULT 0,
  items_failed INTEGER NOT NULL DEFAULT 0,
  facts TEXT
);
GO
CREATE TABLE IF NOT EXISTS schedules (
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
GO
CREATE TABLE IF NOT EXISTS bulk_actions (
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
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL,
  finished_at TEXT,
  error_message TEXT
);
GO
CREATE TABLE IF NOT EXISTS users (
  user_id TEXT NOT NULL CONSTRAINT PK_users PRIMARY KEY,
  email TEXT NOT NULL,
  name TEXT NOT NULL,
  role TEXT NOT NULL CHECK (role IN ('viewer', 'operator', 'admin')),
  password_hash TEXT,
  identity TEXT,
  active INTEGER NOT NULL DEFAULT 1 CHECK (active IN (0, 1)),
  session_version INTEGER NOT NULL DEFAULT 1,
  preferences TEXT,
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL,
  last_sign_in_at TEXT
);
GO
CREATE TABLE IF NOT EXISTS audit_log (
  audit_id TEXT NOT NULL CONSTRAINT PK_audit_log PRIMARY KEY,
  at TEXT NOT NULL,
  actor_id TEXT,
  actor_email TEXT NOT NULL,
  action TEXT NOT NULL,
  target_type TEXT NOT NULL,
  target_id TEXT,
  summary TEXT NOT NULL,
  before_state TEXT,
  after_state TEXT
);
GO
CREATE TABLE IF NOT EXISTS request_keys (
  request_key TEXT NOT NULL CONSTRAINT PK_request_keys PRIMARY KEY,
  action TEXT NOT NULL,
  result TEXT NOT NULL,
  created_at TEXT NOT NULL
) WITHOUT ROWID;
GO
CREATE TABLE IF NOT EXISTS app_settings (
  name TEXT NOT NULL CONSTRAINT PK_app_settings PRIMARY KEY,
  value TEXT NOT NULL,
  updated_at TEXT NOT NULL
) WITHOUT ROWID;
GO
CREATE TABLE IF NOT EXISTS saved_views (
  view_id TEXT NOT NULL CONSTRAINT PK_saved_views PRIMARY KEY,
  owner_id TEXT,
  page TEXT NOT NULL,
  name TEXT NOT NULL,
  shared INTEGER NOT NULL DEFAULT 0 CHECK (shared IN (0, 1)),
  query TEXT NOT NULL,
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL
);
