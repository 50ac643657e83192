-- Every index is written with every item. These are the beginnings of others, or nothing walks them.
DROP INDEX IF EXISTS IX_work_items_status;
GO
DROP INDEX IF EXISTS IX_work_items_run_id;
GO
DROP INDEX IF EXISTS IX_work_items_source;
GO
DROP INDEX IF EXISTS IX_work_items_pending_source;
GO
DROP INDEX IF EXISTS IX_IngestRecords_FetchedAt;
GO
DROP INDEX IF EXISTS IX_IngestRecords_RunId;
GO
DROP INDEX IF EXISTS IX_seen_resources_source;
GO
DROP INDEX IF EXISTS IX_seen_resources_last_seen;
