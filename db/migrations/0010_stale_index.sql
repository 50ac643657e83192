-- How much of a source has gone stale is counted in this index, never in the table. Its rows move
-- when an item is fetched, not when it changes its status.
IF NOT EXISTS (SELECT 1 FROM sys.indexes WHERE object_id = OBJECT_ID(N'[$(schema)].[work_items]') AND name = N'IX_work_items_source_fetched')
    CREATE NONCLUSTERED INDEX [IX_work_items_source_fetched]
    ON [$(schema)].[work_items] ([source_system], [source_name], [last_fetched_at])
    WHERE [status] <> N'skipped';
GO
