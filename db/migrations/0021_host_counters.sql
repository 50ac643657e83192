-- Exact totals per host and status, kept as those per source are (0007): a trigger appends deltas, a roll-up
-- folds them. Items without a host count under N''.
IF OBJECT_ID(N'[$(schema)].[work_item_host_counters]', N'U') IS NULL
BEGIN
    CREATE TABLE [$(schema)].[work_item_host_counters] (
        [host] NVARCHAR(300) COLLATE Latin1_General_100_BIN2 NOT NULL,
        [status] NVARCHAR(20) COLLATE Latin1_General_100_BIN2 NOT NULL,
        [item_count] BIGINT NOT NULL CONSTRAINT [DF_work_item_host_counters_item_count] DEFAULT 0,
        CONSTRAINT [PK_work_item_host_counters] PRIMARY KEY CLUSTERED ([host], [status])
    );
END
GO
IF OBJECT_ID(N'[$(schema)].[work_item_host_counter_deltas]', N'U') IS NULL
BEGIN
    CREATE TABLE [$(schema)].[work_item_host_counter_deltas] (
        [delta_id] BIGINT IDENTITY(1, 1) NOT NULL,
        [host] NVARCHAR(300) COLLATE Latin1_General_100_BIN2 NOT NULL,
        [status] NVARCHAR(20) COLLATE Latin1_General_100_BIN2 NOT NULL,
        [delta] BIGINT NOT NULL,
        CONSTRAINT [PK_work_item_host_counter_deltas] PRIMARY KEY CLUSTERED ([delta_id])
    );
END
GO
-- The trigger and what it finds are one transaction, with the table locked, so nothing is counted twice.
IF OBJECT_ID(N'[$(schema)].[TR_work_items_count_hosts]', N'TR') IS NULL
BEGIN
    BEGIN TRANSACTION;
    DECLARE @locked BIGINT = (SELECT COUNT_BIG(*) FROM [$(schema)].[work_items] WITH (TABLOCKX, HOLDLOCK));
    EXEC(N'CREATE TRIGGER [$(schema)].[TR_work_items_count_hosts] ON [$(schema)].[work_items]
    AFTER INSERT, UPDATE, DELETE
    AS
    BEGIN
        SET NOCOUNT ON;
        INSERT INTO [$(schema)].[work_item_host_counter_deltas] ([host], [status], [delta])
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
    DELETE FROM [$(schema)].[work_item_host_counter_deltas];
    DELETE FROM [$(schema)].[work_item_host_counters];
    INSERT INTO [$(schema)].[work_item_host_counters] ([host], [status], [item_count])
    SELECT [host], [status], SUM([n])
    FROM (
        SELECT COALESCE([host], N'') COLLATE Latin1_General_100_BIN2 AS [host],
            [status] COLLATE Latin1_General_100_BIN2 AS [status], CAST(1 AS BIGINT) AS [n] FROM [$(schema)].[work_items]
    ) AS [items]
    GROUP BY [host], [status];
    COMMIT TRANSACTION;
END
GO
-- When the totals of a source (`source:NAME`) or of all hosts (`hosts`) were last compared with the items.
IF OBJECT_ID(N'[$(schema)].[counter_checks]', N'U') IS NULL
BEGIN
    CREATE TABLE [$(schema)].[counter_checks] (
        [part] NVARCHAR(120) COLLATE Latin1_General_100_BIN2 NOT NULL,
        [turn_id] NVARCHAR(36) NULL,
        [turn_until] DATETIME2(3) NULL,
        [checked_at] DATETIME2(3) NULL,
        [outcome] NVARCHAR(20) NULL,
        [drifted_at] DATETIME2(3) NULL,
        [drift] BIGINT NULL,
        CONSTRAINT [PK_counter_checks] PRIMARY KEY CLUSTERED ([part]),
        CONSTRAINT [CK_counter_checks_outcome] CHECK ([outcome] IN (N'exact', N'mended', N'busy'))
    );
END
GO
-- With the system at its end this index alone says how many items a source has in each status.
IF NOT EXISTS (SELECT 1 FROM sys.indexes WHERE object_id = OBJECT_ID(N'[$(schema)].[work_items]') AND name = N'IX_work_items_source_totals')
    CREATE NONCLUSTERED INDEX [IX_work_items_source_totals]
    ON [$(schema)].[work_items] ([source_name], [status], [created_at], [work_item_id])
    INCLUDE ([source_system]);
GO
IF EXISTS (SELECT 1 FROM sys.indexes WHERE object_id = OBJECT_ID(N'[$(schema)].[work_items]') AND name = N'IX_work_items_source_status')
    DROP INDEX [IX_work_items_source_status] ON [$(schema)].[work_items];
GO
-- Records of one resource, and of resources whose ids begin alike.
IF NOT EXISTS (SELECT 1 FROM sys.indexes WHERE object_id = OBJECT_ID(N'[$(schema)].[IngestRecords]') AND name = N'IX_IngestRecords_Resource')
    CREATE NONCLUSTERED INDEX [IX_IngestRecords_Resource]
    ON [$(schema)].[IngestRecords] ([resource_id], [fetched_at_utc], [ingest_id]);
GO
