-- Exact totals per source and status, so that no page counts rows. A trigger appends deltas, which
-- never wait for each other as updates of one counter row would; a roll-up folds them into the totals.
IF OBJECT_ID(N'[$(schema)].[work_item_counters]', N'U') IS NULL
BEGIN
    CREATE TABLE [$(schema)].[work_item_counters] (
        [source_system] NVARCHAR(100) COLLATE Latin1_General_100_BIN2 NOT NULL,
        [source_name] NVARCHAR(100) COLLATE Latin1_General_100_BIN2 NOT NULL,
        [status] NVARCHAR(20) COLLATE Latin1_General_100_BIN2 NOT NULL,
        [item_count] BIGINT NOT NULL CONSTRAINT [DF_work_item_counters_item_count] DEFAULT 0,
        CONSTRAINT [PK_work_item_counters] PRIMARY KEY CLUSTERED ([source_system], [source_name], [status])
    );
END
GO
IF OBJECT_ID(N'[$(schema)].[work_item_counter_deltas]', N'U') IS NULL
BEGIN
    CREATE TABLE [$(schema)].[work_item_counter_deltas] (
        [delta_id] BIGINT IDENTITY(1, 1) NOT NULL,
        [source_system] NVARCHAR(100) COLLATE Latin1_General_100_BIN2 NOT NULL,
        [source_name] NVARCHAR(100) COLLATE Latin1_General_100_BIN2 NOT NULL,
        [status] NVARCHAR(20) COLLATE Latin1_General_100_BIN2 NOT NULL,
        [delta] BIGINT NOT NULL,
        CONSTRAINT [PK_work_item_counter_deltas] PRIMARY KEY CLUSTERED ([delta_id])
    );
END
GO
-- The trigger and what it finds are one transaction, with the table locked, so nothing is counted twice.
IF OBJECT_ID(N'[$(schema)].[TR_work_items_count]', N'TR') IS NULL
BEGIN
    BEGIN TRANSACTION;
    DECLARE @locked BIGINT = (SELECT COUNT_BIG(*) FROM [$(schema)].[work_items] WITH (TABLOCKX, HOLDLOCK));
    EXEC(N'CREATE TRIGGER [$(schema)].[TR_work_items_count] ON [$(schema)].[work_items]
    AFTER INSERT, UPDATE, DELETE
    AS
    BEGIN
        SET NOCOUNT ON;
        INSERT INTO [$(schema)].[work_item_counter_deltas] ([source_system], [source_name], [status], [delta])
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
    DELETE FROM [$(schema)].[work_item_counter_deltas];
    DELETE FROM [$(schema)].[work_item_counters];
    INSERT INTO [$(schema)].[work_item_counters] ([source_system], [source_name], [status], [item_count])
    SELECT [source_system], [source_name], [status], SUM([n])
    FROM (
        SELECT [source_system] COLLATE Latin1_General_100_BIN2 AS [source_system], [source_name] COLLATE Latin1_General_100_BIN2 AS [source_name],
            [status] COLLATE Latin1_General_100_BIN2 AS [status], CAST(1 AS BIGINT) AS [n] FROM [$(schema)].[work_items]
    ) AS [items]
    GROUP BY [source_system], [source_name], [status];
    COMMIT TRANSACTION;
END
GO
