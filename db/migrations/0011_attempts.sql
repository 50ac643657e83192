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
-- How the answers of failed attempts began; of an item the last few.
IF OBJECT_ID(N'[$(schema)].[attempt_answers]', N'U') IS NULL
BEGIN
    CREATE TABLE [$(schema)].[attempt_answers] (
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
END
GO
IF NOT EXISTS (SELECT 1 FROM sys.indexes WHERE object_id = OBJECT_ID(N'[$(schema)].[attempt_answers]') AND name = N'IX_attempt_answers_answered')
    CREATE NONCLUSTERED INDEX [IX_attempt_answers_answered]
    ON [$(schema)].[attempt_answers] ([answered_at], [attempt_id]);
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
IF OBJECT_ID(N'[$(schema)].[complete_items]', N'P') IS NOT NULL
    DROP PROCEDURE [$(schema)].[complete_items];
GO
-- Completes the items of @rows that their leases still hold, counts them as seen if @touch = 1, adds them to the numbers of
-- those of their runs that are under way, and records the attempts that are given with them. @rows is a JSON array of
-- objects named as below, what is null left out; texts are written as for enqueue_items. Result: the items; of those
-- whose lease was lost nothing was changed. is_counted = 1: the run has it in its numbers. The run is
-- told as it was before them. What the attempt and seen_resources say of an item is what its row says.
CREATE PROCEDURE [$(schema)].[complete_items]
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

    UPDATE [$(schema)].[work_items] SET [status] = N'completed', [lease_id] = NULL, [lease_owner] = NULL, [lease_until] = NULL,
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
        UPDATE [$(schema)].[seen_resources] SET [last_seen_at] = @now, [seen_count] = [seen_resources].[seen_count] + 1,
            [last_run_id] = TRY_CAST(d.[run_id] AS UNIQUEIDENTIFIER)
        FROM @done AS d
        WHERE [seen_resources].[resource_key] = d.[dedupe_key] COLLATE Latin1_General_100_BIN2;
        IF @@ROWCOUNT < (SELECT COUNT(*) FROM @done)
            INSERT INTO [$(schema)].[seen_resources] ([resource_key], [source_system], [source_name], [resource_type], [resource_id],
                [first_seen_at], [last_seen_at], [last_run_id])
            SELECT d.[dedupe_key], d.[source_system], d.[source_name], d.[resource_type], d.[resource_id], @now, @now,
                TRY_CAST(d.[run_id] AS UNIQUEIDENTIFIER)
            FROM @done AS d
            WHERE NOT EXISTS (SELECT 1 FROM [$(schema)].[seen_resources] AS known WHERE known.[resource_key] = d.[dedupe_key] COLLATE Latin1_General_100_BIN2);
    END
    INSERT INTO [$(schema)].[work_item_attempts] ([attempt_id], [work_item_id], [source_system], [source_name], [host], [run_id],
        [attempt], [lease_id], [worker_id], [started_at], [finished_at], [duration_ms], [outcome], [http_status], [facts], [ingest_id])
    SELECT r.[attempt_id], d.[work_item_id], d.[source_system], d.[source_name], d.[host], d.[run_id], d.[attempt], r.[lease_id],
        r.[worker_id], COALESCE(r.[claimed_at], @now), @now, r.[duration_ms], r.[outcome], r.[last_http_status], r.[facts], r.[ingest_id]
    FROM @done AS d JOIN @row AS r ON r.[work_item_id] = d.[work_item_id]
    WHERE r.[attempt_id] IS NOT NULL;
    -- Of an ended run only while its queue is being emptied. Nobody waits for its row: what is added is appended.
    INSERT INTO @run
    SELECT q.[run_id], CASE WHEN q.[status] = N'running' OR q.[phase] = N'ending' THEN 1 ELSE 0 END, q.[status], q.[phase], q.[kind],
        q.[completed_at], q.[items_total], q.[items_processed], q.[max_items], q.[max_depth]
    FROM [$(schema)].[current_runs] AS q
    WHERE q.[run_id] IN (SELECT TRY_CAST(d.[run_id] AS UNIQUEIDENTIFIER) FROM @done AS d);
    INSERT INTO [$(schema)].[run_deltas] ([run_id], [items_processed], [items_succeeded], [items_unchanged], [requests_sent])
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
IF OBJECT_ID(N'[$(schema)].[fail_items]', N'P') IS NOT NULL
    DROP PROCEDURE [$(schema)].[fail_items];
GO
-- Takes items from their workers without completing them, and records the attempts: those that failed, were given back or
-- whose lease ran out. @rows is a JSON array of objects named as below, what is null left out; texts are written as for
-- enqueue_items. An item is changed only while the lease is its own; with expired = 1, only if that has run out. What is
-- not given stays: available_ms (from now), the error (item_error_code), the HTTP status (answered = 1), and what is
-- known of a missing resource (missing = 1: since now, 2: as before; it is looked at again in next_fetch_ms, or never).
-- uncounted = 1: the attempt does not count. Result: the ids of the items that were changed.
CREATE PROCEDURE [$(schema)].[fail_items]
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

    UPDATE [$(schema)].[work_items] SET [status] = r.[status], [lease_id] = NULL, [lease_owner] = NULL, [lease_until] = NULL,
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

    INSERT INTO [$(schema)].[work_item_attempts] ([attempt_id], [work_item_id], [source_system], [source_name], [host], [run_id],
        [attempt], [lease_id], [worker_id], [started_at], [finished_at], [duration_ms], [outcome], [http_status], [error_code],
        [error_message], [facts])
    SELECT r.[attempt_id], d.[work_item_id], d.[source_system], d.[source_name], d.[host], d.[run_id], r.[attempt], r.[lease_id],
        r.[worker_id], COALESCE(r.[claimed_at], @now), @now, r.[duration_ms], r.[outcome], r.[http_status], r.[error_code],
        r.[error_message], r.[facts]
    FROM @done AS d JOIN @row AS r ON r.[work_item_id] = d.[work_item_id];
    SELECT [work_item_id] FROM @done;
END
GO
IF OBJECT_ID(N'[$(schema)].[renew_leases]', N'P') IS NOT NULL
    DROP PROCEDURE [$(schema)].[renew_leases];
GO
-- Extends leases that are still held, and the slots of sources and hosts under them, to @lease_ms from now. @leases is a JSON
-- array of {"work_item_id", "lease_id"}. Result: the lease_id of those that are held; one that has run out is, while
-- nobody has taken the item. Slots are looked up by version, so that a claim that takes another one holds up nothing.
CREATE PROCEDURE [$(schema)].[renew_leases]
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
    UPDATE [$(schema)].[work_items] SET [lease_until] = @until
    OUTPUT inserted.[lease_id] INTO @held
    FROM @lease AS l
    WHERE [work_items].[work_item_id] = l.[work_item_id] COLLATE DATABASE_DEFAULT
        AND [work_items].[status] = N'in_progress' AND [work_items].[lease_id] = l.[lease_id] COLLATE DATABASE_DEFAULT;
    UPDATE [$(schema)].[sources] SET [slot_until] = @until
    WHERE [source_id] IN (SELECT s.[source_id] FROM [$(schema)].[sources] AS s
        WHERE s.[slot_lease_id] IN (SELECT l.[lease_id] COLLATE DATABASE_DEFAULT FROM @lease AS l))
        AND [slot_lease_id] IN (SELECT l.[lease_id] COLLATE DATABASE_DEFAULT FROM @lease AS l);
    UPDATE [$(schema)].[hosts] SET [slot_until] = @until
    WHERE [host] IN (SELECT h.[host] FROM [$(schema)].[hosts] AS h
        WHERE h.[slot_lease_id] IS NOT NULL AND h.[slot_lease_id] IN (SELECT l.[lease_id] COLLATE DATABASE_DEFAULT FROM @lease AS l))
        AND [slot_lease_id] IN (SELECT l.[lease_id] COLLATE DATABASE_DEFAULT FROM @lease AS l);
    SELECT [lease_id] FROM @held;
END
GO
