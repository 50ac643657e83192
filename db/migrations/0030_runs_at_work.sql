-- Runs that are being put together or emptied, whatever their status. Few of many.
IF NOT EXISTS (SELECT 1 FROM sys.indexes WHERE object_id = OBJECT_ID(N'[$(schema)].[ingest_runs]') AND name = N'IX_ingest_runs_at_work')
    CREATE NONCLUSTERED INDEX [IX_ingest_runs_at_work]
    ON [$(schema)].[ingest_runs] ([phase], [run_id])
    WHERE [phase] <> N'ready';
GO
IF EXISTS (SELECT 1 FROM sys.indexes WHERE object_id = OBJECT_ID(N'[$(schema)].[ingest_runs]') AND name = N'IX_ingest_runs_phase')
    DROP INDEX [IX_ingest_runs_phase] ON [$(schema)].[ingest_runs];
GO
