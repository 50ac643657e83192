-- What the queue needs beyond the existing tables: leases, back-off, validators, run numbers.
-- Nullable or with a constant default: the server notes them without touching the rows.
IF COL_LENGTH(N'[$(schema)].[work_items]', N'host') IS NULL
    ALTER TABLE [$(schema)].[work_items] ADD [host] NVARCHAR(300) NULL;
GO
IF COL_LENGTH(N'[$(schema)].[work_items]', N'depth') IS NULL
    ALTER TABLE [$(schema)].[work_items] ADD [depth] INT NOT NULL CONSTRAINT [DF_work_items_depth] DEFAULT 0;
GO
IF COL_LENGTH(N'[$(schema)].[work_items]', N'available_at') IS NULL
    ALTER TABLE [$(schema)].[work_items] ADD [available_at] DATETIME2(3) NOT NULL CONSTRAINT [DF_work_items_available_at] DEFAULT '1970-01-01T00:00:00';
GO
IF COL_LENGTH(N'[$(schema)].[work_items]', N'wait_reason') IS NULL
    ALTER TABLE [$(schema)].[work_items] ADD [wait_reason] NVARCHAR(50) NULL;
GO
IF COL_LENGTH(N'[$(schema)].[work_items]', N'lease_id') IS NULL
    ALTER TABLE [$(schema)].[work_items] ADD [lease_id] NVARCHAR(36) NULL;
GO
IF COL_LENGTH(N'[$(schema)].[work_items]', N'lease_owner') IS NULL
    ALTER TABLE [$(schema)].[work_items] ADD [lease_owner] NVARCHAR(100) NULL;
GO
IF COL_LENGTH(N'[$(schema)].[work_items]', N'lease_until') IS NULL
    ALTER TABLE [$(schema)].[work_items] ADD [lease_until] DATETIME2(3) NULL;
GO
IF COL_LENGTH(N'[$(schema)].[work_items]', N'claimed_at') IS NULL
    ALTER TABLE [$(schema)].[work_items] ADD [claimed_at] DATETIME2(3) NULL;
GO
IF COL_LENGTH(N'[$(schema)].[work_items]', N'error_code') IS NULL
    ALTER TABLE [$(schema)].[work_items] ADD [error_code] NVARCHAR(50) NULL;
GO
IF COL_LENGTH(N'[$(schema)].[work_items]', N'last_http_status') IS NULL
    ALTER TABLE [$(schema)].[work_items] ADD [last_http_status] INT NULL;
GO
IF COL_LENGTH(N'[$(schema)].[work_items]', N'etag') IS NULL
    ALTER TABLE [$(schema)].[work_items] ADD [etag] NVARCHAR(500) NULL;
GO
IF COL_LENGTH(N'[$(schema)].[work_items]', N'last_modified') IS NULL
    ALTER TABLE [$(schema)].[work_items] ADD [last_modified] NVARCHAR(100) NULL;
GO
IF COL_LENGTH(N'[$(schema)].[work_items]', N'revision') IS NULL
    ALTER TABLE [$(schema)].[work_items] ADD [revision] NVARCHAR(100) NULL;
GO
IF COL_LENGTH(N'[$(schema)].[work_items]', N'content_hash') IS NULL
    ALTER TABLE [$(schema)].[work_items] ADD [content_hash] NVARCHAR(64) NULL;
GO
IF COL_LENGTH(N'[$(schema)].[work_items]', N'last_fetched_at') IS NULL
    ALTER TABLE [$(schema)].[work_items] ADD [last_fetched_at] DATETIME2(3) NULL;
GO
IF COL_LENGTH(N'[$(schema)].[work_items]', N'last_changed_at') IS NULL
    ALTER TABLE [$(schema)].[work_items] ADD [last_changed_at] DATETIME2(3) NULL;
GO
IF COL_LENGTH(N'[$(schema)].[work_items]', N'next_fetch_at') IS NULL
    ALTER TABLE [$(schema)].[work_items] ADD [next_fetch_at] DATETIME2(3) NULL;
GO
IF COL_LENGTH(N'[$(schema)].[work_items]', N'check_count') IS NULL
    ALTER TABLE [$(schema)].[work_items] ADD [check_count] INT NOT NULL CONSTRAINT [DF_work_items_check_count] DEFAULT 0;
GO
IF COL_LENGTH(N'[$(schema)].[work_items]', N'change_count') IS NULL
    ALTER TABLE [$(schema)].[work_items] ADD [change_count] INT NOT NULL CONSTRAINT [DF_work_items_change_count] DEFAULT 0;
GO
IF COL_LENGTH(N'[$(schema)].[IngestRecords]', N'content_type') IS NULL
    ALTER TABLE [$(schema)].[IngestRecords] ADD [content_type] NVARCHAR(200) NULL;
GO
IF COL_LENGTH(N'[$(schema)].[IngestRecords]', N'content_hash') IS NULL
    ALTER TABLE [$(schema)].[IngestRecords] ADD [content_hash] NVARCHAR(64) NULL;
