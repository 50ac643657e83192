-- What a run has beyond the existing table: how it was launched, its numbers, its budgets, its end.
-- items_missing: how often a run found a resource missing; such items are among the skipped ones. items_over_budget:
-- what it found and its budget of items left out. deadline_at:
-- nothing of the run is requested after it. progress_at: when its progress was last reported.
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
ALTER TABLE ingest_runs ADD COLUMN items_missing INTEGER NOT NULL DEFAULT 0;
GO
ALTER TABLE ingest_runs ADD COLUMN items_over_budget INTEGER NOT NULL DEFAULT 0;
GO
ALTER TABLE ingest_runs ADD COLUMN max_items INTEGER;
GO
ALTER TABLE ingest_runs ADD COLUMN max_depth INTEGER;
GO
ALTER TABLE ingest_runs ADD COLUMN max_requests INTEGER NULL;
GO
ALTER TABLE ingest_runs ADD COLUMN requests_sent INTEGER NOT NULL DEFAULT 0;
GO
ALTER TABLE ingest_runs ADD COLUMN deadline_at TEXT NULL;
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
ALTER TABLE ingest_runs ADD COLUMN progress_at TEXT NULL;
GO
ALTER TABLE ingest_runs ADD COLUMN error_message TEXT;
GO
CREATE INDEX IF NOT EXISTS IX_ingest_runs_started ON ingest_runs (started_at, run_id);
GO
CREATE INDEX IF NOT EXISTS IX_ingest_runs_status_started ON ingest_runs (status, started_at, run_id);
GO
CREATE INDEX IF NOT EXISTS IX_ingest_runs_parent
  ON ingest_runs (parent_run_id, started_at, run_id) WHERE parent_run_id IS NOT NULL;
GO
-- Runs that are being prepared or emptied, whatever their status. Few of many.
CREATE INDEX IF NOT EXISTS IX_ingest_runs_at_work ON ingest_runs (phase, run_id) WHERE phase <> 'ready';
GO
-- One writer at a time adds to the row itself: nothing is appended here, and nothing rolled up.
CREATE TABLE IF NOT EXISTS run_deltas (
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
GO
CREATE VIEW IF NOT EXISTS current_runs AS SELECT * FROM ingest_runs;
