-- What lists walk: equal columns first, then the order of the list. By creation rather than by change:
-- a row keeps its place in them until its status changes.
CREATE INDEX IF NOT EXISTS IX_work_items_status_created ON work_items (status, created_at, work_item_id);
GO
DROP INDEX IF EXISTS IX_work_items_status_updated;
GO
CREATE INDEX IF NOT EXISTS IX_work_items_source_status
  ON work_items (source_name, status, created_at, work_item_id);
GO
DROP INDEX IF EXISTS IX_work_items_source_updated;
GO
CREATE INDEX IF NOT EXISTS IX_work_items_error_created
  ON work_items (error_code, created_at, work_item_id) WHERE error_code IS NOT NULL;
GO
DROP INDEX IF EXISTS IX_work_items_error_code;
GO
CREATE INDEX IF NOT EXISTS IX_work_items_discovered_created
  ON work_items (discovered_from, created_at, work_item_id) WHERE discovered_from IS NOT NULL;
GO
DROP INDEX IF EXISTS IX_work_items_discovered_from;
GO
CREATE INDEX IF NOT EXISTS IX_work_items_run_created
  ON work_items (run_id, created_at, work_item_id) WHERE run_id IS NOT NULL;
GO
CREATE INDEX IF NOT EXISTS IX_work_items_priority ON work_items (priority, work_item_id);
