-- What a person decided about when an item is fetched again; NULL = by how it has behaved.
IF COL_LENGTH(N'[$(schema)].[work_items]', N'refetch') IS NULL
    ALTER TABLE [$(schema)].[work_items] ADD [refetch] NVARCHAR(10) NULL
        CONSTRAINT [CK_work_items_refetch] CHECK ([refetch] IN (N'always', N'every', N'never', N'retired'));
GO
IF COL_LENGTH(N'[$(schema)].[work_items]', N'refetch_every_s') IS NULL
    ALTER TABLE [$(schema)].[work_items] ADD [refetch_every_s] INT NULL
        CONSTRAINT [CK_work_items_refetch_every_s] CHECK ([refetch_every_s] > 0);
GO
