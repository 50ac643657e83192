-- What a run has beyond the existing table: how it was launched, its numbers, its budgets, its end.
SET ANSI_NULLS, ANSI_PADDING, ANSI_WARNINGS, ARITHABORT, CONCAT_NULL_YIELDS_NULL, QUOTED_IDENTIFIER ON;
SET NUMERIC_ROUNDABORT OFF;
SET XACT_ABORT ON;
GO
-- items_missing: how often a run found a resource missing; such items are among the skipped ones. items_over_budget:
-- what it found and its budget of items left out. deadline_at:
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
        [items_over_budget] INT NOT NULL CONSTRAINT [DF_ingest_runs_items_over_budget] DEFAULT 0,
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
-- What items add to the numbers of their run. Appended, so that workers of one run never wait for its row, and rolled
-- up into it behind. By run first: what is still to be added to one is found by a seek.
IF OBJECT_ID(N'[$(schema)].[run_deltas]', N'U') IS NULL
BEGIN
    CREATE TABLE [$(schema)].[run_deltas] (
        [run_id] UNIQUEIDENTIFIER NOT NULL,
        [delta_id] BIGINT IDENTITY(1, 1) NOT NULL,
        [items_total] INT NOT NULL CONSTRAINT [DF_run_deltas_items_total] DEFAULT 0,
        [items_processed] INT NOT NULL CONSTRAINT [DF_run_deltas_items_processed] DEFAULT 0,
        [items_succeeded] INT NOT NULL CONSTRAINT [DF_run_deltas_items_succeeded] DEFAULT 0,
        [items_failed] INT NOT NULL CONSTRAINT [DF_run_deltas_items_failed] DEFAULT 0,
        [items_skipped] INT NOT NULL CONSTRAINT [DF_run_deltas_items_skipped] DEFAULT 0,
        [items_discovered] INT NOT NULL CONSTRAINT [DF_run_deltas_items_discovered] DEFAULT 0,
        [items_retried] INT NOT NULL CONSTRAINT [DF_run_deltas_items_retried] DEFAULT 0,
        [items_unchanged] INT NOT NULL CONSTRAINT [DF_run_deltas_items_unchanged] DEFAULT 0,
        [items_missing] INT NOT NULL CONSTRAINT [DF_run_deltas_items_missing] DEFAULT 0,
        [items_over_budget] INT NOT NULL CONSTRAINT [DF_run_deltas_items_over_budget] DEFAULT 0,
        [requests_sent] INT NOT NULL CONSTRAINT [DF_run_deltas_requests_sent] DEFAULT 0,
        CONSTRAINT [PK_run_deltas] PRIMARY KEY CLUSTERED ([run_id], [delta_id])
    );
END
GO
IF OBJECT_ID(N'[$(schema)].[current_runs]', N'V') IS NOT NULL
    DROP VIEW [$(schema)].[current_runs];
GO
-- Runs with their numbers as of now: of the row and of what was not rolled up yet. One statement sees both as they
-- were at one moment.
CREATE VIEW [$(schema)].[current_runs] AS
SELECT r.[run_id], r.[started_at], r.[completed_at], r.[status], r.[config_hash], r.[metadata], r.[kind],
    r.[name], r.[phase], r.[request], r.[source_revisions], r.[max_items], r.[max_depth],
    r.[max_requests], r.[deadline_at], r.[paused_at], r.[end_reason], r.[parent_run_id],
    r.[launched_by], r.[request_key], r.[heartbeat_at], r.[progress_at], r.[error_message],
    r.[items_total] + COALESCE(d.[items_total], 0) AS [items_total],
    r.[items_processed] + COALESCE(d.[items_processed], 0) AS [items_processed],
    r.[items_succeeded] + COALESCE(d.[items_succeeded], 0) AS [items_succeeded],
    r.[items_failed] + COALESCE(d.[items_failed], 0) AS [items_failed],
    r.[items_skipped] + COALESCE(d.[items_skipped], 0) AS [items_skipped],
    r.[items_discovered] + COALESCE(d.[items_discovered], 0) AS [items_discovered],
    r.[items_retried] + COALESCE(d.[items_retried], 0) AS [items_retried],
    r.[items_unchanged] + COALESCE(d.[items_unchanged], 0) AS [items_unchanged],
    r.[items_missing] + COALESCE(d.[items_missing], 0) AS [items_missing],
    r.[items_over_budget] + COALESCE(d.[items_over_budget], 0) AS [items_over_budget],
    r.[requests_sent] + COALESCE(d.[requests_sent], 0) AS [requests_sent]
FROM [$(schema)].[ingest_runs] AS r OUTER APPLY (
    SELECT SUM([items_total]) AS [items_total],
        SUM([items_processed]) AS [items_processed],
        SUM([items_succeeded]) AS [items_succeeded],
        SUM([items_failed]) AS [items_failed],
        SUM([items_skipped]) AS [items_skipped],
        SUM([items_discovered]) AS [items_discovered],
        SUM([items_retried]) AS [items_retried],
        SUM([items_unchanged]) AS [items_unchanged],
        SUM([items_missing]) AS [items_missing],
        SUM([items_over_budget]) AS [items_over_budget],
        SUM([requests_sent]) AS [requests_sent]
    FROM [$(schema)].[run_deltas] WHERE [run_id] = r.[run_id]
) AS d;
GO
