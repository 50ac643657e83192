-- What is due is taken most useful first: items whose estimated rates of change are alike form a class,
-- and within a class whatever has been due longest goes first. So the best of any number of items stand
-- at the heads of a few dozen stretches of one index.
IF COL_LENGTH(N'[$(schema)].[work_items]', N'refresh_class') IS NULL
    ALTER TABLE [$(schema)].[work_items] ADD [refresh_class] SMALLINT NULL;
GO
-- Since when its changes have been watched; NULL before the first fetch, and for what an older version fetched.
IF COL_LENGTH(N'[$(schema)].[work_items]', N'first_fetched_at') IS NULL
    ALTER TABLE [$(schema)].[work_items] ADD [first_fetched_at] DATETIME2(3) NULL;
GO
IF NOT EXISTS (SELECT 1 FROM sys.indexes WHERE object_id = OBJECT_ID(N'[$(schema)].[work_items]') AND name = N'IX_work_items_refresh')
    CREATE NONCLUSTERED INDEX [IX_work_items_refresh]
    ON [$(schema)].[work_items] ([source_name], [refresh_class], [next_fetch_at], [work_item_id])
    WHERE [status] = N'completed' AND [next_fetch_at] IS NOT NULL;
GO
-- A run's budget in requests and in time. deadline_at: nothing of the run is asked for after it.
IF COL_LENGTH(N'[$(schema)].[ingest_runs]', N'max_requests') IS NULL
    ALTER TABLE [$(schema)].[ingest_runs] ADD [max_requests] INT NULL;
GO
IF COL_LENGTH(N'[$(schema)].[ingest_runs]', N'requests_sent') IS NULL
    ALTER TABLE [$(schema)].[ingest_runs] ADD [requests_sent] INT NOT NULL CONSTRAINT [DF_ingest_runs_requests_sent] DEFAULT 0;
GO
IF COL_LENGTH(N'[$(schema)].[ingest_runs]', N'deadline_at') IS NULL
    ALTER TABLE [$(schema)].[ingest_runs] ADD [deadline_at] DATETIME2(3) NULL;
GO
-- When its progress was told last.
IF COL_LENGTH(N'[$(schema)].[ingest_runs]', N'progress_at') IS NULL
    ALTER TABLE [$(schema)].[ingest_runs] ADD [progress_at] DATETIME2(3) NULL;
GO
-- When a worker that fell silent was given up.
IF COL_LENGTH(N'[$(schema)].[workers]', N'lost_at') IS NULL
    ALTER TABLE [$(schema)].[workers] ADD [lost_at] DATETIME2(3) NULL;
GO
