-- What a deployment may ask for now: how claims look hosts up, and the claim itself.
SET ANSI_NULLS, ANSI_PADDING, ANSI_WARNINGS, ARITHABORT, CONCAT_NULL_YIELDS_NULL, QUOTED_IDENTIFIER ON;
SET NUMERIC_ROUNDABORT OFF;
SET XACT_ABORT ON;
GO
-- Hosts that may be asked only now and then are few, and every claim asks for them.
IF NOT EXISTS (SELECT 1 FROM sys.indexes WHERE object_id = OBJECT_ID(N'[$(schema)].[hosts]') AND name = N'IX_hosts_pace')
    CREATE NONCLUSTERED INDEX [IX_hosts_pace]
    ON [$(schema)].[hosts] ([host])
    INCLUDE ([pace_ms])
    WHERE [pace_ms] > 0;
GO
IF NOT EXISTS (SELECT 1 FROM sys.indexes WHERE object_id = OBJECT_ID(N'[$(schema)].[hosts]') AND name = N'IX_hosts_concurrency')
    CREATE NONCLUSTERED INDEX [IX_hosts_concurrency]
    ON [$(schema)].[hosts] ([host])
    INCLUDE ([concurrency])
    WHERE [concurrency] IS NOT NULL;
GO
IF NOT EXISTS (SELECT 1 FROM sys.indexes WHERE object_id = OBJECT_ID(N'[$(schema)].[hosts]') AND name = N'IX_hosts_slot')
    CREATE NONCLUSTERED INDEX [IX_hosts_slot]
    ON [$(schema)].[hosts] ([slot_lease_id])
    WHERE [slot_lease_id] IS NOT NULL;
GO
-- A worker that finds nothing asks when the next host opens.
IF NOT EXISTS (SELECT 1 FROM sys.indexes WHERE object_id = OBJECT_ID(N'[$(schema)].[hosts]') AND name = N'IX_hosts_next_slot')
    CREATE NONCLUSTERED INDEX [IX_hosts_next_slot]
    ON [$(schema)].[hosts] ([next_slot_at])
    WHERE [next_slot_at] IS NOT NULL;
