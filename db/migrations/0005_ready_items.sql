-- What a claim may take, and what waits for a moment, stand apart: a pending item is ready as long as it has no
-- reason to wait. Whoever puts its time ahead, also by plain SQL, gives it one.
SET ANSI_NULLS, ANSI_PADDING, ANSI_WARNINGS, ARITHABORT, CONCAT_NULL_YIELDS_NULL, QUOTED_IDENTIFIER ON;
SET NUMERIC_ROUNDABORT OFF;
SET XACT_ABORT ON;
GO
-- A few milliseconds of grace: a time that was rounded up to the millisecond is no schedule.
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
-- Claim order: of all sources, of one, and of one lane. A lane is what opens and closes as a whole: the ready
-- items of one source, run and host.
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
-- What waits, by when it is due. What is on hold waits for a person, and is not here.
IF NOT EXISTS (SELECT 1 FROM sys.indexes WHERE object_id = OBJECT_ID(N'[$(schema)].[work_items]') AND name = N'IX_work_items_waiting')
    CREATE NONCLUSTERED INDEX [IX_work_items_waiting]
    ON [$(schema)].[work_items] ([available_at], [work_item_id])
    WHERE [status] = N'pending' AND [wait_reason] <> N'held';
GO
IF NOT EXISTS (SELECT 1 FROM sys.indexes WHERE object_id = OBJECT_ID(N'[$(schema)].[work_items]') AND name = N'IX_work_items_pending_available')
    CREATE NONCLUSTERED INDEX [IX_work_items_pending_available]
    ON [$(schema)].[work_items] ([available_at], [work_item_id])
    WHERE [status] = N'pending';
GO
-- What is on hold, in the order of the list.
IF NOT EXISTS (SELECT 1 FROM sys.indexes WHERE object_id = OBJECT_ID(N'[$(schema)].[work_items]') AND name = N'IX_work_items_held')
    CREATE NONCLUSTERED INDEX [IX_work_items_held]
    ON [$(schema)].[work_items] ([wait_reason], [created_at], [work_item_id])
    WHERE [wait_reason] = N'held';
GO
