-- A database as the earlier Holocron system made it: its keys in the database's own collation.
CREATE TABLE [$(schema)].[work_items] (
    work_item_id NVARCHAR(36) NOT NULL, source_system NVARCHAR(100) NOT NULL, source_name NVARCHAR(100) NOT NULL,
    resource_type NVARCHAR(100) NOT NULL, resource_id NVARCHAR(500) NOT NULL, request_uri NVARCHAR(2000) NOT NULL,
    request_method NVARCHAR(10) NOT NULL, request_headers NVARCHAR(MAX) NULL, request_body NVARCHAR(MAX) NULL,
    metadata NVARCHAR(MAX) NULL, priority INT NOT NULL DEFAULT 100, status NVARCHAR(20) NOT NULL,
    attempt INT NOT NULL DEFAULT 0, run_id NVARCHAR(36) NULL, discovered_from NVARCHAR(36) NULL,
    created_at DATETIME2 NOT NULL, updated_at DATETIME2 NOT NULL, error_message NVARCHAR(MAX) NULL,
    dedupe_key NVARCHAR(800) NOT NULL,
    CONSTRAINT PK_work_items PRIMARY KEY CLUSTERED (work_item_id),
    CONSTRAINT CK_work_items_status CHECK (status IN (N'pending', N'in_progress', N'completed', N'failed', N'skipped')),
    CONSTRAINT CK_work_items_attempt CHECK (attempt >= 0)
);
GO
CREATE TABLE [$(schema)].[IngestRecords] (
    ingest_id UNIQUEIDENTIFIER NOT NULL DEFAULT NEWID(), source_system NVARCHAR(100) NOT NULL,
    source_name NVARCHAR(100) NOT NULL, resource_type NVARCHAR(100) NOT NULL, resource_id NVARCHAR(500) NOT NULL,
    request_uri NVARCHAR(2000) NOT NULL, request_method NVARCHAR(10) NOT NULL, request_headers NVARCHAR(MAX) NULL,
    status_code INT NOT NULL, response_headers NVARCHAR(MAX) NULL, payload NVARCHAR(MAX) NOT NULL,
    fetched_at_utc DATETIME2 NOT NULL DEFAULT SYSUTCDATETIME(), hash_sha256 NVARCHAR(64) NULL,
    run_id UNIQUEIDENTIFIER NULL, work_item_id UNIQUEIDENTIFIER NULL, attempt INT NOT NULL DEFAULT 1,
    error_message NVARCHAR(MAX) NULL, duration_ms INT NULL,
    CONSTRAINT PK_IngestRecords PRIMARY KEY CLUSTERED (ingest_id),
    CONSTRAINT CK_IngestRecords_StatusCode CHECK (status_code >= 0 AND status_code <= 999),
    CONSTRAINT CK_IngestRecords_Attempt CHECK (attempt > 0)
);
GO
CREATE TABLE [$(schema)].[ingest_runs] (
    run_id UNIQUEIDENTIFIER NOT NULL DEFAULT NEWID(), started_at DATETIME2 NOT NULL DEFAULT SYSUTCDATETIME(),
    completed_at DATETIME2 NULL, status NVARCHAR(20) NOT NULL DEFAULT N'running', items_processed INT NOT NULL DEFAULT 0,
    items_succeeded INT NOT NULL DEFAULT 0, items_failed INT NOT NULL DEFAULT 0, items_discovered INT NOT NULL DEFAULT 0,
    config_hash NVARCHAR(64) NULL, metadata NVARCHAR(MAX) NULL,
    CONSTRAINT PK_ingest_runs PRIMARY KEY CLUSTERED (run_id),
    CONSTRAINT CK_ingest_runs_status CHECK (status IN (N'running', N'completed', N'failed', N'cancelled'))
);
GO
CREATE TABLE [$(schema)].[seen_resources] (
    resource_key NVARCHAR(800) NOT NULL, source_system NVARCHAR(100) NOT NULL, source_name NVARCHAR(100) NOT NULL,
    resource_type NVARCHAR(100) NOT NULL, resource_id NVARCHAR(500) NOT NULL,
    first_seen_at DATETIME2 NOT NULL DEFAULT SYSUTCDATETIME(), last_seen_at DATETIME2 NOT NULL DEFAULT SYSUTCDATETIME(),
    seen_count INT NOT NULL DEFAULT 1, last_run_id UNIQUEIDENTIFIER NULL,
    CONSTRAINT PK_seen_resources PRIMARY KEY (resource_key)
);
GO
CREATE NONCLUSTERED INDEX [IX_work_items_status] ON [$(schema)].[work_items] ([status], [priority], [created_at]);
GO
CREATE UNIQUE NONCLUSTERED INDEX [IX_work_items_dedupe] ON [$(schema)].[work_items] ([dedupe_key]);
GO
CREATE NONCLUSTERED INDEX [IX_work_items_run_id] ON [$(schema)].[work_items] ([run_id]) WHERE [run_id] IS NOT NULL;
GO
CREATE NONCLUSTERED INDEX [IX_work_items_source] ON [$(schema)].[work_items] ([source_system], [source_name]);
GO
CREATE NONCLUSTERED INDEX [IX_IngestRecords_Dedupe] ON [$(schema)].[IngestRecords] ([source_system], [source_name], [resource_type], [resource_id], [fetched_at_utc] DESC);
GO
CREATE NONCLUSTERED INDEX [IX_IngestRecords_RunId] ON [$(schema)].[IngestRecords] ([run_id], [fetched_at_utc] DESC) WHERE [run_id] IS NOT NULL;
GO
CREATE NONCLUSTERED INDEX [IX_IngestRecords_WorkItemId] ON [$(schema)].[IngestRecords] ([work_item_id]) WHERE [work_item_id] IS NOT NULL;
GO
CREATE NONCLUSTERED INDEX [IX_IngestRecords_FetchedAt] ON [$(schema)].[IngestRecords] ([fetched_at_utc] DESC);
GO
CREATE NONCLUSTERED INDEX [IX_ingest_runs_status] ON [$(schema)].[ingest_runs] ([status], [started_at] DESC);
GO
CREATE NONCLUSTERED INDEX [IX_seen_resources_source] ON [$(schema)].[seen_resources] ([source_system], [source_name], [resource_type]);
GO
CREATE NONCLUSTERED INDEX [IX_seen_resources_last_seen] ON [$(schema)].[seen_resources] ([last_seen_at] DESC);
GO
