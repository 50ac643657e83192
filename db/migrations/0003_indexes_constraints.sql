-- The constraints and indexes of an existing Holocron database. Names compare without regard to case. Three indexes are
-- left out of a new one, for others begin alike: of records by run and by time, of runs by status.
SET ANSI_NULLS, ANSI_PADDING, ANSI_WARNINGS, ARITHABORT, CONCAT_NULL_YIELDS_NULL, QUOTED_IDENTIFIER ON;
SET NUMERIC_ROUNDABORT OFF;
SET XACT_ABORT ON;
GO
IF NOT EXISTS (SELECT 1 FROM sys.check_constraints WHERE parent_object_id = OBJECT_ID(N'[$(schema)].[work_items]') AND name = N'CK_work_items_status')
    ALTER TABLE [$(schema)].[work_items] WITH CHECK ADD CONSTRAINT [CK_work_items_status] CHECK ([status] IN (N'pending', N'in_progress', N'completed', N'failed', N'skipped'));
GO
IF NOT EXISTS (SELECT 1 FROM sys.check_constraints WHERE parent_object_id = OBJECT_ID(N'[$(schema)].[work_items]') AND name = N'CK_work_items_attempt')
    ALTER TABLE [$(schema)].[work_items] WITH CHECK ADD CONSTRAINT [CK_work_items_attempt] CHECK ([attempt] >= 0);
GO
IF NOT EXISTS (SELECT 1 FROM sys.check_constraints WHERE parent_object_id = OBJECT_ID(N'[$(schema)].[IngestRecords]') AND name = N'CK_IngestRecords_StatusCode')
    ALTER TABLE [$(schema)].[IngestRecords] WITH CHECK ADD CONSTRAINT [CK_IngestRecords_StatusCode] CHECK ([status_code] >= 0 AND [status_code] <= 999);
GO
IF NOT EXISTS (SELECT 1 FROM sys.check_constraints WHERE parent_object_id = OBJECT_ID(N'[$(schema)].[IngestRecords]') AND name = N'CK_IngestRecords_Attempt')
    ALTER TABLE [$(schema)].[IngestRecords] WITH CHECK ADD CONSTRAINT [CK_IngestRecords_Attempt] CHECK ([attempt] > 0);
GO
IF NOT EXISTS (SELECT 1 FROM sys.check_constraints WHERE parent_object_id = OBJECT_ID(N'[$(schema)].[ingest_runs]') AND name = N'CK_ingest_runs_status')
    ALTER TABLE [$(schema)].[ingest_runs] WITH CHECK ADD CONSTRAINT [CK_ingest_runs_status] CHECK ([status] IN (N'running', N'completed', N'failed', N'cancelled'));
GO
IF NOT EXISTS (SELECT 1 FROM sys.indexes WHERE object_id = OBJECT_ID(N'[$(schema)].[work_items]') AND name = N'IX_work_items_status')
    CREATE NONCLUSTERED INDEX [IX_work_items_status]
    ON [$(schema)].[work_items] ([status], [priority], [created_at]);
GO
-- A key exists once. Looked for by its column: it may have any name, and be a constraint.
IF NOT EXISTS (
        SELECT 1 FROM sys.indexes AS i
        JOIN sys.index_columns AS ic ON ic.object_id = i.object_id AND ic.index_id = i.index_id AND ic.is_included_column = 0
        JOIN sys.columns AS c ON c.object_id = ic.object_id AND c.column_id = ic.column_id
        WHERE i.object_id = OBJECT_ID(N'[$(schema)].[work_items]') AND i.is_unique = 1 AND i.has_filter = 0
        GROUP BY i.index_id
        HAVING COUNT(*) = 1 AND MAX(c.name) = N'dedupe_key')
    CREATE UNIQUE NONCLUSTERED INDEX [IX_work_items_dedupe]
    ON [$(schema)].[work_items] ([dedupe_key]);
GO
IF NOT EXISTS (SELECT 1 FROM sys.indexes WHERE object_id = OBJECT_ID(N'[$(schema)].[work_items]') AND name = N'IX_work_items_run_id')
    CREATE NONCLUSTERED INDEX [IX_work_items_run_id]
    ON [$(schema)].[work_items] ([run_id])
    WHERE [run_id] IS NOT NULL;
GO
IF NOT EXISTS (SELECT 1 FROM sys.indexes WHERE object_id = OBJECT_ID(N'[$(schema)].[work_items]') AND name = N'IX_work_items_source')
    CREATE NONCLUSTERED INDEX [IX_work_items_source]
    ON [$(schema)].[work_items] ([source_system], [source_name]);
GO
IF NOT EXISTS (SELECT 1 FROM sys.indexes WHERE object_id = OBJECT_ID(N'[$(schema)].[IngestRecords]') AND name = N'IX_IngestRecords_Dedupe')
    CREATE NONCLUSTERED INDEX [IX_IngestRecords_Dedupe]
    ON [$(schema)].[IngestRecords] ([source_system], [source_name], [resource_type], [resource_id], [fetched_at_utc] DESC);
GO
IF NOT EXISTS (SELECT 1 FROM sys.indexes WHERE object_id = OBJECT_ID(N'[$(schema)].[IngestRecords]') AND name = N'IX_IngestRecords_WorkItemId')
    CREATE NONCLUSTERED INDEX [IX_IngestRecords_WorkItemId]
    ON [$(schema)].[IngestRecords] ([work_item_id])
    WHERE [work_item_id] IS NOT NULL;
GO
IF NOT EXISTS (SELECT 1 FROM sys.indexes WHERE object_id = OBJECT_ID(N'[$(schema)].[seen_resources]') AND name = N'IX_seen_resources_source')
    CREATE NONCLUSTERED INDEX [IX_seen_resources_source]
    ON [$(schema)].[seen_resources] ([source_system], [source_name], [resource_type]);
GO
IF NOT EXISTS (SELECT 1 FROM sys.indexes WHERE object_id = OBJECT_ID(N'[$(schema)].[seen_resources]') AND name = N'IX_seen_resources_last_seen')
    CREATE NONCLUSTERED INDEX [IX_seen_resources_last_seen]
    ON [$(schema)].[seen_resources] ([last_seen_at] DESC);
GO
