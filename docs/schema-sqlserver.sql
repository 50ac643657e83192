-- The schema of a new database on SQL Server, as the migrations leave it. Printed by
-- db/migrate/printed-schema.test.ts (“vitest run --project unit db/migrate -u”), to be read: “pnpm db:init” is what
-- makes it.

CREATE SCHEMA [ingest];
GO
CREATE TABLE [ingest].[work_items] (
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
    [host] NVARCHAR(300) NULL,
    [depth] INT NOT NULL CONSTRAINT [DF_work_items_depth] DEFAULT 0,
    [available_at] DATETIME2(3) NOT NULL CONSTRAINT [DF_work_items_available_at] DEFAULT '1970-01-01T00:00:00',
    [wait_reason] NVARCHAR(50) NULL,
    [lease_id] NVARCHAR(36) NULL,
    [lease_owner] NVARCHAR(100) NULL,
    [lease_until] DATETIME2(3) NULL,
    [claimed_at] DATETIME2(3) NULL,
    [error_code] NVARCHAR(50) NULL,
    [last_http_status] INT NULL,
    [etag] NVARCHAR(500) NULL,
    [last_modified] NVARCHAR(100) NULL,
    [revision] NVARCHAR(100) NULL,
    [content_hash] NVARCHAR(64) NULL,
    [first_fetched_at] DATETIME2(3) NULL,
    [last_fetched_at] DATETIME2(3) NULL,
    [last_changed_at] DATETIME2(3) NULL,
    [next_fetch_at] DATETIME2(3) NULL,
    [check_count] INT NOT NULL CONSTRAINT [DF_work_items_check_count] DEFAULT 0,
    [change_count] INT NOT NULL CONSTRAINT [DF_work_items_change_count] DEFAULT 0,
    [refresh_class] SMALLINT NULL,
    [refetch] NVARCHAR(10) NULL CONSTRAINT [CK_work_items_refetch] CHECK ([refetch] IN (N'always', N'every', N'never', N'retired')),
    [refetch_every_s] INT NULL CONSTRAINT [CK_work_items_refetch_every_s] CHECK ([refetch_every_s] > 0),
    [missing_since] DATETIME2(3) NULL,
    CONSTRAINT [PK_work_items] PRIMARY KEY CLUSTERED ([work_item_id]),
    CONSTRAINT [CK_work_items_status] CHECK ([status] IN (N'pending', N'in_progress', N'completed', N'failed', N'skipped')),
    CONSTRAINT [CK_work_items_attempt] CHECK ([attempt] >= 0)
);
GO
CREATE NONCLUSTERED INDEX [IX_work_items_status]
ON [ingest].[work_items] ([status], [priority], [created_at]);
GO
-- A key exists once. Looked for by its column: it may have any name, and be a constraint.
CREATE UNIQUE NONCLUSTERED INDEX [IX_work_items_dedupe]
ON [ingest].[work_items] ([dedupe_key]);
GO
CREATE NONCLUSTERED INDEX [IX_work_items_run_id]
ON [ingest].[work_items] ([run_id])
WHERE [run_id] IS NOT NULL;
GO
CREATE NONCLUSTERED INDEX [IX_work_items_source]
ON [ingest].[work_items] ([source_system], [source_name]);
GO
-- Every index is written with every item, so there are few: docs/sql-server.md has each with what reads it. The column of
-- a filter is key or included, or the server would look into the table for each row.
-- What lists walk, page by page: all items in the order of their creation, …
CREATE NONCLUSTERED INDEX [IX_work_items_created]
ON [ingest].[work_items] ([created_at], [work_item_id]);
GO
-- … those of a status, of a source and of a run: equal columns first, then the order of the list. By creation rather
-- than by change: a row keeps its place until its status changes.
CREATE NONCLUSTERED INDEX [IX_work_items_status_created]
ON [ingest].[work_items] ([status], [created_at], [work_item_id]);
GO
-- The system is included: the index alone says how many items a source has in each status.
CREATE NONCLUSTERED INDEX [IX_work_items_source_totals]
ON [ingest].[work_items] ([source_name], [status], [created_at], [work_item_id])
INCLUDE ([source_system]);
GO
CREATE NONCLUSTERED INDEX [IX_work_items_run_status]
ON [ingest].[work_items] ([run_id], [status], [created_at], [work_item_id])
WHERE [run_id] IS NOT NULL;
GO
CREATE NONCLUSTERED INDEX [IX_work_items_discovered_created]
ON [ingest].[work_items] ([discovered_from], [created_at], [work_item_id])
WHERE [discovered_from] IS NOT NULL;
GO
-- With its source: the items of a source in the order of their ids are found in the index alone.
CREATE NONCLUSTERED INDEX [IX_work_items_resource_source]
ON [ingest].[work_items] ([resource_id], [work_item_id]) INCLUDE ([source_name]);
GO
-- How much of a source is stale is counted in this index, never in the table; and which items those are.
CREATE NONCLUSTERED INDEX [IX_work_items_source_fetched]
ON [ingest].[work_items] ([source_name], [last_fetched_at], [work_item_id])
INCLUDE ([source_system], [status], [refetch])
WHERE [last_fetched_at] IS NOT NULL;
GO
-- What is due for a recrawl, the most useful first: items whose estimated rates of change are alike form a
-- class, and within a class whatever has been due longest goes first. The best of any number of items stand at
-- the heads of a few dozen stretches of the index.
CREATE NONCLUSTERED INDEX [IX_work_items_refresh]
ON [ingest].[work_items] ([source_name], [refresh_class], [next_fetch_at], [work_item_id])
INCLUDE ([status], [source_system], [resource_type])
WHERE [status] = N'completed' AND [next_fetch_at] IS NOT NULL;
GO
-- The others hold few of many: an item that succeeds in its turn is in none of them but while it is leased.
-- Leases, by when they run out; what is in workers' hands of a host or of a claim is counted in the index alone.
CREATE NONCLUSTERED INDEX [IX_work_items_lease]
ON [ingest].[work_items] ([lease_until])
INCLUDE ([status], [host], [lease_id])
WHERE [status] = N'in_progress';
GO
-- Failures.
CREATE NONCLUSTERED INDEX [IX_work_items_error_created]
ON [ingest].[work_items] ([error_code], [created_at], [work_item_id])
WHERE [error_code] IS NOT NULL;
GO
CREATE NONCLUSTERED INDEX [IX_work_items_http_failure]
ON [ingest].[work_items] ([last_http_status], [created_at], [work_item_id])
WHERE [last_http_status] >= 400;
GO
-- Missing resources that are to be looked at again, by source.
CREATE NONCLUSTERED INDEX [IX_work_items_missing]
ON [ingest].[work_items] ([source_name], [next_fetch_at], [work_item_id])
INCLUDE ([status], [error_code], [source_system])
WHERE [status] = N'skipped' AND [error_code] = N'resource_missing' AND [next_fetch_at] IS NOT NULL;
GO
-- What is pending without a run, in the order in which a new run takes it up.
CREATE NONCLUSTERED INDEX [IX_work_items_without_run]
ON [ingest].[work_items] ([source_name], [work_item_id])
INCLUDE ([status], [run_id], [source_system])
WHERE [status] = N'pending' AND [run_id] IS NULL;
GO
-- A pending item is ready as long as it has no reason to wait. Whoever puts its time ahead, also by plain SQL, gives
-- it one. A few milliseconds of grace: a time that was rounded up to the millisecond is no schedule.
CREATE TRIGGER [ingest].[TR_work_items_ready] ON [ingest].[work_items]
AFTER INSERT, UPDATE, DELETE
AS
BEGIN
    SET NOCOUNT ON;
    DECLARE @due DATETIME2(3) = DATEADD(millisecond, 5, SYSUTCDATETIME());
    IF EXISTS (SELECT 1 FROM inserted WHERE [status] = N'pending' AND [wait_reason] IS NULL AND [available_at] > @due)
        UPDATE [ingest].[work_items] SET [wait_reason] = N'scheduled'
        WHERE [work_item_id] IN (
            SELECT [work_item_id] FROM inserted
            WHERE [status] = N'pending' AND [wait_reason] IS NULL AND [available_at] > @due);
    IF EXISTS (SELECT 1 FROM deleted WHERE [status] = N'pending' AND [wait_reason] IS NULL)
        DELETE FROM [ingest].[ready_items]
        WHERE [work_item_id] IN (
            SELECT [work_item_id] FROM deleted WHERE [status] = N'pending' AND [wait_reason] IS NULL);
    IF EXISTS (SELECT 1 FROM inserted WHERE [status] = N'pending' AND [wait_reason] IS NULL AND [available_at] <= @due)
        INSERT INTO [ingest].[ready_items] ([work_item_id], [source_system], [source_name], [run_id], [host],
            [resource_type], [priority], [created_at])
        SELECT [work_item_id], [source_system], [source_name], COALESCE([run_id], N''), COALESCE([host], N''),
            [resource_type], [priority], [created_at]
        FROM inserted AS [item]
        WHERE [status] = N'pending' AND [wait_reason] IS NULL AND [available_at] <= @due
            AND NOT EXISTS (SELECT 1 FROM [ingest].[ready_items] AS [known] WHERE [known].[work_item_id] = [item].[work_item_id]);
END;
GO
-- What waits, by when it is due. What is on hold waits for a person, and is not here. The filter's columns are
-- included, or the server would look into the table for each row.
CREATE NONCLUSTERED INDEX [IX_work_items_waiting]
ON [ingest].[work_items] ([available_at], [work_item_id])
INCLUDE ([status], [wait_reason], [source_name])
WHERE [status] = N'pending' AND [wait_reason] <> N'on_hold';
GO
-- What is on hold, in the order of the list.
CREATE NONCLUSTERED INDEX [IX_work_items_on_hold]
ON [ingest].[work_items] ([wait_reason], [created_at], [work_item_id])
WHERE [wait_reason] = N'on_hold';
GO
-- The triggers and what they find are one transaction, with the table locked, so nothing is counted twice.
CREATE TRIGGER [ingest].[TR_work_items_count] ON [ingest].[work_items]
AFTER INSERT, UPDATE, DELETE
AS
BEGIN
    SET NOCOUNT ON;
    INSERT INTO [ingest].[source_total_deltas] ([source_system], [source_name], [status], [delta])
    SELECT [source_system], [source_name], [status], SUM([n])
    FROM (
        SELECT [source_system] COLLATE Latin1_General_100_BIN2 AS [source_system], [source_name] COLLATE Latin1_General_100_BIN2 AS [source_name],
            [status] COLLATE Latin1_General_100_BIN2 AS [status], CAST(1 AS BIGINT) AS [n] FROM inserted
        UNION ALL
        SELECT [source_system] COLLATE Latin1_General_100_BIN2, [source_name] COLLATE Latin1_General_100_BIN2,
            [status] COLLATE Latin1_General_100_BIN2, CAST(-1 AS BIGINT) FROM deleted
    ) AS [changes]
    GROUP BY [source_system], [source_name], [status]
    HAVING SUM([n]) <> 0;
END;
GO
CREATE TRIGGER [ingest].[TR_work_items_count_hosts] ON [ingest].[work_items]
AFTER INSERT, UPDATE, DELETE
AS
BEGIN
    SET NOCOUNT ON;
    INSERT INTO [ingest].[host_total_deltas] ([host], [status], [delta])
    SELECT [host], [status], SUM([n])
    FROM (
        SELECT COALESCE([host], N'') COLLATE Latin1_General_100_BIN2 AS [host],
            [status] COLLATE Latin1_General_100_BIN2 AS [status], CAST(1 AS BIGINT) AS [n] FROM inserted
        UNION ALL
        SELECT COALESCE([host], N'') COLLATE Latin1_General_100_BIN2,
            [status] COLLATE Latin1_General_100_BIN2, CAST(-1 AS BIGINT) FROM deleted
    ) AS [changes]
    GROUP BY [host], [status]
    HAVING SUM([n]) <> 0;
