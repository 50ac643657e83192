-- Runs that are being put together or emptied, whatever their status. Few of many.
CREATE INDEX IF NOT EXISTS IX_ingest_runs_at_work ON ingest_runs (phase, run_id) WHERE phase <> 'ready';
GO
DROP INDEX IF EXISTS IX_ingest_runs_phase;
GO
