-- Exact totals per source and status, and per host and status, so that no page counts rows. Triggers append
-- changes, which never wait for each other as updates of one total would; a roll-up adds them to the totals in the
-- background. Items without a host count under the empty name.
SET ANSI_NULLS, ANSI_PADDING, ANSI_WARNINGS, ARITHABORT, CONCAT_NULL_YIELDS_NULL, QUOTED_IDENTIFIER ON;
SET NUMERIC_ROUNDABORT OFF;
SET XACT_ABORT ON;
GO
IF OBJECT_ID(N'[$(schema)].[source_totals]', N'U') IS NULL
BEGIN
    CREATE TABLE [$(schema)].[source_totals] (
        [source_system] NVARCHAR(100) COLLATE Latin1_General_100_BIN2 NOT NULL,
        [source_name] NVARCHAR(100) COLLATE Latin1_General_100_BIN2 NOT NULL,
        [status] NVARCHAR(20) COLLATE Latin1_General_100_BIN2 NOT NULL,
        [item_count] BIGINT NOT NULL CONSTRAINT [DF_source_totals_item_count] DEFAULT 0,
        CONSTRAINT [PK_source_totals] PRIMARY KEY CLUSTERED ([source_system], [source_name], [status])
    );
END
GO
IF OBJECT_ID(N'[$(schema)].[source_total_deltas]', N'U') IS NULL
BEGIN
    CREATE TABLE [$(schema)].[source_total_deltas] (
        [delta_id] BIGINT IDENTITY(1, 1) NOT NULL,
        [source_system] NVARCHAR(100) COLLATE Latin1_General_100_BIN2 NOT NULL,
        [source_name] NVARCHAR(100) COLLATE Latin1_General_100_BIN2 NOT NULL,
        [status] NVARCHAR(20) COLLATE Latin1_General_100_BIN2 NOT NULL,
        [delta] BIGINT NOT NULL,
        CONSTRAINT [PK_source_total_deltas] PRIMARY KEY CLUSTERED ([delta_id])
    );
END
GO
IF OBJECT_ID(N'[$(schema)].[host_totals]', N'U') IS NULL
BEGIN
    CREATE TABLE [$(schema)].[host_totals] (
        [host] NVARCHAR(300) COLLATE Latin1_General_100_BIN2 NOT NULL,
        [status] NVARCHAR(20) COLLATE Latin1_General_100_BIN2 NOT NULL,
        [item_count] BIGINT NOT NULL CONSTRAINT [DF_host_totals_item_count] DEFAULT 0,
        CONSTRAINT [PK_host_totals] PRIMARY KEY CLUSTERED ([host], [status])
    );
END
GO
IF OBJECT_ID(N'[$(schema)].[host_total_deltas]', N'U') IS NULL
BEGIN
    CREATE TABLE [$(schema)].[host_total_deltas] (
        [delta_id] BIGINT IDENTITY(1, 1) NOT NULL,
        [host] NVARCHAR(300) COLLATE Latin1_General_100_BIN2 NOT NULL,
        [status] NVARCHAR(20) COLLATE Latin1_General_100_BIN2 NOT NULL,
        [delta] BIGINT NOT NULL,
        CONSTRAINT [PK_host_total_deltas] PRIMARY KEY CLUSTERED ([delta_id])
    );
