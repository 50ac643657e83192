-- What happened, for the console to follow. Ids are given out under the row of `event_head`, so they become
-- visible in their order: whoever has read up to one has missed none before it.
SET ANSI_NULLS, ANSI_PADDING, ANSI_WARNINGS, ARITHABORT, CONCAT_NULL_YIELDS_NULL, QUOTED_IDENTIFIER ON;
SET NUMERIC_ROUNDABORT OFF;
SET XACT_ABORT ON;
GO
IF OBJECT_ID(N'[$(schema)].[events]', N'U') IS NULL
BEGIN
    CREATE TABLE [$(schema)].[events] (
        [event_id] BIGINT NOT NULL,
        [at] DATETIME2(3) NOT NULL,
        [kind] NVARCHAR(40) NOT NULL,
        [level] NVARCHAR(10) NOT NULL CONSTRAINT [CK_events_level] CHECK ([level] IN (N'info', N'warn', N'error')),
        [run_id] NVARCHAR(36) NULL,
        [source_name] NVARCHAR(100) NULL,
        [work_item_id] NVARCHAR(36) NULL,
        [worker_id] NVARCHAR(100) NULL,
        [host] NVARCHAR(300) NULL,
        [message] NVARCHAR(1000) NOT NULL,
        [data] NVARCHAR(MAX) NULL,
        CONSTRAINT [PK_events] PRIMARY KEY CLUSTERED ([event_id])
    );
END
GO
IF NOT EXISTS (SELECT 1 FROM sys.indexes WHERE object_id = OBJECT_ID(N'[$(schema)].[events]') AND name = N'IX_events_run')
    CREATE NONCLUSTERED INDEX [IX_events_run]
    ON [$(schema)].[events] ([run_id], [event_id])
    WHERE [run_id] IS NOT NULL;
GO
IF OBJECT_ID(N'[$(schema)].[event_head]', N'U') IS NULL
BEGIN
    CREATE TABLE [$(schema)].[event_head] (
        [head_id] TINYINT NOT NULL CONSTRAINT [CK_event_head_one] CHECK ([head_id] = 1),
        [last_event_id] BIGINT NOT NULL,
        CONSTRAINT [PK_event_head] PRIMARY KEY CLUSTERED ([head_id])
    );
END
GO
IF NOT EXISTS (SELECT 1 FROM [$(schema)].[event_head])
    INSERT INTO [$(schema)].[event_head] ([head_id], [last_event_id]) VALUES (1, 0);
GO
