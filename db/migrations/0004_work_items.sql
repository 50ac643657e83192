-- What an item has beyond the existing table: lease, back-off, validators, history, recrawl. Columns are nullable
-- or have a constant default, so that editions which can do so add them without touching the rows; the others
-- touch them once for all.
SET ANSI_NULLS, ANSI_PADDING, ANSI_WARNINGS, ARITHABORT, CONCAT_NULL_YIELDS_NULL, QUOTED_IDENTIFIER ON;
SET NUMERIC_ROUNDABORT OFF;
SET XACT_ABORT ON;
GO
-- missing_since: a resource that was there once is missing since then. It holds while it is later than
-- last_fetched_at, so that the fetch that finds the resource again need not take it back. first_fetched_at: since
-- when its changes are known. refetch: what a person decided about recrawls; NULL = by how it has behaved.
IF COL_LENGTH(N'[$(schema)].[work_items]', N'missing_since') IS NULL
    ALTER TABLE [$(schema)].[work_items] ADD
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
        [missing_since] DATETIME2(3) NULL;
GO
-- A database of the earlier system has dedupe_key NVARCHAR(800) in its default collation, which takes Star_Wars and
-- star_wars for one and is too short for the longest key. The key gets a column that compares exactly; the old one
-- stays, under another name. Every step looks whether it is still to be done, so a run that was interrupted goes on
-- where it stopped. Stop the earlier system first.
IF EXISTS (SELECT 1 FROM sys.columns WHERE object_id = OBJECT_ID(N'[$(schema)].[work_items]')
        AND name = N'dedupe_key' AND (collation_name NOT LIKE N'%[_]BIN2' OR max_length < 1700))
    AND COL_LENGTH(N'[$(schema)].[work_items]', N'dedupe_key_exact') IS NULL
    AND COL_LENGTH(N'[$(schema)].[work_items]', N'dedupe_key_before') IS NULL
    ALTER TABLE [$(schema)].[work_items] ADD [dedupe_key_exact] NVARCHAR(850) COLLATE Latin1_General_100_BIN2 NOT NULL
        CONSTRAINT [DF_work_items_dedupe_key_exact] DEFAULT N'';
