-- How much of a source has gone stale is counted in this index, never in the table. Its rows move
-- when an item is fetched, not when it changes its status.
CREATE INDEX IF NOT EXISTS IX_work_items_source_fetched
  ON work_items (source_system, source_name, last_fetched_at) WHERE status <> 'skipped';
GO
