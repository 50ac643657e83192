-- The history of every item: one row an attempt.
SET ANSI_NULLS, ANSI_PADDING, ANSI_WARNINGS, ARITHABORT, CONCAT_NULL_YIELDS_NULL, QUOTED_IDENTIFIER ON;
SET NUMERIC_ROUNDABORT OFF;
SET XACT_ABORT ON;
GO
IF OBJECT_ID(N'[$(schema)].[work_item_attempts]', N'U') IS NULL
BEGIN
    CREATE TABLE [$(schema)].[work_item_attempts] (
        [attempt_id] NVARCHAR(36) NOT NULL,
        [work_item_id] NVARCHAR(36) NOT NULL,
        [source_system] NVARCHAR(100) NOT NULL,
        [source_name] NVARCHAR(100) NOT NULL,
        [host] NVARCHAR(300) NULL,
        [run_id] NVARCHAR(36) NULL,
        [attempt] INT NOT NULL,
        [lease_id] NVARCHAR(36) NULL,
        [worker_id] NVARCHAR(100) NULL,
        [started_at] DATETIME2(3) NOT NULL,
        [finished_at] DATETIME2(3) NOT NULL,
        [duration_ms] INT NULL,
        [outcome] NVARCHAR(20) NOT NULL,
        [http_status] INT NULL,
        [error_code] NVARCHAR(50) NULL,
        [error_message] NVARCHAR(MAX) NULL,
        [facts] NVARCHAR(MAX) NULL,
        [ingest_id] NVARCHAR(36) NULL,
        [items_discovered] INT NOT NULL CONSTRAINT [DF_work_item_attempts_items_discovered] DEFAULT 0,
        -- In the order of their ends, so that charts read the last minutes in one stretch, whatever they ask of each.
        CONSTRAINT [PK_work_item_attempts] PRIMARY KEY CLUSTERED ([finished_at], [attempt_id]),
        CONSTRAINT [CK_work_item_attempts_outcome] CHECK ([outcome] IN (N'completed', N'unchanged', N'retry', N'failed', N'skipped', N'released', N'expired'))
    );
END
GO
IF NOT EXISTS (SELECT 1 FROM sys.indexes WHERE object_id = OBJECT_ID(N'[$(schema)].[work_item_attempts]') AND name = N'IX_work_item_attempts_item')
    CREATE NONCLUSTERED INDEX [IX_work_item_attempts_item]
    ON [$(schema)].[work_item_attempts] ([work_item_id], [attempt_id]);
GO
IF NOT EXISTS (SELECT 1 FROM sys.indexes WHERE object_id = OBJECT_ID(N'[$(schema)].[work_item_attempts]') AND name = N'IX_work_item_attempts_run')
    CREATE NONCLUSTERED INDEX [IX_work_item_attempts_run]
    ON [$(schema)].[work_item_attempts] ([run_id], [finished_at])
    WHERE [run_id] IS NOT NULL;
GO
-- Attempts counted per minute and per hour: what charts and error clusters read, so that a week of them costs
-- the same however many attempts it holds.
IF OBJECT_ID(N'[$(schema)].[attempt_counts]', N'U') IS NULL
BEGIN
    CREATE TABLE [$(schema)].[attempt_counts] (
        [unit] NVARCHAR(6) NOT NULL CONSTRAINT [CK_attempt_counts_unit] CHECK ([unit] IN (N'minute', N'hour')),
        [starts_at] DATETIME2(3) NOT NULL,
        [count_id] NVARCHAR(36) NOT NULL,
        [source_system] NVARCHAR(100) NOT NULL,
        [source_name] NVARCHAR(100) NOT NULL,
        [outcome] NVARCHAR(20) NOT NULL,
        [error_code] NVARCHAR(100) NULL,
        [http_status] INT NULL,
        [host] NVARCHAR(300) NULL,
        [attempts] INT NOT NULL,
        [last_at] DATETIME2(3) NOT NULL,
        [last_attempt_id] NVARCHAR(36) NOT NULL,
        CONSTRAINT [PK_attempt_counts] PRIMARY KEY CLUSTERED ([unit], [starts_at], [count_id])
    );
END
GO
-- How far the counting has come; one row.
IF OBJECT_ID(N'[$(schema)].[attempt_count_head]', N'U') IS NULL
BEGIN
    CREATE TABLE [$(schema)].[attempt_count_head] (
        [head_id] TINYINT NOT NULL CONSTRAINT [CK_attempt_count_head_one] CHECK ([head_id] = 1),
        [minutes_to] DATETIME2(3) NULL,
        [hours_to] DATETIME2(3) NULL,
        CONSTRAINT [PK_attempt_count_head] PRIMARY KEY CLUSTERED ([head_id])
    );
END
GO
IF NOT EXISTS (SELECT 1 FROM [$(schema)].[attempt_count_head])
    INSERT INTO [$(schema)].[attempt_count_head] ([head_id]) VALUES (1);
GO
