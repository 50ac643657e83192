-- How many requests a host may have with it at the same moment, where an operator says so.
IF COL_LENGTH(N'[$(schema)].[hosts]', N'concurrency') IS NULL
    ALTER TABLE [$(schema)].[hosts] ADD [concurrency] INT NULL CONSTRAINT [CK_hosts_concurrency] CHECK ([concurrency] > 0);
GO
IF NOT EXISTS (SELECT 1 FROM sys.indexes WHERE object_id = OBJECT_ID(N'[$(schema)].[hosts]') AND name = N'IX_hosts_concurrency')
    CREATE NONCLUSTERED INDEX [IX_hosts_concurrency]
    ON [$(schema)].[hosts] ([host])
    INCLUDE ([concurrency])
    WHERE [concurrency] IS NOT NULL;
GO
