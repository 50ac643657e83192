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
-- Leases, by when they run out.
CREATE NONCLUSTERED INDEX [IX_work_items_lease]
ON [ingest].[work_items] ([lease_until])
INCLUDE ([status])
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
CREATE TABLE [ingest].[sources] (
    [source_id] NVARCHAR(36) NOT NULL,
    [name] NVARCHAR(100) COLLATE Latin1_General_100_BIN2 NOT NULL,
    [source_type] NVARCHAR(100) NOT NULL,
    [enabled] TINYINT NOT NULL CONSTRAINT [DF_sources_enabled] DEFAULT 1 CONSTRAINT [CK_sources_enabled] CHECK ([enabled] IN (0, 1)),
    [paused_at] DATETIME2(3) NULL,
    [paused_reason] NVARCHAR(500) NULL,
    [settings] NVARCHAR(MAX) NOT NULL,
    [seeds] NVARCHAR(MAX) NOT NULL,
    [rate_delay_ms] INT NOT NULL CONSTRAINT [DF_sources_rate_delay_ms] DEFAULT 0,
    [max_attempts] INT NOT NULL CONSTRAINT [DF_sources_max_attempts] DEFAULT 4,
    [revision] INT NOT NULL CONSTRAINT [DF_sources_revision] DEFAULT 1,
    [next_slot_at] DATETIME2(3) NULL,
    [slot_lease_id] NVARCHAR(36) NULL,
    [slot_until] DATETIME2(3) NULL,
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
    [consecutive_failures] INT NOT NULL CONSTRAINT [DF_hosts_consecutive_failures] DEFAULT 0,
    [requests_total] INT NOT NULL CONSTRAINT [DF_hosts_requests_total] DEFAULT 0,
    [count_429] INT NOT NULL CONSTRAINT [DF_hosts_count_429] DEFAULT 0,
    [count_5xx] INT NOT NULL CONSTRAINT [DF_hosts_count_5xx] DEFAULT 0,
    [last_status] INT NULL,
    [last_429_at] DATETIME2(3) NULL,
    [last_request_at] DATETIME2(3) NULL,
    [robots_body] NVARCHAR(MAX) NULL,
    [robots_status] INT NULL,
    [robots_fetched_at] DATETIME2(3) NULL,
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
GO
CREATE NONCLUSTERED INDEX [IX_events_run]
ON [ingest].[events] ([run_id], [event_id])
WHERE [run_id] IS NOT NULL;
GO
CREATE TABLE [ingest].[event_head] (
    [head_id] TINYINT NOT NULL CONSTRAINT [CK_event_head_one] CHECK ([head_id] = 1),
    [last_event_id] BIGINT NOT NULL,
    CONSTRAINT [PK_event_head] PRIMARY KEY CLUSTERED ([head_id])
);
GO
INSERT INTO [ingest].[event_head] ([head_id], [last_event_id]) VALUES (1, 0);
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
    [session_version] INT NOT NULL CONSTRAINT [DF_users_session_version] DEFAULT 1,
    [preferences] NVARCHAR(MAX) NULL,
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
CREATE TABLE [ingest].[audit_log] (
    [audit_id] NVARCHAR(36) NOT NULL,
    [at] DATETIME2(3) NOT NULL,
    [actor_id] NVARCHAR(36) NULL,
    [actor_email] NVARCHAR(320) NOT NULL,
    [action] NVARCHAR(100) NOT NULL,
    [target_type] NVARCHAR(50) NOT NULL,
    [target_id] NVARCHAR(400) NULL,
    [summary] NVARCHAR(1000) NOT NULL,
    [before_state] NVARCHAR(MAX) NULL,
    [after_state] NVARCHAR(MAX) NULL,
    CONSTRAINT [PK_audit_log] PRIMARY KEY CLUSTERED ([audit_id])
);
GO
CREATE NONCLUSTERED INDEX [IX_audit_log_at]
ON [ingest].[audit_log] ([at], [audit_id]);
GO
CREATE NONCLUSTERED INDEX [IX_audit_log_target_at]
ON [ingest].[audit_log] ([target_type], [target_id], [at], [audit_id]);
GO
-- Claims up to @limit ready items in claim order, each with a lease of @leases (a JSON array). @sources is a JSON
-- array of {"system", "name"}, or null for all. Hosts are judged by their rows as @hosts says: 'free' (neither
-- blocked nor with a pace or a limit), 'open' (not blocked, its slot open if it has a pace), 'unasked' (not blocked,
-- its slot open). Texts of the lists write " as ~1, \ as ~2 and ~ as ~0.
--
-- It looks without locks at the head of each source (READPAST: what others are claiming is as good as gone), locks
-- the queue rows it chose, then takes the items as far as nobody holds them: a claim waits for nobody, and what was
-- passed over keeps its queue row. Where the head of a source is a crowd that may not be asked, it goes from lane to
-- lane, and asks for each once.
CREATE PROCEDURE [ingest].[claim_items]
    @limit INT,
    @owner NVARCHAR(100),
    @lease_ms INT,
    @leases NVARCHAR(MAX),
    @sources NVARCHAR(MAX),
    @hosts NVARCHAR(10),
    @exclude_hosts NVARCHAR(MAX),
    @exclude_runs NVARCHAR(MAX),
    @together TINYINT,
    @resource_type NVARCHAR(100),
    @host NVARCHAR(300)
AS
BEGIN
    SET NOCOUNT ON;
    DECLARE @now DATETIME2(3) = SYSUTCDATETIME();
    DECLARE @ahead INT = 64 + 2 * @limit;
    DECLARE @left INT = @limit;
    DECLARE @looked INT, @taken INT;
    DECLARE @by_lanes TINYINT = 0, @again TINYINT = 1, @rounds INT = 0;
    DECLARE @place INT, @run NVARCHAR(36), @lane NVARCHAR(300), @next_run NVARCHAR(36), @next_lane NVARCHAR(300);
    DECLARE @lease TABLE ([position] INT NOT NULL PRIMARY KEY, [fence] NVARCHAR(36) NOT NULL);
    DECLARE @source TABLE ([place] INT NOT NULL PRIMARY KEY, [system] NVARCHAR(100) COLLATE Latin1_General_100_BIN2 NOT NULL,
        [name] NVARCHAR(100) COLLATE Latin1_General_100_BIN2 NOT NULL);
    DECLARE @resting TABLE ([run_id] NVARCHAR(36) COLLATE Latin1_General_100_BIN2 NOT NULL PRIMARY KEY);
    DECLARE @full TABLE ([host] NVARCHAR(300) COLLATE Latin1_General_100_BIN2 NOT NULL PRIMARY KEY);
    DECLARE @open TABLE ([place] INT NOT NULL, [run_id] NVARCHAR(36) COLLATE Latin1_General_100_BIN2 NOT NULL,
        [host] NVARCHAR(300) COLLATE Latin1_General_100_BIN2 NOT NULL, PRIMARY KEY ([place], [run_id], [host]));
    DECLARE @look TABLE ([work_item_id] NVARCHAR(36) NOT NULL PRIMARY KEY, [priority] INT NOT NULL, [created_at] DATETIME2(7) NOT NULL);
    DECLARE @tried TABLE ([work_item_id] NVARCHAR(36) NOT NULL PRIMARY KEY);
    DECLARE @picked TABLE ([work_item_id] NVARCHAR(36) NOT NULL PRIMARY KEY, [position] INT NOT NULL);
    DECLARE @claimed TABLE ([work_item_id] NVARCHAR(36) NOT NULL PRIMARY KEY);
    DECLARE @new TABLE ([work_item_id] NVARCHAR(36) NOT NULL PRIMARY KEY, [fence] NVARCHAR(36) NOT NULL);

    INSERT INTO @lease ([position], [fence])
    SELECT CAST([key] AS INT), CAST([value] AS NVARCHAR(36)) FROM OPENJSON(@leases);
    IF @sources IS NOT NULL
        INSERT INTO @source ([place], [system], [name])
        SELECT CAST(s.[key] AS INT),
            REPLACE(REPLACE(REPLACE(CAST(JSON_VALUE(s.[value], '$.system') AS NVARCHAR(200)) COLLATE Latin1_General_100_BIN2, N'~2', NCHAR(92)), N'~1', NCHAR(34)), N'~0', NCHAR(126)),
            REPLACE(REPLACE(REPLACE(CAST(JSON_VALUE(s.[value], '$.name') AS NVARCHAR(200)) COLLATE Latin1_General_100_BIN2, N'~2', NCHAR(92)), N'~1', NCHAR(34)), N'~0', NCHAR(126))
        FROM OPENJSON(@sources) AS s;
    INSERT INTO @resting ([run_id])
    SELECT DISTINCT REPLACE(REPLACE(REPLACE(CAST([value] AS NVARCHAR(72)) COLLATE Latin1_General_100_BIN2, N'~2', NCHAR(92)), N'~1', NCHAR(34)), N'~0', NCHAR(126))
    FROM OPENJSON(@exclude_runs);
    INSERT INTO @full ([host])
    SELECT DISTINCT REPLACE(REPLACE(REPLACE(CAST([value] AS NVARCHAR(600)) COLLATE Latin1_General_100_BIN2, N'~2', NCHAR(92)), N'~1', NCHAR(34)), N'~0', NCHAR(126))
    FROM OPENJSON(@exclude_hosts);

    WHILE @left > 0 AND @again = 1
    BEGIN
        SET @rounds = @rounds + 1;
        DELETE FROM @look;
        IF @sources IS NULL
            INSERT INTO @look ([work_item_id], [priority], [created_at])
            SELECT TOP (@left) w.[work_item_id], w.[priority], w.[created_at]
            FROM [ingest].[ready_items] AS w WITH (READPAST, READCOMMITTEDLOCK)
            WHERE NOT EXISTS (SELECT 1 FROM @tried AS t WHERE t.[work_item_id] = w.[work_item_id] COLLATE DATABASE_DEFAULT)
            ORDER BY w.[priority], w.[created_at], w.[work_item_id];
        ELSE IF @by_lanes = 0
            INSERT INTO @look ([work_item_id], [priority], [created_at])
            SELECT TOP (@left) w.[work_item_id], w.[priority], w.[created_at]
            FROM @source AS s CROSS APPLY (
                SELECT TOP (@ahead) r.[work_item_id], r.[priority], r.[created_at], r.[run_id], r.[host], r.[resource_type]
                FROM [ingest].[ready_items] AS r WITH (READPAST, READCOMMITTEDLOCK)
                WHERE r.[source_system] = s.[system] AND r.[source_name] = s.[name]
                ORDER BY r.[priority], r.[created_at], r.[work_item_id]
            ) AS w
            WHERE NOT EXISTS (SELECT 1 FROM @tried AS t WHERE t.[work_item_id] = w.[work_item_id] COLLATE DATABASE_DEFAULT)
                AND NOT EXISTS (SELECT 1 FROM @resting AS e WHERE e.[run_id] = w.[run_id])
                AND NOT EXISTS (SELECT 1 FROM @full AS f WHERE f.[host] = w.[host])
                AND (@together = 0 OR (w.[resource_type] = @resource_type AND w.[host] = COALESCE(@host, N'')))
                AND (@hosts IS NULL OR NOT EXISTS (
                    SELECT 1 FROM [ingest].[hosts] AS h
                    WHERE h.[host] = w.[host] AND (h.[blocked_until] > @now
                        OR (@hosts = N'free' AND (h.[pace_ms] > 0 OR h.[concurrency] IS NOT NULL))
                        OR ((@hosts = N'unasked' OR (@hosts = N'open' AND h.[pace_ms] > 0))
                            AND (h.[next_slot_at] > @now OR (h.[slot_lease_id] IS NOT NULL AND h.[slot_until] > @now))))))
            ORDER BY w.[priority], w.[created_at], w.[work_item_id];
        ELSE
        BEGIN
            -- From one lane of a source to the next: at the next host of the same run, else at the next run. What a
            -- run that rests has behind its head is not looked at.
            DELETE FROM @open;
            SET @place = (SELECT MIN([place]) FROM @source);
            WHILE @place IS NOT NULL
            BEGIN
                SET @next_run = NULL;
                SELECT TOP (1) @next_run = r.[run_id], @next_lane = r.[host]
                FROM [ingest].[ready_items] AS r WITH (READPAST, READCOMMITTEDLOCK)
                JOIN @source AS s ON r.[source_system] = s.[system] AND r.[source_name] = s.[name]
                WHERE s.[place] = @place
                ORDER BY r.[run_id], r.[host];
                WHILE @next_run IS NOT NULL
                BEGIN
                    SET @run = @next_run;
                    SET @lane = @next_lane;
                    SET @next_run = NULL;
                    IF NOT EXISTS (SELECT 1 FROM @resting WHERE [run_id] = @run)
                    BEGIN
                        IF NOT EXISTS (SELECT 1 FROM @full WHERE [host] = @lane)
                            AND (@together = 0 OR @lane = COALESCE(@host, N'') COLLATE Latin1_General_100_BIN2)
                            AND (@hosts IS NULL OR NOT EXISTS (
                                SELECT 1 FROM [ingest].[hosts] AS h
                                WHERE h.[host] = @lane AND (h.[blocked_until] > @now
                                    OR (@hosts = N'free' AND (h.[pace_ms] > 0 OR h.[concurrency] IS NOT NULL))
                                    OR ((@hosts = N'unasked' OR (@hosts = N'open' AND h.[pace_ms] > 0))
                                        AND (h.[next_slot_at] > @now OR (h.[slot_lease_id] IS NOT NULL AND h.[slot_until] > @now))))))
                            INSERT INTO @open ([place], [run_id], [host]) VALUES (@place, @run, @lane);
                        SELECT TOP (1) @next_run = r.[run_id], @next_lane = r.[host]
                        FROM [ingest].[ready_items] AS r WITH (READPAST, READCOMMITTEDLOCK)
                        JOIN @source AS s ON r.[source_system] = s.[system] AND r.[source_name] = s.[name]
                        WHERE s.[place] = @place AND r.[run_id] = @run AND r.[host] > @lane
                        ORDER BY r.[host];
                    END
                    IF @next_run IS NULL
                        SELECT TOP (1) @next_run = r.[run_id], @next_lane = r.[host]
                        FROM [ingest].[ready_items] AS r WITH (READPAST, READCOMMITTEDLOCK)
                        JOIN @source AS s ON r.[source_system] = s.[system] AND r.[source_name] = s.[name]
                        WHERE s.[place] = @place AND r.[run_id] > @run
                        ORDER BY r.[run_id], r.[host];
                END
                SET @place = (SELECT MIN([place]) FROM @source WHERE [place] > @place);
            END
            INSERT INTO @look ([work_item_id], [priority], [created_at])
            SELECT TOP (@left) w.[work_item_id], w.[priority], w.[created_at]
            FROM @open AS o JOIN @source AS s ON s.[place] = o.[place] CROSS APPLY (
                SELECT TOP (@ahead) r.[work_item_id], r.[priority], r.[created_at], r.[resource_type]
                FROM [ingest].[ready_items] AS r WITH (READPAST, READCOMMITTEDLOCK)
                WHERE r.[source_system] = s.[system] AND r.[source_name] = s.[name]
                    AND r.[run_id] = o.[run_id] AND r.[host] = o.[host]
                ORDER BY r.[priority], r.[created_at], r.[work_item_id]
            ) AS w
            WHERE NOT EXISTS (SELECT 1 FROM @tried AS t WHERE t.[work_item_id] = w.[work_item_id] COLLATE DATABASE_DEFAULT)
                AND (@together = 0 OR w.[resource_type] = @resource_type)
            ORDER BY w.[priority], w.[created_at], w.[work_item_id];
        END

        SET @looked = (SELECT COUNT(*) FROM @look);
        SET @taken = 0;
        IF @looked > 0
        BEGIN
            INSERT INTO @tried ([work_item_id]) SELECT [work_item_id] FROM @look;
            DELETE FROM @picked;
            DELETE FROM @new;
            INSERT INTO @picked ([work_item_id], [position])
            SELECT r.[work_item_id], ROW_NUMBER() OVER (ORDER BY l.[priority], l.[created_at], l.[work_item_id])
            FROM @look AS l JOIN [ingest].[ready_items] AS r WITH (ROWLOCK, UPDLOCK, READPAST, READCOMMITTEDLOCK)
                ON r.[work_item_id] = l.[work_item_id] COLLATE DATABASE_DEFAULT;
            INSERT INTO @new ([work_item_id], [fence])
            SELECT p.[work_item_id], f.[fence]
            FROM @picked AS p JOIN (
                SELECT [fence], ROW_NUMBER() OVER (ORDER BY [position]) AS [position] FROM @lease
            ) AS f ON f.[position] = p.[position];
            UPDATE [ingest].[work_items] WITH (ROWLOCK, READPAST, READCOMMITTEDLOCK)
            SET [status] = N'in_progress', [attempt] = [attempt] + 1, [wait_reason] = NULL,
                [lease_id] = (SELECT n.[fence] FROM @new AS n WHERE n.[work_item_id] = [work_items].[work_item_id] COLLATE DATABASE_DEFAULT),
                [lease_owner] = @owner, [claimed_at] = @now, [updated_at] = @now,
                [lease_until] = DATEADD(millisecond, @lease_ms, @now)
            OUTPUT inserted.[work_item_id] INTO @claimed
            WHERE [status] = N'pending' AND [wait_reason] IS NULL
                AND [work_item_id] IN (SELECT [work_item_id] FROM @new);
            SET @taken = @@ROWCOUNT;
            DELETE FROM @lease WHERE [fence] IN (
                SELECT n.[fence] FROM @new AS n JOIN @claimed AS c ON c.[work_item_id] = n.[work_item_id]);
            SET @left = @left - @taken;
        END
        -- Others were faster: what they left is looked at again. Nothing is left at the heads: there may be lanes.
        IF @taken < @looked AND @rounds < 8 SET @again = 1;
        ELSE IF @left > 0 AND @by_lanes = 0 AND @sources IS NOT NULL
            AND (@hosts IS NOT NULL OR @together = 1 OR EXISTS (SELECT 1 FROM @resting) OR EXISTS (SELECT 1 FROM @full))
        BEGIN
            -- A source whose whole queue was looked at has nothing more.
            DELETE FROM @source WHERE (
                SELECT COUNT(*) FROM (
                    SELECT TOP (@ahead) r.[ready_id] FROM [ingest].[ready_items] AS r WITH (READPAST, READCOMMITTEDLOCK)
                    WHERE r.[source_system] = [system] AND r.[source_name] = [name]
                ) AS w) < @ahead - @limit;
            SET @by_lanes = 1;
            SET @again = CASE WHEN EXISTS (SELECT 1 FROM @source) THEN 1 ELSE 0 END;
        END
        ELSE SET @again = 0;
    END

    SELECT item.* FROM [ingest].[work_items] AS item
    JOIN @claimed AS c ON item.[work_item_id] = c.[work_item_id] COLLATE DATABASE_DEFAULT;
END
