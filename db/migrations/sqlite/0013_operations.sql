-- Workers, schedules, bulk actions, request keys, settings and saved views.
-- It is long because it has two dozen small tables of what goes on around the queue, which no claim and no completion of an
-- item touches, and because a database is made by at most 14 files.
CREATE TABLE IF NOT EXISTS workers (
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
GO
CREATE INDEX IF NOT EXISTS IX_workers_heartbeat ON workers (heartbeat_at);
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
CREATE INDEX IF NOT EXISTS IX_schedules_next ON schedules (next_at) WHERE enabled = 1;
GO
-- Bulk actions are background work: what was expected, how fast, who works on it, what can be undone.
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
GO
CREATE UNIQUE INDEX IF NOT EXISTS UX_bulk_actions_request_key
  ON bulk_actions (request_key) WHERE request_key IS NOT NULL;
GO
-- What workers ask for twice a second: few rows, whatever was done before.
CREATE INDEX IF NOT EXISTS IX_bulk_actions_running
  ON bulk_actions (bulk_action_id) WHERE status = 'running';
GO
-- The outcome of each item, a chunk of items a row: what they were before, and which were refused and why.
CREATE TABLE IF NOT EXISTS bulk_action_chunks (
  bulk_action_id TEXT NOT NULL,
  chunk INTEGER NOT NULL,
  changed_count INTEGER NOT NULL,
  refused_count INTEGER NOT NULL,
  changed TEXT,
  refused TEXT,
  committed_at TEXT NOT NULL,
  CONSTRAINT PK_bulk_action_chunks PRIMARY KEY (bulk_action_id, chunk)
);
GO
-- Refused items are listed without reading the chunks that refused none.
CREATE INDEX IF NOT EXISTS IX_bulk_action_chunks_refused
  ON bulk_action_chunks (bulk_action_id, chunk) WHERE refused_count > 0;
GO
-- Outcomes are purged oldest first.
CREATE INDEX IF NOT EXISTS IX_bulk_action_chunks_committed ON bulk_action_chunks (committed_at);
GO
-- Alerts: what a rule found wrong, opened once for each rule and subject, closed when it is over.
CREATE TABLE IF NOT EXISTS alerts (
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
GO
-- Two processes that find the same at once open one alert.
CREATE UNIQUE INDEX IF NOT EXISTS UX_alerts_open ON alerts (rule, subject) WHERE closed_at IS NULL;
GO
-- Closed alerts are purged oldest first.
CREATE INDEX IF NOT EXISTS IX_alerts_closed ON alerts (closed_at) WHERE closed_at IS NOT NULL;
GO
-- What a person has changed of a rule; a rule without a row is on, with its own thresholds.
CREATE TABLE IF NOT EXISTS alert_rules (
  rule TEXT NOT NULL CONSTRAINT PK_alert_rules PRIMARY KEY,
  enabled INTEGER NOT NULL CHECK (enabled IN (0, 1)),
  thresholds TEXT NOT NULL,
  -- Whether what it finds puts the source in quarantine; NULL = as the rule itself says.
  quarantine INTEGER CHECK (quarantine IN (0, 1)),
  updated_at TEXT NOT NULL,
  updated_by TEXT
) WITHOUT ROWID;
GO
-- What is not told until a time: the findings of a rule or about a source, or a group of failures.
CREATE TABLE IF NOT EXISTS alert_mutes (
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
GO
-- Whose turn it is to evaluate the rules, and what the evaluations remember. One row.
CREATE TABLE IF NOT EXISTS alert_state (
  state_id INTEGER NOT NULL CONSTRAINT PK_alert_state PRIMARY KEY CHECK (state_id = 1),
  due_at TEXT NOT NULL,
  backlog TEXT NOT NULL
);
GO
INSERT OR IGNORE INTO alert_state (state_id, due_at, backlog)
  VALUES (1, strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), '[]');
GO
-- What ended runs brought, kept when the runs are gone: later runs are compared with it.
CREATE TABLE IF NOT EXISTS run_measures (
  run_id TEXT NOT NULL,
  ended_at TEXT NOT NULL,
  scope TEXT NOT NULL,
  measure TEXT NOT NULL,
  CONSTRAINT PK_run_measures PRIMARY KEY (ended_at, run_id)
) WITHOUT ROWID;
GO
-- Each run is measured once.
CREATE UNIQUE INDEX IF NOT EXISTS UX_run_measures_run ON run_measures (run_id);
GO
-- Stretches of a source's time whose versions are held: from from_at on, until somebody decides (until_at).
CREATE TABLE IF NOT EXISTS quarantines (
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
GO
-- A source has one that is not decided.
CREATE UNIQUE INDEX IF NOT EXISTS UX_quarantines_open ON quarantines (source_name) WHERE until_at IS NULL;
GO
-- Whether a version is held is asked by its source and time.
CREATE INDEX IF NOT EXISTS IX_quarantines_source ON quarantines (source_name, from_at);
GO
-- What was decided of single items, whatever is decided of the rest.
CREATE TABLE IF NOT EXISTS quarantine_items (
  quarantine_id TEXT NOT NULL,
  work_item_id TEXT NOT NULL,
  decision TEXT NOT NULL CHECK (decision IN ('accepted', 'discarded')),
  decided_by TEXT NOT NULL,
  decided_at TEXT NOT NULL,
  CONSTRAINT PK_quarantine_items PRIMARY KEY (quarantine_id, work_item_id)
) WITHOUT ROWID;
GO
-- Records that are kept and not current: nobody has decided of them (open), or they were discarded.
CREATE VIEW IF NOT EXISTS held_records AS
  SELECT r.ingest_id, q.quarantine_id, coalesce(i.decision, q.decision, 'open') AS state
  FROM quarantines AS q
  JOIN IngestRecords AS r ON r.source_name = q.source_name
    AND r.fetched_at_utc >= q.from_at AND (q.until_at IS NULL OR r.fetched_at_utc <= q.until_at)
  LEFT JOIN quarantine_items AS i
    ON i.quarantine_id = q.quarantine_id AND i.work_item_id = r.work_item_id
  WHERE coalesce(i.decision, q.decision, 'open') <> 'accepted';
GO
-- Where notices go. sealed holds address and signing secret. Whoever has the lease sends, one delivery after the other.
CREATE TABLE IF NOT EXISTS notice_channels (
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
GO
-- The outbox and the delivery log: a row for each notice and channel, in the order in which they are sent.
CREATE TABLE IF NOT EXISTS notice_deliveries (
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
GO
CREATE INDEX IF NOT EXISTS IX_notice_deliveries_waiting
  ON notice_deliveries (channel_id, delivery_no) WHERE settled_at IS NULL;
GO
-- Answers to requests that may be sent twice; purged by age.
CREATE TABLE IF NOT EXISTS request_keys (
  request_key TEXT NOT NULL CONSTRAINT PK_request_keys PRIMARY KEY,
  action TEXT NOT NULL,
  result TEXT NOT NULL,
  created_at TEXT NOT NULL
) WITHOUT ROWID;
GO
CREATE INDEX IF NOT EXISTS IX_request_keys_created ON request_keys (created_at);
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
GO
CREATE INDEX IF NOT EXISTS IX_saved_views_page ON saved_views (page, owner_id);
GO
-- Who may sign in, and what they did.
CREATE TABLE IF NOT EXISTS users (
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
GO
CREATE UNIQUE INDEX IF NOT EXISTS UX_users_email ON users (email);
GO
CREATE UNIQUE INDEX IF NOT EXISTS UX_users_identity ON users (identity) WHERE identity IS NOT NULL;
GO
-- A sign-in, until it ends. The browser holds a random token, this table its SHA-256.
CREATE TABLE IF NOT EXISTS sessions (
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
GO
CREATE UNIQUE INDEX IF NOT EXISTS UX_sessions_token ON sessions (token_hash);
GO
CREATE INDEX IF NOT EXISTS IX_sessions_user ON sessions (user_id, created_at);
GO
-- What a program shows instead of a sign-in: it acts for its owner, within these bounds.
CREATE TABLE IF NOT EXISTS api_tokens (
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
GO
CREATE UNIQUE INDEX IF NOT EXISTS UX_api_tokens_token ON api_tokens (token_hash);
GO
CREATE INDEX IF NOT EXISTS IX_api_tokens_user ON api_tokens (user_id, created_at);
GO
-- Passwords that were wrong: how often, for an account, a network and both, and until when nobody looks at another.
CREATE TABLE IF NOT EXISTS sign_in_attempts (
  attempt_key TEXT NOT NULL CONSTRAINT PK_sign_in_attempts PRIMARY KEY,
  failures INTEGER NOT NULL,
  last_at TEXT NOT NULL,
  retry_at TEXT,
  refused INTEGER NOT NULL DEFAULT 0 CHECK (refused IN (0, 1))
) WITHOUT ROWID;
GO
CREATE INDEX IF NOT EXISTS IX_sign_in_attempts_last ON sign_in_attempts (last_at);
GO
CREATE TABLE IF NOT EXISTS audit_log (
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
GO
CREATE INDEX IF NOT EXISTS IX_audit_log_at ON audit_log (at, audit_id);
GO
CREATE INDEX IF NOT EXISTS IX_audit_log_target_at ON audit_log (target_type, target_id, at, audit_id);
GO
-- Entries that no link of the chain stands for yet, in the order in which they were written.
CREATE TABLE IF NOT EXISTS audit_unsealed (
  entry_no INTEGER NOT NULL CONSTRAINT PK_audit_unsealed PRIMARY KEY AUTOINCREMENT,
  audit_id TEXT NOT NULL
);
GO
-- The hash chain over the audit log: a link for each entry, in the order of their commits.
CREATE TABLE IF NOT EXISTS audit_chain (
  position INTEGER NOT NULL CONSTRAINT PK_audit_chain PRIMARY KEY,
  audit_id TEXT NOT NULL,
  at TEXT NOT NULL,
  previous_hash TEXT NOT NULL,
  hash TEXT NOT NULL
);
GO
CREATE UNIQUE INDEX IF NOT EXISTS UX_audit_chain_entry ON audit_chain (audit_id);
GO
-- What stands for the links that retention took: the last of them.
CREATE TABLE IF NOT EXISTS audit_anchors (
  position INTEGER NOT NULL CONSTRAINT PK_audit_anchors PRIMARY KEY,
  hash TEXT NOT NULL,
  purged_at TEXT NOT NULL
);
GO
-- What is written stays as it is, until retention takes it from its old end, behind an anchor. REPLACE deletes without
-- a trigger for it, so that a known key is refused before.
CREATE TRIGGER IF NOT EXISTS TR_audit_log_insert BEFORE INSERT ON audit_log
WHEN EXISTS (SELECT 1 FROM audit_log WHERE audit_id = NEW.audit_id)
BEGIN
  SELECT RAISE(ABORT, 'The audit log has this entry.');
END;
GO
CREATE TRIGGER IF NOT EXISTS TR_audit_log_update BEFORE UPDATE ON audit_log
BEGIN
  SELECT RAISE(ABORT, 'The audit log is only added to.');
END;
GO
CREATE TRIGGER IF NOT EXISTS TR_audit_log_delete BEFORE DELETE ON audit_log
WHEN NOT EXISTS (
  SELECT 1 FROM audit_chain WHERE audit_id = OLD.audit_id AND position <= (SELECT max(position) FROM audit_anchors))
BEGIN
  SELECT RAISE(ABORT, 'The audit log is only added to.');
END;
GO
CREATE TRIGGER IF NOT EXISTS TR_audit_chain_insert BEFORE INSERT ON audit_chain
WHEN EXISTS (SELECT 1 FROM audit_chain WHERE position = NEW.position OR audit_id = NEW.audit_id)
BEGIN
  SELECT RAISE(ABORT, 'The chain has this link.');
END;
GO
CREATE TRIGGER IF NOT EXISTS TR_audit_chain_update BEFORE UPDATE ON audit_chain
BEGIN
  SELECT RAISE(ABORT, 'The chain of the audit log is only added to.');
END;
GO
CREATE TRIGGER IF NOT EXISTS TR_audit_chain_delete BEFORE DELETE ON audit_chain
WHEN OLD.position > (SELECT coalesce(max(position), 0) FROM audit_anchors)
BEGIN
  SELECT RAISE(ABORT, 'The chain of the audit log is only added to.');
END;
GO
-- An anchor is the link it stands for; retention keeps 30 days at least.
CREATE TRIGGER IF NOT EXISTS TR_audit_anchors_insert BEFORE INSERT ON audit_anchors
WHEN NOT EXISTS (
    SELECT 1 FROM audit_chain WHERE position = NEW.position AND hash = NEW.hash
      AND at < strftime('%Y-%m-%dT%H:%M:%fZ', 'now', '-29 days'))
  OR EXISTS (SELECT 1 FROM audit_anchors WHERE position = NEW.position)
BEGIN
  SELECT RAISE(ABORT, 'An anchor stands for a link that is older than 29 days.');
END;
GO
CREATE TRIGGER IF NOT EXISTS TR_audit_anchors_update BEFORE UPDATE ON audit_anchors
BEGIN
  SELECT RAISE(ABORT, 'Anchors of the audit log are only added to.');
END;
GO
CREATE TRIGGER IF NOT EXISTS TR_audit_anchors_delete BEFORE DELETE ON audit_anchors
BEGIN
  SELECT RAISE(ABORT, 'Anchors of the audit log are only added to.');
END;
