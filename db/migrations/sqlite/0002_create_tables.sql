-- The four tables of an existing Holocron database. Times are ISO 8601 UTC text, ids lower case text.
CREATE TABLE IF NOT EXISTS work_items (
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
  CONSTRAINT CK_work_items_status CHECK (status IN ('pending', 'in_progress', 'completed', 'failed', 'skipped')),
  CONSTRAINT CK_work_items_attempt CHECK (attempt >= 0)
);
GO
CREATE TABLE IF NOT EXISTS IngestRecords (
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
  CONSTRAINT CK_IngestRecords_StatusCode CHECK (status_code BETWEEN 0 AND 999),
  CONSTRAINT CK_IngestRecords_Attempt CHECK (attempt > 0)
);
GO
CREATE TABLE IF NOT EXISTS ingest_runs (
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
  CONSTRAINT CK_ingest_runs_status CHECK (status IN ('running', 'completed', 'failed', 'cancelled'))
);
GO
CREATE TABLE IF NOT EXISTS seen_resources (
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
