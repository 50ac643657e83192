-- What a claim may take, and what waits for a moment, stand apart: a pending item is ready as long as it
-- has no reason to wait. Whoever puts its time ahead, also by plain SQL, gives it one. A few milliseconds
-- of grace, because times that were rounded up to the millisecond are no schedule.
IF OBJECT_ID(N'[$(schema)].[TR_work_items_wait]', N'TR') IS NULL
    EXEC(N'CREATE TRIGGER [$(schema)].[TR_work_items_wait] ON [$(schema)].[work_items]
    AFTER INSERT, UPDATE
    AS
    BEGIN
        SET NOCOUNT ON;
        IF NOT EXISTS (
            SELECT 1 FROM inserted
            WHERE [status] = N''pending'' AND [wait_reason] IS NULL
                AND [available_at] > DATEADD(millisecond, 5, SYSUTCDATETIME())
        ) RETURN;
        UPDATE [$(schema)].[work_items] SET [wait_reason] = N''scheduled''
        WHERE [work_item_id] IN (
            SELECT [work_item_id] FROM inserted
            WHERE [status] = N''pending'' AND [wait_reason] IS NULL
                AND [available_at] > DATEADD(millisecond, 5, SYSUTCDATETIME())
        );
    END');
GO
UPDATE [$(schema)].[work_items] SET [wait_reason] = N'scheduled'
WHERE [status] = N'pending' AND [wait_reason] IS NULL AND [available_at] > SYSUTCDATETIME();
GO
-- In claim order: of all sources, of one, and of one lane. A lane is what is shut or open as a whole, the
-- items of one source and run that ask the same host; its first entry is its head.
IF NOT EXISTS (SELECT 1 FROM sys.indexes WHERE object_id = OBJECT_ID(N'[$(schema)].[work_items]') AND name = N'IX_work_items_ready')
    CREATE NONCLUSTERED INDEX [IX_work_items_ready]
    ON [$(schema)].[work_items] ([priority], [created_at], [work_item_id])
    INCLUDE ([available_at])
    WHERE [status] = N'pending' AND [wait_reason] IS NULL;
GO
IF NOT EXISTS (SELECT 1 FROM sys.indexes WHERE object_id = OBJECT_ID(N'[$(schema)].[work_items]') AND name = N'IX_work_items_ready_source')
    CREATE NONCLUSTERED INDEX [IX_work_items_ready_source]
    ON [$(schema)].[work_items] ([source_system], [source_name], [priority], [created_at], [work_item_id])
    INCLUDE ([available_at], [host], [run_id], [resource_type])
    WHERE [status] = N'pending' AND [wait_reason] IS NULL;
GO
IF NOT EXISTS (SELECT 1 FROM sys.indexes WHERE object_id = OBJECT_ID(N'[$(schema)].[work_items]') AND name = N'IX_work_items_ready_lane')
    CREATE NONCLUSTERED INDEX [IX_work_items_ready_lane]
    ON [$(schema)].[work_items] ([source_system], [source_name], [run_id], [host], [priority], [created_at], [work_item_id])
    INCLUDE ([available_at], [resource_type])
    WHERE [status] = N'pending' AND [wait_reason] IS NULL;
GO
-- What waits, by when it is due; what is held waits for a person, and is not here.
IF NOT EXISTS (SELECT 1 FROM sys.indexes WHERE object_id = OBJECT_ID(N'[$(schema)].[work_items]') AND name = N'IX_work_items_waiting')
    CREATE NONCLUSTERED INDEX [IX_work_items_waiting]
    ON [$(schema)].[work_items] ([available_at], [work_item_id])
    WHERE [status] = N'pending' AND [wait_reason] <> N'held';
GO
IF EXISTS (SELECT 1 FROM sys.indexes WHERE object_id = OBJECT_ID(N'[$(schema)].[work_items]') AND name = N'IX_work_items_claimable')
    DROP INDEX [IX_work_items_claimable] ON [$(schema)].[work_items];
GO
IF EXISTS (SELECT 1 FROM sys.indexes WHERE object_id = OBJECT_ID(N'[$(schema)].[work_items]') AND name = N'IX_work_items_pending_source')
    DROP INDEX [IX_work_items_pending_source] ON [$(schema)].[work_items];
GO
IF EXISTS (SELECT 1 FROM sys.indexes WHERE object_id = OBJECT_ID(N'[$(schema)].[work_items]') AND name = N'IX_work_items_pending')
    DROP INDEX [IX_work_items_pending] ON [$(schema)].[work_items];
GO
