-- What a run has beyond the existing table: how it was launched, its numbers, its budgets, its end.
-- items_missing: how often a run found a resource missing; such items are among the skipped ones. deadline_at:
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
