-- What is due is taken most useful first: items whose estimated rates of change are alike form a class,
-- and within a class whatever has been due longest goes first. So the best of any number of items stand
-- at the heads of a few dozen stretches of one index.
ALTER TABLE work_items ADD COLUMN refresh_class INTEGER NULL;
GO
-- Since when its changes have been watched; NULL before the first fetch, and for what an older version fetched.
ALTER TABLE work_items ADD COLUMN first_fetched_at TEXT NULL;
GO
CREATE INDEX IF NOT EXISTS IX_work_items_refresh
  ON work_items (source_name, refresh_class, next_fetch_at, work_item_id)
  WHERE status = 'completed' AND next_fetch_at IS NOT NULL;
GO
-- A run's budget in requests and in time. deadline_at: nothing of the run is asked for after it.
ALTER TABLE ingest_runs ADD COLUMN max_requests INTEGER NULL;
GO
ALTER TABLE ingest_runs ADD COLUMN requests_sent INTEGER NOT NULL DEFAULT 0;
GO
ALTER TABLE ingest_runs ADD COLUMN deadline_at TEXT NULL;
GO
-- When its progress was told last.
ALTER TABLE ingest_runs ADD COLUMN progress_at TEXT NULL;
GO
-- When a worker that fell silent was given up.
ALTER TABLE workers ADD COLUMN lost_at TEXT NULL;
