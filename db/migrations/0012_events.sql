-- What happened, for the console to follow. Events are only appended, and nobody waits for an id: so an event may commit
-- after one with a later id. Readers do not go beyond an id that is missing and young (db/sqlserver/events.ts).
SET ANSI_NULLS, ANSI_PADDING, ANSI_WARNINGS, ARITHABORT, CONCAT_NULL_YIELDS_NULL, QUOTED_IDENTIFIER ON;
SET NUMERIC_ROUNDABORT OFF;
SET XACT_ABORT ON;
GO
IF OBJECT_ID(N'[$(schema)].[events]', N'U') IS NULL
BEGIN
    CREATE TABLE [$(schema)].[events] (
        [event_id] BIGINT IDENTITY(1, 1) NOT NULL,
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
