-- The indexes of an existing Holocron database.
CREATE INDEX IF NOT EXISTS IX_work_items_status ON work_items (status, priority, created_at);
GO
CREATE UNIQUE INDEX IF NOT EXISTS IX_work_items_dedupe ON work_items (dedupe_key);
GO
CREATE INDEX IF NOT EXISTS IX_work_items_run_id ON work_items (run_id) WHERE run_id IS NOT NULL;
GO
CREATE INDEX IF NOT EXISTS IX_work_items_source ON work_items (source_system, source_name);
GO
CREATE INDEX IF NOT EXISTS IX_IngestRecords_Dedupe
  ON IngestRecords (source_system, source_name, resource_type, resource_id, fetched_at_utc DESC);
GO
CREATE INDEX IF NOT EXISTS IX_IngestRecords_WorkItemId
  ON IngestRecords (work_item_id) WHERE work_item_id IS NOT NULL;
GO
CREATE INDEX IF NOT EXISTS IX_seen_resources_source
  ON seen_resources (source_system, source_name, resource_type);
GO
CREATE INDEX IF NOT EXISTS IX_seen_resources_last_seen ON seen_resources (last_seen_at DESC);
