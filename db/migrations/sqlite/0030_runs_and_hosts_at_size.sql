-- Runs that are being put together or emptied, whatever their status. Few of many.
CREATE INDEX IF NOT EXISTS IX_ingest_runs_at_work ON ingest_runs (phase, run_id) WHERE phase <> 'ready';
GO
DROP INDEX IF EXISTS IX_ingest_runs_phase;
GO
-- In the order of the list: the latest first, and those that were never asked by name.
DROP INDEX IF EXISTS IX_hosts_last_request;
GO
CREATE INDEX IF NOT EXISTS IX_hosts_latest ON hosts (last_request_at DESC, host);
GO
