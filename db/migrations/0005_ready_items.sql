-- The queue. What may be claimed stands apart from the wide table that says what it is: one narrow row for each
-- pending item without a reason to wait. A trigger keeps it, so that plain SQL on work_items stays true. A queue
-- row holds facts of its item alone; whether its source, run or host may be asked is read at the claim.
SET ANSI_NULLS, ANSI_PADDING, ANSI_WARNINGS, ARITHABORT, CONCAT_NULL_YIELDS_NULL, QUOTED_IDENTIFIER ON;
SET NUMERIC_ROUNDABORT OFF;
SET XACT_ABORT ON;
GO
-- No run and no host are the empty text: a lane is then found by equality alone.
IF OBJECT_ID(N'[$(schema)].[ready_items]', N'U') IS NULL
BEGIN
    CREATE TABLE [$(schema)].[ready_items] (
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
END
GO
-- Ids compare as they do in work_items, which in an existing database may have another collation than the database.
DECLARE @ids NVARCHAR(128) = (SELECT collation_name FROM sys.columns
    WHERE object_id = OBJECT_ID(N'[$(schema)].[work_items]') AND name = N'work_item_id');
IF @ids <> (SELECT collation_name FROM sys.columns
    WHERE object_id = OBJECT_ID(N'[$(schema)].[ready_items]') AND name = N'work_item_id')
BEGIN
    DECLARE @change NVARCHAR(MAX) = N'ALTER TABLE [$(schema)].[ready_items] ALTER COLUMN [work_item_id] NVARCHAR(36) COLLATE ' + @ids + N' NOT NULL';
    EXEC(@change);
END
GO
-- A claim of n rows locks n rows. Babelfish knows neither option, and needs neither.
IF @@VERSION LIKE N'Microsoft%'
    EXEC(N'ALTER TABLE [$(schema)].[ready_items] SET (LOCK_ESCALATION = DISABLE)');
GO
-- A claim passes over locked rows, not over a locked table. Express keeps escalation: a lock takes about 100 bytes, and
-- a statement of somebody else over a million rows would take all the memory it may have.
IF @@VERSION LIKE N'Microsoft%' AND CONVERT(INT, SERVERPROPERTY(N'EngineEdition')) <> 4
    EXEC(N'ALTER TABLE [$(schema)].[work_items] SET (LOCK_ESCALATION = DISABLE)');
GO
-- While a stop is in force, no claim finds anything: it was not ended, and its time is not over. Claims read it by
-- version; nothing of it is copied into the queue.
IF OBJECT_ID(N'[$(schema)].[stops]', N'U') IS NULL
BEGIN
    CREATE TABLE [$(schema)].[stops] (
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
END
GO
IF NOT EXISTS (SELECT 1 FROM sys.indexes WHERE object_id = OBJECT_ID(N'[$(schema)].[stops]') AND name = N'IX_stops_open')
    CREATE NONCLUSTERED INDEX [IX_stops_open]
    ON [$(schema)].[stops] ([stopped_at])
    INCLUDE ([until], [ended_at])
    WHERE [ended_at] IS NULL;
GO
-- By its item: the trigger, and a claim that locks what it has looked at.
IF NOT EXISTS (SELECT 1 FROM sys.indexes WHERE object_id = OBJECT_ID(N'[$(schema)].[ready_items]') AND name = N'UX_ready_items_item')
    CREATE UNIQUE NONCLUSTERED INDEX [UX_ready_items_item]
    ON [$(schema)].[ready_items] ([work_item_id]);
GO
-- Claim order: of all sources, of one, and of one lane. A lane is what opens and closes as a whole: the ready
-- items of one source, run and host.
IF NOT EXISTS (SELECT 1 FROM sys.indexes WHERE object_id = OBJECT_ID(N'[$(schema)].[ready_items]') AND name = N'IX_ready_items_order')
    CREATE NONCLUSTERED INDEX [IX_ready_items_order]
    ON [$(schema)].[ready_items] ([priority], [created_at], [work_item_id]);
GO
IF NOT EXISTS (SELECT 1 FROM sys.indexes WHERE object_id = OBJECT_ID(N'[$(schema)].[ready_items]') AND name = N'IX_ready_items_source')
    CREATE NONCLUSTERED INDEX [IX_ready_items_source]
    ON [$(schema)].[ready_items] ([source_system], [source_name], [priority], [created_at], [work_item_id])
    INCLUDE ([run_id], [host], [resource_type]);
GO
IF NOT EXISTS (SELECT 1 FROM sys.indexes WHERE object_id = OBJECT_ID(N'[$(schema)].[ready_items]') AND name = N'IX_ready_items_lane')
    CREATE NONCLUSTERED INDEX [IX_ready_items_lane]
    ON [$(schema)].[ready_items] ([source_system], [source_name], [run_id], [host], [priority], [created_at], [work_item_id])
    INCLUDE ([resource_type]);
GO
-- READPAST passes over rows, not over pages.
IF @@VERSION LIKE N'Microsoft%'
    EXEC(N'ALTER INDEX ALL ON [$(schema)].[ready_items] SET (ALLOW_PAGE_LOCKS = OFF)');
GO
-- A pending item is ready as long as it has no reason to wait. Whoever puts its time ahead, also by plain SQL, gives
-- it one. A few milliseconds of grace: a time that was rounded up to the millisecond is no schedule.
IF OBJECT_ID(N'[$(schema)].[TR_work_items_ready]', N'TR') IS NULL
    EXEC(N'CREATE TRIGGER [$(schema)].[TR_work_items_ready] ON [$(schema)].[work_items]
    AFTER INSERT, UPDATE, DELETE
    AS
    BEGIN
        SET NOCOUNT ON;
        DECLARE @due DATETIME2(3) = DATEADD(millisecond, 5, SYSUTCDATETIME());
        IF EXISTS (SELECT 1 FROM inserted WHERE [status] = N''pending'' AND [wait_reason] IS NULL AND [available_at] > @due)
            UPDATE [$(schema)].[work_items] SET [wait_reason] = N''scheduled''
            WHERE [work_item_id] IN (
                SELECT [work_item_id] FROM inserted
                WHERE [status] = N''pending'' AND [wait_reason] IS NULL AND [available_at] > @due);
        IF EXISTS (SELECT 1 FROM deleted WHERE [status] = N''pending'' AND [wait_reason] IS NULL)
            DELETE FROM [$(schema)].[ready_items]
            WHERE [work_item_id] IN (
                SELECT [work_item_id] FROM deleted WHERE [status] = N''pending'' AND [wait_reason] IS NULL);
        IF EXISTS (SELECT 1 FROM inserted WHERE [status] = N''pending'' AND [wait_reason] IS NULL AND [available_at] <= @due)
            INSERT INTO [$(schema)].[ready_items] ([work_item_id], [source_system], [source_name], [run_id], [host],
                [resource_type], [priority], [created_at])
            SELECT [work_item_id], [source_system], [source_name], COALESCE([run_id], N''''), COALESCE([host], N''''),
                [resource_type], [priority], [created_at]
            FROM inserted AS [item]
            WHERE [status] = N''pending'' AND [wait_reason] IS NULL AND [available_at] <= @due
                AND NOT EXISTS (SELECT 1 FROM [$(schema)].[ready_items] AS [known] WHERE [known].[work_item_id] = [item].[work_item_id]);
    END');
GO
-- Items of an existing database; an interrupted run goes on where it stopped.
UPDATE [$(schema)].[work_items] SET [wait_reason] = N'scheduled'
WHERE [status] = N'pending' AND [wait_reason] IS NULL AND [available_at] > SYSUTCDATETIME();
GO
INSERT INTO [$(schema)].[ready_items] ([work_item_id], [source_system], [source_name], [run_id], [host], [resource_type], [priority], [created_at])
SELECT [work_item_id], [source_system], [source_name], COALESCE([run_id], N''), COALESCE([host], N''), [resource_type], [priority], [created_at]
FROM [$(schema)].[work_items] AS [item]
WHERE [status] = N'pending' AND [wait_reason] IS NULL
    AND NOT EXISTS (SELECT 1 FROM [$(schema)].[ready_items] AS [known] WHERE [known].[work_item_id] = [item].[work_item_id]);
GO
-- What waits, by when it is due. What is on hold waits for a person, and is not here. The filter's columns are
-- included, or the server would look into the table for each row.
IF NOT EXISTS (SELECT 1 FROM sys.indexes WHERE object_id = OBJECT_ID(N'[$(schema)].[work_items]') AND name = N'IX_work_items_waiting')
    CREATE NONCLUSTERED INDEX [IX_work_items_waiting]
    ON [$(schema)].[work_items] ([available_at], [work_item_id])
    INCLUDE ([status], [wait_reason], [source_name])
    WHERE [status] = N'pending' AND [wait_reason] <> N'on_hold';
GO
-- What is on hold, in the order of the list.
IF NOT EXISTS (SELECT 1 FROM sys.indexes WHERE object_id = OBJECT_ID(N'[$(schema)].[work_items]') AND name = N'IX_work_items_on_hold')
    CREATE NONCLUSTERED INDEX [IX_work_items_on_hold]
    ON [$(schema)].[work_items] ([wait_reason], [created_at], [work_item_id])
    WHERE [wait_reason] = N'on_hold';
GO
IF OBJECT_ID(N'[$(schema)].[promote_due]', N'P') IS NOT NULL
    DROP PROCEDURE [$(schema)].[promote_due];
GO
-- Makes ready what waited for a moment that has come, the longest due first and at most 500 in a call. What another
-- session makes ready, or has locked, is left to it.
CREATE PROCEDURE [$(schema)].[promote_due]
AS
BEGIN
    SET NOCOUNT ON;
    DECLARE @now DATETIME2(3) = SYSUTCDATETIME();
    IF EXISTS (SELECT 1 FROM [$(schema)].[work_items] AS w
        WHERE w.[status] = N'pending' AND w.[wait_reason] <> N'on_hold' AND w.[available_at] <= @now)
        -- CASE: found by their keys. Walking the index of what waits for each of them would be quadratic.
        UPDATE [$(schema)].[work_items] WITH (ROWLOCK, READPAST, READCOMMITTEDLOCK) SET [wait_reason] = NULL
        WHERE CASE WHEN [status] = N'pending' AND [wait_reason] <> N'on_hold' THEN 1 ELSE 0 END = 1 AND [work_item_id] IN (
            SELECT TOP (500) w.[work_item_id]
            FROM [$(schema)].[work_items] AS w WITH (ROWLOCK, READPAST, READCOMMITTEDLOCK)
            WHERE w.[status] = N'pending' AND w.[wait_reason] <> N'on_hold' AND w.[available_at] <= @now
            ORDER BY w.[available_at], w.[work_item_id]);
END
GO
IF OBJECT_ID(N'[$(schema)].[claim_items]', N'P') IS NOT NULL
    DROP PROCEDURE [$(schema)].[claim_items];
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
CREATE PROCEDURE [$(schema)].[claim_items]
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
    IF EXISTS (SELECT 1 FROM [$(schema)].[stops] WHERE [ended_at] IS NULL AND COALESCE([until], '9999-12-31T00:00:00') > @now) SET @limit = 0;
    ELSE EXEC [$(schema)].[promote_due];

    -- @look keeps what was passed over, so that the next round goes on behind it.
    WHILE @taken < @limit AND @looked > 0 AND @rounds < 8
    BEGIN
        IF @name IS NULL
            INSERT INTO @look ([work_item_id], [position])
            SELECT TOP (@limit - @taken) w.[work_item_id], @at + ROW_NUMBER() OVER (ORDER BY w.[priority], w.[created_at], w.[work_item_id])
            FROM [$(schema)].[ready_items] AS w WITH (READPAST, READCOMMITTEDLOCK)
            WHERE @rounds = 0 OR NOT EXISTS (SELECT 1 FROM @look AS t WHERE t.[work_item_id] = w.[work_item_id] COLLATE DATABASE_DEFAULT)
            ORDER BY w.[priority], w.[created_at], w.[work_item_id];
        ELSE
            INSERT INTO @look ([work_item_id], [position])
            SELECT TOP (@limit - @taken) w.[work_item_id], @at + ROW_NUMBER() OVER (ORDER BY w.[priority], w.[created_at], w.[work_item_id])
            FROM [$(schema)].[ready_items] AS w WITH (READPAST, READCOMMITTEDLOCK)
            WHERE w.[source_system] = @system COLLATE Latin1_General_100_BIN2 AND w.[source_name] = @name COLLATE Latin1_General_100_BIN2
                AND (@rounds = 0 OR NOT EXISTS (SELECT 1 FROM @look AS t WHERE t.[work_item_id] = w.[work_item_id] COLLATE DATABASE_DEFAULT))
            ORDER BY w.[priority], w.[created_at], w.[work_item_id];
        SET @looked = @@ROWCOUNT;
        IF @looked > 0
        BEGIN
            UPDATE [$(schema)].[work_items] WITH (ROWLOCK, READPAST, READCOMMITTEDLOCK)
            SET [status] = N'in_progress', [attempt] = [attempt] + 1, [wait_reason] = NULL,
                [lease_id] = @prefix + RIGHT(N'000' + CAST(l.[position] AS NVARCHAR(4)), 4),
                [lease_owner] = @owner, [claimed_at] = @now, [updated_at] = @now, [lease_until] = @until
            FROM @look AS l CROSS APPLY (
                SELECT TOP (1) w.[work_item_id] FROM [$(schema)].[work_items] AS w WHERE w.[work_item_id] = l.[work_item_id] COLLATE DATABASE_DEFAULT) AS k
            WHERE l.[position] > @at AND [work_items].[work_item_id] = k.[work_item_id]
                AND CASE WHEN [work_items].[status] = N'pending' AND [work_items].[wait_reason] IS NULL THEN 1 ELSE 0 END = 1;
            SET @taken = @taken + @@ROWCOUNT;
        END
        SET @at = @at + @looked;
        SET @rounds = @rounds + 1;
    END

    -- Its own are those that carry the lease it gave them.
    SELECT item.* FROM @look AS l CROSS APPLY (
        SELECT TOP (1) w.* FROM [$(schema)].[work_items] AS w WHERE w.[work_item_id] = l.[work_item_id] COLLATE DATABASE_DEFAULT) AS item
    WHERE item.[lease_id] = @prefix + RIGHT(N'000' + CAST(l.[position] AS NVARCHAR(4)), 4);
END
GO
IF OBJECT_ID(N'[$(schema)].[enqueue_items]', N'P') IS NOT NULL
    DROP PROCEDURE [$(schema)].[enqueue_items];
GO
-- Inserts the items whose dedupe key is absent: @items is a JSON array of objects named like the columns, what is null left
-- out, in the order of their keys; texts write " as ~1, \ as ~2, line ends and tabs as ~3 to ~5, and ~ as ~0. @whole: a text
-- is longer than 4,000 characters, which some servers cut otherwise. Result: the ids that were inserted.
--
-- Ids and keys are looked up one by one, each a seek, whatever is guessed about how many there are in @items; there is no
-- table variable in the way of a single item, which costs some servers more than the item.
--
-- A key that another producer inserts at the same moment is known when the insert is done again.
CREATE PROCEDURE [$(schema)].[enqueue_items]
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
            CROSS APPLY (SELECT TOP (1) w.[work_item_id] FROM [$(schema)].[work_items] AS w
                WHERE w.[work_item_id] = j.[work_item_id]) AS known;
        BEGIN TRY
            INSERT INTO [$(schema)].[work_items] ([work_item_id], [source_system], [source_name], [resource_type], [resource_id], [request_uri], [request_method],
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
            WHERE (SELECT TOP (1) known.[work_item_id] FROM [$(schema)].[work_items] AS known
                WHERE known.[dedupe_key] = g.[dedupe_key] COLLATE Latin1_General_100_BIN2) IS NULL;
            -- The form without a schema hands long texts out whole.
            IF @whole = 1
                UPDATE [$(schema)].[work_items] SET
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
        CROSS APPLY (SELECT TOP (1) w.[work_item_id] FROM [$(schema)].[work_items] AS w
            WHERE w.[work_item_id] = j.[work_item_id]) AS known
    WHERE @before IS NULL OR CHARINDEX(known.[work_item_id], @before) = 0;
END
GO
