-- A host is a lane of its own: whichever sources ask it share one slot, one pace and what it was seen to bear.
IF COL_LENGTH(N'[$(schema)].[hosts]', N'pace_ms') IS NULL
    ALTER TABLE [$(schema)].[hosts] ADD [pace_ms] INT NOT NULL CONSTRAINT [DF_hosts_pace_ms] DEFAULT 0;
GO
IF COL_LENGTH(N'[$(schema)].[hosts]', N'robots_delay_ms') IS NULL
    ALTER TABLE [$(schema)].[hosts] ADD [robots_delay_ms] INT NULL;
GO
IF COL_LENGTH(N'[$(schema)].[hosts]', N'latency_ms') IS NULL
    ALTER TABLE [$(schema)].[hosts] ADD [latency_ms] INT NULL;
GO
IF COL_LENGTH(N'[$(schema)].[hosts]', N'adaptive_delay_ms') IS NULL
    ALTER TABLE [$(schema)].[hosts] ADD [adaptive_delay_ms] INT NOT NULL CONSTRAINT [DF_hosts_adaptive_delay_ms] DEFAULT 0;
GO
IF COL_LENGTH(N'[$(schema)].[hosts]', N'next_slot_at') IS NULL
    ALTER TABLE [$(schema)].[hosts] ADD [next_slot_at] DATETIME2(3) NULL;
GO
IF COL_LENGTH(N'[$(schema)].[hosts]', N'slot_lease_id') IS NULL
    ALTER TABLE [$(schema)].[hosts] ADD [slot_lease_id] NVARCHAR(36) NULL;
GO
IF COL_LENGTH(N'[$(schema)].[hosts]', N'slot_until') IS NULL
    ALTER TABLE [$(schema)].[hosts] ADD [slot_until] DATETIME2(3) NULL;
GO
IF COL_LENGTH(N'[$(schema)].[hosts]', N'budget') IS NULL
    ALTER TABLE [$(schema)].[hosts] ADD [budget] NVARCHAR(1000) NULL;
GO
UPDATE [$(schema)].[hosts] SET [pace_ms] = [delay_ms] WHERE [delay_ms] > 0;
GO
-- Hosts that may be asked only now and then are few, and every claim asks for them.
IF NOT EXISTS (SELECT 1 FROM sys.indexes WHERE object_id = OBJECT_ID(N'[$(schema)].[hosts]') AND name = N'IX_hosts_pace')
    CREATE NONCLUSTERED INDEX [IX_hosts_pace]
    ON [$(schema)].[hosts] ([host])
    INCLUDE ([pace_ms])
    WHERE [pace_ms] > 0;
GO
IF NOT EXISTS (SELECT 1 FROM sys.indexes WHERE object_id = OBJECT_ID(N'[$(schema)].[hosts]') AND name = N'IX_hosts_slot')
    CREATE NONCLUSTERED INDEX [IX_hosts_slot]
    ON [$(schema)].[hosts] ([slot_lease_id])
    WHERE [slot_lease_id] IS NOT NULL;
GO
IF EXISTS (SELECT 1 FROM sys.indexes WHERE object_id = OBJECT_ID(N'[$(schema)].[hosts]') AND name = N'IX_hosts_delay')
    DROP INDEX [IX_hosts_delay] ON [$(schema)].[hosts];
GO
