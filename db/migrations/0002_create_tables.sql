-- The four tables of an existing Holocron database. One that is there is left as it is.
-- New tables compare their keys exactly: with the usual collation Star_Wars and star_wars are one.
SET ANSI_NULLS, ANSI_PADDING, ANSI_WARNINGS, ARITHABORT, CONCAT_NULL_YIELDS_NULL, QUOTED_IDENTIFIER ON;
SET NUMERIC_ROUNDABORT OFF;
SET XACT_ABORT ON;
GO
IF OBJECT_ID(N'[$(schema)].[work_items]', N'U') IS NULL
BEGIN
    CREATE TABLE [$(schema)].[work_items] (
        [work_item_id] NVARCHAR(36) NOT NULL,
        [source_system] NVARCHAR(100) NOT NULL,
        [source_name] NVARCHAR(100) NOT NULL,
        [resource_type] NVARCHAR(100) NOT NULL,
        [resource_id] NVARCHAR(500) NOT NULL,
        [request_uri] NVARCHAR(2000) NOT NULL,
        [request_method] NVARCHAR(10) NOT NULL,
        [request_headers] NVARCHAR(MAX) NULL,
        [request_body] NVARCHAR(MAX) NULL,
        [metadata] NVARCHAR(MAX) NULL,
        [priority] INT NOT NULL CONSTRAINT [DF_work_items_priority] DEFAULT 100,
        [status] NVARCHAR(20) NOT NULL,
        [attempt] INT NOT NULL CONSTRAINT [DF_work_items_attempt] DEFAULT 0,
        [run_id] NVARCHAR(36) NULL,
        [discovered_from] NVARCHAR(36) NULL,
        [created_at] DATETIME2 NOT NULL,
        [updated_at] DATETIME2 NOT NULL,
        [error_message] NVARCHAR(MAX) NULL,
        -- 850 characters are the 1,700 bytes an index key may have.
        [dedupe_key] NVARCHAR(850) COLLATE Latin1_General_100_BIN2 NOT NULL,
        CONSTRAINT [PK_work_items] PRIMARY KEY CLUSTERED ([work_item_id])
    );
END
GO
IF OBJECT_ID(N'[$(schema)].[IngestRecords]', N'U') IS NULL
BEGIN
    CREATE TABLE [$(schema)].[IngestRecords] (
        [ingest_id] UNIQUEIDENTIFIER NOT NULL CONSTRAINT [DF_IngestRecords_ingest_id] DEFAULT NEWID(),
        [source_system] NVARCHAR(100) NOT NULL,
        [source_name] NVARCHAR(100) NOT NULL,
        [resource_type] NVARCHAR(100) NOT NULL,
        [resource_id] NVARCHAR(500) NOT NULL,
        [request_uri] NVARCHAR(2000) NOT NULL,
        [request_method] NVARCHAR(10) NOT NULL,
        [request_headers] NVARCHAR(MAX) NULL,
        [status_code] INT NOT NULL,
        [response_headers] NVARCHAR(MAX) NULL,
        [payload] NVARCHAR(MAX) NOT NULL,
        [fetched_at_utc] DATETIME2 NOT NULL CONSTRAINT [DF_IngestRecords_fetched_at_utc] DEFAULT SYSUTCDATETIME(),
        [hash_sha256] NVARCHAR(64) NULL,
        [run_id] UNIQUEIDENTIFIER NULL,
        [work_item_id] UNIQUEIDENTIFIER NULL,
        [attempt] INT NOT NULL CONSTRAINT [DF_IngestRecords_attempt] DEFAULT 1,
        [error_message] NVARCHAR(MAX) NULL,
        [duration_ms] INT NULL,
        CONSTRAINT [PK_IngestRecords] PRIMARY KEY NONCLUSTERED ([ingest_id])
    );
END
GO
-- A new table is in the order of its records' time, so that a new one goes to its end: by the id, of which the server
-- compares the last bytes first, each would go to some other page. An existing table keeps the order it has.
IF NOT EXISTS (SELECT 1 FROM sys.indexes WHERE object_id = OBJECT_ID(N'[$(schema)].[IngestRecords]') AND (name = N'IX_IngestRecords_Fetched_Id' OR type = 1))
    CREATE UNIQUE CLUSTERED INDEX [IX_IngestRecords_Fetched_Id]
    ON [$(schema)].[IngestRecords] ([fetched_at_utc], [ingest_id]);
GO
IF OBJECT_ID(N'[$(schema)].[ingest_runs]', N'U') IS NULL
BEGIN
    CREATE TABLE [$(schema)].[ingest_runs] (
        [run_id] UNIQUEIDENTIFIER NOT NULL CONSTRAINT [DF_ingest_runs_run_id] DEFAULT NEWID(),
        [started_at] DATETIME2 NOT NULL CONSTRAINT [DF_ingest_runs_started_at] DEFAULT SYSUTCDATETIME(),
        [completed_at] DATETIME2 NULL,
        [status] NVARCHAR(20) NOT NULL CONSTRAINT [DF_ingest_runs_status] DEFAULT N'running',
        [items_processed] INT NOT NULL CONSTRAINT [DF_ingest_runs_items_processed] DEFAULT 0,
        [items_succeeded] INT NOT NULL CONSTRAINT [DF_ingest_runs_items_succeeded] DEFAULT 0,
        [items_failed] INT NOT NULL CONSTRAINT [DF_ingest_runs_items_failed] DEFAULT 0,
        [items_discovered] INT NOT NULL CONSTRAINT [DF_ingest_runs_items_discovered] DEFAULT 0,
        [config_hash] NVARCHAR(64) NULL,
        [metadata] NVARCHAR(MAX) NULL,
        CONSTRAINT [PK_ingest_runs] PRIMARY KEY CLUSTERED ([run_id])
    );
END
GO
IF OBJECT_ID(N'[$(schema)].[seen_resources]', N'U') IS NULL
BEGIN
    CREATE TABLE [$(schema)].[seen_resources] (
        [resource_key] NVARCHAR(850) COLLATE Latin1_General_100_BIN2 NOT NULL,
        [source_system] NVARCHAR(100) NOT NULL,
        [source_name] NVARCHAR(100) NOT NULL,
        [resource_type] NVARCHAR(100) NOT NULL,
        [resource_id] NVARCHAR(500) NOT NULL,
        [first_seen_at] DATETIME2 NOT NULL CONSTRAINT [DF_seen_resources_first_seen_at] DEFAULT SYSUTCDATETIME(),
        [last_seen_at] DATETIME2 NOT NULL CONSTRAINT [DF_seen_resources_last_seen_at] DEFAULT SYSUTCDATETIME(),
        [seen_count] INT NOT NULL CONSTRAINT [DF_seen_resources_seen_count] DEFAULT 1,
        [last_run_id] UNIQUEIDENTIFIER NULL,
        -- A clustered key may have 900 bytes, this one needs 1,700.
        CONSTRAINT [PK_seen_resources] PRIMARY KEY NONCLUSTERED ([resource_key])
    );
END
GO
