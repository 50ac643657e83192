-- On SQL Server a trigger counts all rows of a statement at once already. Nothing asks for the attempts of a
-- host in their order.
IF EXISTS (SELECT 1 FROM sys.indexes WHERE object_id = OBJECT_ID(N'[$(schema)].[work_item_attempts]') AND name = N'IX_work_item_attempts_host')
    DROP INDEX [IX_work_item_attempts_host] ON [$(schema)].[work_item_attempts];
GO
