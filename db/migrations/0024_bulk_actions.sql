-- Bulk actions as background work: what was expected, how fast, who works on it, what can be undone.
IF COL_LENGTH(N'[$(schema)].[bulk_actions]', N'expected_kind') IS NULL
    ALTER TABLE [$(schema)].[bulk_actions] ADD [expected_kind] NVARCHAR(20) NULL;
GO
IF COL_LENGTH(N'[$(schema)].[bulk_actions]', N'dry_run') IS NULL
    ALTER TABLE [$(schema)].[bulk_actions] ADD [dry_run] TINYINT NULL;
GO
IF COL_LENGTH(N'[$(schema)].[bulk_actions]', N'items_per_second') IS NULL
    ALTER TABLE [$(schema)].[bulk_actions] ADD [items_per_second] INT NULL;
GO
IF COL_LENGTH(N'[$(schema)].[bulk_actions]', N'next_chunk_at') IS NULL
    ALTER TABLE [$(schema)].[bulk_actions] ADD [next_chunk_at] DATETIME2(3) NULL;
GO
IF COL_LENGTH(N'[$(schema)].[bulk_actions]', N'chunk_count') IS NULL
    ALTER TABLE [$(schema)].[bulk_actions] ADD [chunk_count] INT NULL;
GO
IF COL_LENGTH(N'[$(schema)].[bulk_actions]', N'fault_count') IS NULL
    ALTER TABLE [$(schema)].[bulk_actions] ADD [fault_count] INT NULL;
GO
IF COL_LENGTH(N'[$(schema)].[bulk_actions]', N'refusals') IS NULL
    ALTER TABLE [$(schema)].[bulk_actions] ADD [refusals] NVARCHAR(MAX) NULL;
GO
IF COL_LENGTH(N'[$(schema)].[bulk_actions]', N'requested_by_id') IS NULL
    ALTER TABLE [$(schema)].[bulk_actions] ADD [requested_by_id] NVARCHAR(36) NULL;
GO
IF COL_LENGTH(N'[$(schema)].[bulk_actions]', N'undo_of') IS NULL
    ALTER TABLE [$(schema)].[bulk_actions] ADD [undo_of] NVARCHAR(36) NULL;
GO
IF COL_LENGTH(N'[$(schema)].[bulk_actions]', N'undone_by') IS NULL
    ALTER TABLE [$(schema)].[bulk_actions] ADD [undone_by] NVARCHAR(36) NULL;
GO
IF COL_LENGTH(N'[$(schema)].[bulk_actions]', N'lease_owner') IS NULL
    ALTER TABLE [$(schema)].[bulk_actions] ADD [lease_owner] NVARCHAR(100) NULL;
GO
IF COL_LENGTH(N'[$(schema)].[bulk_actions]', N'lease_until') IS NULL
    ALTER TABLE [$(schema)].[bulk_actions] ADD [lease_until] DATETIME2(3) NULL;
GO
-- What the workers ask for twice a second: few rows, whatever was done before.
IF NOT EXISTS (SELECT 1 FROM sys.indexes WHERE object_id = OBJECT_ID(N'[$(schema)].[bulk_actions]') AND name = N'IX_bulk_actions_running')
    CREATE NONCLUSTERED INDEX [IX_bulk_actions_running]
    ON [$(schema)].[bulk_actions] ([bulk_action_id])
    WHERE [status] = N'running';
GO
-- The outcome of each item, a chunk of items a row: what they were before, and who was refused and why.
IF OBJECT_ID(N'[$(schema)].[bulk_action_chunks]', N'U') IS NULL
BEGIN
    CREATE TABLE [$(schema)].[bulk_action_chunks] (
        [bulk_action_id] NVARCHAR(36) NOT NULL,
        [chunk] INT NOT NULL,
        [changed_count] INT NOT NULL,
        [refused_count] INT NOT NULL,
        [changed] NVARCHAR(MAX) NULL,
        [refused] NVARCHAR(MAX) NULL,
        [committed_at] DATETIME2(3) NOT NULL,
        CONSTRAINT [PK_bulk_action_chunks] PRIMARY KEY CLUSTERED ([bulk_action_id], [chunk])
    );
END
GO
-- Refused items are listed without reading the chunks that refused none.
IF NOT EXISTS (SELECT 1 FROM sys.indexes WHERE object_id = OBJECT_ID(N'[$(schema)].[bulk_action_chunks]') AND name = N'IX_bulk_action_chunks_refused')
    CREATE NONCLUSTERED INDEX [IX_bulk_action_chunks_refused]
    ON [$(schema)].[bulk_action_chunks] ([bulk_action_id], [chunk])
    WHERE [refused_count] > 0;
GO
-- Outcomes are forgotten oldest first.
IF NOT EXISTS (SELECT 1 FROM sys.indexes WHERE object_id = OBJECT_ID(N'[$(schema)].[bulk_action_chunks]') AND name = N'IX_bulk_action_chunks_committed')
    CREATE NONCLUSTERED INDEX [IX_bulk_action_chunks_committed]
    ON [$(schema)].[bulk_action_chunks] ([committed_at]);
GO