GO
IF OBJECT_ID(N'[$(schema)].[claim_politely]', N'P') IS NOT NULL
    DROP PROCEDURE [$(schema)].[claim_politely];
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
CREATE PROCEDURE [$(schema)].[claim_politely]
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
    IF EXISTS (SELECT 1 FROM [$(schema)].[stops] WHERE [ended_at] IS NULL AND COALESCE([until], '9999-12-31T00:00:00') > @now)
    BEGIN
        SELECT CAST(1000 AS FLOAT) AS [retry_in_ms];
        RETURN;
    END
    EXEC [$(schema)].[promote_due];

    INSERT INTO @source ([place], [source_id], [system], [name], [rate_ms], [wait_ms], [opened_at], [paired])
    SELECT ROW_NUMBER() OVER (ORDER BY s.[next_slot_at], s.[source_id]), s.[source_id], s.[source_type], s.[name], s.[rate_delay_ms],
        COALESCE(DATEDIFF_BIG(millisecond, @now, s.[next_slot_at]), 0), COALESCE(s.[next_slot_at], '1900-01-01T00:00:00'), 0
    FROM [$(schema)].[sources] AS s
    WHERE s.[enabled] = 1 AND s.[paused_at] IS NULL AND s.[deleted_at] IS NULL AND EXISTS (
        SELECT 1 FROM [$(schema)].[ready_items] AS r
        WHERE r.[source_system] = s.[source_type] COLLATE Latin1_General_100_BIN2 AND r.[source_name] = s.[name] COLLATE Latin1_General_100_BIN2)
        AND NOT EXISTS (
            SELECT 1 FROM OPENJSON(@without) WITH ([system] NVARCHAR(100) '$.system', [name] NVARCHAR(100) '$.name') AS x
            WHERE x.[system] = s.[source_type] COLLATE Latin1_General_100_BIN2 AND x.[name] = s.[name] COLLATE Latin1_General_100_BIN2);
    IF @@ROWCOUNT > 0
    BEGIN
        UPDATE @source SET [wait_ms] = @poll_ms
        WHERE [wait_ms] < @poll_ms AND [rate_ms] > 0 AND [source_id] IN (
            SELECT s.[source_id] FROM [$(schema)].[sources] AS s WHERE s.[slot_lease_id] IS NOT NULL AND s.[slot_until] > @now);
        SET @retry_ms = (SELECT MIN([wait_ms]) FROM @source WHERE [rate_ms] > 0 AND [wait_ms] > 0);
        IF EXISTS (SELECT 1 FROM @source WHERE [rate_ms] = 0) SET @free = 1;
        INSERT INTO @resting ([run_id])
        SELECT LOWER(CAST([run_id] AS NVARCHAR(36))) FROM [$(schema)].[current_runs]
        WHERE [status] = N'running' AND CASE WHEN [paused_at] IS NOT NULL THEN 1 WHEN [deadline_at] <= @now THEN 1
            WHEN [requests_sent] >= [max_requests] THEN 1 ELSE 0 END = 1
        UNION
        SELECT LOWER(CAST([run_id] AS NVARCHAR(36))) FROM [$(schema)].[ingest_runs] WHERE [phase] <> N'ready' AND [phase] = N'ending';
        IF EXISTS (SELECT 1 FROM [$(schema)].[hosts] WHERE [pace_ms] > 0) SET @limited = 1;
        IF EXISTS (SELECT 1 FROM [$(schema)].[hosts] WHERE [concurrency] IS NOT NULL)
        BEGIN
            SET @limited = 1;
            INSERT INTO @full ([host])
            SELECT h.[host] FROM [$(schema)].[hosts] AS h
            WHERE h.[concurrency] IS NOT NULL AND h.[concurrency] <= (
                SELECT COUNT(*) FROM [$(schema)].[work_items] AS w
                WHERE w.[status] = N'in_progress' AND w.[host] = h.[host] COLLATE DATABASE_DEFAULT);
        END
        IF @limited = 1 OR EXISTS (SELECT 1 FROM [$(schema)].[hosts] WHERE [blocked_until] > @now) SET @shut = 1;
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
                SELECT TOP (1) @run = r.[run_id] FROM @source AS s JOIN [$(schema)].[ready_items] AS r WITH (READPAST, READCOMMITTEDLOCK)
                    ON r.[source_system] = s.[system] AND r.[source_name] = s.[name]
                WHERE s.[place] = @next ORDER BY r.[run_id];
                WHILE @run IS NOT NULL
                BEGIN
                    IF NOT EXISTS (SELECT 1 FROM @resting WHERE [run_id] = @run) INSERT INTO @pair ([place], [run_id]) VALUES (@next, @run);
                    SET @next_run = NULL;
                    SELECT TOP (1) @next_run = r.[run_id] FROM @source AS s JOIN [$(schema)].[ready_items] AS r WITH (READPAST, READCOMMITTEDLOCK)
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
                        FROM [$(schema)].[hosts] WHERE [pace_ms] > 0
                        UNION ALL
                        SELECT [host], NULL, [blocked_until], NULL FROM [$(schema)].[hosts] WHERE [concurrency] IS NOT NULL AND [pace_ms] = 0
                    ) AS o
                    WHERE COALESCE(o.[blocked_until], @now) <= @now AND COALESCE(o.[next_slot_at], @now) <= @now AND COALESCE(o.[held_until], @now) <= @now
                    ORDER BY o.[next_slot_at] DESC, o.[host]
                ) AS h CROSS APPLY (
                    SELECT TOP (1) p.[place], w.[resource_type] FROM @pair AS p
                    JOIN @source AS s ON s.[place] = p.[place] AND s.[rate_ms] = 0 CROSS APPLY (
                        SELECT TOP (1) r.[priority], r.[created_at], r.[work_item_id], r.[resource_type]
                        FROM [$(schema)].[ready_items] AS r WITH (READPAST, READCOMMITTEDLOCK)
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
                FROM [$(schema)].[ready_items] AS r WITH (READPAST, READCOMMITTEDLOCK)
                WHERE r.[source_system] = s.[system] AND r.[source_name] = s.[name]
                ORDER BY r.[priority], r.[created_at], r.[work_item_id]
            ) AS w
            WHERE CASE WHEN s.[place] = @place THEN 1 WHEN @place = 0 AND s.[rate_ms] = 0 THEN 1 ELSE 0 END = 1
                AND NOT EXISTS (SELECT 1 FROM @look AS t WHERE t.[work_item_id] = w.[work_item_id] COLLATE DATABASE_DEFAULT)
                AND NOT EXISTS (SELECT 1 FROM @resting AS x WHERE x.[run_id] = w.[run_id])
                AND NOT EXISTS (SELECT 1 FROM @full AS x WHERE x.[host] = w.[host])
                AND (@judged = 0 OR NOT EXISTS (
                    SELECT 1 FROM [$(schema)].[hosts] AS h
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
                FROM @look AS l JOIN [$(schema)].[ready_items] AS r WITH (READPAST, READCOMMITTEDLOCK) ON r.[work_item_id] = l.[work_item_id] COLLATE DATABASE_DEFAULT
                WHERE l.[position] = @at + @want;
            SET @crowded = 0;
            IF @judged = 1 OR EXISTS (SELECT 1 FROM @resting)
                SELECT TOP (1) @crowded = 1
                FROM @source AS s CROSS APPLY (
                    SELECT r.[priority], r.[created_at], r.[work_item_id]
                    FROM [$(schema)].[ready_items] AS r WITH (READPAST, READCOMMITTEDLOCK)
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
                        SELECT TOP (1) @next_lane = r.[host] FROM @source AS s JOIN [$(schema)].[ready_items] AS r WITH (READPAST, READCOMMITTEDLOCK)
                            ON r.[source_system] = s.[system] AND r.[source_name] = s.[name]
                        WHERE s.[place] = @next AND r.[run_id] = @run ORDER BY r.[host];
                        WHILE @next_lane IS NOT NULL
                        BEGIN
                            SET @lane = @next_lane;
                            IF NOT EXISTS (SELECT 1 FROM @full WHERE [host] = @lane) AND NOT EXISTS (
                                SELECT 1 FROM [$(schema)].[hosts] AS h
                                WHERE h.[host] = @lane AND CASE WHEN h.[blocked_until] > @now THEN 1
                                    WHEN @place = 0 THEN CASE WHEN h.[pace_ms] > 0 THEN 1 WHEN h.[concurrency] IS NOT NULL THEN 1 ELSE 0 END
                                    WHEN h.[next_slot_at] > @now THEN 1 WHEN h.[slot_lease_id] IS NOT NULL AND h.[slot_until] > @now THEN 1 ELSE 0 END = 1)
                                INSERT INTO @open ([place], [run_id], [host]) VALUES (@next, @run, @lane);
                            SET @next_lane = NULL;
                            SELECT TOP (1) @next_lane = r.[host] FROM @source AS s JOIN [$(schema)].[ready_items] AS r WITH (READPAST, READCOMMITTEDLOCK)
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
                    FROM [$(schema)].[ready_items] AS r WITH (READPAST, READCOMMITTEDLOCK)
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
            SELECT @pace_ms = [pace_ms] FROM [$(schema)].[hosts] WHERE [host] = @host;
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
                    FROM [$(schema)].[ready_items] AS r WITH (READPAST, READCOMMITTEDLOCK)
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
            IF @looked > 0 AND @host <> N'' AND NOT EXISTS (SELECT 1 FROM [$(schema)].[hosts] WHERE [host] = @host)
            BEGIN TRY
                INSERT INTO [$(schema)].[hosts] ([host], [updated_at]) VALUES (@host, @now);
            END TRY
            BEGIN CATCH
                IF ERROR_NUMBER() NOT IN (2601, 2627) THROW;
            END CATCH
            IF @looked > 0
            BEGIN
                BEGIN TRANSACTION;
                IF @rate_ms > 0
                BEGIN
                    UPDATE [$(schema)].[sources] WITH (ROWLOCK, READPAST, READCOMMITTEDLOCK)
                    SET [slot_lease_id] = @lease, [slot_until] = @until, [next_slot_at] = DATEADD(millisecond, @rate_ms, @now)
                    WHERE [source_id] = (SELECT [source_id] FROM @source WHERE [place] = @place)
                        AND [enabled] = 1 AND [paused_at] IS NULL AND [deleted_at] IS NULL
                        AND COALESCE([next_slot_at], @now) <= @now
                        AND CASE WHEN [slot_lease_id] IS NULL THEN 1 WHEN [slot_until] > @now THEN 0 ELSE 1 END = 1;
                    IF @@ROWCOUNT = 0 SET @room = 0;
                END
                IF @room > 0 AND @host <> N''
                BEGIN
                    UPDATE [$(schema)].[hosts] WITH (ROWLOCK, READPAST, READCOMMITTEDLOCK)
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
                        FROM [$(schema)].[hosts] AS h CROSS APPLY (
                            SELECT COUNT(*) AS [n] FROM [$(schema)].[work_items] AS w
                            WHERE w.[status] = N'in_progress' AND w.[host] = h.[host] COLLATE DATABASE_DEFAULT) AS c
                        WHERE h.[host] = @host AND h.[concurrency] IS NOT NULL AND @delay_ms = 0;
                END
            END
        END
        IF @unit IS NOT NULL DELETE FROM @units WHERE [unit] = @unit;

        SET @found = 0;
        IF @room > 0
        BEGIN
            UPDATE [$(schema)].[work_items] WITH (ROWLOCK, READPAST, READCOMMITTEDLOCK)
            SET [status] = N'in_progress', [attempt] = [attempt] + 1, [wait_reason] = NULL,
                [lease_id] = @prefix + RIGHT(N'000' + CAST(l.[position] AS NVARCHAR(4)), 4),
                [lease_owner] = @owner, [claimed_at] = @now, [updated_at] = @now, [lease_until] = @until
            OUTPUT inserted.[work_item_id], inserted.[lease_id], CASE WHEN @unit IS NULL THEN 0 ELSE 1 END INTO @claimed
            FROM @look AS l CROSS APPLY (
                SELECT TOP (1) w.[work_item_id] FROM [$(schema)].[work_items] AS w WHERE w.[work_item_id] = l.[work_item_id] COLLATE DATABASE_DEFAULT) AS k
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
        SET @ms = (SELECT MIN(DATEDIFF_BIG(millisecond, @now, [blocked_until])) FROM [$(schema)].[hosts] WHERE [blocked_until] > @now);
        IF @retry_ms IS NULL OR @ms < @retry_ms SET @retry_ms = @ms;
        -- What was claimed knows its own distances.
        IF @taken = 0
        BEGIN
            SET @ms = NULL;
            SELECT TOP (1) @ms = DATEDIFF_BIG(millisecond, @now, [available_at]) FROM [$(schema)].[work_items]
            WHERE [status] = N'pending' AND [wait_reason] <> N'on_hold' ORDER BY [available_at];
            IF @ms < 0 SET @ms = 0;
            IF @retry_ms IS NULL OR @ms < @retry_ms SET @retry_ms = @ms;
            SET @ms = (SELECT MIN(DATEDIFF_BIG(millisecond, @now, [next_slot_at])) FROM [$(schema)].[hosts] WHERE [next_slot_at] > @now);
            IF @retry_ms IS NULL OR @ms < @retry_ms SET @retry_ms = @ms;
            IF (@retry_ms IS NULL OR @poll_ms < @retry_ms) AND (EXISTS (SELECT 1 FROM @full)
                OR EXISTS (SELECT 1 FROM [$(schema)].[hosts] WHERE [slot_lease_id] IS NOT NULL AND [slot_until] > @now)) SET @retry_ms = @poll_ms;
        END
    END
    SELECT CAST(@retry_ms AS FLOAT) AS [retry_in_ms];
    IF @taken > 0
    BEGIN
        SELECT item.*, c.[under_slot] FROM @claimed AS c CROSS APPLY (
            SELECT TOP (1) w.* FROM [$(schema)].[work_items] AS w WHERE w.[work_item_id] = c.[work_item_id] COLLATE DATABASE_DEFAULT) AS item;
        SELECT h.[host] AS [claimed_host], h.[pace_ms], h.[slot_lease_id], h.[robots_delay_ms],
            CAST(DATEDIFF_BIG(millisecond, CAST(SYSUTCDATETIME() AS DATETIME2(3)), h.[blocked_until]) AS FLOAT) AS [blocked_ms]
        FROM [$(schema)].[hosts] AS h WHERE h.[host] IN (
            SELECT item.[host] COLLATE Latin1_General_100_BIN2 FROM @claimed AS c CROSS APPLY (
                SELECT TOP (1) w.[host] FROM [$(schema)].[work_items] AS w WHERE w.[work_item_id] = c.[work_item_id] COLLATE DATABASE_DEFAULT) AS item);
    END
END
GO
