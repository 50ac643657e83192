-- Keys of requests are forgotten by their age.
IF NOT EXISTS (SELECT 1 FROM sys.indexes WHERE object_id = OBJECT_ID(N'[$(schema)].[request_keys]') AND name = N'IX_request_keys_created')
    CREATE NONCLUSTERED INDEX [IX_request_keys_created]
    ON [$(schema)].[request_keys] ([created_at]);
GO
