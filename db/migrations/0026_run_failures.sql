-- The failed items of one run, in the order of the list. Few of many: what succeeds is never in it.
IF NOT EXISTS (SELECT 1 FROM sys.indexes WHERE object_id = OBJECT_ID(N'[$(schema)].[work_items]') AND name = N'IX_work_items_run_failed')
    CREATE NONCLUSTERED INDEX [IX_work_items_run_failed]
    ON [$(schema)].[work_items] ([run_id], [status], [created_at], [work_item_id])
    WHERE [run_id] IS NOT NULL AND [status] = N'failed';
GO
-- With the source at its end, a source in the order of its ids is searched in the index alone: rows are
-- only looked up when they are shown.
IF NOT EXISTS (SELECT 1 FROM sys.indexes WHERE object_id = OBJECT_ID(N'[$(schema)].[work_items]') AND name = N'IX_work_items_resource_source')
    CREATE NONCLUSTERED INDEX [IX_work_items_resource_source]
    ON [$(schema)].[work_items] ([resource_id], [work_item_id]) INCLUDE ([source_name]);
GO
IF EXISTS (SELECT 1 FROM sys.indexes WHERE object_id = OBJECT_ID(N'[$(schema)].[work_items]') AND name = N'IX_work_items_resource')
    DROP INDEX [IX_work_items_resource] ON [$(schema)].[work_items];
GO