END
GO
-- The triggers and what they find are one transaction, with the table locked, so nothing is counted twice.
IF OBJECT_ID(N'[$(schema)].[TR_work_items_count]', N'TR') IS NULL OR OBJECT_ID(N'[$(schema)].[TR_work_items_count_hosts]', N'TR') IS NULL
BEGIN
    BEGIN TRANSACTION;
    DECLARE @locked INT = (SELECT TOP (1) 1 FROM [$(schema)].[work_items] WITH (TABLOCKX, HOLDLOCK));
    IF OBJECT_ID(N'[$(schema)].[TR_work_items_count]', N'TR') IS NULL
    EXEC(N'CREATE TRIGGER [$(schema)].[TR_work_items_count] ON [$(schema)].[work_items]
    AFTER INSERT, UPDATE, DELETE
    AS
    BEGIN
        SET NOCOUNT ON;
        INSERT INTO [$(schema)].[source_total_deltas] ([source_system], [source_name], [status], [delta])
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
    END');
    IF OBJECT_ID(N'[$(schema)].[TR_work_items_count_hosts]', N'TR') IS NULL
    EXEC(N'CREATE TRIGGER [$(schema)].[TR_work_items_count_hosts] ON [$(schema)].[work_items]
    AFTER INSERT, UPDATE, DELETE
    AS
    BEGIN
        SET NOCOUNT ON;
        INSERT INTO [$(schema)].[host_total_deltas] ([host], [status], [delta])
        SELECT [host], [status], SUM([n])
        FROM (
            SELECT COALESCE([host], N'''') COLLATE Latin1_General_100_BIN2 AS [host],
                [status] COLLATE Latin1_General_100_BIN2 AS [status], CAST(1 AS BIGINT) AS [n] FROM inserted
            UNION ALL
            SELECT COALESCE([host], N'''') COLLATE Latin1_General_100_BIN2,
                [status] COLLATE Latin1_General_100_BIN2, CAST(-1 AS BIGINT) FROM deleted
        ) AS [changes]
        GROUP BY [host], [status]
        HAVING SUM([n]) <> 0;
    END');
    DELETE FROM [$(schema)].[source_total_deltas];
    DELETE FROM [$(schema)].[source_totals];
    INSERT INTO [$(schema)].[source_totals] ([source_system], [source_name], [status], [item_count])
    SELECT [source_system], [source_name], [status], COUNT_BIG(*)
    FROM (
        SELECT [source_system] COLLATE Latin1_General_100_BIN2 AS [source_system], [source_name] COLLATE Latin1_General_100_BIN2 AS [source_name],
            [status] COLLATE Latin1_General_100_BIN2 AS [status] FROM [$(schema)].[work_items]
    ) AS [items]
    GROUP BY [source_system], [source_name], [status];
    DELETE FROM [$(schema)].[host_total_deltas];
    DELETE FROM [$(schema)].[host_totals];
    INSERT INTO [$(schema)].[host_totals] ([host], [status], [item_count])
    SELECT [host], [status], COUNT_BIG(*)
    FROM (
        SELECT COALESCE([host], N'') COLLATE Latin1_General_100_BIN2 AS [host],
            [status] COLLATE Latin1_General_100_BIN2 AS [status] FROM [$(schema)].[work_items]
    ) AS [items]
    GROUP BY [host], [status];
    COMMIT TRANSACTION;
END
GO
-- When the totals of a source (`source:NAME`) or of all hosts (`hosts`) were last compared with the items.
IF OBJECT_ID(N'[$(schema)].[totals_checks]', N'U') IS NULL
BEGIN
    CREATE TABLE [$(schema)].[totals_checks] (
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
END
GO
-- Both are compared from the beginning by the clock, not because they never were.
INSERT INTO [$(schema)].[totals_checks] ([part], [checked_at])
SELECT p.[part], SYSUTCDATETIME()
FROM (VALUES (N'hosts'), (N'queue')) AS p ([part])
WHERE NOT EXISTS (SELECT 1 FROM [$(schema)].[totals_checks] AS t WHERE t.[part] = p.[part]);
GO
-- What was stored, once a day: bytes and rows by table, by source and record type, of the lake, and free room on disks.
-- `day` is 2026-01-31 by the database's clock; `part` is the type of records, else empty.
IF OBJECT_ID(N'[$(schema)].[storage_samples]', N'U') IS NULL
BEGIN
    CREATE TABLE [$(schema)].[storage_samples] (
        [day] NVARCHAR(10) COLLATE Latin1_General_100_BIN2 NOT NULL,
        [kind] NVARCHAR(10) COLLATE Latin1_General_100_BIN2 NOT NULL,
        [name] NVARCHAR(128) COLLATE Latin1_General_100_BIN2 NOT NULL,
        [part] NVARCHAR(100) COLLATE Latin1_General_100_BIN2 NOT NULL,
        [row_count] BIGINT NULL,
        [bytes] BIGINT NOT NULL,
        CONSTRAINT [PK_storage_samples] PRIMARY KEY CLUSTERED ([day], [kind], [name], [part]),
        CONSTRAINT [CK_storage_samples_kind] CHECK ([kind] IN (N'table', N'records', N'lake', N'free'))
    );
END
GO
IF OBJECT_ID(N'[$(schema)].[queue_statistics]', N'P') IS NOT NULL
    DROP PROCEDURE [$(schema)].[queue_statistics];
GO
-- How many items each source has in each status: exact, of one moment, without counting items.
CREATE PROCEDURE [$(schema)].[queue_statistics]
AS
BEGIN
    SET NOCOUNT ON;
    SELECT [source_system], [source_name], [status], SUM([n]) AS [items]
    FROM (
        SELECT [source_system], [source_name], [status], [item_count] AS [n] FROM [$(schema)].[source_totals]
        UNION ALL
        SELECT [source_system], [source_name], [status], [delta] FROM [$(schema)].[source_total_deltas]
    ) AS [totals]
    GROUP BY [source_system], [source_name], [status]
    HAVING SUM([n]) <> 0
    ORDER BY [source_system], [source_name], [status];
END
GO
IF OBJECT_ID(N'[$(schema)].[roll_up_totals]', N'P') IS NOT NULL
    DROP PROCEDURE [$(schema)].[roll_up_totals];
GO
-- Adds the appended changes to the totals, 2,000 of each at a time: fewer than make the server take a table lock. Only what
-- is committed is read, so that nobody holds a row that is deleted. One at a time over all processes, as comparisons are:
-- while another one has the turn for 20 s, the changes count where they are. To be refused should stay rare, because some
-- servers keep a trace of each refusal by sp_getapplock. One row: how many were rolled up.
CREATE PROCEDURE [$(schema)].[roll_up_totals]
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
        EXEC @got = sp_getapplock @Resource = N'holocron_counters_$(schema)', @LockMode = N'Exclusive', @LockOwner = N'Transaction', @LockTimeout = 20000;
        IF @got < 0
        BEGIN
            ROLLBACK TRANSACTION;
            BREAK;
        END
        INSERT INTO @sources ([delta_id], [source_system], [source_name], [status], [delta])
        SELECT TOP (2000) [delta_id], [source_system], [source_name], [status], [delta] FROM [$(schema)].[source_total_deltas] ORDER BY [delta_id];
        SET @of_sources = @@ROWCOUNT;
        INSERT INTO @source_sums ([source_system], [source_name], [status], [delta])
        SELECT [source_system], [source_name], [status], SUM([delta]) FROM @sources GROUP BY [source_system], [source_name], [status];
        UPDATE total SET [item_count] = total.[item_count] + s.[delta]
        FROM [$(schema)].[source_totals] AS total JOIN @source_sums AS s
            ON s.[source_system] = total.[source_system] AND s.[source_name] = total.[source_name] AND s.[status] = total.[status];
        INSERT INTO [$(schema)].[source_totals] ([source_system], [source_name], [status], [item_count])
        SELECT s.[source_system], s.[source_name], s.[status], s.[delta] FROM @source_sums AS s
        WHERE NOT EXISTS (SELECT 1 FROM [$(schema)].[source_totals] AS total WHERE total.[source_system] = s.[source_system]
            AND total.[source_name] = s.[source_name] AND total.[status] = s.[status]);
        DELETE FROM [$(schema)].[source_total_deltas] WHERE [delta_id] IN (SELECT [delta_id] FROM @sources);
        INSERT INTO @hosts ([delta_id], [host], [status], [delta])
        SELECT TOP (2000) [delta_id], [host], [status], [delta] FROM [$(schema)].[host_total_deltas] ORDER BY [delta_id];
        SET @of_hosts = @@ROWCOUNT;
        INSERT INTO @host_sums ([host], [status], [delta])
        SELECT [host], [status], SUM([delta]) FROM @hosts GROUP BY [host], [status];
        UPDATE total SET [item_count] = total.[item_count] + h.[delta]
        FROM [$(schema)].[host_totals] AS total JOIN @host_sums AS h ON h.[host] = total.[host] AND h.[status] = total.[status];
        INSERT INTO [$(schema)].[host_totals] ([host], [status], [item_count])
        SELECT h.[host], h.[status], h.[delta] FROM @host_sums AS h
        WHERE NOT EXISTS (SELECT 1 FROM [$(schema)].[host_totals] AS total WHERE total.[host] = h.[host] AND total.[status] = h.[status]);
        DELETE FROM [$(schema)].[host_total_deltas] WHERE [delta_id] IN (SELECT [delta_id] FROM @hosts);
        COMMIT TRANSACTION;
        SET @rolled_up = @rolled_up + @of_sources + @of_hosts;
    END
    SELECT @rolled_up AS [rolled_up];
END
GO
IF OBJECT_ID(N'[$(schema)].[check_integrity]', N'P') IS NOT NULL
    DROP PROCEDURE [$(schema)].[check_integrity];
GO
-- Compares the totals with the items, and the queue with what is ready, each in one statement that sees one moment and
-- locks nothing; for a quiet hour. Rows: what differs. With @fail = 1 it ends with an error when something does, so that
-- a job fails; `pnpm counters:check` and the workers set it right.
CREATE PROCEDURE [$(schema)].[check_integrity]
    @fail BIT = 1
AS
BEGIN
    SET NOCOUNT ON;
    DECLARE @found TABLE ([what] NVARCHAR(20) NOT NULL, [name] NVARCHAR(300) NOT NULL, [status] NVARCHAR(20) NOT NULL, [difference] BIGINT NOT NULL);
    INSERT INTO @found ([what], [name], [status], [difference])
    SELECT N'source total', CONCAT([source_system], N':', [source_name]), [status], SUM([n])
    FROM (
        SELECT [source_system] COLLATE Latin1_General_100_BIN2 AS [source_system], [source_name] COLLATE Latin1_General_100_BIN2 AS [source_name],
            [status] COLLATE Latin1_General_100_BIN2 AS [status], CAST(1 AS BIGINT) AS [n] FROM [$(schema)].[work_items]
        UNION ALL
        SELECT [source_system], [source_name], [status], -[item_count] FROM [$(schema)].[source_totals]
        UNION ALL
        SELECT [source_system], [source_name], [status], -[delta] FROM [$(schema)].[source_total_deltas]
    ) AS [both]
    GROUP BY [source_system], [source_name], [status]
    HAVING SUM([n]) <> 0;
    INSERT INTO @found ([what], [name], [status], [difference])
    SELECT N'queue', N'items without a row', N'pending', COUNT(*)
    FROM [$(schema)].[work_items] AS w
    WHERE w.[status] = N'pending' AND w.[wait_reason] IS NULL AND w.[updated_at] < DATEADD(minute, -5, SYSUTCDATETIME())
        AND NOT EXISTS (SELECT 1 FROM [$(schema)].[ready_items] AS r WHERE r.[work_item_id] = w.[work_item_id])
    HAVING COUNT(*) > 0;
    SELECT [what], [name], [status], [difference] FROM @found ORDER BY [what], [name], [status];
    IF @fail = 1 AND EXISTS (SELECT 1 FROM @found)
        THROW 51001, N'Totals or queue differ from the items: run pnpm counters:check.', 1;
END
GO
-- What came of the attempts of each source on each day (UTC), added up as minutes are counted: what pages of a source
-- and of a month read. requests: sent, redirects included. bytes: of the answers, unpacked.
IF OBJECT_ID(N'[$(schema)].[source_days]', N'U') IS NULL
BEGIN
    CREATE TABLE [$(schema)].[source_days] (
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
END
GO
