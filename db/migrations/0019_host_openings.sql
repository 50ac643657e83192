-- A worker that finds nothing asks when the next host opens.
IF NOT EXISTS (SELECT 1 FROM sys.indexes WHERE object_id = OBJECT_ID(N'[$(schema)].[hosts]') AND name = N'IX_hosts_next_slot')
    CREATE NONCLUSTERED INDEX [IX_hosts_next_slot]
    ON [$(schema)].[hosts] ([next_slot_at])
    WHERE [next_slot_at] IS NOT NULL;
GO
