-- A resource that was fetched once and is no longer there: since when. It holds while it is later than
-- last_fetched_at, so that the fetch that finds the resource again need not take it back.
IF COL_LENGTH(N'[$(schema)].[work_items]', N'gone_since') IS NULL
    ALTER TABLE [$(schema)].[work_items] ADD [gone_since] DATETIME2(3) NULL;
GO
-- Those that are to be looked at again, by source. Few of many.
IF NOT EXISTS (SELECT 1 FROM sys.indexes WHERE object_id = OBJECT_ID(N'[$(schema)].[work_items]') AND name = N'IX_work_items_gone')
    CREATE NONCLUSTERED INDEX [IX_work_items_gone]
    ON [$(schema)].[work_items] ([source_name], [next_fetch_at], [work_item_id])
    WHERE [status] = N'skipped' AND [error_code] = N'resource_gone' AND [next_fetch_at] IS NOT NULL;
GO
-- How often a run found a resource gone; such items are among the skipped ones.
IF COL_LENGTH(N'[$(schema)].[ingest_runs]', N'items_gone') IS NULL
    ALTER TABLE [$(schema)].[ingest_runs] ADD [items_gone] INT NOT NULL CONSTRAINT [DF_ingest_runs_items_gone] DEFAULT 0;
GO
