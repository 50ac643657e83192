-- What lists walk: equal columns first, then the order of the list. By creation rather than by change:
-- a row keeps its place in them until its status changes.
IF NOT EXISTS (SELECT 1 FROM sys.indexes WHERE object_id = OBJECT_ID(N'[$(schema)].[work_items]') AND name = N'IX_work_items_status_created')
    CREATE NONCLUSTERED INDEX [IX_work_items_status_created]
    ON [$(schema)].[work_items] ([status], [created_at], [work_item_id]);
GO
IF EXISTS (SELECT 1 FROM sys.indexes WHERE object_id = OBJECT_ID(N'[$(schema)].[work_items]') AND name = N'IX_work_items_status_updated')
    DROP INDEX [IX_work_items_status_updated] ON [$(schema)].[work_items];
GO
IF NOT EXISTS (SELECT 1 FROM sys.indexes WHERE object_id = OBJECT_ID(N'[$(schema)].[work_items]') AND name = N'IX_work_items_source_status')
    CREATE NONCLUSTERED INDEX [IX_work_items_source_status]
    ON [$(schema)].[work_items] ([source_name], [status], [created_at], [work_item_id]);
GO
IF EXISTS (SELECT 1 FROM sys.indexes WHERE object_id = OBJECT_ID(N'[$(schema)].[work_items]') AND name = N'IX_work_items_source_updated')
    DROP INDEX [IX_work_items_source_updated] ON [$(schema)].[work_items];
GO
IF NOT EXISTS (SELECT 1 FROM sys.indexes WHERE object_id = OBJECT_ID(N'[$(schema)].[work_items]') AND name = N'IX_work_items_error_created')
    CREATE NONCLUSTERED INDEX [IX_work_items_error_created]
    ON [$(schema)].[work_items] ([error_code], [created_at], [work_item_id])
    WHERE [error_code] IS NOT NULL;
GO
IF EXISTS (SELECT 1 FROM sys.indexes WHERE object_id = OBJECT_ID(N'[$(schema)].[work_items]') AND name = N'IX_work_items_error_code')
    DROP INDEX [IX_work_items_error_code] ON [$(schema)].[work_items];
GO
IF NOT EXISTS (SELECT 1 FROM sys.indexes WHERE object_id = OBJECT_ID(N'[$(schema)].[work_items]') AND name = N'IX_work_items_discovered_created')
    CREATE NONCLUSTERED INDEX [IX_work_items_discovered_created]
    ON [$(schema)].[work_items] ([discovered_from], [created_at], [work_item_id])
    WHERE [discovered_from] IS NOT NULL;
GO
IF EXISTS (SELECT 1 FROM sys.indexes WHERE object_id = OBJECT_ID(N'[$(schema)].[work_items]') AND name = N'IX_work_items_discovered_from')
    DROP INDEX [IX_work_items_discovered_from] ON [$(schema)].[work_items];
GO
IF NOT EXISTS (SELECT 1 FROM sys.indexes WHERE object_id = OBJECT_ID(N'[$(schema)].[work_items]') AND name = N'IX_work_items_run_created')
    CREATE NONCLUSTERED INDEX [IX_work_items_run_created]
    ON [$(schema)].[work_items] ([run_id], [created_at], [work_item_id])
    WHERE [run_id] IS NOT NULL;
GO
IF NOT EXISTS (SELECT 1 FROM sys.indexes WHERE object_id = OBJECT_ID(N'[$(schema)].[work_items]') AND name = N'IX_work_items_priority')
    CREATE NONCLUSTERED INDEX [IX_work_items_priority]
    ON [$(schema)].[work_items] ([priority], [work_item_id]);
GO
