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
IF OBJECT_ID(N'[$(schema)].[claim_items]', N'P') IS NOT NULL
    DROP PROCEDURE [$(schema)].[claim_items];
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
CREATE PROCEDURE [$(schema)].[claim_items]
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
            FROM [$(schema)].[ready_items] AS w WITH (READPAST, READCOMMITTEDLOCK)
            WHERE NOT EXISTS (SELECT 1 FROM @tried AS t WHERE t.[work_item_id] = w.[work_item_id] COLLATE DATABASE_DEFAULT)
            ORDER BY w.[priority], w.[created_at], w.[work_item_id];
        ELSE IF @by_lanes = 0
            INSERT INTO @look ([work_item_id], [priority], [created_at])
            SELECT TOP (@left) w.[work_item_id], w.[priority], w.[created_at]
            FROM @source AS s CROSS APPLY (
                SELECT TOP (@ahead) r.[work_item_id], r.[priority], r.[created_at], r.[run_id], r.[host], r.[resource_type]
                FROM [$(schema)].[ready_items] AS r WITH (READPAST, READCOMMITTEDLOCK)
                WHERE r.[source_system] = s.[system] AND r.[source_name] = s.[name]
                ORDER BY r.[priority], r.[created_at], r.[work_item_id]
            ) AS w
            WHERE NOT EXISTS (SELECT 1 FROM @tried AS t WHERE t.[work_item_id] = w.[work_item_id] COLLATE DATABASE_DEFAULT)
                AND NOT EXISTS (SELECT 1 FROM @resting AS e WHERE e.[run_id] = w.[run_id])
                AND NOT EXISTS (SELECT 1 FROM @full AS f WHERE f.[host] = w.[host])
                AND (@together = 0 OR (w.[resource_type] = @resource_type AND w.[host] = COALESCE(@host, N'')))
                AND (@hosts IS NULL OR NOT EXISTS (
                    SELECT 1 FROM [$(schema)].[hosts] AS h
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
                FROM [$(schema)].[ready_items] AS r WITH (READPAST, READCOMMITTEDLOCK)
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
                                SELECT 1 FROM [$(schema)].[hosts] AS h
                                WHERE h.[host] = @lane AND (h.[blocked_until] > @now
                                    OR (@hosts = N'free' AND (h.[pace_ms] > 0 OR h.[concurrency] IS NOT NULL))
                                    OR ((@hosts = N'unasked' OR (@hosts = N'open' AND h.[pace_ms] > 0))
                                        AND (h.[next_slot_at] > @now OR (h.[slot_lease_id] IS NOT NULL AND h.[slot_until] > @now))))))
                            INSERT INTO @open ([place], [run_id], [host]) VALUES (@place, @run, @lane);
                        SELECT TOP (1) @next_run = r.[run_id], @next_lane = r.[host]
                        FROM [$(schema)].[ready_items] AS r WITH (READPAST, READCOMMITTEDLOCK)
                        JOIN @source AS s ON r.[source_system] = s.[system] AND r.[source_name] = s.[name]
                        WHERE s.[place] = @place AND r.[run_id] = @run AND r.[host] > @lane
                        ORDER BY r.[host];
                    END
                    IF @next_run IS NULL
                        SELECT TOP (1) @next_run = r.[run_id], @next_lane = r.[host]
                        FROM [$(schema)].[ready_items] AS r WITH (READPAST, READCOMMITTEDLOCK)
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
                FROM [$(schema)].[ready_items] AS r WITH (READPAST, READCOMMITTEDLOCK)
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
            FROM @look AS l JOIN [$(schema)].[ready_items] AS r WITH (ROWLOCK, UPDLOCK, READPAST, READCOMMITTEDLOCK)
                ON r.[work_item_id] = l.[work_item_id] COLLATE DATABASE_DEFAULT;
            INSERT INTO @new ([work_item_id], [fence])
            SELECT p.[work_item_id], f.[fence]
            FROM @picked AS p JOIN (
                SELECT [fence], ROW_NUMBER() OVER (ORDER BY [position]) AS [position] FROM @lease
            ) AS f ON f.[position] = p.[position];
            UPDATE [$(schema)].[work_items] WITH (ROWLOCK, READPAST, READCOMMITTEDLOCK)
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
                    SELECT TOP (@ahead) r.[ready_id] FROM [$(schema)].[ready_items] AS r WITH (READPAST, READCOMMITTEDLOCK)
                    WHERE r.[source_system] = [system] AND r.[source_name] = [name]
                ) AS w) < @ahead - @limit;
            SET @by_lanes = 1;
            SET @again = CASE WHEN EXISTS (SELECT 1 FROM @source) THEN 1 ELSE 0 END;
        END
        ELSE SET @again = 0;
    END

    SELECT item.* FROM [$(schema)].[work_items] AS item
    JOIN @claimed AS c ON item.[work_item_id] = c.[work_item_id] COLLATE DATABASE_DEFAULT;
END
GO
