-- What the queue needs beyond the existing tables: leases, back-off, validators, run numbers.
-- One column a batch: the runner passes over a column that is there already, so a re-run continues.
ALTER TABLE work_items ADD COLUMN host TEXT;
GO
ALTER TABLE work_items ADD COLUMN depth INTEGER NOT NULL DEFAULT 0;
GO
ALTER TABLE work_items ADD COLUMN available_at TEXT NOT NULL DEFAULT '1970-01-01T00:00:00.000Z';
GO
ALTER TABLE work_items ADD COLUMN wait_reason TEXT;
GO
ALTER TABLE work_items ADD COLUMN lease_id TEXT;
GO
ALTER TABLE work_items ADD COLUMN lease_owner TEXT;
GO
ALTER TABLE work_items ADD COLUMN lease_until TEXT;
GO
ALTER TABLE work_items ADD COLUMN claimed_at TEXT;
GO
ALTER TABLE work_items ADD COLUMN error_code TEXT;
GO
ALTER TABLE work_items ADD COLUMN last_http_status INTEGER;
GO
ALTER TABLE work_items ADD COLUMN etag TEXT;
GO
ALTER TABLE work_items ADD COLUMN last_modified TEXT;
GO
ALTER TABLE work_items ADD COLUMN revision TEXT;
GO
ALTER TABLE work_items ADD COLUMN content_hash TEXT;
GO
ALTER TABLE work_items ADD COLUMN last_fetched_at TEXT;
GO
ALTER TABLE work_items ADD COLUMN last_changed_at TEXT;
GO
ALTER TABLE work_items ADD COLUMN next_fetch_at TEXT;
GO
ALTER TABLE work_items ADD COLUMN check_count INTEGER NOT NULL DEFAULT 0;
GO
ALTER TABLE work_items ADD COLUMN change_count INTEGER NOT NULL DEFAULT 0;
GO
ALTER TABLE IngestRecords ADD COLUMN content_type TEXT;
GO
ALTER TABLE IngestRecords ADD COLUMN content_hash TEXT;
GO
ALTER TABLE IngestRecords ADD COLUMN lake_path TEXT;
GO
ALTER TABLE ingest_runs ADD COLUMN kind TEXT NOT NULL DEFAULT 'seed';
GO
ALTER TABLE ingest_runs ADD COLUMN name TEXT;
GO
ALTER TABLE ingest_runs ADD COLUMN phase TEXT NOT NULL DEFAULT 'ready';
GO
ALTER TABLE ingest_runs ADD COLUMN request TEXT;
GO
ALTER TABLE ingest_runs ADD COLUMN source_revisions TEXT;
GO
ALTER TABLE ingest_runs ADD COLUMN items_total INTEGER NOT NULL DEFAULT 0;
GO
ALTER TABLE ingest_runs ADD COLUMN items_skipped INTEGER NOT NULL DEFAULT 0;
GO
ALTER TABLE ingest_runs ADD COLUMN items_retried INTEGER NOT NULL DEFAULT 0;
GO
ALTER TABLE ingest_runs ADD COLUMN items_unchanged INTEGER NOT NULL DEFAULT 0;
GO
ALTER TABLE ingest_runs ADD COLUMN max_items INTEGER;
GO
ALTER TABLE ingest_runs ADD COLUMN max_depth INTEGER;
GO
ALTER TABLE ingest_runs ADD COLUMN paused_at TEXT;
GO
ALTER TABLE ingest_runs ADD COLUMN end_reason TEXT;
GO
ALTER TABLE ingest_runs ADD COLUMN parent_run_id TEXT;
GO
ALTER TABLE ingest_runs ADD COLUMN launched_by TEXT;
GO
ALTER TABLE ingest_runs ADD COLUMN request_key TEXT;
GO
ALTER TABLE ingest_runs ADD COLUMN heartbeat_at TEXT;
GO
ALTER TABLE ingest_runs ADD COLUMN error_message TEXT;
