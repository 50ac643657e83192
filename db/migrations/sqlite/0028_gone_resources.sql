-- A resource that was fetched once and is no longer there: since when. It holds while it is later than
-- last_fetched_at, so that the fetch that finds the resource again need not take it back.
ALTER TABLE work_items ADD COLUMN gone_since TEXT NULL;
GO
-- Those that are to be looked at again, by source. Few of many.
CREATE INDEX IF NOT EXISTS IX_work_items_gone
  ON work_items (source_name, next_fetch_at, work_item_id)
  WHERE status = 'skipped' AND error_code = 'resource_gone' AND next_fetch_at IS NOT NULL;
GO
-- How often a run found a resource gone; such items are among the skipped ones.
ALTER TABLE ingest_runs ADD COLUMN items_gone INTEGER NOT NULL DEFAULT 0;
