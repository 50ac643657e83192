-- A database of the earlier system has dedupe_key NVARCHAR(800) in its default collation, which takes
-- Star_Wars and star_wars for one and is too short for the longest key. The key gets a column that
-- compares exactly; the old one stays, under another name. Every step looks whether it is still to be
-- done, so a run that was interrupted goes on where it stopped. Stop the earlier system first.
IF EXISTS (SELECT 1 FROM sys.columns WHERE object_id = OBJECT_ID(N'[$(schema)].[work_items]')
        AND name = N'dedupe_key' AND collation_name NOT LIKE N'%[_]BIN2')
    AND COL_LENGTH(N'[$(schema)].[work_items]', N'dedupe_key_exact') IS NULL
    AND COL_LENGTH(N'[$(schema)].[work_items]', N'dedupe_key_before') IS NULL
    ALTER TABLE [$(schema)].[work_items] ADD [dedupe_key_exact] NVARCHAR(850) COLLATE Latin1_General_100_BIN2 NOT NULL
        CONSTRAINT [DF_work_items_dedupe_key_exact] DEFAULT N'';
GO
-- In chunks, by the primary key, so that the log and the locks stay small.
IF COL_LENGTH(N'[$(schema)].[work_items]', N'dedupe_key_exact') IS NOT NULL AND COL_LENGTH(N'[$(schema)].[work_items]', N'dedupe_key') IS NOT NULL
    EXEC(N'
    DECLARE @from NVARCHAR(36) = N'''', @upto NVARCHAR(36);
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
    END');
GO
IF COL_LENGTH(N'[$(schema)].[work_items]', N'dedupe_key_exact') IS NOT NULL AND COL_LENGTH(N'[$(schema)].[work_items]', N'dedupe_key') IS NOT NULL
    AND COL_LENGTH(N'[$(schema)].[work_items]', N'dedupe_key_before') IS NULL
BEGIN
    IF EXISTS (SELECT 1 FROM sys.key_constraints
            WHERE parent_object_id = OBJECT_ID(N'[$(schema)].[work_items]') AND name = N'IX_work_items_dedupe')
        ALTER TABLE [$(schema)].[work_items] DROP CONSTRAINT [IX_work_items_dedupe];
    ELSE
        DROP INDEX IF EXISTS [IX_work_items_dedupe] ON [$(schema)].[work_items];
END
GO
IF COL_LENGTH(N'[$(schema)].[work_items]', N'dedupe_key_exact') IS NOT NULL AND COL_LENGTH(N'[$(schema)].[work_items]', N'dedupe_key') IS NOT NULL
    AND COL_LENGTH(N'[$(schema)].[work_items]', N'dedupe_key_before') IS NULL
    EXEC sp_rename N'[$(schema)].[work_items].[dedupe_key]', N'dedupe_key_before', N'COLUMN';
GO
-- New rows no longer fill the old column.
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
IF NOT EXISTS (SELECT 1 FROM sys.indexes WHERE object_id = OBJECT_ID(N'[$(schema)].[work_items]') AND name = N'IX_work_items_dedupe')
    CREATE UNIQUE NONCLUSTERED INDEX [IX_work_items_dedupe]
    ON [$(schema)].[work_items] ([dedupe_key]);
GO
