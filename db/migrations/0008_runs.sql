-- What a run has beyond the existing table: how it was launched, its numbers, its budgets, its end.
SET ANSI_NULLS, ANSI_PADDING, ANSI_WARNINGS, ARITHABORT, CONCAT_NULL_YIELDS_NULL, QUOTED_IDENTIFIER ON;
SET NUMERIC_ROUNDABORT OFF;
SET XACT_ABORT ON;
GO
-- items_missing: how often a run found a resource missing; such items are among the skipped ones. deadline_at:
-- nothing of the run is requested after it. progress_at: when its progress was last reported.
IF COL_LENGTH(N'[$(schema)].[ingest_runs]', N'error_message') IS NULL
    ALTER TABLE [$(schema)].[ingest_runs] ADD
        [kind] NVARCHAR(20) NOT NULL CONSTRAINT [DF_ingest_runs_kind] DEFAULT N'seed',
        [name] NVARCHAR(200) NULL,
        [phase] NVARCHAR(20) NOT NULL CONSTRAINT [DF_ingest_runs_phase] DEFAULT N'ready',
        [request] NVARCHAR(MAX) NULL,
        [source_revisions] NVARCHAR(MAX) NULL,
        [items_total] INT NOT NULL CONSTRAINT [DF_ingest_runs_items_total] DEFAULT 0,
        [items_skipped] INT NOT NULL CONSTRAINT [DF_ingest_runs_items_skipped] DEFAULT 0,
        [items_retried] INT NOT NULL CONSTRAINT [DF_ingest_runs_items_retried] DEFAULT 0,
        [items_unchanged] INT NOT NULL CONSTRAINT [DF_ingest_runs_items_unchanged] DEFAULT 0,
        [items_missing] INT NOT NULL CONSTRAINT [DF_ingest_runs_items_missing] DEFAULT 0,
        [max_items] INT NULL,
        [max_depth] INT NULL,
        [max_requests] INT NULL,
        [requests_sent] INT NOT NULL CONSTRAINT [DF_ingest_runs_requests_sent] DEFAULT 0,
        [deadline_at] DATETIME2(3) NULL,
        [paused_at] DATETIME2(3) NULL,
        [end_reason] NVARCHAR(20) NULL,
        [parent_run_id] NVARCHAR(36) NULL,
        [launched_by] NVARCHAR(320) NULL,
        [request_key] NVARCHAR(200) NULL,
        [heartbeat_at] DATETIME2(3) NULL,
        [progress_at] DATETIME2(3) NULL,
        [error_message] NVARCHAR(MAX) NULL;
GO
IF NOT EXISTS (SELECT 1 FROM sys.indexes WHERE object_id = OBJECT_ID(N'[$(schema)].[ingest_runs]') AND name = N'IX_ingest_runs_started')
    CREATE NONCLUSTERED INDEX [IX_ingest_runs_started]
    ON [$(schema)].[ingest_runs] ([started_at], [run_id]);
GO
IF NOT EXISTS (SELECT 1 FROM sys.indexes WHERE object_id = OBJECT_ID(N'[$(schema)].[ingest_runs]') AND name = N'IX_ingest_runs_status_started')
    CREATE NONCLUSTERED INDEX [IX_ingest_runs_status_started]
    ON [$(schema)].[ingest_runs] ([status], [started_at], [run_id]);
GO
IF NOT EXISTS (SELECT 1 FROM sys.indexes WHERE object_id = OBJECT_ID(N'[$(schema)].[ingest_runs]') AND name = N'IX_ingest_runs_parent')
    CREATE NONCLUSTERED INDEX [IX_ingest_runs_parent]
    ON [$(schema)].[ingest_runs] ([parent_run_id], [started_at], [run_id])
    WHERE [parent_run_id] IS NOT NULL;
GO
-- Runs that are being prepared or emptied, whatever their status. Few of many.
IF NOT EXISTS (SELECT 1 FROM sys.indexes WHERE object_id = OBJECT_ID(N'[$(schema)].[ingest_runs]') AND name = N'IX_ingest_runs_at_work')
    CREATE NONCLUSTERED INDEX [IX_ingest_runs_at_work]
    ON [$(schema)].[ingest_runs] ([phase], [run_id])
    WHERE [phase] <> N'ready';
GO