GO
IF COL_LENGTH(N'[$(schema)].[IngestRecords]', N'lake_path') IS NULL
    ALTER TABLE [$(schema)].[IngestRecords] ADD [lake_path] NVARCHAR(1000) NULL;
GO
IF COL_LENGTH(N'[$(schema)].[ingest_runs]', N'kind') IS NULL
    ALTER TABLE [$(schema)].[ingest_runs] ADD [kind] NVARCHAR(20) NOT NULL CONSTRAINT [DF_ingest_runs_kind] DEFAULT N'seed';
GO
IF COL_LENGTH(N'[$(schema)].[ingest_runs]', N'name') IS NULL
    ALTER TABLE [$(schema)].[ingest_runs] ADD [name] NVARCHAR(200) NULL;
GO
IF COL_LENGTH(N'[$(schema)].[ingest_runs]', N'phase') IS NULL
    ALTER TABLE [$(schema)].[ingest_runs] ADD [phase] NVARCHAR(20) NOT NULL CONSTRAINT [DF_ingest_runs_phase] DEFAULT N'ready';
GO
IF COL_LENGTH(N'[$(schema)].[ingest_runs]', N'request') IS NULL
    ALTER TABLE [$(schema)].[ingest_runs] ADD [request] NVARCHAR(MAX) NULL;
GO
IF COL_LENGTH(N'[$(schema)].[ingest_runs]', N'source_revisions') IS NULL
    ALTER TABLE [$(schema)].[ingest_runs] ADD [source_revisions] NVARCHAR(MAX) NULL;
GO
IF COL_LENGTH(N'[$(schema)].[ingest_runs]', N'items_total') IS NULL
    ALTER TABLE [$(schema)].[ingest_runs] ADD [items_total] INT NOT NULL CONSTRAINT [DF_ingest_runs_items_total] DEFAULT 0;
GO
IF COL_LENGTH(N'[$(schema)].[ingest_runs]', N'items_skipped') IS NULL
    ALTER TABLE [$(schema)].[ingest_runs] ADD [items_skipped] INT NOT NULL CONSTRAINT [DF_ingest_runs_items_skipped] DEFAULT 0;
GO
IF COL_LENGTH(N'[$(schema)].[ingest_runs]', N'items_retried') IS NULL
    ALTER TABLE [$(schema)].[ingest_runs] ADD [items_retried] INT NOT NULL CONSTRAINT [DF_ingest_runs_items_retried] DEFAULT 0;
GO
IF COL_LENGTH(N'[$(schema)].[ingest_runs]', N'items_unchanged') IS NULL
    ALTER TABLE [$(schema)].[ingest_runs] ADD [items_unchanged] INT NOT NULL CONSTRAINT [DF_ingest_runs_items_unchanged] DEFAULT 0;
GO
IF COL_LENGTH(N'[$(schema)].[ingest_runs]', N'max_items') IS NULL
    ALTER TABLE [$(schema)].[ingest_runs] ADD [max_items] INT NULL;
GO
IF COL_LENGTH(N'[$(schema)].[ingest_runs]', N'max_depth') IS NULL
    ALTER TABLE [$(schema)].[ingest_runs] ADD [max_depth] INT NULL;
GO
IF COL_LENGTH(N'[$(schema)].[ingest_runs]', N'paused_at') IS NULL
    ALTER TABLE [$(schema)].[ingest_runs] ADD [paused_at] DATETIME2(3) NULL;
GO
IF COL_LENGTH(N'[$(schema)].[ingest_runs]', N'end_reason') IS NULL
    ALTER TABLE [$(schema)].[ingest_runs] ADD [end_reason] NVARCHAR(20) NULL;
GO
IF COL_LENGTH(N'[$(schema)].[ingest_runs]', N'parent_run_id') IS NULL
    ALTER TABLE [$(schema)].[ingest_runs] ADD [parent_run_id] NVARCHAR(36) NULL;
GO
IF COL_LENGTH(N'[$(schema)].[ingest_runs]', N'launched_by') IS NULL
    ALTER TABLE [$(schema)].[ingest_runs] ADD [launched_by] NVARCHAR(320) NULL;
GO
IF COL_LENGTH(N'[$(schema)].[ingest_runs]', N'request_key') IS NULL
    ALTER TABLE [$(schema)].[ingest_runs] ADD [request_key] NVARCHAR(200) NULL;
GO
IF COL_LENGTH(N'[$(schema)].[ingest_runs]', N'heartbeat_at') IS NULL
    ALTER TABLE [$(schema)].[ingest_runs] ADD [heartbeat_at] DATETIME2(3) NULL;
GO
IF COL_LENGTH(N'[$(schema)].[ingest_runs]', N'error_message') IS NULL
    ALTER TABLE [$(schema)].[ingest_runs] ADD [error_message] NVARCHAR(MAX) NULL;
GO
