-- Hosts with a delay of their own are few, and every claim asks for them.
IF NOT EXISTS (SELECT 1 FROM sys.indexes WHERE object_id = OBJECT_ID(N'[$(schema)].[hosts]') AND name = N'IX_hosts_delay')
    CREATE NONCLUSTERED INDEX [IX_hosts_delay]
    ON [$(schema)].[hosts] ([host])
    INCLUDE ([delay_ms])
    WHERE [delay_ms] IS NOT NULL;
GO
