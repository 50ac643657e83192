-- Held items are pending for as long as nobody takes them up, and there may be millions of them. This
-- index has none, so that a claim does not walk past them; it serves queries that repeat its condition.
IF NOT EXISTS (SELECT 1 FROM sys.indexes WHERE object_id = OBJECT_ID(N'[$(schema)].[work_items]') AND name = N'IX_work_items_claimable')
    CREATE NONCLUSTERED INDEX [IX_work_items_claimable]
    ON [$(schema)].[work_items] ([source_system], [source_name], [priority], [created_at], [work_item_id])
    INCLUDE ([available_at], [host], [run_id])
    WHERE [status] = N'pending' AND [available_at] < '9999-01-01T00:00:00.000';
GO
