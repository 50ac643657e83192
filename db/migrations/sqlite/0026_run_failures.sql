-- The failed items of one run, in the order of the list. Few of many: what succeeds is never in it.
CREATE INDEX IF NOT EXISTS IX_work_items_run_failed
  ON work_items (run_id, status, created_at, work_item_id)
  WHERE run_id IS NOT NULL AND status = 'failed';
GO
-- With the source at its end, a source in the order of its ids is searched in the index alone: rows are
-- only looked up when they are shown.
CREATE INDEX IF NOT EXISTS IX_work_items_resource_source
  ON work_items (resource_id, work_item_id, source_name);
GO
DROP INDEX IF EXISTS IX_work_items_resource;