GO
-- In chunks, by the primary key, so that the log and the locks stay small.
IF COL_LENGTH(N'[$(schema)].[work_items]', N'dedupe_key_exact') IS NOT NULL AND COL_LENGTH(N'[$(schema)].[work_items]', N'dedupe_key') IS NOT NULL
    EXEC(N'
    DECLARE @from NVARCHAR(36) = N'''', @upto NVARCHAR(36), @chunks INT = 0, @rows NVARCHAR(20);
    WHILE 1 = 1
    BEGIN
        SET @upto = NULL;
        SELECT @upto = MAX([work_item_id]) FROM (
            SELECT TOP (2000) [work_item_id] FROM [$(schema)].[work_items] WHERE [work_item_id] > @from ORDER BY [work_item_id]
        ) AS [chunk];
        IF @upto IS NULL BREAK;
        UPDATE [$(schema)].[work_items] SET [dedupe_key_exact] = [dedupe_key]
        WHERE [work_item_id] > @from AND [work_item_id] <= @upto AND [dedupe_key_exact] = N'''';
        SET @from = @upto;
        SET @chunks = @chunks + 1;
        IF @chunks % 50 = 0
        BEGIN
            SET @rows = CAST(CAST(@chunks AS BIGINT) * 2000 AS NVARCHAR(20));
            RAISERROR(N''%s keys made exact'', 0, 1, @rows) WITH NOWAIT;
        END
    END');
GO
-- New rows leave the old column empty, so no unique index or constraint on it may stay, whatever its name.
IF COL_LENGTH(N'[$(schema)].[work_items]', N'dedupe_key_exact') IS NOT NULL AND COL_LENGTH(N'[$(schema)].[work_items]', N'dedupe_key') IS NOT NULL
BEGIN
    DECLARE @drop NVARCHAR(MAX) = (
        SELECT STRING_AGG(CASE WHEN i.is_unique_constraint = 1
            THEN N'ALTER TABLE [$(schema)].[work_items] DROP CONSTRAINT ' + QUOTENAME(i.name)
            -- It lists an index under another name than the one to drop it by.
            WHEN SERVERPROPERTY(N'Babelfish') IS NOT NULL THEN N'DROP INDEX IF EXISTS [IX_work_items_dedupe] ON [$(schema)].[work_items]'
            ELSE N'DROP INDEX ' + QUOTENAME(i.name) + N' ON [$(schema)].[work_items]' END, N'; ')
        FROM sys.indexes AS i
        JOIN sys.index_columns AS ic ON ic.object_id = i.object_id AND ic.index_id = i.index_id AND ic.is_included_column = 0
        JOIN sys.columns AS c ON c.object_id = ic.object_id AND c.column_id = ic.column_id
        WHERE i.object_id = OBJECT_ID(N'[$(schema)].[work_items]') AND c.name = N'dedupe_key' AND i.is_unique = 1 AND i.is_primary_key = 0);
    IF @drop IS NOT NULL EXEC(@drop);
END
GO
IF COL_LENGTH(N'[$(schema)].[work_items]', N'dedupe_key_exact') IS NOT NULL AND COL_LENGTH(N'[$(schema)].[work_items]', N'dedupe_key') IS NOT NULL
    AND COL_LENGTH(N'[$(schema)].[work_items]', N'dedupe_key_before') IS NULL
    EXEC sp_rename N'[$(schema)].[work_items].[dedupe_key]', N'dedupe_key_before', N'COLUMN';
GO
IF COL_LENGTH(N'[$(schema)].[work_items]', N'dedupe_key_before') IS NOT NULL
    AND NOT EXISTS (SELECT 1 FROM sys.default_constraints
        WHERE parent_object_id = OBJECT_ID(N'[$(schema)].[work_items]') AND name = N'DF_work_items_dedupe_key_before')
    ALTER TABLE [$(schema)].[work_items] ADD CONSTRAINT [DF_work_items_dedupe_key_before] DEFAULT N'' FOR [dedupe_key_before];
GO
IF COL_LENGTH(N'[$(schema)].[work_items]', N'dedupe_key_exact') IS NOT NULL AND COL_LENGTH(N'[$(schema)].[work_items]', N'dedupe_key') IS NULL
    EXEC sp_rename N'[$(schema)].[work_items].[dedupe_key_exact]', N'dedupe_key', N'COLUMN';
GO
-- A key must be given: the default was only for the rows that were there.
IF COL_LENGTH(N'[$(schema)].[work_items]', N'dedupe_key_before') IS NOT NULL
    AND EXISTS (SELECT 1 FROM sys.default_constraints
        WHERE parent_object_id = OBJECT_ID(N'[$(schema)].[work_items]') AND name = N'DF_work_items_dedupe_key_exact')
    ALTER TABLE [$(schema)].[work_items] DROP CONSTRAINT [DF_work_items_dedupe_key_exact];
GO
-- In a database where 0003 found or made it on the column that is now the old one.
IF NOT EXISTS (
        SELECT 1 FROM sys.indexes AS i
        JOIN sys.index_columns AS ic ON ic.object_id = i.object_id AND ic.index_id = i.index_id AND ic.is_included_column = 0
        JOIN sys.columns AS c ON c.object_id = ic.object_id AND c.column_id = ic.column_id
        WHERE i.object_id = OBJECT_ID(N'[$(schema)].[work_items]') AND i.is_unique = 1 AND i.has_filter = 0
        GROUP BY i.index_id
        HAVING COUNT(*) = 1 AND MAX(c.name) = N'dedupe_key')
    CREATE UNIQUE NONCLUSTERED INDEX [IX_work_items_dedupe]
    ON [$(schema)].[work_items] ([dedupe_key]);
GO
-- Every index is written with every item, so there are few: docs/sql-server.md has each with what reads it. The column of
-- a filter is key or included, or the server would look into the table for each row.
-- What lists walk, page by page: all items in the order of their creation, …
IF NOT EXISTS (SELECT 1 FROM sys.indexes WHERE object_id = OBJECT_ID(N'[$(schema)].[work_items]') AND name = N'IX_work_items_created')
    CREATE NONCLUSTERED INDEX [IX_work_items_created]
    ON [$(schema)].[work_items] ([created_at], [work_item_id]);
GO
-- … those of a status, of a source and of a run: equal columns first, then the order of the list. By creation rather
-- than by change: a row keeps its place until its status changes.
IF NOT EXISTS (SELECT 1 FROM sys.indexes WHERE object_id = OBJECT_ID(N'[$(schema)].[work_items]') AND name = N'IX_work_items_status_created')
    CREATE NONCLUSTERED INDEX [IX_work_items_status_created]
    ON [$(schema)].[work_items] ([status], [created_at], [work_item_id]);
GO
-- The system is included: the index alone says how many items a source has in each status.
IF NOT EXISTS (SELECT 1 FROM sys.indexes WHERE object_id = OBJECT_ID(N'[$(schema)].[work_items]') AND name = N'IX_work_items_source_totals')
    CREATE NONCLUSTERED INDEX [IX_work_items_source_totals]
    ON [$(schema)].[work_items] ([source_name], [status], [created_at], [work_item_id])
    INCLUDE ([source_system]);
GO
IF NOT EXISTS (SELECT 1 FROM sys.indexes WHERE object_id = OBJECT_ID(N'[$(schema)].[work_items]') AND name = N'IX_work_items_run_status')
    CREATE NONCLUSTERED INDEX [IX_work_items_run_status]
    ON [$(schema)].[work_items] ([run_id], [status], [created_at], [work_item_id])
    WHERE [run_id] IS NOT NULL;
GO
IF NOT EXISTS (SELECT 1 FROM sys.indexes WHERE object_id = OBJECT_ID(N'[$(schema)].[work_items]') AND name = N'IX_work_items_discovered_created')
    CREATE NONCLUSTERED INDEX [IX_work_items_discovered_created]
    ON [$(schema)].[work_items] ([discovered_from], [created_at], [work_item_id])
    WHERE [discovered_from] IS NOT NULL;
GO
-- With its source: the items of a source in the order of their ids are found in the index alone.
IF NOT EXISTS (SELECT 1 FROM sys.indexes WHERE object_id = OBJECT_ID(N'[$(schema)].[work_items]') AND name = N'IX_work_items_resource_source')
    CREATE NONCLUSTERED INDEX [IX_work_items_resource_source]
    ON [$(schema)].[work_items] ([resource_id], [work_item_id]) INCLUDE ([source_name]);
GO
-- How much of a source is stale is counted in this index, never in the table; and which items those are.
IF NOT EXISTS (SELECT 1 FROM sys.indexes WHERE object_id = OBJECT_ID(N'[$(schema)].[work_items]') AND name = N'IX_work_items_source_fetched')
    CREATE NONCLUSTERED INDEX [IX_work_items_source_fetched]
    ON [$(schema)].[work_items] ([source_name], [last_fetched_at], [work_item_id])
    INCLUDE ([source_system], [status], [refetch])
    WHERE [last_fetched_at] IS NOT NULL;
GO
-- What is due for a recrawl, the most useful first: items whose estimated rates of change are alike form a
-- class, and within a class whatever has been due longest goes first. The best of any number of items stand at
-- the heads of a few dozen stretches of the index.
IF NOT EXISTS (SELECT 1 FROM sys.indexes WHERE object_id = OBJECT_ID(N'[$(schema)].[work_items]') AND name = N'IX_work_items_refresh')
    CREATE NONCLUSTERED INDEX [IX_work_items_refresh]
    ON [$(schema)].[work_items] ([source_name], [refresh_class], [next_fetch_at], [work_item_id])
    INCLUDE ([status], [source_system], [resource_type])
    WHERE [status] = N'completed' AND [next_fetch_at] IS NOT NULL;
GO
-- The others hold few of many: an item that succeeds in its turn is in none of them but while it is leased.
-- Leases, by when they run out; what is in workers' hands of a host or of a claim is counted in the index alone.
IF NOT EXISTS (SELECT 1 FROM sys.indexes WHERE object_id = OBJECT_ID(N'[$(schema)].[work_items]') AND name = N'IX_work_items_lease')
    CREATE NONCLUSTERED INDEX [IX_work_items_lease]
    ON [$(schema)].[work_items] ([lease_until])
    INCLUDE ([status], [host], [lease_id])
    WHERE [status] = N'in_progress';
GO
-- Failures.
IF NOT EXISTS (SELECT 1 FROM sys.indexes WHERE object_id = OBJECT_ID(N'[$(schema)].[work_items]') AND name = N'IX_work_items_error_created')
    CREATE NONCLUSTERED INDEX [IX_work_items_error_created]
    ON [$(schema)].[work_items] ([error_code], [created_at], [work_item_id])
    WHERE [error_code] IS NOT NULL;
GO
IF NOT EXISTS (SELECT 1 FROM sys.indexes WHERE object_id = OBJECT_ID(N'[$(schema)].[work_items]') AND name = N'IX_work_items_http_failure')
    CREATE NONCLUSTERED INDEX [IX_work_items_http_failure]
    ON [$(schema)].[work_items] ([last_http_status], [created_at], [work_item_id])
    WHERE [last_http_status] >= 400;
GO
-- Missing resources that are to be looked at again, by source.
IF NOT EXISTS (SELECT 1 FROM sys.indexes WHERE object_id = OBJECT_ID(N'[$(schema)].[work_items]') AND name = N'IX_work_items_missing')
    CREATE NONCLUSTERED INDEX [IX_work_items_missing]
    ON [$(schema)].[work_items] ([source_name], [next_fetch_at], [work_item_id])
    INCLUDE ([status], [error_code], [source_system])
    WHERE [status] = N'skipped' AND [error_code] = N'resource_missing' AND [next_fetch_at] IS NOT NULL;
GO
-- What is pending without a run, in the order in which a new run takes it up.
IF NOT EXISTS (SELECT 1 FROM sys.indexes WHERE object_id = OBJECT_ID(N'[$(schema)].[work_items]') AND name = N'IX_work_items_without_run')
    CREATE NONCLUSTERED INDEX [IX_work_items_without_run]
    ON [$(schema)].[work_items] ([source_name], [work_item_id])
    INCLUDE ([status], [run_id], [source_system])
    WHERE [status] = N'pending' AND [run_id] IS NULL;
GO
-- Procedures for people and for jobs of SQL Server Agent; docs/sql-server.md has an example of each.
IF OBJECT_ID(N'[$(schema)].[enqueue_item]', N'P') IS NOT NULL
    DROP PROCEDURE [$(schema)].[enqueue_item];
GO
-- Enqueues a resource unless its key is known: one row with its work_item_id, and is_new = 1 or 0. The host that paces
-- its requests is read from the address.
CREATE PROCEDURE [$(schema)].[enqueue_item]
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
        INSERT INTO [$(schema)].[work_items] ([work_item_id], [source_system], [source_name], [resource_type], [resource_id],
            [request_uri], [request_method], [metadata], [priority], [status], [attempt], [run_id], [created_at], [updated_at],
            [available_at], [dedupe_key], [host])
        SELECT @id, @source_system, @source_name, @resource_type, @resource_id, @request_uri, N'GET', @metadata, @priority,
            N'pending', 0, LOWER(@run_id), @now, @now, @now, @key, NULLIF(@host, N'')
        WHERE NOT EXISTS (SELECT 1 FROM [$(schema)].[work_items] WHERE [dedupe_key] = @key);
        SET @is_new = @@ROWCOUNT;
    END TRY
    BEGIN CATCH
        -- Somebody else enqueued it at the same moment. In a transaction of the caller that is the caller's to repeat.
        IF ERROR_NUMBER() NOT IN (2601, 2627) OR @@TRANCOUNT > 0 THROW;
    END CATCH
    SELECT [work_item_id], @is_new AS [is_new] FROM [$(schema)].[work_items] WHERE [dedupe_key] = @key;
END
GO
IF OBJECT_ID(N'[$(schema)].[recrawl_stale]', N'P') IS NOT NULL
    DROP PROCEDURE [$(schema)].[recrawl_stale];
GO
-- Sends completed items of a source round again that were not fetched for so many days, those that are longest overdue
-- first: at most @most, in statements of 500, outside of any run. Items pinned to never or retired are left alone.
-- One row: how many.
CREATE PROCEDURE [$(schema)].[recrawl_stale]
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
            SELECT TOP (500) [work_item_id], [last_fetched_at] FROM [$(schema)].[work_items]
            WHERE [source_name] = @source_name AND [last_fetched_at] < @before
                AND [last_fetched_at] >= @at AND ([last_fetched_at] > @at OR [work_item_id] > @id)
            ORDER BY [last_fetched_at], [work_item_id]
        ) AS w;
        SET @looked = (SELECT COUNT(*) FROM @old);
        SELECT @at = [last_fetched_at], @id = [work_item_id] FROM @old WHERE [place] = @looked;
        UPDATE [$(schema)].[work_items]
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
IF OBJECT_ID(N'[$(schema)].[known_resources]', N'P') IS NOT NULL
    DROP PROCEDURE [$(schema)].[known_resources];
GO
-- What is known of a source in a status, in the order of its creation: at most @most items behind the place that the
-- last row of the page before has.
CREATE PROCEDURE [$(schema)].[known_resources]
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
    FROM [$(schema)].[work_items]
    WHERE [source_name] = @source_name AND [status] = @status
        AND [created_at] >= COALESCE(@after_created, '0001-01-01T00:00:00')
        AND ([created_at] > COALESCE(@after_created, '0001-01-01T00:00:00') OR [work_item_id] > COALESCE(@after_id, N''))
    ORDER BY [created_at], [work_item_id];
END
GO
