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