END;
GO
CREATE TABLE [ingest].[IngestRecords] (
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
    [content_type] NVARCHAR(200) NULL,
    [content_hash] NVARCHAR(64) NULL,
    [lake_path] NVARCHAR(1000) NULL,
    [charset] NVARCHAR(40) NULL,
    [body_sha256] NVARCHAR(64) NULL,
    [body_bytes] BIGINT NULL,
    [page_title] NVARCHAR(500) NULL,
    [page_text] NVARCHAR(MAX) NULL,
    CONSTRAINT [PK_IngestRecords] PRIMARY KEY NONCLUSTERED ([ingest_id]),
    CONSTRAINT [CK_IngestRecords_StatusCode] CHECK ([status_code] >= 0 AND [status_code] <= 999),
    CONSTRAINT [CK_IngestRecords_Attempt] CHECK ([attempt] > 0)
);
GO
-- A new table is in the order of its records' time, so that a new one goes to its end: by the id, of which the server
-- compares the last bytes first, each would go to some other page. An existing table keeps the order it has.
CREATE UNIQUE CLUSTERED INDEX [IX_IngestRecords_Fetched_Id]
ON [ingest].[IngestRecords] ([fetched_at_utc], [ingest_id]);
GO
CREATE NONCLUSTERED INDEX [IX_IngestRecords_Dedupe]
ON [ingest].[IngestRecords] ([source_system], [source_name], [resource_type], [resource_id], [fetched_at_utc] DESC);
GO
CREATE NONCLUSTERED INDEX [IX_IngestRecords_WorkItemId]
ON [ingest].[IngestRecords] ([work_item_id])
WHERE [work_item_id] IS NOT NULL;
GO
CREATE NONCLUSTERED INDEX [IX_IngestRecords_Source_Fetched]
ON [ingest].[IngestRecords] ([source_name], [fetched_at_utc], [ingest_id]);
GO
CREATE NONCLUSTERED INDEX [IX_IngestRecords_Run_Fetched]
ON [ingest].[IngestRecords] ([run_id], [fetched_at_utc], [ingest_id])
WHERE [run_id] IS NOT NULL;
GO
CREATE NONCLUSTERED INDEX [IX_IngestRecords_Failure_Fetched]
ON [ingest].[IngestRecords] ([status_code], [fetched_at_utc], [ingest_id])
WHERE [status_code] >= 400;
GO
-- Records of one resource, and of resources whose ids begin alike.
CREATE NONCLUSTERED INDEX [IX_IngestRecords_Resource]
ON [ingest].[IngestRecords] ([resource_id], [fetched_at_utc], [ingest_id]);
GO
CREATE TABLE [ingest].[ingest_runs] (
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
    [error_message] NVARCHAR(MAX) NULL,
    CONSTRAINT [PK_ingest_runs] PRIMARY KEY CLUSTERED ([run_id]),
    CONSTRAINT [CK_ingest_runs_status] CHECK ([status] IN (N'running', N'completed', N'failed', N'cancelled'))
);
GO
CREATE NONCLUSTERED INDEX [IX_ingest_runs_started]
ON [ingest].[ingest_runs] ([started_at], [run_id]);
GO
CREATE NONCLUSTERED INDEX [IX_ingest_runs_status_started]
ON [ingest].[ingest_runs] ([status], [started_at], [run_id]);
GO
CREATE NONCLUSTERED INDEX [IX_ingest_runs_parent]
ON [ingest].[ingest_runs] ([parent_run_id], [started_at], [run_id])
WHERE [parent_run_id] IS NOT NULL;
GO
-- Runs that are being prepared or emptied, whatever their status. Few of many.
CREATE NONCLUSTERED INDEX [IX_ingest_runs_at_work]
ON [ingest].[ingest_runs] ([phase], [run_id])
WHERE [phase] <> N'ready';
GO
CREATE TABLE [ingest].[seen_resources] (
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
GO
CREATE NONCLUSTERED INDEX [IX_seen_resources_source]
ON [ingest].[seen_resources] ([source_system], [source_name], [resource_type]);
GO
CREATE NONCLUSTERED INDEX [IX_seen_resources_last_seen]
ON [ingest].[seen_resources] ([last_seen_at] DESC);
GO
CREATE TABLE [ingest].[ready_items] (
    [ready_id] BIGINT IDENTITY(1, 1) NOT NULL,
    [work_item_id] NVARCHAR(36) NOT NULL,
    [source_system] NVARCHAR(100) COLLATE Latin1_General_100_BIN2 NOT NULL,
    [source_name] NVARCHAR(100) COLLATE Latin1_General_100_BIN2 NOT NULL,
    [run_id] NVARCHAR(36) COLLATE Latin1_General_100_BIN2 NOT NULL,
    [host] NVARCHAR(300) COLLATE Latin1_General_100_BIN2 NOT NULL,
    [resource_type] NVARCHAR(100) COLLATE Latin1_General_100_BIN2 NOT NULL,
    [priority] INT NOT NULL,
    [created_at] DATETIME2(7) NOT NULL,
    CONSTRAINT [PK_ready_items] PRIMARY KEY CLUSTERED ([ready_id])
);
GO
-- By its item: the trigger, and a claim that locks what it has looked at.
CREATE UNIQUE NONCLUSTERED INDEX [UX_ready_items_item]
ON [ingest].[ready_items] ([work_item_id]);
GO
-- Claim order: of all sources, of one, and of one lane. A lane is what opens and closes as a whole: the ready
-- items of one source, run and host.
CREATE NONCLUSTERED INDEX [IX_ready_items_order]
ON [ingest].[ready_items] ([priority], [created_at], [work_item_id]);
GO
CREATE NONCLUSTERED INDEX [IX_ready_items_source]
ON [ingest].[ready_items] ([source_system], [source_name], [priority], [created_at], [work_item_id])
INCLUDE ([run_id], [host], [resource_type]);
GO
CREATE NONCLUSTERED INDEX [IX_ready_items_lane]
ON [ingest].[ready_items] ([source_system], [source_name], [run_id], [host], [priority], [created_at], [work_item_id])
INCLUDE ([resource_type]);
GO
CREATE TABLE [ingest].[stops] (
    [stop_id] NVARCHAR(36) NOT NULL,
    [reason] NVARCHAR(400) NOT NULL,
    -- What becomes of items in progress: they are finished, or released to the queue.
    [in_flight] NVARCHAR(10) NOT NULL CONSTRAINT [CK_stops_in_flight] CHECK ([in_flight] IN (N'finish', N'release')),
    [stopped_by] NVARCHAR(320) NOT NULL,
    [stopped_at] DATETIME2(3) NOT NULL,
    -- Null = until a person goes on.
    [until] DATETIME2(3) NULL,
    [ended_by] NVARCHAR(320) NULL,
    [ended_at] DATETIME2(3) NULL,
    CONSTRAINT [PK_stops] PRIMARY KEY CLUSTERED ([stop_id])
);
GO
CREATE NONCLUSTERED INDEX [IX_stops_open]
ON [ingest].[stops] ([stopped_at])
INCLUDE ([until], [ended_at])
WHERE [ended_at] IS NULL;
GO
CREATE TABLE [ingest].[source_totals] (
    [source_system] NVARCHAR(100) COLLATE Latin1_General_100_BIN2 NOT NULL,
    [source_name] NVARCHAR(100) COLLATE Latin1_General_100_BIN2 NOT NULL,
    [status] NVARCHAR(20) COLLATE Latin1_General_100_BIN2 NOT NULL,
    [item_count] BIGINT NOT NULL CONSTRAINT [DF_source_totals_item_count] DEFAULT 0,
    CONSTRAINT [PK_source_totals] PRIMARY KEY CLUSTERED ([source_system], [source_name], [status])
);
GO
CREATE TABLE [ingest].[source_total_deltas] (
    [delta_id] BIGINT IDENTITY(1, 1) NOT NULL,
    [source_system] NVARCHAR(100) COLLATE Latin1_General_100_BIN2 NOT NULL,
    [source_name] NVARCHAR(100) COLLATE Latin1_General_100_BIN2 NOT NULL,
    [status] NVARCHAR(20) COLLATE Latin1_General_100_BIN2 NOT NULL,
    [delta] BIGINT NOT NULL,
    CONSTRAINT [PK_source_total_deltas] PRIMARY KEY CLUSTERED ([delta_id])
);
GO
CREATE TABLE [ingest].[host_totals] (
    [host] NVARCHAR(300) COLLATE Latin1_General_100_BIN2 NOT NULL,
    [status] NVARCHAR(20) COLLATE Latin1_General_100_BIN2 NOT NULL,
    [item_count] BIGINT NOT NULL CONSTRAINT [DF_host_totals_item_count] DEFAULT 0,
    CONSTRAINT [PK_host_totals] PRIMARY KEY CLUSTERED ([host], [status])
);
GO
CREATE TABLE [ingest].[host_total_deltas] (
    [delta_id] BIGINT IDENTITY(1, 1) NOT NULL,
    [host] NVARCHAR(300) COLLATE Latin1_General_100_BIN2 NOT NULL,
    [status] NVARCHAR(20) COLLATE Latin1_General_100_BIN2 NOT NULL,
    [delta] BIGINT NOT NULL,
    CONSTRAINT [PK_host_total_deltas] PRIMARY KEY CLUSTERED ([delta_id])
);
GO
CREATE TABLE [ingest].[totals_checks] (
    [part] NVARCHAR(120) COLLATE Latin1_General_100_BIN2 NOT NULL,
    [turn_id] NVARCHAR(36) NULL,
    [turn_until] DATETIME2(3) NULL,
    [checked_at] DATETIME2(3) NULL,
    [outcome] NVARCHAR(20) NULL,
    [drifted_at] DATETIME2(3) NULL,
    [drift] BIGINT NULL,
    CONSTRAINT [PK_totals_checks] PRIMARY KEY CLUSTERED ([part]),
    CONSTRAINT [CK_totals_checks_outcome] CHECK ([outcome] IN (N'exact', N'repaired', N'busy'))
);
GO
CREATE TABLE [ingest].[storage_samples] (
    [day] NVARCHAR(10) COLLATE Latin1_General_100_BIN2 NOT NULL,
    [kind] NVARCHAR(10) COLLATE Latin1_General_100_BIN2 NOT NULL,
    [name] NVARCHAR(128) COLLATE Latin1_General_100_BIN2 NOT NULL,
    [part] NVARCHAR(100) COLLATE Latin1_General_100_BIN2 NOT NULL,
    [row_count] BIGINT NULL,
    [bytes] BIGINT NOT NULL,
    CONSTRAINT [PK_storage_samples] PRIMARY KEY CLUSTERED ([day], [kind], [name], [part]),
    CONSTRAINT [CK_storage_samples_kind] CHECK ([kind] IN (N'table', N'records', N'lake', N'free'))
);
GO
CREATE TABLE [ingest].[source_days] (
    [source_system] NVARCHAR(100) COLLATE Latin1_General_100_BIN2 NOT NULL,
    [source_name] NVARCHAR(100) COLLATE Latin1_General_100_BIN2 NOT NULL,
    [day] DATETIME2(3) NOT NULL,
    [fetched] INT NOT NULL,
    [changed] INT NOT NULL,
    [failed] INT NOT NULL,
    [skipped] INT NOT NULL,
    [missing] INT NOT NULL,
    [requests] INT NOT NULL,
    [bytes] FLOAT NOT NULL,
    CONSTRAINT [PK_source_days] PRIMARY KEY CLUSTERED ([source_system], [source_name], [day])
);
GO
CREATE TABLE [ingest].[record_bodies] (
    [ingest_id] UNIQUEIDENTIFIER NOT NULL,
    [stored_at] DATETIME2(3) NOT NULL,
    [coding] NVARCHAR(10) NOT NULL,
    [body] VARBINARY(MAX) NOT NULL,
    CONSTRAINT [PK_record_bodies] PRIMARY KEY NONCLUSTERED ([ingest_id]),
    CONSTRAINT [CK_record_bodies_coding] CHECK ([coding] IN (N'identity', N'gzip'))
);
GO
-- In the order of their time, as the records: a new one goes to the end.
CREATE UNIQUE CLUSTERED INDEX [IX_record_bodies_stored]
ON [ingest].[record_bodies] ([stored_at], [ingest_id]);
GO
CREATE TABLE [ingest].[run_deltas] (
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
GO
CREATE TABLE [ingest].[sources] (
    [source_id] NVARCHAR(36) NOT NULL,
    [name] NVARCHAR(100) COLLATE Latin1_General_100_BIN2 NOT NULL,
    [source_type] NVARCHAR(100) NOT NULL,
    [enabled] TINYINT NOT NULL CONSTRAINT [DF_sources_enabled] DEFAULT 1 CONSTRAINT [CK_sources_enabled] CHECK ([enabled] IN (0, 1)),
    [paused_at] DATETIME2(3) NULL,
    [paused_reason] NVARCHAR(500) NULL,
    -- When workers resume it by themselves; null = when a person does.
    [paused_until] DATETIME2(3) NULL,
    [settings] NVARCHAR(MAX) NOT NULL,
    [seeds] NVARCHAR(MAX) NOT NULL,
    [rate_delay_ms] INT NOT NULL CONSTRAINT [DF_sources_rate_delay_ms] DEFAULT 0,
    [max_attempts] INT NOT NULL CONSTRAINT [DF_sources_max_attempts] DEFAULT 4,
    [revision] INT NOT NULL CONSTRAINT [DF_sources_revision] DEFAULT 1,
    [next_slot_at] DATETIME2(3) NULL,
    [slot_lease_id] NVARCHAR(36) NULL,
    [slot_until] DATETIME2(3) NULL,
    [changes_from] DATETIME2(3) NULL,
    [created_at] DATETIME2(3) NOT NULL,
    [updated_at] DATETIME2(3) NOT NULL,
    [deleted_at] DATETIME2(3) NULL,
    CONSTRAINT [PK_sources] PRIMARY KEY CLUSTERED ([source_id]),
    CONSTRAINT [CK_sources_rate_delay_ms] CHECK ([rate_delay_ms] >= 0),
    CONSTRAINT [CK_sources_max_attempts] CHECK ([max_attempts] > 0)
);
GO
-- A deleted source frees its name. The column of a filter is in its index: else the server looks each row up.
CREATE UNIQUE NONCLUSTERED INDEX [UX_sources_name]
ON [ingest].[sources] ([name])
INCLUDE ([deleted_at])
WHERE [deleted_at] IS NULL;
GO
CREATE NONCLUSTERED INDEX [IX_sources_paused]
ON [ingest].[sources] ([paused_until])
WHERE [paused_until] IS NOT NULL;
GO
CREATE TABLE [ingest].[source_revisions] (
    [source_id] NVARCHAR(36) NOT NULL,
    [revision] INT NOT NULL,
    [name] NVARCHAR(100) COLLATE Latin1_General_100_BIN2 NOT NULL,
    [source_type] NVARCHAR(100) NOT NULL,
    [settings] NVARCHAR(MAX) NOT NULL,
    [seeds] NVARCHAR(MAX) NOT NULL,
    [enabled] TINYINT NOT NULL CONSTRAINT [CK_source_revisions_enabled] CHECK ([enabled] IN (0, 1)),
    [changed_by] NVARCHAR(320) NULL,
    [changed_at] DATETIME2(3) NOT NULL,
    [note] NVARCHAR(1000) NULL,
    CONSTRAINT [PK_source_revisions] PRIMARY KEY CLUSTERED ([source_id], [revision])
);
GO
CREATE TABLE [ingest].[source_secrets] (
    [source_id] NVARCHAR(36) NOT NULL,
    [secret_name] NVARCHAR(100) COLLATE Latin1_General_100_BIN2 NOT NULL,
    [ciphertext] NVARCHAR(MAX) NOT NULL,
    [updated_at] DATETIME2(3) NOT NULL,
    CONSTRAINT [PK_source_secrets] PRIMARY KEY CLUSTERED ([source_id], [secret_name])
);
GO
CREATE TABLE [ingest].[source_comments] (
    [source_id] NVARCHAR(36) NOT NULL,
    [comment_id] NVARCHAR(36) NOT NULL,
    [written_at] DATETIME2(3) NOT NULL,
    [written_by] NVARCHAR(320) NOT NULL,
    [body] NVARCHAR(2000) NOT NULL,
    CONSTRAINT [PK_source_comments] PRIMARY KEY CLUSTERED ([source_id], [comment_id])
);
GO
CREATE TABLE [ingest].[hosts] (
    [host] NVARCHAR(300) COLLATE Latin1_General_100_BIN2 NOT NULL,
    [delay_ms] INT NULL,
    -- The longest of what is configured, asked for by robots.txt and learned; 0 = as fast as it answers.
    [pace_ms] INT NOT NULL CONSTRAINT [DF_hosts_pace_ms] DEFAULT 0,
    [robots_delay_ms] INT NULL,
    [latency_ms] INT NULL,
    [adaptive_delay_ms] INT NOT NULL CONSTRAINT [DF_hosts_adaptive_delay_ms] DEFAULT 0,
    -- One slot, whichever source asks the host.
    [next_slot_at] DATETIME2(3) NULL,
    [slot_lease_id] NVARCHAR(36) NULL,
    [slot_until] DATETIME2(3) NULL,
    [budget] NVARCHAR(1000) NULL,
    -- Requests in flight at once, where an operator says so.
    [concurrency] INT NULL CONSTRAINT [CK_hosts_concurrency] CHECK ([concurrency] > 0),
    [blocked_until] DATETIME2(3) NULL,
    [blocked_reason] NVARCHAR(500) NULL,
    -- Of distinct pages, since it answered one as it should.
    [consecutive_failures] INT NOT NULL CONSTRAINT [DF_hosts_consecutive_failures] DEFAULT 0,
    [failing_pages] NVARCHAR(400) NULL,
    [last_good_at] DATETIME2(3) NULL,
    [requests_total] INT NOT NULL CONSTRAINT [DF_hosts_requests_total] DEFAULT 0,
    [count_429] INT NOT NULL CONSTRAINT [DF_hosts_count_429] DEFAULT 0,
    [count_5xx] INT NOT NULL CONSTRAINT [DF_hosts_count_5xx] DEFAULT 0,
    [last_status] INT NULL,
    [last_429_at] DATETIME2(3) NULL,
    [last_request_at] DATETIME2(3) NULL,
    [robots_body] NVARCHAR(MAX) NULL,
    [robots_status] INT NULL,
    [robots_fetched_at] DATETIME2(3) NULL,
    -- Of the certificate that it showed at the last connection that a worker has told of.
    [certificate_from] DATETIME2(3) NULL,
    [certificate_until] DATETIME2(3) NULL,
    [certificate_seen_at] DATETIME2(3) NULL,
    [updated_at] DATETIME2(3) NOT NULL,
    CONSTRAINT [PK_hosts] PRIMARY KEY CLUSTERED ([host]),
    CONSTRAINT [CK_hosts_delay_ms] CHECK ([delay_ms] >= 0)
);
GO
CREATE NONCLUSTERED INDEX [IX_hosts_blocked]
ON [ingest].[hosts] ([blocked_until])
WHERE [blocked_until] IS NOT NULL;
GO
CREATE NONCLUSTERED INDEX [IX_hosts_last_request]
ON [ingest].[hosts] ([last_request_at], [host]);
GO
CREATE NONCLUSTERED INDEX [IX_hosts_certificate]
ON [ingest].[hosts] ([certificate_until])
WHERE [certificate_until] IS NOT NULL;
GO
-- Hosts that may be asked only now and then are few, and every claim asks for them.
CREATE NONCLUSTERED INDEX [IX_hosts_pace]
ON [ingest].[hosts] ([host])
INCLUDE ([pace_ms])
WHERE [pace_ms] > 0;
GO
CREATE NONCLUSTERED INDEX [IX_hosts_concurrency]
ON [ingest].[hosts] ([host])
INCLUDE ([concurrency])
WHERE [concurrency] IS NOT NULL;
GO
CREATE NONCLUSTERED INDEX [IX_hosts_slot]
ON [ingest].[hosts] ([slot_lease_id])
WHERE [slot_lease_id] IS NOT NULL;
GO
-- A worker that finds nothing asks when the next host opens.
CREATE NONCLUSTERED INDEX [IX_hosts_next_slot]
ON [ingest].[hosts] ([next_slot_at])
WHERE [next_slot_at] IS NOT NULL;
GO
CREATE TABLE [ingest].[host_deltas] (
    [host] NVARCHAR(300) COLLATE Latin1_General_100_BIN2 NOT NULL,
    [delta_id] BIGINT IDENTITY(1, 1) NOT NULL,
    [at] DATETIME2(3) NOT NULL,
    [requests] INT NOT NULL,
    [last_status] INT NULL,
    [budget] NVARCHAR(1000) NULL,
    [latency_first] INT NULL,
    [latency_share] FLOAT NOT NULL,
    [latency_rest] FLOAT NOT NULL,
    CONSTRAINT [PK_host_deltas] PRIMARY KEY CLUSTERED ([host], [delta_id])
);
GO
CREATE TABLE [ingest].[host_hours] (
    [host] NVARCHAR(300) COLLATE Latin1_General_100_BIN2 NOT NULL,
    [hour] DATETIME2(3) NOT NULL,
    [requests] INT NOT NULL,
    [count_429] INT NOT NULL,
    [count_5xx] INT NOT NULL,
    [failed] INT NOT NULL,
    CONSTRAINT [PK_host_hours] PRIMARY KEY CLUSTERED ([host], [hour])
);
GO
CREATE NONCLUSTERED INDEX [IX_host_hours_hour]
ON [ingest].[host_hours] ([hour]);
GO
CREATE TABLE [ingest].[host_blocks] (
    [host] NVARCHAR(300) COLLATE Latin1_General_100_BIN2 NOT NULL,
    [block_id] NVARCHAR(36) NOT NULL,
    [blocked_at] DATETIME2(3) NOT NULL,
    [until] DATETIME2(3) NULL,
    [reason] NVARCHAR(500) NULL,
    [blocked_by] NVARCHAR(320) NULL,
    [ended_at] DATETIME2(3) NULL,
    [ended_by] NVARCHAR(320) NULL,
    CONSTRAINT [PK_host_blocks] PRIMARY KEY CLUSTERED ([host], [block_id])
);
GO
CREATE NONCLUSTERED INDEX [IX_host_blocks_ended]
ON [ingest].[host_blocks] ([ended_at])
WHERE [ended_at] IS NOT NULL;
GO
CREATE TABLE [ingest].[source_hosts] (
    [host] NVARCHAR(300) COLLATE Latin1_General_100_BIN2 NOT NULL,
    [source_system] NVARCHAR(100) COLLATE Latin1_General_100_BIN2 NOT NULL,
    [source_name] NVARCHAR(100) COLLATE Latin1_General_100_BIN2 NOT NULL,
    [asked_at] DATETIME2(3) NOT NULL,
    CONSTRAINT [PK_source_hosts] PRIMARY KEY CLUSTERED ([host], [source_system], [source_name])
);
GO
CREATE NONCLUSTERED INDEX [IX_source_hosts_source]
ON [ingest].[source_hosts] ([source_system], [source_name], [asked_at]);
GO
CREATE TABLE [ingest].[work_item_attempts] (
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
GO
CREATE NONCLUSTERED INDEX [IX_work_item_attempts_item]
ON [ingest].[work_item_attempts] ([work_item_id], [attempt_id]);
GO
CREATE NONCLUSTERED INDEX [IX_work_item_attempts_run]
ON [ingest].[work_item_attempts] ([run_id], [finished_at])
WHERE [run_id] IS NOT NULL;
GO
CREATE TABLE [ingest].[attempt_answers] (
    [attempt_id] NVARCHAR(36) NOT NULL,
    [work_item_id] NVARCHAR(36) NOT NULL,
    [answered_at] DATETIME2(3) NOT NULL,
    [url] NVARCHAR(2000) NOT NULL,
    [http_status] INT NOT NULL,
    [headers] NVARCHAR(MAX) NOT NULL,
    -- Of what was read of it; body is its beginning.
    [body_bytes] BIGINT NOT NULL,
    [body] VARBINARY(MAX) NOT NULL,
    CONSTRAINT [PK_attempt_answers] PRIMARY KEY CLUSTERED ([work_item_id], [attempt_id])
);
GO
CREATE NONCLUSTERED INDEX [IX_attempt_answers_answered]
ON [ingest].[attempt_answers] ([answered_at], [attempt_id]);
GO
CREATE TABLE [ingest].[attempt_counts] (
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
GO
CREATE TABLE [ingest].[attempt_count_head] (
    [head_id] TINYINT NOT NULL CONSTRAINT [CK_attempt_count_head_one] CHECK ([head_id] = 1),
    [minutes_to] DATETIME2(3) NULL,
    [hours_to] DATETIME2(3) NULL,
    CONSTRAINT [PK_attempt_count_head] PRIMARY KEY CLUSTERED ([head_id])
);
GO
INSERT INTO [ingest].[attempt_count_head] ([head_id]) VALUES (1);
GO
CREATE TABLE [ingest].[events] (
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
GO
CREATE NONCLUSTERED INDEX [IX_events_run]
ON [ingest].[events] ([run_id], [event_id])
WHERE [run_id] IS NOT NULL;
GO
CREATE TABLE [ingest].[workers] (
    [worker_id] NVARCHAR(100) NOT NULL,
    [host_name] NVARCHAR(255) NOT NULL,
    [pid] INT NOT NULL,
    [version] NVARCHAR(50) NOT NULL,
    [concurrency] INT NOT NULL,
    [started_at] DATETIME2(3) NOT NULL,
    [heartbeat_at] DATETIME2(3) NOT NULL,
    [stopped_at] DATETIME2(3) NULL,
    -- When a worker without a heartbeat was given up.
    [lost_at] DATETIME2(3) NULL,
    [draining] TINYINT NOT NULL CONSTRAINT [DF_workers_draining] DEFAULT 0 CONSTRAINT [CK_workers_draining] CHECK ([draining] IN (0, 1)),
    [in_flight] INT NOT NULL CONSTRAINT [DF_workers_in_flight] DEFAULT 0,
    [items_completed] INT NOT NULL CONSTRAINT [DF_workers_items_completed] DEFAULT 0,
    [items_failed] INT NOT NULL CONSTRAINT [DF_workers_items_failed] DEFAULT 0,
    [facts] NVARCHAR(MAX) NULL,
    -- The lease of the suspect it tries: one that dies then was ended by this item.
    [suspect_lease_id] NVARCHAR(36) NULL,
    CONSTRAINT [PK_workers] PRIMARY KEY CLUSTERED ([worker_id])
);
GO
CREATE NONCLUSTERED INDEX [IX_workers_heartbeat]
ON [ingest].[workers] ([heartbeat_at]);
GO
CREATE TABLE [ingest].[schedules] (
    [schedule_id] NVARCHAR(36) NOT NULL,
    [name] NVARCHAR(200) NOT NULL,
    [cron] NVARCHAR(200) NOT NULL,
    [timezone] NVARCHAR(100) NOT NULL,
    [enabled] TINYINT NOT NULL CONSTRAINT [DF_schedules_enabled] DEFAULT 1 CONSTRAINT [CK_schedules_enabled] CHECK ([enabled] IN (0, 1)),
    [request] NVARCHAR(MAX) NOT NULL,
    [next_at] DATETIME2(3) NULL,
    [last_at] DATETIME2(3) NULL,
    [last_run_id] NVARCHAR(36) NULL,
    [last_outcome] NVARCHAR(500) NULL,
    [created_by] NVARCHAR(320) NULL,
    [created_at] DATETIME2(3) NOT NULL,
    [updated_at] DATETIME2(3) NOT NULL,
    CONSTRAINT [PK_schedules] PRIMARY KEY CLUSTERED ([schedule_id])
);
GO
CREATE NONCLUSTERED INDEX [IX_schedules_next]
ON [ingest].[schedules] ([next_at])
INCLUDE ([enabled])
WHERE [enabled] = 1;
GO
CREATE TABLE [ingest].[bulk_actions] (
    [bulk_action_id] NVARCHAR(36) NOT NULL,
    [action] NVARCHAR(50) NOT NULL,
    [filter] NVARCHAR(MAX) NOT NULL,
    [params] NVARCHAR(MAX) NULL,
    [status] NVARCHAR(20) NOT NULL,
    [expected_count] INT NOT NULL,
    [processed_count] INT NOT NULL CONSTRAINT [DF_bulk_actions_processed_count] DEFAULT 0,
    [changed_count] INT NOT NULL CONSTRAINT [DF_bulk_actions_changed_count] DEFAULT 0,
    [skipped_count] INT NOT NULL CONSTRAINT [DF_bulk_actions_skipped_count] DEFAULT 0,
    [cursor_id] NVARCHAR(100) NULL,
    [requested_by] NVARCHAR(320) NULL,
    [request_key] NVARCHAR(200) NULL,
    [expected_kind] NVARCHAR(20) NULL,
    [dry_run] TINYINT NULL,
    [items_per_second] INT NULL,
    [next_chunk_at] DATETIME2(3) NULL,
    [chunk_count] INT NULL,
    [fault_count] INT NULL,
    [refusals] NVARCHAR(MAX) NULL,
    [requested_by_id] NVARCHAR(36) NULL,
    [undo_of] NVARCHAR(36) NULL,
    [undone_by] NVARCHAR(36) NULL,
    [lease_owner] NVARCHAR(100) NULL,
    [lease_until] DATETIME2(3) NULL,
    [created_at] DATETIME2(3) NOT NULL,
    [updated_at] DATETIME2(3) NOT NULL,
    [finished_at] DATETIME2(3) NULL,
    [error_message] NVARCHAR(MAX) NULL,
    CONSTRAINT [PK_bulk_actions] PRIMARY KEY CLUSTERED ([bulk_action_id])
);
GO
CREATE UNIQUE NONCLUSTERED INDEX [UX_bulk_actions_request_key]
ON [ingest].[bulk_actions] ([request_key])
WHERE [request_key] IS NOT NULL;
GO
-- What workers ask for twice a second: few rows, whatever was done before.
CREATE NONCLUSTERED INDEX [IX_bulk_actions_running]
ON [ingest].[bulk_actions] ([bulk_action_id])
INCLUDE ([status])
WHERE [status] = N'running';
GO
CREATE TABLE [ingest].[bulk_action_chunks] (
    [bulk_action_id] NVARCHAR(36) NOT NULL,
    [chunk] INT NOT NULL,
    [changed_count] INT NOT NULL,
    [refused_count] INT NOT NULL,
    [changed] NVARCHAR(MAX) NULL,
    [refused] NVARCHAR(MAX) NULL,
    [committed_at] DATETIME2(3) NOT NULL,
    CONSTRAINT [PK_bulk_action_chunks] PRIMARY KEY CLUSTERED ([bulk_action_id], [chunk])
);
GO
-- Refused items are listed without reading the chunks that refused none.
CREATE NONCLUSTERED INDEX [IX_bulk_action_chunks_refused]
ON [ingest].[bulk_action_chunks] ([bulk_action_id], [chunk])
INCLUDE ([refused_count])
WHERE [refused_count] > 0;
GO
-- Outcomes are purged oldest first.
CREATE NONCLUSTERED INDEX [IX_bulk_action_chunks_committed]
ON [ingest].[bulk_action_chunks] ([committed_at]);
GO
CREATE TABLE [ingest].[alerts] (
    [alert_id] NVARCHAR(36) NOT NULL,
    [rule] NVARCHAR(40) COLLATE Latin1_General_100_BIN2 NOT NULL,
    [subject] NVARCHAR(400) COLLATE Latin1_General_100_BIN2 NOT NULL,
    [source_name] NVARCHAR(100) NULL,
    [title] NVARCHAR(300) NOT NULL,
    [detail] NVARCHAR(1000) NOT NULL,
    [evidence] NVARCHAR(MAX) NOT NULL,
    [href] NVARCHAR(500) NOT NULL,
    [opened_at] DATETIME2(3) NOT NULL,
    [seen_at] DATETIME2(3) NOT NULL,
    [seen_count] INT NOT NULL CONSTRAINT [DF_alerts_seen_count] DEFAULT 1,
    [closed_at] DATETIME2(3) NULL,
    [acknowledged_at] DATETIME2(3) NULL,
    [acknowledged_by] NVARCHAR(320) NULL,
    -- When channels were told of it; NULL = not yet, because it is muted.
    [told_at] DATETIME2(3) NULL,
    CONSTRAINT [PK_alerts] PRIMARY KEY CLUSTERED ([alert_id])
);
GO
-- Two processes that find the same at once open one alert.
CREATE UNIQUE NONCLUSTERED INDEX [UX_alerts_open]
ON [ingest].[alerts] ([rule], [subject])
INCLUDE ([closed_at])
WHERE [closed_at] IS NULL;
GO
-- Closed alerts are purged oldest first.
CREATE NONCLUSTERED INDEX [IX_alerts_closed]
ON [ingest].[alerts] ([closed_at])
WHERE [closed_at] IS NOT NULL;
GO
CREATE TABLE [ingest].[alert_rules] (
    [rule] NVARCHAR(40) COLLATE Latin1_General_100_BIN2 NOT NULL,
    [enabled] TINYINT NOT NULL CONSTRAINT [CK_alert_rules_enabled] CHECK ([enabled] IN (0, 1)),
    [thresholds] NVARCHAR(MAX) NOT NULL,
    -- Whether what it finds puts the source in quarantine; NULL = as the rule itself says.
    [quarantine] TINYINT NULL CONSTRAINT [CK_alert_rules_quarantine] CHECK ([quarantine] IN (0, 1)),
    [updated_at] DATETIME2(3) NOT NULL,
    [updated_by] NVARCHAR(320) NULL,
    CONSTRAINT [PK_alert_rules] PRIMARY KEY CLUSTERED ([rule])
);
GO
CREATE TABLE [ingest].[alert_mutes] (
    [mute_id] NVARCHAR(36) NOT NULL,
    [kind] NVARCHAR(20) NOT NULL,
    [target] NVARCHAR(500) COLLATE Latin1_General_100_BIN2 NOT NULL,
    [reason] NVARCHAR(400) NOT NULL,
    [muted_by] NVARCHAR(320) NOT NULL,
    [muted_at] DATETIME2(3) NOT NULL,
    [until] DATETIME2(3) NOT NULL,
    -- By hand, or by another mute of the same.
    [ended_at] DATETIME2(3) NULL,
    [ended_by] NVARCHAR(320) NULL,
    CONSTRAINT [PK_alert_mutes] PRIMARY KEY CLUSTERED ([mute_id])
);
GO
CREATE TABLE [ingest].[alert_state] (
    [state_id] TINYINT NOT NULL CONSTRAINT [CK_alert_state_one] CHECK ([state_id] = 1),
    [due_at] DATETIME2(3) NOT NULL,
    [backlog] NVARCHAR(MAX) NOT NULL,
    CONSTRAINT [PK_alert_state] PRIMARY KEY CLUSTERED ([state_id])
);
GO
INSERT INTO [ingest].[alert_state] ([state_id], [due_at], [backlog]) VALUES (1, SYSUTCDATETIME(), N'[]');
GO
CREATE TABLE [ingest].[run_measures] (
    [run_id] UNIQUEIDENTIFIER NOT NULL,
    [ended_at] DATETIME2(3) NOT NULL,
    [scope] NVARCHAR(60) NOT NULL,
    [measure] NVARCHAR(MAX) NOT NULL,
    CONSTRAINT [PK_run_measures] PRIMARY KEY CLUSTERED ([ended_at], [run_id])
);
GO
-- Each run is measured once.
CREATE UNIQUE NONCLUSTERED INDEX [UX_run_measures_run]
ON [ingest].[run_measures] ([run_id]);
GO
CREATE TABLE [ingest].[quarantines] (
    [quarantine_id] NVARCHAR(36) NOT NULL,
    [source_name] NVARCHAR(100) NOT NULL,
    [rule] NVARCHAR(40) NOT NULL,
    [title] NVARCHAR(300) NOT NULL,
    [detail] NVARCHAR(1000) NOT NULL,
    [evidence] NVARCHAR(MAX) NOT NULL,
    [run_id] NVARCHAR(36) NOT NULL,
    [from_at] DATETIME2(3) NOT NULL,
    [opened_at] DATETIME2(3) NOT NULL,
    [until_at] DATETIME2(3) NULL,
    [decision] NVARCHAR(10) NULL CONSTRAINT [CK_quarantines_decision] CHECK ([decision] IN (N'accepted', N'discarded')),
    [decided_by] NVARCHAR(320) NULL,
    [note] NVARCHAR(400) NULL,
    CONSTRAINT [PK_quarantines] PRIMARY KEY CLUSTERED ([quarantine_id])
);
GO
-- A source has one that is not decided.
CREATE UNIQUE NONCLUSTERED INDEX [UX_quarantines_open]
ON [ingest].[quarantines] ([source_name])
INCLUDE ([until_at])
WHERE [until_at] IS NULL;
GO
-- Whether a version is held is asked by its source and time.
CREATE NONCLUSTERED INDEX [IX_quarantines_source]
ON [ingest].[quarantines] ([source_name], [from_at])
INCLUDE ([until_at], [decision]);
GO
CREATE TABLE [ingest].[quarantine_items] (
    [quarantine_id] NVARCHAR(36) NOT NULL,
    [work_item_id] UNIQUEIDENTIFIER NOT NULL,
    [decision] NVARCHAR(10) NOT NULL CONSTRAINT [CK_quarantine_items_decision] CHECK ([decision] IN (N'accepted', N'discarded')),
    [decided_by] NVARCHAR(320) NOT NULL,
    [decided_at] DATETIME2(3) NOT NULL,
    CONSTRAINT [PK_quarantine_items] PRIMARY KEY CLUSTERED ([quarantine_id], [work_item_id])
);
GO
CREATE TABLE [ingest].[notice_channels] (
    [channel_id] NVARCHAR(36) NOT NULL,
    [name] NVARCHAR(100) NOT NULL,
    [kind] NVARCHAR(20) NOT NULL,
    [host] NVARCHAR(300) NOT NULL,
    [sealed] NVARCHAR(MAX) NOT NULL,
    [enabled] TINYINT NOT NULL CONSTRAINT [CK_notice_channels_enabled] CHECK ([enabled] IN (0, 1)),
    [alerts] TINYINT NOT NULL CONSTRAINT [CK_notice_channels_alerts] CHECK ([alerts] IN (0, 1)),
    [run_ends] TINYINT NOT NULL CONSTRAINT [CK_notice_channels_run_ends] CHECK ([run_ends] IN (0, 1)),
    -- JSON: when notices are told together, and when none is.
    [timing] NVARCHAR(MAX) NOT NULL CONSTRAINT [DF_notice_channels_timing] DEFAULT N'{}',
    [blocked_until] DATETIME2(3) NULL,
    [lease_id] NVARCHAR(36) NULL,
    [lease_until] DATETIME2(3) NULL,
    [created_at] DATETIME2(3) NOT NULL,
    [updated_at] DATETIME2(3) NOT NULL,
    CONSTRAINT [PK_notice_channels] PRIMARY KEY CLUSTERED ([channel_id])
);
GO
CREATE TABLE [ingest].[notice_deliveries] (
    [delivery_no] BIGINT IDENTITY(1, 1) NOT NULL,
    [channel_id] NVARCHAR(36) NOT NULL,
    [message_id] NVARCHAR(36) NOT NULL,
    [notice_type] NVARCHAR(40) NOT NULL,
    [notice] NVARCHAR(MAX) NOT NULL,
    [created_at] DATETIME2(3) NOT NULL,
    -- Not told before, and together with what else is held; NULL = at once and by itself.
    [held_until] DATETIME2(3) NULL,
    -- The message of several that it went out with.
    [batch_id] NVARCHAR(36) NULL,
    [attempts] INT NOT NULL CONSTRAINT [DF_notice_deliveries_attempts] DEFAULT 0,
    [last_answer] NVARCHAR(100) NULL,
    -- When it was delivered, or given up.
    [settled_at] DATETIME2(3) NULL,
    [delivered] TINYINT NOT NULL CONSTRAINT [DF_notice_deliveries_delivered] DEFAULT 0,
    CONSTRAINT [PK_notice_deliveries] PRIMARY KEY CLUSTERED ([delivery_no])
);
GO
CREATE NONCLUSTERED INDEX [IX_notice_deliveries_waiting]
ON [ingest].[notice_deliveries] ([channel_id], [delivery_no])
INCLUDE ([settled_at])
WHERE [settled_at] IS NULL;
GO
CREATE TABLE [ingest].[request_keys] (
    [request_key] NVARCHAR(200) COLLATE Latin1_General_100_BIN2 NOT NULL,
    [action] NVARCHAR(100) NOT NULL,
    [result] NVARCHAR(MAX) NOT NULL,
    [created_at] DATETIME2(3) NOT NULL,
    CONSTRAINT [PK_request_keys] PRIMARY KEY CLUSTERED ([request_key])
);
GO
CREATE NONCLUSTERED INDEX [IX_request_keys_created]
ON [ingest].[request_keys] ([created_at]);
GO
CREATE TABLE [ingest].[app_settings] (
    [name] NVARCHAR(200) COLLATE Latin1_General_100_BIN2 NOT NULL,
    [value] NVARCHAR(MAX) NOT NULL,
    [updated_at] DATETIME2(3) NOT NULL,
    CONSTRAINT [PK_app_settings] PRIMARY KEY CLUSTERED ([name])
);
GO
CREATE TABLE [ingest].[saved_views] (
    [view_id] NVARCHAR(36) NOT NULL,
    [owner_id] NVARCHAR(36) NULL,
    [page] NVARCHAR(100) NOT NULL,
    [name] NVARCHAR(200) NOT NULL,
    [shared] TINYINT NOT NULL CONSTRAINT [DF_saved_views_shared] DEFAULT 0 CONSTRAINT [CK_saved_views_shared] CHECK ([shared] IN (0, 1)),
    [query] NVARCHAR(MAX) NOT NULL,
    [created_at] DATETIME2(3) NOT NULL,
    [updated_at] DATETIME2(3) NOT NULL,
    CONSTRAINT [PK_saved_views] PRIMARY KEY CLUSTERED ([view_id])
);
GO
CREATE NONCLUSTERED INDEX [IX_saved_views_page]
ON [ingest].[saved_views] ([page], [owner_id]);
GO
CREATE TABLE [ingest].[users] (
    [user_id] NVARCHAR(36) NOT NULL,
    [email] NVARCHAR(320) COLLATE Latin1_General_100_BIN2 NOT NULL,
    [name] NVARCHAR(200) NOT NULL,
    [role] NVARCHAR(20) NOT NULL,
    [password_hash] NVARCHAR(500) NULL,
    [identity] NVARCHAR(400) COLLATE Latin1_General_100_BIN2 NULL,
    [active] TINYINT NOT NULL CONSTRAINT [DF_users_active] DEFAULT 1 CONSTRAINT [CK_users_active] CHECK ([active] IN (0, 1)),
    -- Set where somebody else chose the password: it opens the page that changes it, and nothing else.
    [must_change_password] TINYINT NOT NULL CONSTRAINT [DF_users_must_change_password] DEFAULT 0 CONSTRAINT [CK_users_must_change_password] CHECK ([must_change_password] IN (0, 1)),
    [preferences] NVARCHAR(MAX) NULL,
    -- What of the role the person does not have, as JSON; null = all of it is theirs.
    [limits] NVARCHAR(MAX) NULL,
    [created_at] DATETIME2(3) NOT NULL,
    [updated_at] DATETIME2(3) NOT NULL,
    [last_sign_in_at] DATETIME2(3) NULL,
    CONSTRAINT [PK_users] PRIMARY KEY CLUSTERED ([user_id]),
    CONSTRAINT [CK_users_role] CHECK ([role] IN (N'viewer', N'operator', N'admin'))
);
GO
CREATE UNIQUE NONCLUSTERED INDEX [UX_users_email]
ON [ingest].[users] ([email]);
GO
CREATE UNIQUE NONCLUSTERED INDEX [UX_users_identity]
ON [ingest].[users] ([identity])
WHERE [identity] IS NOT NULL;
GO
CREATE TABLE [ingest].[sessions] (
    [session_id] NVARCHAR(36) NOT NULL,
    [token_hash] NVARCHAR(64) COLLATE Latin1_General_100_BIN2 NOT NULL,
    [user_id] NVARCHAR(36) NOT NULL,
    [created_at] DATETIME2(3) NOT NULL,
    [last_seen_at] DATETIME2(3) NOT NULL,
    [expires_at] DATETIME2(3) NOT NULL,
    [must_change_password] TINYINT NOT NULL CONSTRAINT [DF_sessions_must_change_password] DEFAULT 0 CONSTRAINT [CK_sessions_must_change_password] CHECK ([must_change_password] IN (0, 1)),
    [address] NVARCHAR(64) NULL,
    [user_agent] NVARCHAR(200) NULL,
    [ended_at] DATETIME2(3) NULL,
    [ended_reason] NVARCHAR(40) NULL,
    CONSTRAINT [PK_sessions] PRIMARY KEY CLUSTERED ([session_id])
);
GO
CREATE UNIQUE NONCLUSTERED INDEX [UX_sessions_token]
ON [ingest].[sessions] ([token_hash]);
GO
CREATE NONCLUSTERED INDEX [IX_sessions_user]
ON [ingest].[sessions] ([user_id], [created_at]);
GO
CREATE TABLE [ingest].[api_tokens] (
    [token_id] NVARCHAR(36) NOT NULL,
    [token_hash] NVARCHAR(64) COLLATE Latin1_General_100_BIN2 NOT NULL,
    [prefix] NVARCHAR(20) NOT NULL,
    [name] NVARCHAR(50) NOT NULL,
    [user_id] NVARCHAR(36) NOT NULL,
    [permissions] NVARCHAR(2000) NOT NULL,
    [sources] NVARCHAR(MAX) NULL,
    [created_at] DATETIME2(3) NOT NULL,
    [expires_at] DATETIME2(3) NOT NULL,
    [last_used_at] DATETIME2(3) NULL,
    [last_used_address] NVARCHAR(64) NULL,
    [revoked_at] DATETIME2(3) NULL,
    CONSTRAINT [PK_api_tokens] PRIMARY KEY CLUSTERED ([token_id])
);
GO
CREATE UNIQUE NONCLUSTERED INDEX [UX_api_tokens_token]
ON [ingest].[api_tokens] ([token_hash]);
GO
CREATE NONCLUSTERED INDEX [IX_api_tokens_user]
ON [ingest].[api_tokens] ([user_id], [created_at]);
GO
CREATE TABLE [ingest].[sign_in_attempts] (
    [attempt_key] NVARCHAR(100) COLLATE Latin1_General_100_BIN2 NOT NULL,
    [failures] INT NOT NULL,
    [last_at] DATETIME2(3) NOT NULL,
    [retry_at] DATETIME2(3) NULL,
    [refused] TINYINT NOT NULL CONSTRAINT [DF_sign_in_attempts_refused] DEFAULT 0 CONSTRAINT [CK_sign_in_attempts_refused] CHECK ([refused] IN (0, 1)),
    CONSTRAINT [PK_sign_in_attempts] PRIMARY KEY CLUSTERED ([attempt_key])
);
GO
CREATE NONCLUSTERED INDEX [IX_sign_in_attempts_last]
ON [ingest].[sign_in_attempts] ([last_at]);
GO
CREATE TABLE [ingest].[audit_log] (
    [audit_id] NVARCHAR(36) NOT NULL,
    [at] DATETIME2(3) NOT NULL,
    [actor_id] NVARCHAR(36) NULL,
    [actor_email] NVARCHAR(320) NOT NULL,
    -- Where the request came from; null for workers and commands.
    [address] NVARCHAR(64) NULL,
    [action] NVARCHAR(100) NOT NULL,
    [target_type] NVARCHAR(50) NOT NULL,
    [target_id] NVARCHAR(400) NULL,
    [summary] NVARCHAR(1000) NOT NULL,
    [before_state] NVARCHAR(MAX) NULL,
    [after_state] NVARCHAR(MAX) NULL,
    -- SHA-256 of all but the time, as its writer made it.
    [content_hash] NVARCHAR(64) COLLATE Latin1_General_100_BIN2 NOT NULL CONSTRAINT [DF_audit_log_content_hash] DEFAULT N'',
    CONSTRAINT [PK_audit_log] PRIMARY KEY CLUSTERED ([audit_id])
);
GO
CREATE NONCLUSTERED INDEX [IX_audit_log_at]
ON [ingest].[audit_log] ([at], [audit_id]);
GO
CREATE NONCLUSTERED INDEX [IX_audit_log_target_at]
ON [ingest].[audit_log] ([target_type], [target_id], [at], [audit_id]);
GO
CREATE TABLE [ingest].[audit_unsealed] (
    [entry_no] BIGINT IDENTITY(1, 1) NOT NULL,
    [audit_id] NVARCHAR(36) NOT NULL,
    CONSTRAINT [PK_audit_unsealed] PRIMARY KEY CLUSTERED ([entry_no])
);
GO
CREATE TABLE [ingest].[audit_chain] (
    [position] INT NOT NULL,
    [audit_id] NVARCHAR(36) NOT NULL,
    [at] DATETIME2(3) NOT NULL,
    [previous_hash] NVARCHAR(64) COLLATE Latin1_General_100_BIN2 NOT NULL,
    [hash] NVARCHAR(64) COLLATE Latin1_General_100_BIN2 NOT NULL,
    CONSTRAINT [PK_audit_chain] PRIMARY KEY CLUSTERED ([position])
);
GO
CREATE UNIQUE NONCLUSTERED INDEX [UX_audit_chain_entry]
ON [ingest].[audit_chain] ([audit_id]);
GO
CREATE TABLE [ingest].[audit_anchors] (
    [position] INT NOT NULL,
    [hash] NVARCHAR(64) COLLATE Latin1_General_100_BIN2 NOT NULL,
    [purged_at] DATETIME2(3) NOT NULL,
    CONSTRAINT [PK_audit_anchors] PRIMARY KEY CLUSTERED ([position])
);
GO
-- Enqueues a resource unless its key is known: one row with its work_item_id, and is_new = 1 or 0. The host that paces
-- its requests is read from the address.
CREATE PROCEDURE [ingest].[enqueue_item]
    @source_system NVARCHAR(100),
    @source_name NVARCHAR(100),
    @resource_type NVARCHAR(100),
    @resource_id NVARCHAR(500),
    @request_uri NVARCHAR(2000),
    @priority INT = 100,
    @run_id NVARCHAR(36) = NULL,
    @metadata NVARCHAR(MAX) = NULL
AS
BEGIN
    SET NOCOUNT ON;
    IF CONCAT(@source_system, @source_name, @resource_type) LIKE N'%:%'
        THROW 51000, N'System, source and type must not contain a colon.', 1;
    IF @source_system IS NULL OR @source_name IS NULL OR @resource_type IS NULL OR @resource_id IS NULL OR @request_uri IS NULL
        OR DATALENGTH(@source_system) = 0 OR DATALENGTH(@source_name) = 0 OR DATALENGTH(@resource_type) = 0 OR DATALENGTH(@resource_id) = 0
        THROW 51000, N'System, source, type, id and address are all needed.', 1;
    IF DATALENGTH(LTRIM(RTRIM(@source_system))) < DATALENGTH(@source_system) OR DATALENGTH(LTRIM(RTRIM(@source_name))) < DATALENGTH(@source_name)
        OR DATALENGTH(LTRIM(RTRIM(@resource_type))) < DATALENGTH(@resource_type) OR DATALENGTH(LTRIM(RTRIM(@resource_id))) < DATALENGTH(@resource_id)
        THROW 51000, N'No part of the key may begin or end with a blank.', 1;
    DECLARE @key NVARCHAR(1000) = CONCAT(@source_system, N':', @source_name, N':', @resource_type, N':', @resource_id);
    IF DATALENGTH(@key) > 1700
        THROW 51000, N'System, source, type and id have more than 850 characters together.', 1;
    DECLARE @rest NVARCHAR(2001) = CASE WHEN CHARINDEX(N'://', @request_uri) > 0
        THEN SUBSTRING(@request_uri, CHARINDEX(N'://', @request_uri) + 3, 2000) ELSE N'' END;
    SET @rest = REPLACE(REPLACE(@rest, N'?', N'/'), N'#', N'/') + N'/';
    SET @rest = LEFT(@rest, CHARINDEX(N'/', @rest) - 1);
    DECLARE @host NVARCHAR(300) = LOWER(LEFT(SUBSTRING(@rest, CHARINDEX(N'@', @rest) + 1, 2000), 300));
    IF (LOWER(@request_uri) LIKE N'https://%' AND @host LIKE N'%:443') OR (LOWER(@request_uri) LIKE N'http://%' AND @host LIKE N'%:80')
        SET @host = LEFT(@host, LEN(@host) - CHARINDEX(N':', REVERSE(@host)));
    DECLARE @id NVARCHAR(36) = LOWER(CONVERT(NVARCHAR(36), NEWID())), @now DATETIME2(3) = SYSUTCDATETIME(), @is_new INT = 0;
    BEGIN TRY
        INSERT INTO [ingest].[work_items] ([work_item_id], [source_system], [source_name], [resource_type], [resource_id],
            [request_uri], [request_method], [metadata], [priority], [status], [attempt], [run_id], [created_at], [updated_at],
            [available_at], [dedupe_key], [host])
        SELECT @id, @source_system, @source_name, @resource_type, @resource_id, @request_uri, N'GET', @metadata, @priority,
            N'pending', 0, LOWER(@run_id), @now, @now, @now, @key, NULLIF(@host, N'')
        WHERE NOT EXISTS (SELECT 1 FROM [ingest].[work_items] WHERE [dedupe_key] = @key);
        SET @is_new = @@ROWCOUNT;
    END TRY
    BEGIN CATCH
        -- Somebody else enqueued it at the same moment. In a transaction of the caller that is the caller's to repeat.
        IF ERROR_NUMBER() NOT IN (2601, 2627) OR @@TRANCOUNT > 0 THROW;
    END CATCH
    SELECT [work_item_id], @is_new AS [is_new] FROM [ingest].[work_items] WHERE [dedupe_key] = @key;
END
GO
-- Sends completed items of a source round again that were not fetched for so many days, those that are longest overdue
-- first: at most @most, in statements of 500, outside of any run. Items pinned to never or retired are left alone.
-- One row: how many.
CREATE PROCEDURE [ingest].[recrawl_stale]
    @source_name NVARCHAR(100),
    @days INT,
    @most INT = 10000
AS
BEGIN
    SET NOCOUNT ON;
    DECLARE @before DATETIME2(3) = DATEADD(day, -@days, SYSUTCDATETIME()), @now DATETIME2(3) = SYSUTCDATETIME();
    DECLARE @at DATETIME2(3) = '0001-01-01T00:00:00', @id NVARCHAR(36) = N'', @sent INT = 0, @looked INT = 1;
    DECLARE @old TABLE ([place] INT NOT NULL PRIMARY KEY, [work_item_id] NVARCHAR(36) NOT NULL, [last_fetched_at] DATETIME2(3) NOT NULL);
    WHILE @looked > 0 AND @sent < @most
    BEGIN
        DELETE FROM @old;
        INSERT INTO @old ([place], [work_item_id], [last_fetched_at])
        SELECT ROW_NUMBER() OVER (ORDER BY w.[last_fetched_at], w.[work_item_id]), w.[work_item_id], w.[last_fetched_at]
        FROM (
            SELECT TOP (500) [work_item_id], [last_fetched_at] FROM [ingest].[work_items]
            WHERE [source_name] = @source_name AND [last_fetched_at] < @before
                AND [last_fetched_at] >= @at AND ([last_fetched_at] > @at OR [work_item_id] > @id)
            ORDER BY [last_fetched_at], [work_item_id]
        ) AS w;
        SET @looked = (SELECT COUNT(*) FROM @old);
        SELECT @at = [last_fetched_at], @id = [work_item_id] FROM @old WHERE [place] = @looked;
        UPDATE [ingest].[work_items]
        SET [status] = N'pending', [attempt] = 0, [run_id] = NULL, [wait_reason] = NULL, [available_at] = @now,
            [error_code] = NULL, [error_message] = NULL, [updated_at] = @now
        WHERE [work_item_id] IN (SELECT [work_item_id] COLLATE DATABASE_DEFAULT FROM @old WHERE [place] <= @most - @sent)
            AND [status] = N'completed' AND [last_fetched_at] < @before
            AND ([refetch] IS NULL OR [refetch] NOT IN (N'never', N'retired'));
        SET @sent = @sent + @@ROWCOUNT;
    END
    SELECT @sent AS [sent];
END
GO
-- What is known of a source in a status, in the order of its creation: at most @most items behind the place that the
-- last row of the page before has.
CREATE PROCEDURE [ingest].[known_resources]
    @source_name NVARCHAR(100),
    @status NVARCHAR(20) = N'completed',
    @after_created DATETIME2(7) = NULL,
    @after_id NVARCHAR(36) = NULL,
    @most INT = 500
AS
BEGIN
    SET NOCOUNT ON;
    SELECT TOP (@most) [work_item_id], [source_system], [resource_type], [resource_id], [request_uri], [created_at],
        [last_fetched_at], [last_changed_at], [missing_since]
    FROM [ingest].[work_items]
    WHERE [source_name] = @source_name AND [status] = @status
        AND [created_at] >= COALESCE(@after_created, '0001-01-01T00:00:00')
        AND ([created_at] > COALESCE(@after_created, '0001-01-01T00:00:00') OR [work_item_id] > COALESCE(@after_id, N''))
    ORDER BY [created_at], [work_item_id];
END
GO
-- Makes ready what waited for a moment that has come, the longest due first and at most 500 in a call. What another
-- session makes ready, or has locked, is left to it.
CREATE PROCEDURE [ingest].[promote_due]
AS
BEGIN
    SET NOCOUNT ON;
    DECLARE @now DATETIME2(3) = SYSUTCDATETIME();
    IF EXISTS (SELECT 1 FROM [ingest].[work_items] AS w
        WHERE w.[status] = N'pending' AND w.[wait_reason] <> N'on_hold' AND w.[available_at] <= @now)
        -- CASE: found by their keys. Walking the index of what waits for each of them would be quadratic.
        UPDATE [ingest].[work_items] WITH (ROWLOCK, READPAST, READCOMMITTEDLOCK) SET [wait_reason] = NULL
        WHERE CASE WHEN [status] = N'pending' AND [wait_reason] <> N'on_hold' THEN 1 ELSE 0 END = 1 AND [work_item_id] IN (
            SELECT TOP (500) w.[work_item_id]
            FROM [ingest].[work_items] AS w WITH (ROWLOCK, READPAST, READCOMMITTEDLOCK)
            WHERE w.[status] = N'pending' AND w.[wait_reason] <> N'on_hold' AND w.[available_at] <= @now
            ORDER BY w.[available_at], w.[work_item_id]);
END
GO
-- Claims up to @limit ready items in claim order, of the source @system, @name or of any. @claim is an id that its
-- caller made; an item's lease is that id with the item's place for its last four digits, so that the caller finds
-- what it has claimed even when the answer was lost.
--
-- It looks without locks at the head of the queue, then takes the items as far as nobody holds them; the trigger
-- takes their queue rows away. A claim waits for nobody: what was passed over keeps its queue row, and those behind
-- it are looked at instead. Item before queue row, as plain SQL does it.
--
-- The items are found by their keys, one seek for each: CROSS APPLY with TOP (1) leaves a planner without statistics of
-- table variables no join over the whole table, and CASE keeps it from walking an index of the status.
CREATE PROCEDURE [ingest].[claim_items]
    @claim NVARCHAR(36),
    @owner NVARCHAR(100),
    @lease_ms INT,
    @limit INT,
    @system NVARCHAR(100),
    @name NVARCHAR(100)
AS
BEGIN
    SET NOCOUNT ON;
    DECLARE @now DATETIME2(3) = SYSUTCDATETIME();
    DECLARE @until DATETIME2(3) = DATEADD(millisecond, @lease_ms, @now);
    DECLARE @prefix NVARCHAR(32) = LEFT(@claim, 32);
    DECLARE @at INT = 0, @taken INT = 0, @looked INT = 1, @rounds INT = 0;
    DECLARE @look TABLE ([work_item_id] NVARCHAR(36) NOT NULL PRIMARY KEY, [position] INT NOT NULL);
    IF EXISTS (SELECT 1 FROM [ingest].[stops] WHERE [ended_at] IS NULL AND COALESCE([until], '9999-12-31T00:00:00') > @now) SET @limit = 0;
    ELSE EXEC [ingest].[promote_due];

    -- @look keeps what was passed over, so that the next round goes on behind it.
    WHILE @taken < @limit AND @looked > 0 AND @rounds < 8
    BEGIN
        IF @name IS NULL
            INSERT INTO @look ([work_item_id], [position])
            SELECT TOP (@limit - @taken) w.[work_item_id], @at + ROW_NUMBER() OVER (ORDER BY w.[priority], w.[created_at], w.[work_item_id])
            FROM [ingest].[ready_items] AS w WITH (READPAST, READCOMMITTEDLOCK)
            WHERE @rounds = 0 OR NOT EXISTS (SELECT 1 FROM @look AS t WHERE t.[work_item_id] = w.[work_item_id] COLLATE DATABASE_DEFAULT)
            ORDER BY w.[priority], w.[created_at], w.[work_item_id];
        ELSE
            INSERT INTO @look ([work_item_id], [position])
            SELECT TOP (@limit - @taken) w.[work_item_id], @at + ROW_NUMBER() OVER (ORDER BY w.[priority], w.[created_at], w.[work_item_id])
            FROM [ingest].[ready_items] AS w WITH (READPAST, READCOMMITTEDLOCK)
            WHERE w.[source_system] = @system COLLATE Latin1_General_100_BIN2 AND w.[source_name] = @name COLLATE Latin1_General_100_BIN2
                AND (@rounds = 0 OR NOT EXISTS (SELECT 1 FROM @look AS t WHERE t.[work_item_id] = w.[work_item_id] COLLATE DATABASE_DEFAULT))
            ORDER BY w.[priority], w.[created_at], w.[work_item_id];
        SET @looked = @@ROWCOUNT;
        IF @looked > 0
        BEGIN
            UPDATE [ingest].[work_items] WITH (ROWLOCK, READPAST, READCOMMITTEDLOCK)
            SET [status] = N'in_progress', [attempt] = [attempt] + 1, [wait_reason] = NULL,
                [lease_id] = @prefix + RIGHT(N'000' + CAST(l.[position] AS NVARCHAR(4)), 4),
                [lease_owner] = @owner, [claimed_at] = @now, [updated_at] = @now, [lease_until] = @until
            FROM @look AS l CROSS APPLY (
                SELECT TOP (1) w.[work_item_id] FROM [ingest].[work_items] AS w WHERE w.[work_item_id] = l.[work_item_id] COLLATE DATABASE_DEFAULT) AS k
            WHERE l.[position] > @at AND [work_items].[work_item_id] = k.[work_item_id]
                AND CASE WHEN [work_items].[status] = N'pending' AND [work_items].[wait_reason] IS NULL THEN 1 ELSE 0 END = 1;
            SET @taken = @taken + @@ROWCOUNT;
        END
        SET @at = @at + @looked;
        SET @rounds = @rounds + 1;
    END

    -- Its own are those that carry the lease it gave them.
    SELECT item.* FROM @look AS l CROSS APPLY (
        SELECT TOP (1) w.* FROM [ingest].[work_items] AS w WHERE w.[work_item_id] = l.[work_item_id] COLLATE DATABASE_DEFAULT) AS item
    WHERE item.[lease_id] = @prefix + RIGHT(N'000' + CAST(l.[position] AS NVARCHAR(4)), 4);
END
GO
-- Inserts the items whose dedupe key is absent: @items is a JSON array of objects named like the columns, what is null left
-- out, in the order of their keys; texts write " as ~1, \ as ~2, line ends and tabs as ~3 to ~5, and ~ as ~0. @whole: a text
-- is longer than 4,000 characters, which some servers cut otherwise. Result: the ids that were inserted.
--
-- Ids and keys are looked up one by one, each a seek, whatever is guessed about how many there are in @items; there is no
-- table variable in the way of a single item, which costs some servers more than the item.
--
-- A key that another producer inserts at the same moment is known when the insert is done again.
CREATE PROCEDURE [ingest].[enqueue_items]
    @items NVARCHAR(MAX),
    @whole TINYINT
AS
BEGIN
    SET NOCOUNT ON;
    -- A key that is taken must not end the transaction around it.
    SET XACT_ABORT OFF;
    DECLARE @now DATETIME2(3) = SYSUTCDATETIME();
    DECLARE @again TINYINT = 1, @runs INT = 0, @before NVARCHAR(MAX);
    WHILE @again = 1
    BEGIN
        SET @again = 0;
        SET @runs = @runs + 1;
        -- What stands under these ids already is of an earlier call, whose answer was lost.
        SELECT @before = STRING_AGG(CAST(known.[work_item_id] AS NVARCHAR(MAX)), N' ')
        FROM OPENJSON(@items) WITH ([work_item_id] NVARCHAR(36) '$.work_item_id') AS j
            CROSS APPLY (SELECT TOP (1) w.[work_item_id] FROM [ingest].[work_items] AS w
                WHERE w.[work_item_id] = j.[work_item_id]) AS known;
        BEGIN TRY
            INSERT INTO [ingest].[work_items] ([work_item_id], [source_system], [source_name], [resource_type], [resource_id], [request_uri], [request_method],
                [request_headers], [request_body], [metadata], [priority], [status], [run_id], [discovered_from], [dedupe_key], [host],
                [depth], [available_at], [wait_reason], [created_at], [updated_at])
            SELECT g.[work_item_id], g.[source_system], g.[source_name], g.[resource_type], g.[resource_id], g.[request_uri], g.[request_method],
                g.[request_headers], g.[request_body], g.[metadata], g.[priority], g.[status], g.[run_id], g.[discovered_from], g.[dedupe_key], g.[host],
                g.[depth], COALESCE(g.[available_at], @now), g.[wait_reason], @now, @now
            FROM (
                SELECT j.[work_item_id],
                    CASE WHEN j.[source_system] COLLATE Latin1_General_100_BIN2 LIKE N'%~%' THEN REPLACE(REPLACE(REPLACE(REPLACE(REPLACE(REPLACE(j.[source_system] COLLATE Latin1_General_100_BIN2, N'~5', NCHAR(9)), N'~4', NCHAR(13)), N'~3', NCHAR(10)), N'~2', NCHAR(92)), N'~1', NCHAR(34)), N'~0', NCHAR(126)) ELSE j.[source_system] END AS [source_system],
                    CASE WHEN j.[source_name] COLLATE Latin1_General_100_BIN2 LIKE N'%~%' THEN REPLACE(REPLACE(REPLACE(REPLACE(REPLACE(REPLACE(j.[source_name] COLLATE Latin1_General_100_BIN2, N'~5', NCHAR(9)), N'~4', NCHAR(13)), N'~3', NCHAR(10)), N'~2', NCHAR(92)), N'~1', NCHAR(34)), N'~0', NCHAR(126)) ELSE j.[source_name] END AS [source_name],
                    CASE WHEN j.[resource_type] COLLATE Latin1_General_100_BIN2 LIKE N'%~%' THEN REPLACE(REPLACE(REPLACE(REPLACE(REPLACE(REPLACE(j.[resource_type] COLLATE Latin1_General_100_BIN2, N'~5', NCHAR(9)), N'~4', NCHAR(13)), N'~3', NCHAR(10)), N'~2', NCHAR(92)), N'~1', NCHAR(34)), N'~0', NCHAR(126)) ELSE j.[resource_type] END AS [resource_type],
                    CASE WHEN j.[resource_id] COLLATE Latin1_General_100_BIN2 LIKE N'%~%' THEN REPLACE(REPLACE(REPLACE(REPLACE(REPLACE(REPLACE(j.[resource_id] COLLATE Latin1_General_100_BIN2, N'~5', NCHAR(9)), N'~4', NCHAR(13)), N'~3', NCHAR(10)), N'~2', NCHAR(92)), N'~1', NCHAR(34)), N'~0', NCHAR(126)) ELSE j.[resource_id] END AS [resource_id],
                    CASE WHEN j.[request_uri] COLLATE Latin1_General_100_BIN2 LIKE N'%~%' THEN REPLACE(REPLACE(REPLACE(REPLACE(REPLACE(REPLACE(j.[request_uri] COLLATE Latin1_General_100_BIN2, N'~5', NCHAR(9)), N'~4', NCHAR(13)), N'~3', NCHAR(10)), N'~2', NCHAR(92)), N'~1', NCHAR(34)), N'~0', NCHAR(126)) ELSE j.[request_uri] END AS [request_uri],
                    j.[request_method],
                    CASE WHEN j.[request_headers] COLLATE Latin1_General_100_BIN2 LIKE N'%~%' THEN REPLACE(REPLACE(REPLACE(REPLACE(REPLACE(REPLACE(j.[request_headers] COLLATE Latin1_General_100_BIN2, N'~5', NCHAR(9)), N'~4', NCHAR(13)), N'~3', NCHAR(10)), N'~2', NCHAR(92)), N'~1', NCHAR(34)), N'~0', NCHAR(126)) ELSE j.[request_headers] END AS [request_headers],
                    CASE WHEN j.[request_body] COLLATE Latin1_General_100_BIN2 LIKE N'%~%' THEN REPLACE(REPLACE(REPLACE(REPLACE(REPLACE(REPLACE(j.[request_body] COLLATE Latin1_General_100_BIN2, N'~5', NCHAR(9)), N'~4', NCHAR(13)), N'~3', NCHAR(10)), N'~2', NCHAR(92)), N'~1', NCHAR(34)), N'~0', NCHAR(126)) ELSE j.[request_body] END AS [request_body],
                    CASE WHEN j.[metadata] COLLATE Latin1_General_100_BIN2 LIKE N'%~%' THEN REPLACE(REPLACE(REPLACE(REPLACE(REPLACE(REPLACE(j.[metadata] COLLATE Latin1_General_100_BIN2, N'~5', NCHAR(9)), N'~4', NCHAR(13)), N'~3', NCHAR(10)), N'~2', NCHAR(92)), N'~1', NCHAR(34)), N'~0', NCHAR(126)) ELSE j.[metadata] END AS [metadata],
                    j.[priority], j.[status],
                    CASE WHEN j.[run_id] COLLATE Latin1_General_100_BIN2 LIKE N'%~%' THEN REPLACE(REPLACE(REPLACE(REPLACE(REPLACE(REPLACE(j.[run_id] COLLATE Latin1_General_100_BIN2, N'~5', NCHAR(9)), N'~4', NCHAR(13)), N'~3', NCHAR(10)), N'~2', NCHAR(92)), N'~1', NCHAR(34)), N'~0', NCHAR(126)) ELSE j.[run_id] END AS [run_id],
                    CASE WHEN j.[discovered_from] COLLATE Latin1_General_100_BIN2 LIKE N'%~%' THEN REPLACE(REPLACE(REPLACE(REPLACE(REPLACE(REPLACE(j.[discovered_from] COLLATE Latin1_General_100_BIN2, N'~5', NCHAR(9)), N'~4', NCHAR(13)), N'~3', NCHAR(10)), N'~2', NCHAR(92)), N'~1', NCHAR(34)), N'~0', NCHAR(126)) ELSE j.[discovered_from] END AS [discovered_from],
                    CASE WHEN j.[dedupe_key] COLLATE Latin1_General_100_BIN2 LIKE N'%~%' THEN REPLACE(REPLACE(REPLACE(REPLACE(REPLACE(REPLACE(j.[dedupe_key] COLLATE Latin1_General_100_BIN2, N'~5', NCHAR(9)), N'~4', NCHAR(13)), N'~3', NCHAR(10)), N'~2', NCHAR(92)), N'~1', NCHAR(34)), N'~0', NCHAR(126)) ELSE j.[dedupe_key] END AS [dedupe_key],
                    CASE WHEN j.[host] COLLATE Latin1_General_100_BIN2 LIKE N'%~%' THEN REPLACE(REPLACE(REPLACE(REPLACE(REPLACE(REPLACE(j.[host] COLLATE Latin1_General_100_BIN2, N'~5', NCHAR(9)), N'~4', NCHAR(13)), N'~3', NCHAR(10)), N'~2', NCHAR(92)), N'~1', NCHAR(34)), N'~0', NCHAR(126)) ELSE j.[host] END AS [host],
                    j.[depth], j.[available_at], j.[wait_reason]
                FROM OPENJSON(@items) WITH ([work_item_id] NVARCHAR(36) '$.work_item_id', [source_system] NVARCHAR(101) '$.source_system',
                    [source_name] NVARCHAR(101) '$.source_name', [resource_type] NVARCHAR(101) '$.resource_type',
                    [resource_id] NVARCHAR(501) '$.resource_id', [request_uri] NVARCHAR(2001) '$.request_uri',
                    [request_method] NVARCHAR(11) '$.request_method', [request_headers] NVARCHAR(MAX) '$.request_headers',
                    [request_body] NVARCHAR(MAX) '$.request_body', [metadata] NVARCHAR(MAX) '$.metadata', [priority] INT '$.priority',
                    [status] NVARCHAR(21) '$.status', [run_id] NVARCHAR(37) '$.run_id', [discovered_from] NVARCHAR(37) '$.discovered_from',
                    [dedupe_key] NVARCHAR(851) '$.dedupe_key', [host] NVARCHAR(301) '$.host', [depth] INT '$.depth',
                    [available_at] DATETIME2(7) '$.available_at', [wait_reason] NVARCHAR(51) '$.wait_reason') AS j
            ) AS g
            WHERE (SELECT TOP (1) known.[work_item_id] FROM [ingest].[work_items] AS known
                WHERE known.[dedupe_key] = g.[dedupe_key] COLLATE Latin1_General_100_BIN2) IS NULL;
            -- The form without a schema hands long texts out whole.
            IF @whole = 1
                UPDATE [ingest].[work_items] SET
                    [request_headers] = CASE WHEN t.[request_headers] COLLATE Latin1_General_100_BIN2 LIKE N'%~%' THEN REPLACE(REPLACE(REPLACE(REPLACE(REPLACE(REPLACE(t.[request_headers] COLLATE Latin1_General_100_BIN2, N'~5', NCHAR(9)), N'~4', NCHAR(13)), N'~3', NCHAR(10)), N'~2', NCHAR(92)), N'~1', NCHAR(34)), N'~0', NCHAR(126)) ELSE t.[request_headers] END,
                    [request_body] = CASE WHEN t.[request_body] COLLATE Latin1_General_100_BIN2 LIKE N'%~%' THEN REPLACE(REPLACE(REPLACE(REPLACE(REPLACE(REPLACE(t.[request_body] COLLATE Latin1_General_100_BIN2, N'~5', NCHAR(9)), N'~4', NCHAR(13)), N'~3', NCHAR(10)), N'~2', NCHAR(92)), N'~1', NCHAR(34)), N'~0', NCHAR(126)) ELSE t.[request_body] END,
                    [metadata] = CASE WHEN t.[metadata] COLLATE Latin1_General_100_BIN2 LIKE N'%~%' THEN REPLACE(REPLACE(REPLACE(REPLACE(REPLACE(REPLACE(t.[metadata] COLLATE Latin1_General_100_BIN2, N'~5', NCHAR(9)), N'~4', NCHAR(13)), N'~3', NCHAR(10)), N'~2', NCHAR(92)), N'~1', NCHAR(34)), N'~0', NCHAR(126)) ELSE t.[metadata] END
                FROM (
                    SELECT j.[work_item_id],
                        (SELECT v.[value] FROM OPENJSON(r.[value]) AS v WHERE v.[key] = N'request_headers') AS [request_headers],
                        (SELECT v.[value] FROM OPENJSON(r.[value]) AS v WHERE v.[key] = N'request_body') AS [request_body],
                        (SELECT v.[value] FROM OPENJSON(r.[value]) AS v WHERE v.[key] = N'metadata') AS [metadata]
                    FROM OPENJSON(@items) AS r CROSS APPLY OPENJSON(r.[value]) WITH ([work_item_id] NVARCHAR(36) '$.work_item_id') AS j
                ) AS t
                WHERE [work_items].[work_item_id] = t.[work_item_id] AND (@before IS NULL OR CHARINDEX(t.[work_item_id], @before) = 0);
        END TRY
        BEGIN CATCH
            IF ERROR_NUMBER() NOT IN (2601, 2627) OR @runs >= 50 THROW;
            SET @again = 1;
        END CATCH
    END
    SELECT known.[work_item_id]
    FROM OPENJSON(@items) WITH ([work_item_id] NVARCHAR(36) '$.work_item_id') AS j
        CROSS APPLY (SELECT TOP (1) w.[work_item_id] FROM [ingest].[work_items] AS w
            WHERE w.[work_item_id] = j.[work_item_id]) AS known
    WHERE @before IS NULL OR CHARINDEX(known.[work_item_id], @before) = 0;
END
GO
-- How many items each source has in each status: exact, of one moment, without counting items.
CREATE PROCEDURE [ingest].[queue_statistics]
AS
BEGIN
    SET NOCOUNT ON;
    SELECT [source_system], [source_name], [status], SUM([n]) AS [items]
    FROM (
        SELECT [source_system], [source_name], [status], [item_count] AS [n] FROM [ingest].[source_totals]
        UNION ALL
        SELECT [source_system], [source_name], [status], [delta] FROM [ingest].[source_total_deltas]
    ) AS [totals]
    GROUP BY [source_system], [source_name], [status]
    HAVING SUM([n]) <> 0
    ORDER BY [source_system], [source_name], [status];
END
GO
-- Adds the appended changes to the totals, 2,000 of each at a time: fewer than make the server take a table lock. Only what
-- is committed is read, so that nobody holds a row that is deleted. One at a time over all processes, as comparisons are:
-- while another one has the turn for 20 s, the changes count where they are. To be refused should stay rare, because some
-- servers keep a trace of each refusal by sp_getapplock. One row: how many were rolled up.
CREATE PROCEDURE [ingest].[roll_up_totals]
AS
BEGIN
    SET NOCOUNT ON;
    SET XACT_ABORT ON;
    DECLARE @rolled_up INT = 0, @of_sources INT = 2000, @of_hosts INT = 2000, @got INT;
    DECLARE @sources TABLE ([delta_id] BIGINT NOT NULL PRIMARY KEY, [source_system] NVARCHAR(100) COLLATE Latin1_General_100_BIN2 NOT NULL,
        [source_name] NVARCHAR(100) COLLATE Latin1_General_100_BIN2 NOT NULL, [status] NVARCHAR(20) COLLATE Latin1_General_100_BIN2 NOT NULL, [delta] BIGINT NOT NULL);
    DECLARE @source_sums TABLE ([source_system] NVARCHAR(100) COLLATE Latin1_General_100_BIN2 NOT NULL,
        [source_name] NVARCHAR(100) COLLATE Latin1_General_100_BIN2 NOT NULL, [status] NVARCHAR(20) COLLATE Latin1_General_100_BIN2 NOT NULL, [delta] BIGINT NOT NULL);
    DECLARE @hosts TABLE ([delta_id] BIGINT NOT NULL PRIMARY KEY, [host] NVARCHAR(300) COLLATE Latin1_General_100_BIN2 NOT NULL,
        [status] NVARCHAR(20) COLLATE Latin1_General_100_BIN2 NOT NULL, [delta] BIGINT NOT NULL);
    DECLARE @host_sums TABLE ([host] NVARCHAR(300) COLLATE Latin1_General_100_BIN2 NOT NULL,
        [status] NVARCHAR(20) COLLATE Latin1_General_100_BIN2 NOT NULL, [delta] BIGINT NOT NULL);
    WHILE @of_sources = 2000 OR @of_hosts = 2000
    BEGIN
        DELETE FROM @sources;
        DELETE FROM @source_sums;
        DELETE FROM @hosts;
        DELETE FROM @host_sums;
        BEGIN TRANSACTION;
        EXEC @got = sp_getapplock @Resource = N'holocron_counters_ingest', @LockMode = N'Exclusive', @LockOwner = N'Transaction', @LockTimeout = 20000;
        IF @got < 0
        BEGIN
            ROLLBACK TRANSACTION;
            BREAK;
        END
        INSERT INTO @sources ([delta_id], [source_system], [source_name], [status], [delta])
        SELECT TOP (2000) [delta_id], [source_system], [source_name], [status], [delta] FROM [ingest].[source_total_deltas] ORDER BY [delta_id];
        SET @of_sources = @@ROWCOUNT;
        INSERT INTO @source_sums ([source_system], [source_name], [status], [delta])
        SELECT [source_system], [source_name], [status], SUM([delta]) FROM @sources GROUP BY [source_system], [source_name], [status];
        UPDATE total SET [item_count] = total.[item_count] + s.[delta]
        FROM [ingest].[source_totals] AS total JOIN @source_sums AS s
            ON s.[source_system] = total.[source_system] AND s.[source_name] = total.[source_name] AND s.[status] = total.[status];
        INSERT INTO [ingest].[source_totals] ([source_system], [source_name], [status], [item_count])
        SELECT s.[source_system], s.[source_name], s.[status], s.[delta] FROM @source_sums AS s
        WHERE NOT EXISTS (SELECT 1 FROM [ingest].[source_totals] AS total WHERE total.[source_system] = s.[source_system]
            AND total.[source_name] = s.[source_name] AND total.[status] = s.[status]);
        DELETE FROM [ingest].[source_total_deltas] WHERE [delta_id] IN (SELECT [delta_id] FROM @sources);
        INSERT INTO @hosts ([delta_id], [host], [status], [delta])
        SELECT TOP (2000) [delta_id], [host], [status], [delta] FROM [ingest].[host_total_deltas] ORDER BY [delta_id];
        SET @of_hosts = @@ROWCOUNT;
        INSERT INTO @host_sums ([host], [status], [delta])
        SELECT [host], [status], SUM([delta]) FROM @hosts GROUP BY [host], [status];
        UPDATE total SET [item_count] = total.[item_count] + h.[delta]
        FROM [ingest].[host_totals] AS total JOIN @host_sums AS h ON h.[host] = total.[host] AND h.[status] = total.[status];
        INSERT INTO [ingest].[host_totals] ([host], [status], [item_count])
        SELECT h.[host], h.[status], h.[delta] FROM @host_sums AS h
        WHERE NOT EXISTS (SELECT 1 FROM [ingest].[host_totals] AS total WHERE total.[host] = h.[host] AND total.[status] = h.[status]);
        DELETE FROM [ingest].[host_total_deltas] WHERE [delta_id] IN (SELECT [delta_id] FROM @hosts);
        COMMIT TRANSACTION;
        SET @rolled_up = @rolled_up + @of_sources + @of_hosts;
    END
    SELECT @rolled_up AS [rolled_up];
END
GO
-- Compares the totals with the items, and the queue with what is ready, each in one statement that sees one moment and
-- locks nothing; for a quiet hour. Rows: what differs. With @fail = 1 it ends with an error when something does, so that
-- a job fails; `pnpm counters:check` and the workers set it right.
CREATE PROCEDURE [ingest].[check_integrity]
    @fail BIT = 1
AS
BEGIN
    SET NOCOUNT ON;
    DECLARE @found TABLE ([what] NVARCHAR(20) NOT NULL, [name] NVARCHAR(300) NOT NULL, [status] NVARCHAR(20) NOT NULL, [difference] BIGINT NOT NULL);
    INSERT INTO @found ([what], [name], [status], [difference])
    SELECT N'source total', CONCAT([source_system], N':', [source_name]), [status], SUM([n])
    FROM (
        SELECT [source_system] COLLATE Latin1_General_100_BIN2 AS [source_system], [source_name] COLLATE Latin1_General_100_BIN2 AS [source_name],
            [status] COLLATE Latin1_General_100_BIN2 AS [status], CAST(1 AS BIGINT) AS [n] FROM [ingest].[work_items]
        UNION ALL
        SELECT [source_system], [source_name], [status], -[item_count] FROM [ingest].[source_totals]
        UNION ALL
        SELECT [source_system], [source_name], [status], -[delta] FROM [ingest].[source_total_deltas]
    ) AS [both]
    GROUP BY [source_system], [source_name], [status]
    HAVING SUM([n]) <> 0;
    INSERT INTO @found ([what], [name], [status], [difference])
    SELECT N'queue', N'items without a row', N'pending', COUNT(*)
    FROM [ingest].[work_items] AS w
    WHERE w.[status] = N'pending' AND w.[wait_reason] IS NULL AND w.[updated_at] < DATEADD(minute, -5, SYSUTCDATETIME())
        AND NOT EXISTS (SELECT 1 FROM [ingest].[ready_items] AS r WHERE r.[work_item_id] = w.[work_item_id])
    HAVING COUNT(*) > 0;
    SELECT [what], [name], [status], [difference] FROM @found ORDER BY [what], [name], [status];
    IF @fail = 1 AND EXISTS (SELECT 1 FROM @found)
        THROW 51001, N'Totals or queue differ from the items: run pnpm counters:check.', 1;
END
GO
-- Runs with their numbers as of now: of the row and of what was not rolled up yet. One statement sees both as they
-- were at one moment.
CREATE VIEW [ingest].[current_runs] AS
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
FROM [ingest].[ingest_runs] AS r OUTER APPLY (
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
    FROM [ingest].[run_deltas] WHERE [run_id] = r.[run_id]
) AS d;
GO
-- What hosts were asked and have answered up to now: of the row and of what was not rolled up yet, as of one moment.
CREATE VIEW [ingest].[current_hosts] AS
SELECT h.[host], h.[requests_total] + COALESCE(s.[requests], 0) AS [requests_total],
    COALESCE(s.[at], h.[last_request_at]) AS [last_request_at],
    COALESCE(l.[last_status], h.[last_status]) AS [last_status], COALESCE(b.[budget], h.[budget]) AS [budget]
FROM [ingest].[hosts] AS h
OUTER APPLY (SELECT SUM(d.[requests]) AS [requests], MAX(d.[at]) AS [at]
    FROM [ingest].[host_deltas] AS d WHERE d.[host] = h.[host]) AS s
OUTER APPLY (SELECT TOP (1) d.[last_status] FROM [ingest].[host_deltas] AS d
    WHERE d.[host] = h.[host] AND d.[last_status] IS NOT NULL ORDER BY d.[delta_id] DESC) AS l
OUTER APPLY (SELECT TOP (1) d.[budget] FROM [ingest].[host_deltas] AS d
    WHERE d.[host] = h.[host] AND d.[budget] IS NOT NULL ORDER BY d.[delta_id] DESC) AS b;
GO
-- Completes the items of @rows that their leases still hold, counts them as seen if @touch = 1, adds them to the numbers of
-- those of their runs that are under way, and records the attempts that are given with them. @rows is a JSON array of
-- objects named as below, what is null left out; texts are written as for enqueue_items. Result: the items; of those
-- whose lease was lost nothing was changed. is_counted = 1: the run has it in its numbers. The run is
-- told as it was before them. What the attempt and seen_resources say of an item is what its row says.
CREATE PROCEDURE [ingest].[complete_items]
    @rows NVARCHAR(MAX),
    @touch TINYINT
AS
BEGIN
    SET NOCOUNT ON;
    DECLARE @now DATETIME2(3) = SYSUTCDATETIME();
    DECLARE @row TABLE ([work_item_id] NVARCHAR(36) NOT NULL PRIMARY KEY, [lease_id] NVARCHAR(36) NOT NULL, [last_http_status] INT,
        [etag] NVARCHAR(501), [last_modified] NVARCHAR(101), [revision] NVARCHAR(101), [next_fetch_ms] BIGINT, [refresh_class] INT,
        [is_first] INT, [check_count] INT, [content_hash] NVARCHAR(65), [fresh] INT, [change_count] INT, [attempt_id] NVARCHAR(36),
        [worker_id] NVARCHAR(101), [duration_ms] INT, [outcome] NVARCHAR(21), [facts] NVARCHAR(MAX), [ingest_id] NVARCHAR(36), [claimed_at] DATETIME2(3),
        [unchanged] INT, [requests] INT);
    DECLARE @run TABLE ([run_id] UNIQUEIDENTIFIER NOT NULL PRIMARY KEY, [is_counted] INT NOT NULL, [status] NVARCHAR(50), [phase] NVARCHAR(50),
        [kind] NVARCHAR(50), [completed_at] DATETIME2(3), [items_total] INT, [items_processed] INT, [max_items] INT, [max_depth] INT);
    DECLARE @done TABLE ([work_item_id] NVARCHAR(36) NOT NULL PRIMARY KEY,
        [dedupe_key] NVARCHAR(850) COLLATE Latin1_General_100_BIN2 NOT NULL, [source_system] NVARCHAR(100) NOT NULL,
        [source_name] NVARCHAR(100) NOT NULL, [resource_type] NVARCHAR(100) NOT NULL, [resource_id] NVARCHAR(500) NOT NULL,
        [host] NVARCHAR(300), [run_id] NVARCHAR(36), [attempt] INT NOT NULL);
    INSERT INTO @row
    SELECT j.[work_item_id], j.[lease_id], j.[last_http_status],
        CASE WHEN j.[etag] COLLATE Latin1_General_100_BIN2 LIKE N'%~%' THEN REPLACE(REPLACE(REPLACE(REPLACE(REPLACE(REPLACE(j.[etag] COLLATE Latin1_General_100_BIN2, N'~5', NCHAR(9)), N'~4', NCHAR(13)), N'~3', NCHAR(10)), N'~2', NCHAR(92)), N'~1', NCHAR(34)), N'~0', NCHAR(126)) ELSE j.[etag] END,
        CASE WHEN j.[last_modified] COLLATE Latin1_General_100_BIN2 LIKE N'%~%' THEN REPLACE(REPLACE(REPLACE(REPLACE(REPLACE(REPLACE(j.[last_modified] COLLATE Latin1_General_100_BIN2, N'~5', NCHAR(9)), N'~4', NCHAR(13)), N'~3', NCHAR(10)), N'~2', NCHAR(92)), N'~1', NCHAR(34)), N'~0', NCHAR(126)) ELSE j.[last_modified] END,
        CASE WHEN j.[revision] COLLATE Latin1_General_100_BIN2 LIKE N'%~%' THEN REPLACE(REPLACE(REPLACE(REPLACE(REPLACE(REPLACE(j.[revision] COLLATE Latin1_General_100_BIN2, N'~5', NCHAR(9)), N'~4', NCHAR(13)), N'~3', NCHAR(10)), N'~2', NCHAR(92)), N'~1', NCHAR(34)), N'~0', NCHAR(126)) ELSE j.[revision] END,
        j.[next_fetch_ms], j.[refresh_class], j.[is_first], j.[check_count], j.[content_hash], j.[fresh], j.[change_count], j.[attempt_id],
        CASE WHEN j.[worker_id] COLLATE Latin1_General_100_BIN2 LIKE N'%~%' THEN REPLACE(REPLACE(REPLACE(REPLACE(REPLACE(REPLACE(j.[worker_id] COLLATE Latin1_General_100_BIN2, N'~5', NCHAR(9)), N'~4', NCHAR(13)), N'~3', NCHAR(10)), N'~2', NCHAR(92)), N'~1', NCHAR(34)), N'~0', NCHAR(126)) ELSE j.[worker_id] END,
        j.[duration_ms], j.[outcome],
        CASE WHEN j.[facts] COLLATE Latin1_General_100_BIN2 LIKE N'%~%' THEN REPLACE(REPLACE(REPLACE(REPLACE(REPLACE(REPLACE(j.[facts] COLLATE Latin1_General_100_BIN2, N'~5', NCHAR(9)), N'~4', NCHAR(13)), N'~3', NCHAR(10)), N'~2', NCHAR(92)), N'~1', NCHAR(34)), N'~0', NCHAR(126)) ELSE j.[facts] END,
        j.[ingest_id], j.[claimed_at], j.[unchanged], j.[requests]
    FROM OPENJSON(@rows) WITH ([work_item_id] NVARCHAR(36) '$.work_item_id', [lease_id] NVARCHAR(36) '$.lease_id',
        [last_http_status] INT '$.last_http_status', [etag] NVARCHAR(501) '$.etag', [last_modified] NVARCHAR(101) '$.last_modified',
        [revision] NVARCHAR(101) '$.revision', [next_fetch_ms] BIGINT '$.next_fetch_ms', [refresh_class] INT '$.refresh_class',
        [is_first] INT '$.is_first', [check_count] INT '$.check_count', [content_hash] NVARCHAR(65) '$.content_hash',
        [fresh] INT '$.fresh', [change_count] INT '$.change_count', [attempt_id] NVARCHAR(36) '$.attempt_id',
        [worker_id] NVARCHAR(101) '$.worker_id', [duration_ms] INT '$.duration_ms', [outcome] NVARCHAR(21) '$.outcome',
        [facts] NVARCHAR(MAX) '$.facts', [ingest_id] NVARCHAR(36) '$.ingest_id',
        [claimed_at] DATETIME2(7) '$.claimed_at', [unchanged] INT '$.unchanged', [requests] INT '$.requests') AS j;

    UPDATE [ingest].[work_items] SET [status] = N'completed', [lease_id] = NULL, [lease_owner] = NULL, [lease_until] = NULL,
        [claimed_at] = NULL, [wait_reason] = NULL, [error_code] = NULL, [error_message] = NULL, [updated_at] = @now,
        [last_fetched_at] = @now, [last_http_status] = r.[last_http_status], [etag] = r.[etag], [last_modified] = r.[last_modified],
        [revision] = r.[revision],
        [next_fetch_at] = DATEADD(millisecond, CAST(r.[next_fetch_ms] % 86400000 AS INT), DATEADD(day, CAST(r.[next_fetch_ms] / 86400000 AS INT), @now)),
        [refresh_class] = r.[refresh_class],
        [first_fetched_at] = CASE WHEN r.[is_first] = 1 THEN @now ELSE [work_items].[first_fetched_at] END,
        [check_count] = r.[check_count], [content_hash] = r.[content_hash],
        [last_changed_at] = CASE WHEN r.[fresh] = 1 THEN @now ELSE [work_items].[last_changed_at] END,
        [change_count] = r.[change_count]
    OUTPUT inserted.[work_item_id], inserted.[dedupe_key], inserted.[source_system], inserted.[source_name], inserted.[resource_type],
        inserted.[resource_id], inserted.[host], inserted.[run_id], inserted.[attempt] INTO @done
    FROM @row AS r
    WHERE [work_items].[work_item_id] = r.[work_item_id] COLLATE DATABASE_DEFAULT
        AND [work_items].[status] = N'in_progress' AND [work_items].[lease_id] = r.[lease_id] COLLATE DATABASE_DEFAULT;

    IF @touch = 1
    BEGIN
        UPDATE [ingest].[seen_resources] SET [last_seen_at] = @now, [seen_count] = [seen_resources].[seen_count] + 1,
            [last_run_id] = TRY_CAST(d.[run_id] AS UNIQUEIDENTIFIER)
        FROM @done AS d
        WHERE [seen_resources].[resource_key] = d.[dedupe_key] COLLATE Latin1_General_100_BIN2;
        IF @@ROWCOUNT < (SELECT COUNT(*) FROM @done)
            INSERT INTO [ingest].[seen_resources] ([resource_key], [source_system], [source_name], [resource_type], [resource_id],
                [first_seen_at], [last_seen_at], [last_run_id])
            SELECT d.[dedupe_key], d.[source_system], d.[source_name], d.[resource_type], d.[resource_id], @now, @now,
                TRY_CAST(d.[run_id] AS UNIQUEIDENTIFIER)
            FROM @done AS d
            WHERE NOT EXISTS (SELECT 1 FROM [ingest].[seen_resources] AS known WHERE known.[resource_key] = d.[dedupe_key] COLLATE Latin1_General_100_BIN2);
    END
    INSERT INTO [ingest].[work_item_attempts] ([attempt_id], [work_item_id], [source_system], [source_name], [host], [run_id],
        [attempt], [lease_id], [worker_id], [started_at], [finished_at], [duration_ms], [outcome], [http_status], [facts], [ingest_id])
    SELECT r.[attempt_id], d.[work_item_id], d.[source_system], d.[source_name], d.[host], d.[run_id], d.[attempt], r.[lease_id],
        r.[worker_id], COALESCE(r.[claimed_at], @now), @now, r.[duration_ms], r.[outcome], r.[last_http_status], r.[facts], r.[ingest_id]
    FROM @done AS d JOIN @row AS r ON r.[work_item_id] = d.[work_item_id]
    WHERE r.[attempt_id] IS NOT NULL;
    -- Of an ended run only while its queue is being emptied. Nobody waits for its row: what is added is appended.
    INSERT INTO @run
    SELECT q.[run_id], CASE WHEN q.[status] = N'running' OR q.[phase] = N'ending' THEN 1 ELSE 0 END, q.[status], q.[phase], q.[kind],
        q.[completed_at], q.[items_total], q.[items_processed], q.[max_items], q.[max_depth]
    FROM [ingest].[current_runs] AS q
    WHERE q.[run_id] IN (SELECT TRY_CAST(d.[run_id] AS UNIQUEIDENTIFIER) FROM @done AS d);
    INSERT INTO [ingest].[run_deltas] ([run_id], [items_processed], [items_succeeded], [items_unchanged], [requests_sent])
    SELECT q.[run_id], COUNT(*), COUNT(*), SUM(r.[unchanged]), SUM(r.[requests])
    FROM @run AS q JOIN @done AS d ON TRY_CAST(d.[run_id] AS UNIQUEIDENTIFIER) = q.[run_id]
    JOIN @row AS r ON r.[work_item_id] = d.[work_item_id]
    WHERE q.[is_counted] = 1
    GROUP BY q.[run_id];
    SELECT d.[work_item_id], COALESCE(q.[is_counted], 0) AS [is_counted], q.[status], q.[phase], q.[kind], q.[completed_at],
        q.[items_total], q.[items_processed], q.[max_items], q.[max_depth]
    FROM @done AS d LEFT JOIN @run AS q ON q.[run_id] = TRY_CAST(d.[run_id] AS UNIQUEIDENTIFIER);
END
GO
-- Takes items from their workers without completing them, and records the attempts: those that failed, were given back or
-- whose lease ran out. @rows is a JSON array of objects named as below, what is null left out; texts are written as for
-- enqueue_items. An item is changed only while the lease is its own; with expired = 1, only if that has run out. What is
-- not given stays: available_ms (from now), the error (item_error_code), the HTTP status (answered = 1), and what is
-- known of a missing resource (missing = 1: since now, 2: as before; it is looked at again in next_fetch_ms, or never).
-- uncounted = 1: the attempt does not count. Result: the ids of the items that were changed.
CREATE PROCEDURE [ingest].[fail_items]
    @rows NVARCHAR(MAX)
AS
BEGIN
    SET NOCOUNT ON;
    DECLARE @now DATETIME2(3) = SYSUTCDATETIME();
    DECLARE @row TABLE ([work_item_id] NVARCHAR(36) NOT NULL PRIMARY KEY, [lease_id] NVARCHAR(36), [expired] INT, [status] NVARCHAR(20) NOT NULL,
        [uncounted] INT, [wait_reason] NVARCHAR(50), [available_ms] BIGINT, [item_error_code] NVARCHAR(51), [item_error_message] NVARCHAR(MAX),
        [answered] INT, [missing] INT, [next_fetch_ms] BIGINT, [attempt_id] NVARCHAR(36) NOT NULL, [attempt] INT NOT NULL,
        [worker_id] NVARCHAR(101), [claimed_at] DATETIME2(3), [duration_ms] INT, [outcome] NVARCHAR(21) NOT NULL, [http_status] INT,
        [error_code] NVARCHAR(51), [error_message] NVARCHAR(MAX), [facts] NVARCHAR(MAX));
    DECLARE @done TABLE ([work_item_id] NVARCHAR(36) NOT NULL PRIMARY KEY, [source_system] NVARCHAR(100) NOT NULL,
        [source_name] NVARCHAR(100) NOT NULL, [host] NVARCHAR(300), [run_id] NVARCHAR(36));
    -- Long texts by their names: some servers cut what the other form hands out.
    INSERT INTO @row
    SELECT j.[work_item_id], j.[lease_id], j.[expired], j.[status], j.[uncounted], j.[wait_reason], j.[available_ms], j.[item_error_code],
        CASE WHEN (SELECT v.[value] FROM OPENJSON(r.[value]) AS v WHERE v.[key] = N'item_error_message') COLLATE Latin1_General_100_BIN2 LIKE N'%~%' THEN REPLACE(REPLACE(REPLACE(REPLACE(REPLACE(REPLACE((SELECT v.[value] FROM OPENJSON(r.[value]) AS v WHERE v.[key] = N'item_error_message') COLLATE Latin1_General_100_BIN2, N'~5', NCHAR(9)), N'~4', NCHAR(13)), N'~3', NCHAR(10)), N'~2', NCHAR(92)), N'~1', NCHAR(34)), N'~0', NCHAR(126)) ELSE (SELECT v.[value] FROM OPENJSON(r.[value]) AS v WHERE v.[key] = N'item_error_message') END,
        j.[answered], j.[missing], j.[next_fetch_ms], j.[attempt_id], j.[attempt],
        CASE WHEN j.[worker_id] COLLATE Latin1_General_100_BIN2 LIKE N'%~%' THEN REPLACE(REPLACE(REPLACE(REPLACE(REPLACE(REPLACE(j.[worker_id] COLLATE Latin1_General_100_BIN2, N'~5', NCHAR(9)), N'~4', NCHAR(13)), N'~3', NCHAR(10)), N'~2', NCHAR(92)), N'~1', NCHAR(34)), N'~0', NCHAR(126)) ELSE j.[worker_id] END,
        j.[claimed_at], j.[duration_ms], j.[outcome], j.[http_status], j.[error_code],
        CASE WHEN (SELECT v.[value] FROM OPENJSON(r.[value]) AS v WHERE v.[key] = N'error_message') COLLATE Latin1_General_100_BIN2 LIKE N'%~%' THEN REPLACE(REPLACE(REPLACE(REPLACE(REPLACE(REPLACE((SELECT v.[value] FROM OPENJSON(r.[value]) AS v WHERE v.[key] = N'error_message') COLLATE Latin1_General_100_BIN2, N'~5', NCHAR(9)), N'~4', NCHAR(13)), N'~3', NCHAR(10)), N'~2', NCHAR(92)), N'~1', NCHAR(34)), N'~0', NCHAR(126)) ELSE (SELECT v.[value] FROM OPENJSON(r.[value]) AS v WHERE v.[key] = N'error_message') END,
        CASE WHEN (SELECT v.[value] FROM OPENJSON(r.[value]) AS v WHERE v.[key] = N'facts') COLLATE Latin1_General_100_BIN2 LIKE N'%~%' THEN REPLACE(REPLACE(REPLACE(REPLACE(REPLACE(REPLACE((SELECT v.[value] FROM OPENJSON(r.[value]) AS v WHERE v.[key] = N'facts') COLLATE Latin1_General_100_BIN2, N'~5', NCHAR(9)), N'~4', NCHAR(13)), N'~3', NCHAR(10)), N'~2', NCHAR(92)), N'~1', NCHAR(34)), N'~0', NCHAR(126)) ELSE (SELECT v.[value] FROM OPENJSON(r.[value]) AS v WHERE v.[key] = N'facts') END
    FROM OPENJSON(@rows) AS r CROSS APPLY OPENJSON(r.[value]) WITH ([work_item_id] NVARCHAR(36) '$.work_item_id',
        [lease_id] NVARCHAR(36) '$.lease_id', [expired] INT '$.expired', [status] NVARCHAR(20) '$.status', [uncounted] INT '$.uncounted',
        [wait_reason] NVARCHAR(50) '$.wait_reason', [available_ms] BIGINT '$.available_ms', [item_error_code] NVARCHAR(51) '$.item_error_code',
        [answered] INT '$.answered', [missing] INT '$.missing', [next_fetch_ms] BIGINT '$.next_fetch_ms',
        [attempt_id] NVARCHAR(36) '$.attempt_id', [attempt] INT '$.attempt', [worker_id] NVARCHAR(101) '$.worker_id',
        [claimed_at] DATETIME2(7) '$.claimed_at', [duration_ms] INT '$.duration_ms', [outcome] NVARCHAR(21) '$.outcome',
        [http_status] INT '$.http_status', [error_code] NVARCHAR(51) '$.error_code') AS j;

    UPDATE [ingest].[work_items] SET [status] = r.[status], [lease_id] = NULL, [lease_owner] = NULL, [lease_until] = NULL,
        [claimed_at] = NULL, [updated_at] = @now, [wait_reason] = r.[wait_reason],
        [attempt] = CASE WHEN r.[uncounted] = 1 AND [work_items].[attempt] > 0 THEN [work_items].[attempt] - 1 ELSE [work_items].[attempt] END,
        [available_at] = CASE WHEN r.[available_ms] IS NULL THEN [work_items].[available_at]
            ELSE DATEADD(millisecond, CAST(r.[available_ms] % 86400000 AS INT), DATEADD(day, CAST(r.[available_ms] / 86400000 AS INT), @now)) END,
        [error_code] = COALESCE(r.[item_error_code], [work_items].[error_code]),
        [error_message] = CASE WHEN r.[item_error_code] IS NULL THEN [work_items].[error_message] ELSE r.[item_error_message] END,
        [last_http_status] = CASE WHEN r.[answered] = 1 THEN r.[http_status] ELSE [work_items].[last_http_status] END,
        [missing_since] = CASE WHEN r.[missing] = 1 THEN @now ELSE [work_items].[missing_since] END,
        [next_fetch_at] = CASE WHEN r.[missing] IS NULL THEN [work_items].[next_fetch_at]
            ELSE DATEADD(millisecond, CAST(r.[next_fetch_ms] % 86400000 AS INT), DATEADD(day, CAST(r.[next_fetch_ms] / 86400000 AS INT), @now)) END
    OUTPUT inserted.[work_item_id], inserted.[source_system], inserted.[source_name], inserted.[host], inserted.[run_id] INTO @done
    FROM @row AS r
    WHERE [work_items].[work_item_id] = r.[work_item_id] COLLATE DATABASE_DEFAULT AND [work_items].[status] = N'in_progress'
        AND CASE WHEN [work_items].[lease_id] = r.[lease_id] COLLATE DATABASE_DEFAULT THEN 1
            WHEN [work_items].[lease_id] IS NULL AND r.[lease_id] IS NULL THEN 1 ELSE 0 END = 1
        AND CASE WHEN COALESCE(r.[expired], 0) = 0 THEN 1 WHEN [work_items].[lease_until] > @now THEN 0 ELSE 1 END = 1;

    INSERT INTO [ingest].[work_item_attempts] ([attempt_id], [work_item_id], [source_system], [source_name], [host], [run_id],
        [attempt], [lease_id], [worker_id], [started_at], [finished_at], [duration_ms], [outcome], [http_status], [error_code],
        [error_message], [facts])
    SELECT r.[attempt_id], d.[work_item_id], d.[source_system], d.[source_name], d.[host], d.[run_id], r.[attempt], r.[lease_id],
        r.[worker_id], COALESCE(r.[claimed_at], @now), @now, r.[duration_ms], r.[outcome], r.[http_status], r.[error_code],
        r.[error_message], r.[facts]
    FROM @done AS d JOIN @row AS r ON r.[work_item_id] = d.[work_item_id];
    SELECT [work_item_id] FROM @done;
END
GO
-- Extends leases that are still held, and the slots of sources and hosts under them, to @lease_ms from now. @leases is a JSON
-- array of {"work_item_id", "lease_id"}. Result: the lease_id of those that are held; one that has run out is, while
-- nobody has taken the item. Slots are looked up by version, so that a claim that takes another one holds up nothing.
CREATE PROCEDURE [ingest].[renew_leases]
    @leases NVARCHAR(MAX),
    @lease_ms INT
AS
BEGIN
    SET NOCOUNT ON;
    DECLARE @until DATETIME2(3) = DATEADD(millisecond, @lease_ms, SYSUTCDATETIME());
    DECLARE @lease TABLE ([work_item_id] NVARCHAR(36) NOT NULL, [lease_id] NVARCHAR(36) NOT NULL, PRIMARY KEY ([work_item_id], [lease_id]));
    DECLARE @held TABLE ([lease_id] NVARCHAR(36) NOT NULL);
    INSERT INTO @lease ([work_item_id], [lease_id])
    SELECT DISTINCT j.[work_item_id], j.[lease_id]
    FROM OPENJSON(@leases) WITH ([work_item_id] NVARCHAR(36) '$.work_item_id', [lease_id] NVARCHAR(36) '$.lease_id') AS j;
    UPDATE [ingest].[work_items] SET [lease_until] = @until
    OUTPUT inserted.[lease_id] INTO @held
    FROM @lease AS l
    WHERE [work_items].[work_item_id] = l.[work_item_id] COLLATE DATABASE_DEFAULT
        AND [work_items].[status] = N'in_progress' AND [work_items].[lease_id] = l.[lease_id] COLLATE DATABASE_DEFAULT;
    UPDATE [ingest].[sources] SET [slot_until] = @until
    WHERE [source_id] IN (SELECT s.[source_id] FROM [ingest].[sources] AS s
        WHERE s.[slot_lease_id] IN (SELECT l.[lease_id] COLLATE DATABASE_DEFAULT FROM @lease AS l))
        AND [slot_lease_id] IN (SELECT l.[lease_id] COLLATE DATABASE_DEFAULT FROM @lease AS l);
    UPDATE [ingest].[hosts] SET [slot_until] = @until
    WHERE [host] IN (SELECT h.[host] FROM [ingest].[hosts] AS h
        WHERE h.[slot_lease_id] IS NOT NULL AND h.[slot_lease_id] IN (SELECT l.[lease_id] COLLATE DATABASE_DEFAULT FROM @lease AS l))
        AND [slot_lease_id] IN (SELECT l.[lease_id] COLLATE DATABASE_DEFAULT FROM @lease AS l);
    SELECT [lease_id] FROM @held;
END
GO
-- Records that are kept and not current: nobody has decided of them (open), or they were discarded.
CREATE VIEW [ingest].[held_records] AS
SELECT r.[ingest_id], q.[quarantine_id], COALESCE(i.[decision], q.[decision], N'open') AS [state]
FROM [ingest].[quarantines] AS q
JOIN [ingest].[IngestRecords] AS r ON r.[source_name] = q.[source_name]
    AND r.[fetched_at_utc] >= q.[from_at] AND (q.[until_at] IS NULL OR r.[fetched_at_utc] <= q.[until_at])
LEFT JOIN [ingest].[quarantine_items] AS i
    ON i.[quarantine_id] = q.[quarantine_id] AND i.[work_item_id] = r.[work_item_id]
WHERE COALESCE(i.[decision], q.[decision], N'open') <> N'accepted';
GO
-- Looks at the next rows of a kind that are older than @older_than_min minutes, at most @portion, along the index in which they grow
-- old, and deletes those that may go. It passes over what anybody has locked, and a statement never touches enough
-- rows for a lock of the table. @at and @id say where to go on; null = nothing old is left behind. @log_wait is set, and
-- nothing done, while a replica or a backup keeps the log from being used again.
CREATE PROCEDURE [ingest].[purge_portion]
    @kind NVARCHAR(20),
    @source NVARCHAR(100),
    @older_than_min INT,
    @most_rows BIGINT,
    @portion INT,
    @after_at DATETIME2(7),
    @after_id NVARCHAR(200),
    @gone INT OUTPUT,
    @at DATETIME2(7) OUTPUT,
    @id NVARCHAR(200) OUTPUT,
    @log_wait NVARCHAR(60) OUTPUT
AS
BEGIN
    SET NOCOUNT ON;
    SELECT @gone = 0, @at = NULL, @id = NULL, @log_wait = NULL;
    IF @@VERSION LIKE N'Microsoft%'
    BEGIN
        SELECT @log_wait = [log_reuse_wait_desc] FROM sys.databases WHERE [database_id] = DB_ID()
            AND [log_reuse_wait_desc] IN (N'REPLICATION', N'DATABASE_MIRRORING', N'AVAILABILITY_REPLICA', N'ACTIVE_BACKUP_OR_RESTORE');
        IF @log_wait IS NOT NULL RETURN;
    END
    DECLARE @before DATETIME2(7) = DATEADD(minute, -@older_than_min, SYSUTCDATETIME());
    DECLARE @from DATETIME2(7) = COALESCE(@after_at, '0001-01-01T00:00:00'), @beyond NVARCHAR(200) = COALESCE(@after_id, N'');
    DECLARE @guid NVARCHAR(36) = COALESCE(@after_id, N'00000000-0000-0000-0000-000000000000');
    DECLARE @number BIGINT = 0, @looked INT, @newest BIGINT, @hash NVARCHAR(64);
    DECLARE @old TABLE ([place] INT NOT NULL PRIMARY KEY, [at] DATETIME2(7) NOT NULL, [id] NVARCHAR(200) NOT NULL);
    DECLARE @purged TABLE ([work_item_id] NVARCHAR(36) NOT NULL, [dedupe_key] NVARCHAR(850) COLLATE Latin1_General_100_BIN2 NOT NULL);
    DECLARE @records TABLE ([ingest_id] UNIQUEIDENTIFIER NOT NULL PRIMARY KEY);

    -- In the written order of locks, so that no kind goes against another.
    IF @kind = N'request keys'
    BEGIN
        INSERT INTO @old ([place], [at], [id])
        SELECT ROW_NUMBER() OVER (ORDER BY k.[created_at], k.[request_key]), k.[created_at], k.[request_key]
        FROM (SELECT TOP (@portion) [created_at], [request_key] FROM [ingest].[request_keys]
            WHERE [created_at] < @before AND [created_at] >= @from
                AND ([created_at] > @from OR [request_key] > @beyond COLLATE Latin1_General_100_BIN2)
            ORDER BY [created_at], [request_key]) AS k;
        DELETE FROM [ingest].[request_keys] WITH (ROWLOCK, READPAST, READCOMMITTEDLOCK)
        WHERE [request_key] IN (SELECT [id] COLLATE Latin1_General_100_BIN2 FROM @old) OPTION (MAXDOP 1);
        SET @gone = @@ROWCOUNT;
    END
    IF @kind = N'operations'
    BEGIN
        -- Ids grow with time; the outcomes of single items have gone before.
        INSERT INTO @old ([place], [at], [id])
        SELECT ROW_NUMBER() OVER (ORDER BY b.[bulk_action_id]), b.[created_at], b.[bulk_action_id]
        FROM (SELECT TOP (@portion) [bulk_action_id], [created_at] FROM [ingest].[bulk_actions]
            WHERE [bulk_action_id] > @beyond ORDER BY [bulk_action_id]) AS b
        WHERE b.[created_at] < @before;
        DELETE FROM [ingest].[bulk_actions] WITH (ROWLOCK, READPAST, READCOMMITTEDLOCK)
        WHERE [bulk_action_id] IN (SELECT [id] FROM @old) AND [finished_at] < @before AND NOT EXISTS (
            SELECT 1 FROM [ingest].[bulk_action_chunks] AS c WHERE c.[bulk_action_id] = [bulk_actions].[bulk_action_id]) OPTION (MAXDOP 1);
        SET @gone = @@ROWCOUNT;
    END
    IF @kind = N'items'
    BEGIN
        INSERT INTO @old ([place], [at], [id])
        SELECT ROW_NUMBER() OVER (ORDER BY w.[last_fetched_at], w.[work_item_id]), w.[last_fetched_at], w.[work_item_id]
        FROM (SELECT TOP (@portion) [last_fetched_at], [work_item_id] FROM [ingest].[work_items]
            WHERE [source_name] = @source AND [last_fetched_at] < @before AND [last_fetched_at] >= @from
                AND ([last_fetched_at] > @from OR [work_item_id] > @beyond)
            ORDER BY [last_fetched_at], [work_item_id]) AS w;
        DELETE FROM [ingest].[work_items] WITH (ROWLOCK, READPAST, READCOMMITTEDLOCK)
        OUTPUT deleted.[work_item_id], deleted.[dedupe_key] INTO @purged
        WHERE [work_item_id] IN (SELECT [id] COLLATE DATABASE_DEFAULT FROM @old)
            AND [status] IN (N'completed', N'skipped') AND [last_fetched_at] < @before OPTION (MAXDOP 1);
        SET @gone = (SELECT COUNT(*) FROM @purged);
    END
    IF @kind IN (N'records', N'versions')
    BEGIN
        INSERT INTO @old ([place], [at], [id])
        SELECT ROW_NUMBER() OVER (ORDER BY r.[fetched_at_utc], r.[ingest_id]), r.[fetched_at_utc], CAST(r.[ingest_id] AS NVARCHAR(36))
        FROM (SELECT TOP (@portion) [fetched_at_utc], [ingest_id] FROM [ingest].[IngestRecords]
            WHERE [source_name] = @source AND [fetched_at_utc] < @before AND [fetched_at_utc] >= @from
                AND ([fetched_at_utc] > @from OR [ingest_id] > CAST(@guid AS UNIQUEIDENTIFIER))
            ORDER BY [fetched_at_utc], [ingest_id]) AS r;
        -- Of a resource that has a newer record that is not held, when only older versions are to go.
        IF @kind = N'versions'
            DELETE FROM [ingest].[IngestRecords] WITH (ROWLOCK, READPAST, READCOMMITTEDLOCK)
            OUTPUT deleted.[ingest_id] INTO @records
            WHERE [ingest_id] IN (SELECT CAST([id] AS UNIQUEIDENTIFIER) FROM @old) AND EXISTS (
                SELECT 1 FROM [ingest].[IngestRecords] AS n
                WHERE n.[source_system] = [IngestRecords].[source_system] AND n.[source_name] = [IngestRecords].[source_name]
                    AND n.[resource_type] = [IngestRecords].[resource_type] AND n.[resource_id] = [IngestRecords].[resource_id]
                    AND n.[fetched_at_utc] > [IngestRecords].[fetched_at_utc]
                    AND NOT EXISTS (SELECT 1 FROM [ingest].[held_records] AS h WHERE h.[ingest_id] = n.[ingest_id])) OPTION (MAXDOP 1);
        ELSE
            DELETE FROM [ingest].[IngestRecords] WITH (ROWLOCK, READPAST, READCOMMITTEDLOCK)
            OUTPUT deleted.[ingest_id] INTO @records
            WHERE [ingest_id] IN (SELECT CAST([id] AS UNIQUEIDENTIFIER) FROM @old) OPTION (MAXDOP 1);
        SET @gone = @@ROWCOUNT;
        DELETE FROM [ingest].[record_bodies] WITH (ROWLOCK)
        WHERE [ingest_id] IN (SELECT [ingest_id] FROM @records) OPTION (MAXDOP 1);
    END
    IF @kind = N'bodies'
    BEGIN
        -- Of records that went by other ways: plain SQL, a month that was emptied. A body that is seen here was committed
        -- with its record, so one without a record has lost it.
        INSERT INTO @old ([place], [at], [id])
        SELECT ROW_NUMBER() OVER (ORDER BY b.[stored_at], b.[ingest_id]), b.[stored_at], CAST(b.[ingest_id] AS NVARCHAR(36))
        FROM (SELECT TOP (@portion) [stored_at], [ingest_id] FROM [ingest].[record_bodies]
            WHERE [stored_at] < @before AND [stored_at] >= @from
                AND ([stored_at] > @from OR [ingest_id] > CAST(@guid AS UNIQUEIDENTIFIER))
            ORDER BY [stored_at], [ingest_id]) AS b;
        DELETE FROM [ingest].[record_bodies] WITH (ROWLOCK, READPAST, READCOMMITTEDLOCK)
        WHERE [ingest_id] IN (SELECT CAST([id] AS UNIQUEIDENTIFIER) FROM @old) AND NOT EXISTS (
            SELECT 1 FROM [ingest].[IngestRecords] AS r WHERE r.[ingest_id] = [record_bodies].[ingest_id]) OPTION (MAXDOP 1);
        SET @gone = @@ROWCOUNT;
    END
    IF @kind = N'items'
        DELETE FROM [ingest].[seen_resources] WITH (ROWLOCK, READPAST, READCOMMITTEDLOCK)
            WHERE [resource_key] IN (SELECT [dedupe_key] FROM @purged) OPTION (MAXDOP 1);
    IF @kind = N'runs'
    BEGIN
        INSERT INTO @old ([place], [at], [id])
        SELECT ROW_NUMBER() OVER (ORDER BY r.[started_at], r.[run_id]), r.[started_at], CAST(r.[run_id] AS NVARCHAR(36))
        FROM (SELECT TOP (@portion) [started_at], [run_id] FROM [ingest].[ingest_runs]
            WHERE [started_at] < @before AND [started_at] >= @from
                AND ([started_at] > @from OR [run_id] > CAST(@guid AS UNIQUEIDENTIFIER))
            ORDER BY [started_at], [run_id]) AS r;
        DELETE FROM [ingest].[ingest_runs] WITH (ROWLOCK, READPAST, READCOMMITTEDLOCK)
        WHERE [run_id] IN (SELECT CAST([id] AS UNIQUEIDENTIFIER) FROM @old)
            AND [status] <> N'running' AND [phase] = N'ready' AND [completed_at] < @before OPTION (MAXDOP 1);
        SET @gone = @@ROWCOUNT;
    END
    IF @kind = N'items'
        DELETE FROM [ingest].[work_item_attempts] WITH (ROWLOCK, READPAST, READCOMMITTEDLOCK)
        WHERE [work_item_id] IN (SELECT [work_item_id] COLLATE DATABASE_DEFAULT FROM @purged) OPTION (MAXDOP 1);
    IF @kind = N'attempts'
    BEGIN
        INSERT INTO @old ([place], [at], [id])
        SELECT ROW_NUMBER() OVER (ORDER BY a.[finished_at], a.[attempt_id]), a.[finished_at], a.[attempt_id]
        FROM (SELECT TOP (@portion) [finished_at], [attempt_id] FROM [ingest].[work_item_attempts]
            WHERE [finished_at] < @before AND [finished_at] >= @from AND ([finished_at] > @from OR [attempt_id] > @beyond)
            ORDER BY [finished_at], [attempt_id]) AS a;
        DELETE FROM [ingest].[work_item_attempts] WITH (ROWLOCK, READPAST, READCOMMITTEDLOCK)
        WHERE EXISTS (SELECT 1 FROM @old AS o WHERE o.[at] = [work_item_attempts].[finished_at] AND o.[id] = [work_item_attempts].[attempt_id])
            AND [finished_at] >= (SELECT MIN([at]) FROM @old) AND [finished_at] <= (SELECT MAX([at]) FROM @old) OPTION (MAXDOP 1);
        SET @gone = @@ROWCOUNT;
    END
    IF @kind = N'items'
        DELETE FROM [ingest].[attempt_answers] WITH (ROWLOCK, READPAST, READCOMMITTEDLOCK)
        WHERE [work_item_id] IN (SELECT [work_item_id] COLLATE DATABASE_DEFAULT FROM @purged) OPTION (MAXDOP 1);
    IF @kind = N'answers'
    BEGIN
        INSERT INTO @old ([place], [at], [id])
        SELECT ROW_NUMBER() OVER (ORDER BY a.[answered_at], a.[attempt_id]), a.[answered_at], a.[attempt_id]
        FROM (SELECT TOP (@portion) [answered_at], [attempt_id] FROM [ingest].[attempt_answers]
            WHERE [answered_at] < @before AND [answered_at] >= @from AND ([answered_at] > @from OR [attempt_id] > @beyond)
            ORDER BY [answered_at], [attempt_id]) AS a;
        DELETE FROM [ingest].[attempt_answers] WITH (ROWLOCK, READPAST, READCOMMITTEDLOCK)
        WHERE EXISTS (SELECT 1 FROM @old AS o WHERE o.[at] = [attempt_answers].[answered_at] AND o.[id] = [attempt_answers].[attempt_id])
            AND [answered_at] >= (SELECT MIN([at]) FROM @old) AND [answered_at] <= (SELECT MAX([at]) FROM @old) OPTION (MAXDOP 1);
        SET @gone = @@ROWCOUNT;
    END
    IF @kind = N'audit'
    BEGIN
        -- The oldest links of the chain, up to the first that is not too old; what is not sealed yet stays.
        IF @after_id IS NOT NULL SET @number = CAST(@after_id AS BIGINT);
        INSERT INTO @old ([place], [at], [id])
        SELECT c.[position], c.[at], CAST(c.[position] AS NVARCHAR(20))
        FROM (SELECT TOP (@portion) [position], [at] FROM [ingest].[audit_chain] WHERE [position] > @number ORDER BY [position]) AS c;
        SET @newest = (SELECT MIN([place]) FROM @old WHERE [at] >= @before);
        IF @newest IS NOT NULL DELETE FROM @old WHERE [place] >= @newest;
        SET @number = (SELECT MAX([place]) FROM @old);
        SET @hash = (SELECT [hash] FROM [ingest].[audit_chain] WHERE [position] = @number);
        IF @hash IS NOT NULL
            INSERT INTO [ingest].[audit_anchors] ([position], [hash], [purged_at]) VALUES (@number, @hash, SYSUTCDATETIME());
        DELETE FROM [ingest].[audit_log] WITH (ROWLOCK)
        WHERE [audit_id] IN (SELECT [audit_id] FROM [ingest].[audit_chain] WHERE [position] <= @number) OPTION (MAXDOP 1);
        SET @gone = @@ROWCOUNT;
        DELETE FROM [ingest].[audit_chain] WITH (ROWLOCK) WHERE [position] <= @number OPTION (MAXDOP 1);
    END
    IF @kind = N'events'
    BEGIN
        IF @after_id IS NOT NULL SET @number = CAST(@after_id AS BIGINT);
        SET @newest = (SELECT MAX([event_id]) FROM [ingest].[events]);
        INSERT INTO @old ([place], [at], [id])
        SELECT ROW_NUMBER() OVER (ORDER BY e.[event_id]), e.[at], CAST(e.[event_id] AS NVARCHAR(20))
        FROM (SELECT TOP (@portion) [event_id], [at] FROM [ingest].[events] WHERE [event_id] > @number ORDER BY [event_id]) AS e
        WHERE e.[at] < @before OR e.[event_id] <= @newest - @most_rows;
        DELETE FROM [ingest].[events] WITH (ROWLOCK, READPAST, READCOMMITTEDLOCK)
        WHERE [event_id] IN (SELECT CAST([id] AS BIGINT) FROM @old) OPTION (MAXDOP 1);
        SET @gone = @@ROWCOUNT;
    END

    SET @looked = (SELECT COUNT(*) FROM @old);
    IF @looked = @portion
        SELECT @at = [at], @id = [id] FROM @old WHERE [place] = (SELECT MAX([place]) FROM @old);
END
GO
-- What workers do every hour, for a job: everything that the settings say is too old goes, portion by portion, each in a
-- transaction of its own, with a pause between, for at most @minutes. One row per kind and source: how many rows went.
-- An error (1105, 9002 and the like) ends it; while the log waits for a replica or a backup it does nothing.
CREATE PROCEDURE [ingest].[run_retention]
    @minutes INT = 60
AS
BEGIN
    SET NOCOUNT ON;
    SET XACT_ABORT ON;
    DECLARE @settings NVARCHAR(MAX) = COALESCE((SELECT [value] FROM [ingest].[app_settings] WHERE [name] = N'retention'), N'{}');
    DECLARE @until DATETIME2(3) = DATEADD(minute, @minutes, SYSUTCDATETIME());
    DECLARE @place INT = 1, @kind NVARCHAR(20), @source NVARCHAR(100), @older_than_min INT, @most_rows BIGINT, @portion_gone INT;
    DECLARE @at DATETIME2(7), @id NVARCHAR(200), @next_at DATETIME2(7), @next_id NVARCHAR(200), @log_wait NVARCHAR(60), @more INT;
    DECLARE @work TABLE ([place] INT NOT NULL PRIMARY KEY, [kind] NVARCHAR(20) NOT NULL, [source] NVARCHAR(100) COLLATE Latin1_General_100_BIN2 NULL,
        [days] INT NOT NULL, [most_rows] BIGINT NULL, [gone] BIGINT NOT NULL);
    DECLARE @kinds TABLE ([kind] NVARCHAR(20) NOT NULL, [days] INT NULL, [most_rows] BIGINT NULL);
    DECLARE @own TABLE ([source] NVARCHAR(100) COLLATE Latin1_General_100_BIN2 NOT NULL, [kind] NVARCHAR(20) NOT NULL, [days] INT NULL);
    INSERT INTO @kinds ([kind], [days], [most_rows]) VALUES
        (N'events', CAST(COALESCE(JSON_VALUE(@settings, '$.eventDays'), N'30') AS INT), 1000000),
        (N'answers', CAST(COALESCE(JSON_VALUE(@settings, '$.eventDays'), N'30') AS INT), NULL),
        (N'bodies', 1, NULL),
        (N'attempts', CAST(JSON_VALUE(@settings, '$.attemptDays') AS INT), NULL),
        (N'runs', CAST(JSON_VALUE(@settings, '$.runDays') AS INT), NULL),
        (N'audit', CAST(JSON_VALUE(@settings, '$.auditDays') AS INT), NULL),
        (N'operations', CAST(JSON_VALUE(@settings, '$.operationDays') AS INT), NULL),
        (N'request keys', 7, NULL);
    -- What a source has of its own counts, also that it keeps something for ever.
    INSERT INTO @own ([source], [kind], [days])
    SELECT CAST(s.[key] AS NVARCHAR(100)), CASE d.[key] WHEN N'recordDays' THEN N'records' WHEN N'versionDays' THEN N'versions' ELSE N'items' END,
        CAST(d.[value] AS INT)
    FROM OPENJSON(@settings, '$.sources') AS s CROSS APPLY OPENJSON(s.[value]) AS d;
    INSERT INTO @work ([place], [kind], [source], [days], [most_rows], [gone])
    SELECT ROW_NUMBER() OVER (ORDER BY w.[kind], w.[source]), w.[kind], w.[source], w.[days], w.[most_rows], 0
    FROM (
        SELECT [kind], NULL AS [source], [days], [most_rows] FROM @kinds
        UNION ALL
        SELECT k.[kind], n.[name], CASE WHEN o.[source] IS NULL THEN k.[days] ELSE o.[days] END, NULL
        FROM (SELECT [source_name] AS [name] FROM [ingest].[source_totals] UNION SELECT [source_name] FROM [ingest].[source_total_deltas]) AS n
        CROSS JOIN (
            SELECT N'records' AS [kind], CAST(JSON_VALUE(@settings, '$.recordDays') AS INT) AS [days]
            UNION ALL SELECT N'versions', CAST(JSON_VALUE(@settings, '$.versionDays') AS INT)
            UNION ALL SELECT N'items', CAST(JSON_VALUE(@settings, '$.itemDays') AS INT)
        ) AS k
        LEFT JOIN @own AS o ON o.[source] = n.[name] AND o.[kind] = k.[kind]
    ) AS w
    WHERE w.[days] IS NOT NULL;
    WHILE @place IS NOT NULL AND SYSUTCDATETIME() < @until AND @log_wait IS NULL
    BEGIN
        SELECT @kind = [kind], @source = [source], @older_than_min = [days] * 1440, @most_rows = [most_rows], @at = NULL, @id = NULL, @more = 1
        FROM @work WHERE [place] = @place;
        WHILE @more = 1 AND SYSUTCDATETIME() < @until
        BEGIN
            BEGIN TRANSACTION;
            EXEC [ingest].[purge_portion] @kind, @source, @older_than_min, @most_rows, 500, @at, @id,
                @portion_gone OUTPUT, @next_at OUTPUT, @next_id OUTPUT, @log_wait OUTPUT;
            COMMIT TRANSACTION;
            UPDATE @work SET [gone] = [gone] + @portion_gone WHERE [place] = @place;
            SELECT @at = @next_at, @id = @next_id, @more = CASE WHEN @next_id IS NULL THEN 0 ELSE 1 END;
            -- Others come first. Babelfish knows no WAITFOR.
            IF @more = 1 AND @@VERSION LIKE N'Microsoft%' EXEC(N'WAITFOR DELAY ''00:00:00.050''');
        END
        SET @place = (SELECT MIN([place]) FROM @work WHERE [place] > @place);
    END
    SELECT [kind], [source], [gone] FROM @work ORDER BY [place];
    IF @log_wait IS NOT NULL
        RAISERROR(N'Retention waits: the log is held by %s.', 10, 1, @log_wait);
END
GO
-- For tables that `pnpm db:partition` has divided by month: makes the partitions of the next @ahead months, and empties and
-- removes those that are wholly past their retention, where one age holds for all sources. With @dry_run = 1 it only says
-- so. Rows: the statements. A partition is emptied with a lock of the table for a moment, and hardly any log.
CREATE PROCEDURE [ingest].[slide_partitions]
    @ahead INT = 3,
    @dry_run BIT = 0
AS
BEGIN
    SET NOCOUNT ON;
    DECLARE @settings NVARCHAR(MAX) = COALESCE((SELECT [value] FROM [ingest].[app_settings] WHERE [name] = N'retention'), N'{}');
    DECLARE @now DATETIME2(3) = SYSUTCDATETIME(), @place INT = 1, @statement NVARCHAR(MAX);
    DECLARE @kept TABLE ([table] NVARCHAR(128) NOT NULL, [days] INT NULL);
    DECLARE @bound TABLE ([function] NVARCHAR(128) NOT NULL, [scheme] NVARCHAR(128) NOT NULL, [table] NVARCHAR(128) NOT NULL, [partition] INT NOT NULL, [upto] DATETIME2(7) NOT NULL);
    DECLARE @todo TABLE ([place] INT IDENTITY(1, 1) NOT NULL PRIMARY KEY, [statement] NVARCHAR(MAX) NOT NULL);
    INSERT INTO @kept ([table], [days]) VALUES
        (N'events', CAST(COALESCE(JSON_VALUE(@settings, '$.eventDays'), N'30') AS INT)),
        (N'work_item_attempts', CAST(JSON_VALUE(@settings, '$.attemptDays') AS INT)),
        -- A source that keeps its records longer keeps the partition.
        (N'IngestRecords', CASE WHEN EXISTS (
            SELECT 1 FROM OPENJSON(@settings, '$.sources') AS s CROSS APPLY OPENJSON(s.[value]) AS d WHERE d.[key] = N'recordDays'
        ) THEN NULL ELSE CAST(JSON_VALUE(@settings, '$.recordDays') AS INT) END);
    -- A partition ends at its upper boundary; the last one has none.
    INSERT INTO @bound ([function], [scheme], [table], [partition], [upto])
    SELECT f.[name], s.[name], t.[name], v.[boundary_id], CAST(v.[value] AS DATETIME2(7))
    FROM sys.tables AS t
    JOIN sys.indexes AS i ON i.[object_id] = t.[object_id] AND i.[index_id] IN (0, 1)
    JOIN sys.partition_schemes AS s ON s.[data_space_id] = i.[data_space_id]
    JOIN sys.partition_functions AS f ON f.[function_id] = s.[function_id]
    JOIN sys.partition_range_values AS v ON v.[function_id] = f.[function_id]
    WHERE t.[schema_id] = SCHEMA_ID(N'ingest');
    INSERT INTO @todo ([statement])
    SELECT CONCAT(N'ALTER PARTITION SCHEME ', QUOTENAME(b.[scheme]), N' NEXT USED [PRIMARY]; ALTER PARTITION FUNCTION ', QUOTENAME(b.[function]),
        N'() SPLIT RANGE (''', CONVERT(NVARCHAR(30), DATEADD(month, m.[months], b.[last]), 126), N''')')
    FROM (SELECT [function], [scheme], MAX([upto]) AS [last] FROM @bound GROUP BY [function], [scheme]) AS b
    CROSS JOIN (VALUES (1), (2), (3), (4), (5), (6), (7), (8), (9), (10), (11), (12)) AS m ([months])
    WHERE DATEADD(month, m.[months], b.[last]) <= DATEADD(month, @ahead, @now)
    ORDER BY b.[function], m.[months];
    -- The first partition stays, empty: the function needs a lowest boundary.
    INSERT INTO @todo ([statement])
    SELECT CONCAT(N'TRUNCATE TABLE [ingest].', QUOTENAME(b.[table]), N' WITH (PARTITIONS (', b.[partition], N'))')
    FROM @bound AS b JOIN @kept AS k ON k.[table] = b.[table]
    WHERE k.[days] IS NOT NULL AND b.[upto] <= DATEADD(day, -k.[days], @now)
    ORDER BY b.[table], b.[partition];
    INSERT INTO @todo ([statement])
    SELECT CONCAT(N'ALTER PARTITION FUNCTION ', QUOTENAME(b.[function]), N'() MERGE RANGE (''', CONVERT(NVARCHAR(30), b.[upto], 126), N''')')
    FROM @bound AS b JOIN @kept AS k ON k.[table] = b.[table]
    WHERE k.[days] IS NOT NULL AND b.[upto] <= DATEADD(day, -k.[days], @now) AND b.[partition] > 1
    ORDER BY b.[table], b.[partition];
    WHILE @dry_run = 0 AND EXISTS (SELECT 1 FROM @todo WHERE [place] = @place)
    BEGIN
        SET @statement = (SELECT [statement] FROM @todo WHERE [place] = @place);
        EXEC(@statement);
        SET @place = @place + 1;
    END
    SELECT [statement] FROM @todo ORDER BY [place];
END
GO
-- Claims what this deployment may ask for now: at most @requests requests, of them @slots under the slot of a source or
-- host, and @items items. Only enabled sources that are not paused, no run that rests, no host that is to be left
-- alone. @claim is as in claim_items. @batches says how many items one request can ask for together: a JSON array of
-- {"system", "type", "size"}, where no system or type is any; the first that fits counts. @without names sources of which
-- nothing is wanted, {"system", "name"} each: whoever claims has enough of them in hand.
--
-- It goes from unit to unit: a source with a rate is one request under its slot and that of the host; so is a host with
-- a pace; a host with a limit has as many as it takes. Limited hosts are looked up by themselves, so that free items in
-- front of theirs do not leave them idle. The free items are claimed in between, half of the requests at least. Each
-- unit is a transaction of its own, none waits: rows that somebody else has locked are passed over, slots as well.
-- Result: the items, and one row of retry_in_ms alone: until something may become claimable, null when nothing waits.
-- While everything is stopped (`stops`) there are no items.
CREATE PROCEDURE [ingest].[claim_politely]
    @claim NVARCHAR(36),
    @owner NVARCHAR(100),
    @lease_ms INT,
    @requests INT,
    @slots INT,
    @items INT,
    @batches NVARCHAR(MAX),
    @without NVARCHAR(MAX) = N'[]'
AS
BEGIN
    SET NOCOUNT ON;
    SET XACT_ABORT ON;
    DECLARE @now DATETIME2(3) = SYSUTCDATETIME();
    DECLARE @until DATETIME2(3) = DATEADD(millisecond, @lease_ms, @now);
    DECLARE @prefix NVARCHAR(32) = LEFT(@claim, 32);
    -- Another worker's request is in flight: it may end at any moment.
    DECLARE @poll_ms BIGINT = 250;
    DECLARE @asked INT = 0, @slotted INT = 0, @taken INT = 0, @at INT = 0, @rounds INT = 0, @quota INT;
    DECLARE @want INT, @ahead INT, @looked INT, @found INT, @room INT, @size INT;
    DECLARE @limited TINYINT = 0, @shut TINYINT = 0, @judged TINYINT = 0, @crowded TINYINT = 0, @free TINYINT = 0, @need INT = -1;
    DECLARE @retry_ms BIGINT, @ms BIGINT;
    -- The unit at hand; none are the free items. @place: its source, 0 = all without a rate.
    DECLARE @unit INT, @place INT, @host NVARCHAR(300), @type NVARCHAR(100), @rate_ms INT, @pace_ms INT, @delay_ms INT, @lease NVARCHAR(36);
    DECLARE @last INT, @last_at DATETIME2(7), @last_id NVARCHAR(36);
    DECLARE @next INT, @run NVARCHAR(36), @next_run NVARCHAR(36), @lane NVARCHAR(300), @next_lane NVARCHAR(300);
    DECLARE @source TABLE ([place] INT NOT NULL PRIMARY KEY, [source_id] NVARCHAR(36) NOT NULL,
        [system] NVARCHAR(100) COLLATE Latin1_General_100_BIN2 NOT NULL, [name] NVARCHAR(100) COLLATE Latin1_General_100_BIN2 NOT NULL,
        [rate_ms] INT NOT NULL, [wait_ms] BIGINT NOT NULL, [opened_at] DATETIME2(3) NOT NULL, [paired] TINYINT NOT NULL);
    DECLARE @resting TABLE ([run_id] NVARCHAR(36) COLLATE Latin1_General_100_BIN2 NOT NULL PRIMARY KEY);
    DECLARE @full TABLE ([host] NVARCHAR(300) COLLATE Latin1_General_100_BIN2 NOT NULL PRIMARY KEY);
    -- Runs at work that sources have ready items of.
    DECLARE @pair TABLE ([place] INT NOT NULL, [run_id] NVARCHAR(36) COLLATE Latin1_General_100_BIN2 NOT NULL, PRIMARY KEY ([place], [run_id]));
    DECLARE @units TABLE ([unit] INT NOT NULL PRIMARY KEY, [opened_at] DATETIME2(3) NOT NULL, [place] INT NOT NULL,
        [host] NVARCHAR(300) COLLATE Latin1_General_100_BIN2 NULL, [type] NVARCHAR(100) COLLATE Latin1_General_100_BIN2 NULL);
    DECLARE @open TABLE ([place] INT NOT NULL, [run_id] NVARCHAR(36) COLLATE Latin1_General_100_BIN2 NOT NULL,
        [host] NVARCHAR(300) COLLATE Latin1_General_100_BIN2 NOT NULL, PRIMARY KEY ([place], [run_id], [host]));
    DECLARE @look TABLE ([work_item_id] NVARCHAR(36) NOT NULL PRIMARY KEY, [position] INT NOT NULL,
        [host] NVARCHAR(300) COLLATE Latin1_General_100_BIN2 NOT NULL, [type] NVARCHAR(100) COLLATE Latin1_General_100_BIN2 NOT NULL);
    DECLARE @claimed TABLE ([work_item_id] NVARCHAR(36) NOT NULL PRIMARY KEY, [lease_id] NVARCHAR(36) NOT NULL, [under_slot] INT NOT NULL);
    -- Everything is stopped: it may go on at any moment.
    IF EXISTS (SELECT 1 FROM [ingest].[stops] WHERE [ended_at] IS NULL AND COALESCE([until], '9999-12-31T00:00:00') > @now)
    BEGIN
        SELECT CAST(1000 AS FLOAT) AS [retry_in_ms];
        RETURN;
    END
    EXEC [ingest].[promote_due];

    INSERT INTO @source ([place], [source_id], [system], [name], [rate_ms], [wait_ms], [opened_at], [paired])
    SELECT ROW_NUMBER() OVER (ORDER BY s.[next_slot_at], s.[source_id]), s.[source_id], s.[source_type], s.[name], s.[rate_delay_ms],
        COALESCE(DATEDIFF_BIG(millisecond, @now, s.[next_slot_at]), 0), COALESCE(s.[next_slot_at], '1900-01-01T00:00:00'), 0
    FROM [ingest].[sources] AS s
    WHERE s.[enabled] = 1 AND s.[paused_at] IS NULL AND s.[deleted_at] IS NULL AND EXISTS (
        SELECT 1 FROM [ingest].[ready_items] AS r
        WHERE r.[source_system] = s.[source_type] COLLATE Latin1_General_100_BIN2 AND r.[source_name] = s.[name] COLLATE Latin1_General_100_BIN2)
        AND NOT EXISTS (
            SELECT 1 FROM OPENJSON(@without) WITH ([system] NVARCHAR(100) '$.system', [name] NVARCHAR(100) '$.name') AS x
            WHERE x.[system] = s.[source_type] COLLATE Latin1_General_100_BIN2 AND x.[name] = s.[name] COLLATE Latin1_General_100_BIN2);
    IF @@ROWCOUNT > 0
    BEGIN
        UPDATE @source SET [wait_ms] = @poll_ms
        WHERE [wait_ms] < @poll_ms AND [rate_ms] > 0 AND [source_id] IN (
            SELECT s.[source_id] FROM [ingest].[sources] AS s WHERE s.[slot_lease_id] IS NOT NULL AND s.[slot_until] > @now);
        SET @retry_ms = (SELECT MIN([wait_ms]) FROM @source WHERE [rate_ms] > 0 AND [wait_ms] > 0);
        IF EXISTS (SELECT 1 FROM @source WHERE [rate_ms] = 0) SET @free = 1;
        INSERT INTO @resting ([run_id])
        SELECT LOWER(CAST([run_id] AS NVARCHAR(36))) FROM [ingest].[current_runs]
        WHERE [status] = N'running' AND CASE WHEN [paused_at] IS NOT NULL THEN 1 WHEN [deadline_at] <= @now THEN 1
            WHEN [requests_sent] >= [max_requests] THEN 1 ELSE 0 END = 1
        UNION
        SELECT LOWER(CAST([run_id] AS NVARCHAR(36))) FROM [ingest].[ingest_runs] WHERE [phase] <> N'ready' AND [phase] = N'ending';
        IF EXISTS (SELECT 1 FROM [ingest].[hosts] WHERE [pace_ms] > 0) SET @limited = 1;
        IF EXISTS (SELECT 1 FROM [ingest].[hosts] WHERE [concurrency] IS NOT NULL)
        BEGIN
            SET @limited = 1;
            INSERT INTO @full ([host])
            SELECT h.[host] FROM [ingest].[hosts] AS h
            WHERE h.[concurrency] IS NOT NULL AND h.[concurrency] <= (
                SELECT COUNT(*) FROM [ingest].[work_items] AS w
                WHERE w.[status] = N'in_progress' AND w.[host] = h.[host] COLLATE DATABASE_DEFAULT);
        END
        IF @limited = 1 OR EXISTS (SELECT 1 FROM [ingest].[hosts] WHERE [blocked_until] > @now) SET @shut = 1;
        IF @limited = 1 AND @free = 1 SET @need = 0;
        INSERT INTO @units ([unit], [opened_at], [place])
        SELECT [place], [opened_at], [place] FROM @source WHERE [rate_ms] > 0 AND [wait_ms] <= 0;
    END
    ELSE SET @requests = 0;
    SET @quota = CASE WHEN @free = 1 THEN (@requests + 1) / 2 ELSE @requests END;

    -- Places in the list of leases end at 9999.
    WHILE @asked < @requests AND @taken < @items AND @at < 9000
    BEGIN
        IF @need >= 0
        BEGIN
            -- From one run of a source to the next: one look into the index of lanes for each.
            SET @next = (SELECT MIN([place]) FROM @source WHERE [paired] = 0 AND CASE WHEN [place] = @need THEN 1 WHEN @need = 0 AND [rate_ms] = 0 THEN 1 ELSE 0 END = 1);
            WHILE @next IS NOT NULL
            BEGIN
                SET @run = NULL;
                SELECT TOP (1) @run = r.[run_id] FROM @source AS s JOIN [ingest].[ready_items] AS r WITH (READPAST, READCOMMITTEDLOCK)
                    ON r.[source_system] = s.[system] AND r.[source_name] = s.[name]
                WHERE s.[place] = @next ORDER BY r.[run_id];
                WHILE @run IS NOT NULL
                BEGIN
                    IF NOT EXISTS (SELECT 1 FROM @resting WHERE [run_id] = @run) INSERT INTO @pair ([place], [run_id]) VALUES (@next, @run);
                    SET @next_run = NULL;
                    SELECT TOP (1) @next_run = r.[run_id] FROM @source AS s JOIN [ingest].[ready_items] AS r WITH (READPAST, READCOMMITTEDLOCK)
                        ON r.[source_system] = s.[system] AND r.[source_name] = s.[name]
                    WHERE s.[place] = @next AND r.[run_id] > @run ORDER BY r.[run_id];
                    SET @run = @next_run;
                END
                UPDATE @source SET [paired] = 1 WHERE [place] = @next;
                SET @next = (SELECT MIN([place]) FROM @source WHERE [paired] = 0 AND CASE WHEN [place] = @need THEN 1 WHEN @need = 0 AND [rate_ms] = 0 THEN 1 ELSE 0 END = 1);
            END
            -- Limited hosts that may be asked, each with its first item: those asked last, of very many.
            IF @need = 0 AND @limited = 1
            BEGIN
                INSERT INTO @units ([unit], [opened_at], [place], [host], [type])
                SELECT 1000000 + ROW_NUMBER() OVER (ORDER BY h.[host]), COALESCE(h.[next_slot_at], '1900-01-01T00:00:00'), f.[place], h.[host], f.[resource_type]
                FROM (
                    SELECT TOP (500) o.[host], o.[next_slot_at] FROM (
                        SELECT [host], [next_slot_at], [blocked_until], CASE WHEN [slot_lease_id] IS NOT NULL THEN [slot_until] END AS [held_until]
                        FROM [ingest].[hosts] WHERE [pace_ms] > 0
                        UNION ALL
                        SELECT [host], NULL, [blocked_until], NULL FROM [ingest].[hosts] WHERE [concurrency] IS NOT NULL AND [pace_ms] = 0
                    ) AS o
                    WHERE COALESCE(o.[blocked_until], @now) <= @now AND COALESCE(o.[next_slot_at], @now) <= @now AND COALESCE(o.[held_until], @now) <= @now
                    ORDER BY o.[next_slot_at] DESC, o.[host]
                ) AS h CROSS APPLY (
                    SELECT TOP (1) p.[place], w.[resource_type] FROM @pair AS p
                    JOIN @source AS s ON s.[place] = p.[place] AND s.[rate_ms] = 0 CROSS APPLY (
                        SELECT TOP (1) r.[priority], r.[created_at], r.[work_item_id], r.[resource_type]
                        FROM [ingest].[ready_items] AS r WITH (READPAST, READCOMMITTEDLOCK)
                        WHERE r.[source_system] = s.[system] AND r.[source_name] = s.[name] AND r.[run_id] = p.[run_id] AND r.[host] = h.[host]
                        ORDER BY r.[priority], r.[created_at], r.[work_item_id]
                    ) AS w
                    ORDER BY w.[priority], w.[created_at], w.[work_item_id]
                ) AS f
                WHERE NOT EXISTS (SELECT 1 FROM @full AS x WHERE x.[host] = h.[host]);
                SET @limited = 2;
            END
            SET @need = -1;
        END
        SET @unit = NULL;
        IF @asked < @quota AND @slotted < @slots
            SELECT TOP (1) @unit = u.[unit], @place = u.[place], @host = u.[host], @type = u.[type], @rate_ms = s.[rate_ms]
            FROM @units AS u JOIN @source AS s ON s.[place] = u.[place] ORDER BY u.[opened_at], u.[unit];
        IF @unit IS NULL AND @free <> 1
        BEGIN
            IF @quota = @requests OR @slotted >= @slots BREAK;
            SET @quota = @requests;
            CONTINUE;
        END
        IF @unit IS NULL
        BEGIN
            SET @place = 0;
            SET @host = NULL;
        END

        IF @host IS NULL
        BEGIN
            SET @want = CASE WHEN @place > 0 THEN 1 WHEN @requests - @asked < @items - @taken THEN @requests - @asked ELSE @items - @taken END;
            SET @ahead = 64 + 2 * @want;
            SET @judged = CASE WHEN @place > 0 THEN 1 ELSE @shut END;
            -- What was passed over in the round before stays known.
            IF @rounds = 0 DELETE FROM @look;
            INSERT INTO @look ([work_item_id], [position], [host], [type])
            SELECT TOP (@want) w.[work_item_id], @at + ROW_NUMBER() OVER (ORDER BY w.[priority], w.[created_at], w.[work_item_id]), w.[host], w.[resource_type]
            FROM @source AS s CROSS APPLY (
                SELECT TOP (@ahead) r.[work_item_id], r.[priority], r.[created_at], r.[run_id], r.[host], r.[resource_type]
                FROM [ingest].[ready_items] AS r WITH (READPAST, READCOMMITTEDLOCK)
                WHERE r.[source_system] = s.[system] AND r.[source_name] = s.[name]
                ORDER BY r.[priority], r.[created_at], r.[work_item_id]
            ) AS w
            WHERE CASE WHEN s.[place] = @place THEN 1 WHEN @place = 0 AND s.[rate_ms] = 0 THEN 1 ELSE 0 END = 1
                AND NOT EXISTS (SELECT 1 FROM @look AS t WHERE t.[work_item_id] = w.[work_item_id] COLLATE DATABASE_DEFAULT)
                AND NOT EXISTS (SELECT 1 FROM @resting AS x WHERE x.[run_id] = w.[run_id])
                AND NOT EXISTS (SELECT 1 FROM @full AS x WHERE x.[host] = w.[host])
                AND (@judged = 0 OR NOT EXISTS (
                    SELECT 1 FROM [ingest].[hosts] AS h
                    WHERE h.[host] = w.[host] AND CASE WHEN h.[blocked_until] > @now THEN 1
                        WHEN @place = 0 THEN CASE WHEN h.[pace_ms] > 0 THEN 1 WHEN h.[concurrency] IS NOT NULL THEN 1 ELSE 0 END
                        WHEN h.[next_slot_at] > @now THEN 1 WHEN h.[slot_lease_id] IS NOT NULL AND h.[slot_until] > @now THEN 1 ELSE 0 END = 1))
            ORDER BY w.[priority], w.[created_at], w.[work_item_id];
            SET @looked = @@ROWCOUNT;
            -- Where the head of a source is a crowd that may not be asked, what stands behind it may come before what was
            -- found: it goes from lane to lane then, and asks for each once.
            SET @last = NULL;
            IF @looked = @want
                SELECT TOP (1) @last = r.[priority], @last_at = r.[created_at], @last_id = r.[work_item_id]
                FROM @look AS l JOIN [ingest].[ready_items] AS r WITH (READPAST, READCOMMITTEDLOCK) ON r.[work_item_id] = l.[work_item_id] COLLATE DATABASE_DEFAULT
                WHERE l.[position] = @at + @want;
            SET @crowded = 0;
            IF @judged = 1 OR EXISTS (SELECT 1 FROM @resting)
                SELECT TOP (1) @crowded = 1
                FROM @source AS s CROSS APPLY (
                    SELECT r.[priority], r.[created_at], r.[work_item_id]
                    FROM [ingest].[ready_items] AS r WITH (READPAST, READCOMMITTEDLOCK)
                    WHERE r.[source_system] = s.[system] AND r.[source_name] = s.[name]
                    ORDER BY r.[priority], r.[created_at], r.[work_item_id] OFFSET @ahead - 1 ROWS FETCH NEXT 1 ROWS ONLY
                ) AS k
                WHERE CASE WHEN s.[place] = @place THEN 1 WHEN @place = 0 AND s.[rate_ms] = 0 THEN 1 ELSE 0 END = 1
                    AND CASE WHEN @last IS NULL THEN 1 WHEN k.[priority] < @last THEN 1 WHEN k.[priority] > @last THEN 0
                        WHEN k.[created_at] < @last_at THEN 1 WHEN k.[created_at] > @last_at THEN 0
                        WHEN k.[work_item_id] < @last_id THEN 1 ELSE 0 END = 1;
            IF @crowded = 1
            BEGIN
                IF EXISTS (SELECT 1 FROM @source AS s WHERE CASE WHEN s.[place] = @place THEN 1 WHEN @place = 0 AND s.[rate_ms] = 0 THEN 1 ELSE 0 END = 1 AND s.[paired] = 0)
                BEGIN
                    DELETE FROM @look WHERE [position] > @at;
                    SET @need = @place;
                    CONTINUE;
                END
                DELETE FROM @open;
                SET @next = (SELECT MIN(p.[place]) FROM @pair AS p JOIN @source AS s ON s.[place] = p.[place] WHERE CASE WHEN s.[place] = @place THEN 1 WHEN @place = 0 AND s.[rate_ms] = 0 THEN 1 ELSE 0 END = 1);
                WHILE @next IS NOT NULL
                BEGIN
                    SET @run = (SELECT MIN([run_id]) FROM @pair WHERE [place] = @next);
                    WHILE @run IS NOT NULL
                    BEGIN
                        SET @next_lane = NULL;
                        SELECT TOP (1) @next_lane = r.[host] FROM @source AS s JOIN [ingest].[ready_items] AS r WITH (READPAST, READCOMMITTEDLOCK)
                            ON r.[source_system] = s.[system] AND r.[source_name] = s.[name]
                        WHERE s.[place] = @next AND r.[run_id] = @run ORDER BY r.[host];
                        WHILE @next_lane IS NOT NULL
                        BEGIN
                            SET @lane = @next_lane;
                            IF NOT EXISTS (SELECT 1 FROM @full WHERE [host] = @lane) AND NOT EXISTS (
                                SELECT 1 FROM [ingest].[hosts] AS h
                                WHERE h.[host] = @lane AND CASE WHEN h.[blocked_until] > @now THEN 1
                                    WHEN @place = 0 THEN CASE WHEN h.[pace_ms] > 0 THEN 1 WHEN h.[concurrency] IS NOT NULL THEN 1 ELSE 0 END
                                    WHEN h.[next_slot_at] > @now THEN 1 WHEN h.[slot_lease_id] IS NOT NULL AND h.[slot_until] > @now THEN 1 ELSE 0 END = 1)
                                INSERT INTO @open ([place], [run_id], [host]) VALUES (@next, @run, @lane);
                            SET @next_lane = NULL;
                            SELECT TOP (1) @next_lane = r.[host] FROM @source AS s JOIN [ingest].[ready_items] AS r WITH (READPAST, READCOMMITTEDLOCK)
                                ON r.[source_system] = s.[system] AND r.[source_name] = s.[name]
                            WHERE s.[place] = @next AND r.[run_id] = @run AND r.[host] > @lane ORDER BY r.[host];
                        END
                        SET @run = (SELECT MIN([run_id]) FROM @pair WHERE [place] = @next AND [run_id] > @run);
                    END
                    SET @next = (SELECT MIN(p.[place]) FROM @pair AS p JOIN @source AS s ON s.[place] = p.[place]
                        WHERE CASE WHEN s.[place] = @place THEN 1 WHEN @place = 0 AND s.[rate_ms] = 0 THEN 1 ELSE 0 END = 1 AND p.[place] > @next);
                END
                DELETE FROM @look WHERE [position] > @at;
                INSERT INTO @look ([work_item_id], [position], [host], [type])
                SELECT TOP (@want) w.[work_item_id], @at + ROW_NUMBER() OVER (ORDER BY w.[priority], w.[created_at], w.[work_item_id]), o.[host], w.[resource_type]
                FROM @open AS o JOIN @source AS s ON s.[place] = o.[place] CROSS APPLY (
                    SELECT TOP (@ahead) r.[work_item_id], r.[priority], r.[created_at], r.[resource_type]
                    FROM [ingest].[ready_items] AS r WITH (READPAST, READCOMMITTEDLOCK)
                    WHERE r.[source_system] = s.[system] AND r.[source_name] = s.[name] AND r.[run_id] = o.[run_id] AND r.[host] = o.[host]
                    ORDER BY r.[priority], r.[created_at], r.[work_item_id]
                ) AS w
                WHERE NOT EXISTS (SELECT 1 FROM @look AS t WHERE t.[work_item_id] = w.[work_item_id] COLLATE DATABASE_DEFAULT)
                ORDER BY w.[priority], w.[created_at], w.[work_item_id];
                SET @looked = @@ROWCOUNT;
            END
            SELECT TOP (1) @host = [host], @type = [type] FROM @look WHERE [position] > @at AND @place > 0 ORDER BY [position];
        END
        ELSE SET @looked = 1;

        SET @room = @looked;
        SET @delay_ms = 0;
        IF @unit IS NOT NULL AND @looked > 0
        BEGIN
            SET @pace_ms = 0;
            SELECT @pace_ms = [pace_ms] FROM [ingest].[hosts] WHERE [host] = @host;
            SET @delay_ms = CASE WHEN @pace_ms > @rate_ms THEN @pace_ms ELSE @rate_ms END;
            -- A distance is kept between requests, so one takes as much as it can; a limit is one of items.
            SET @size = 1;
            IF @delay_ms = 0
                SET @size = CASE WHEN @requests - @asked < @slots - @slotted THEN @requests - @asked ELSE @slots - @slotted END;
            ELSE
                SELECT TOP (1) @size = b.[size]
                FROM OPENJSON(@batches) WITH ([system] NVARCHAR(100) '$.system', [type] NVARCHAR(100) '$.type', [size] INT '$.size') AS b, @source AS s
                WHERE s.[place] = @place AND COALESCE(b.[system] COLLATE Latin1_General_100_BIN2, s.[system]) = s.[system]
                    AND COALESCE(b.[type], @type) = @type COLLATE Latin1_General_100_BIN2
                ORDER BY CASE WHEN b.[system] IS NULL THEN 1 ELSE 0 END, CASE WHEN b.[type] IS NULL THEN 1 ELSE 0 END;
            IF @size > @items - @taken SET @size = @items - @taken;
            IF @size > 500 SET @size = 500;
            IF @size > 1 OR @unit > 1000000
            BEGIN
                IF EXISTS (SELECT 1 FROM @source WHERE [place] = @place AND [paired] = 0)
                BEGIN
                    SET @need = @place;
                    CONTINUE;
                END
                SET @ahead = 64 + 2 * @size;
                DELETE FROM @look;
                INSERT INTO @look ([work_item_id], [position], [host], [type])
                SELECT TOP (@size) w.[work_item_id], @at + ROW_NUMBER() OVER (ORDER BY w.[priority], w.[created_at], w.[work_item_id]), @host, w.[resource_type]
                FROM @pair AS p JOIN @source AS s ON s.[place] = p.[place] CROSS APPLY (
                    SELECT TOP (@ahead) r.[work_item_id], r.[priority], r.[created_at], r.[resource_type]
                    FROM [ingest].[ready_items] AS r WITH (READPAST, READCOMMITTEDLOCK)
                    WHERE r.[source_system] = s.[system] AND r.[source_name] = s.[name] AND r.[run_id] = p.[run_id] AND r.[host] = @host
                    ORDER BY r.[priority], r.[created_at], r.[work_item_id]
                ) AS w
                WHERE CASE WHEN @delay_ms = 0 THEN CASE WHEN s.[rate_ms] = 0 THEN 1 ELSE 0 END
                    WHEN p.[place] = @place AND w.[resource_type] = @type THEN 1 ELSE 0 END = 1
                ORDER BY w.[priority], w.[created_at], w.[work_item_id];
                SET @looked = @@ROWCOUNT;
            END
            SET @room = @looked;
            SET @lease = @prefix + RIGHT(N'000' + CAST(@at + 1 AS NVARCHAR(4)), 4);
            -- The first request ever to a host makes its row.
            IF @looked > 0 AND @host <> N'' AND NOT EXISTS (SELECT 1 FROM [ingest].[hosts] WHERE [host] = @host)
            BEGIN TRY
                INSERT INTO [ingest].[hosts] ([host], [updated_at]) VALUES (@host, @now);
            END TRY
            BEGIN CATCH
                IF ERROR_NUMBER() NOT IN (2601, 2627) THROW;
            END CATCH
            IF @looked > 0
            BEGIN
                BEGIN TRANSACTION;
                IF @rate_ms > 0
                BEGIN
                    UPDATE [ingest].[sources] WITH (ROWLOCK, READPAST, READCOMMITTEDLOCK)
                    SET [slot_lease_id] = @lease, [slot_until] = @until, [next_slot_at] = DATEADD(millisecond, @rate_ms, @now)
                    WHERE [source_id] = (SELECT [source_id] FROM @source WHERE [place] = @place)
                        AND [enabled] = 1 AND [paused_at] IS NULL AND [deleted_at] IS NULL
                        AND COALESCE([next_slot_at], @now) <= @now
                        AND CASE WHEN [slot_lease_id] IS NULL THEN 1 WHEN [slot_until] > @now THEN 0 ELSE 1 END = 1;
                    IF @@ROWCOUNT = 0 SET @room = 0;
                END
                IF @room > 0 AND @host <> N''
                BEGIN
                    UPDATE [ingest].[hosts] WITH (ROWLOCK, READPAST, READCOMMITTEDLOCK)
                    SET [slot_lease_id] = CASE WHEN @delay_ms > 0 THEN @lease ELSE [slot_lease_id] END,
                        [slot_until] = CASE WHEN @delay_ms > 0 THEN @until ELSE [slot_until] END,
                        [next_slot_at] = CASE WHEN @delay_ms > 0 THEN DATEADD(millisecond, @delay_ms, @now) ELSE [next_slot_at] END
                    WHERE [host] = @host AND COALESCE([blocked_until], @now) <= @now
                        AND CASE WHEN @delay_ms = 0 THEN 1 WHEN [next_slot_at] > @now THEN 0 WHEN [slot_lease_id] IS NULL THEN 1
                            WHEN [slot_until] > @now THEN 0 ELSE 1 END = 1;
                    IF @@ROWCOUNT = 0 SET @room = 0;
                    -- Claims of one host are counted one after the other: the host's row is this one's now.
                    IF @room > 0
                        SELECT @room = CASE WHEN h.[concurrency] - c.[n] < 0 THEN 0 WHEN h.[concurrency] - c.[n] < @room THEN h.[concurrency] - c.[n] ELSE @room END
                        FROM [ingest].[hosts] AS h CROSS APPLY (
                            SELECT COUNT(*) AS [n] FROM [ingest].[work_items] AS w
                            WHERE w.[status] = N'in_progress' AND w.[host] = h.[host] COLLATE DATABASE_DEFAULT) AS c
                        WHERE h.[host] = @host AND h.[concurrency] IS NOT NULL AND @delay_ms = 0;
                END
            END
        END
        IF @unit IS NOT NULL DELETE FROM @units WHERE [unit] = @unit;

        SET @found = 0;
        IF @room > 0
        BEGIN
            UPDATE [ingest].[work_items] WITH (ROWLOCK, READPAST, READCOMMITTEDLOCK)
            SET [status] = N'in_progress', [attempt] = [attempt] + 1, [wait_reason] = NULL,
                [lease_id] = @prefix + RIGHT(N'000' + CAST(l.[position] AS NVARCHAR(4)), 4),
                [lease_owner] = @owner, [claimed_at] = @now, [updated_at] = @now, [lease_until] = @until
            OUTPUT inserted.[work_item_id], inserted.[lease_id], CASE WHEN @unit IS NULL THEN 0 ELSE 1 END INTO @claimed
            FROM @look AS l CROSS APPLY (
                SELECT TOP (1) w.[work_item_id] FROM [ingest].[work_items] AS w WHERE w.[work_item_id] = l.[work_item_id] COLLATE DATABASE_DEFAULT) AS k
            WHERE l.[position] > @at AND l.[position] <= @at + @room AND [work_items].[work_item_id] = k.[work_item_id]
                AND CASE WHEN [work_items].[status] = N'pending' AND [work_items].[wait_reason] IS NULL THEN 1 ELSE 0 END = 1;
            SET @found = @@ROWCOUNT;
        END
        IF @@TRANCOUNT > 0
        BEGIN
            -- The slot is the first item's: when somebody holds that, everything is as it was.
            IF @found > 0 AND (@delay_ms = 0 OR EXISTS (SELECT 1 FROM @claimed WHERE [lease_id] = @lease))
            BEGIN
                COMMIT TRANSACTION;
                SET @slotted = @slotted + CASE WHEN @delay_ms > 0 THEN 1 ELSE @found END;
                SET @ms = @delay_ms;
            END
            ELSE
            BEGIN
                ROLLBACK TRANSACTION;
                DELETE FROM @claimed WHERE [lease_id] >= @lease;
                SET @found = 0;
                SET @ms = @poll_ms;
            END
            IF @ms > 0 AND (@retry_ms IS NULL OR @ms < @retry_ms) SET @retry_ms = @ms;
        END
        SET @taken = @taken + @found;
        SET @asked = @asked + CASE WHEN @delay_ms > 0 AND @found > 0 THEN 1 ELSE @found END;
        SET @at = @at + @looked;
        IF @unit IS NULL
        BEGIN
            -- Others were faster: what stands behind it is looked at.
            SET @rounds = @rounds + 1;
            IF @found = @looked OR @rounds = 8
            BEGIN
                SET @free = 2;
                SET @rounds = 0;
            END
        END
    END

    IF @asked >= @requests AND @requests > 0 SET @retry_ms = 0;
    ELSE
    BEGIN
        SET @ms = (SELECT MIN(DATEDIFF_BIG(millisecond, @now, [blocked_until])) FROM [ingest].[hosts] WHERE [blocked_until] > @now);
        IF @retry_ms IS NULL OR @ms < @retry_ms SET @retry_ms = @ms;
        -- What was claimed knows its own distances.
        IF @taken = 0
        BEGIN
            SET @ms = NULL;
            SELECT TOP (1) @ms = DATEDIFF_BIG(millisecond, @now, [available_at]) FROM [ingest].[work_items]
            WHERE [status] = N'pending' AND [wait_reason] <> N'on_hold' ORDER BY [available_at];
            IF @ms < 0 SET @ms = 0;
            IF @retry_ms IS NULL OR @ms < @retry_ms SET @retry_ms = @ms;
            SET @ms = (SELECT MIN(DATEDIFF_BIG(millisecond, @now, [next_slot_at])) FROM [ingest].[hosts] WHERE [next_slot_at] > @now);
            IF @retry_ms IS NULL OR @ms < @retry_ms SET @retry_ms = @ms;
            IF (@retry_ms IS NULL OR @poll_ms < @retry_ms) AND (EXISTS (SELECT 1 FROM @full)
                OR EXISTS (SELECT 1 FROM [ingest].[hosts] WHERE [slot_lease_id] IS NOT NULL AND [slot_until] > @now)) SET @retry_ms = @poll_ms;
        END
    END
    SELECT CAST(@retry_ms AS FLOAT) AS [retry_in_ms];
    IF @taken > 0
    BEGIN
        SELECT item.*, c.[under_slot] FROM @claimed AS c CROSS APPLY (
            SELECT TOP (1) w.* FROM [ingest].[work_items] AS w WHERE w.[work_item_id] = c.[work_item_id] COLLATE DATABASE_DEFAULT) AS item;
        SELECT h.[host] AS [claimed_host], h.[pace_ms], h.[slot_lease_id], h.[robots_delay_ms],
            CAST(DATEDIFF_BIG(millisecond, CAST(SYSUTCDATETIME() AS DATETIME2(3)), h.[blocked_until]) AS FLOAT) AS [blocked_ms]
        FROM [ingest].[hosts] AS h WHERE h.[host] IN (
            SELECT item.[host] COLLATE Latin1_General_100_BIN2 FROM @claimed AS c CROSS APPLY (
                SELECT TOP (1) w.[host] FROM [ingest].[work_items] AS w WHERE w.[work_item_id] = c.[work_item_id] COLLATE DATABASE_DEFAULT) AS item);
    END
END
