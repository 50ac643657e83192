-- What waits without a run, in the order in which a new run takes it up. Few of many: items of runs are
-- in none of it.
IF NOT EXISTS (SELECT 1 FROM sys.indexes WHERE object_id = OBJECT_ID(N'[$(schema)].[work_items]') AND name = N'IX_work_items_without_run')
    CREATE NONCLUSTERED INDEX [IX_work_items_without_run]
    ON [$(schema)].[work_items] ([source_name], [work_item_id])
    WHERE [status] = N'pending' AND [run_id] IS NULL;
GO
