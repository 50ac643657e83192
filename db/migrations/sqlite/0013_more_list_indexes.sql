-- Few of many: what is held, and what was answered with a failure. Neither costs anything for an item
-- that is fetched in its turn and succeeds.
CREATE INDEX IF NOT EXISTS IX_work_items_held
  ON work_items (wait_reason, created_at, work_item_id) WHERE wait_reason = 'held';
GO
CREATE INDEX IF NOT EXISTS IX_work_items_http_failure
  ON work_items (last_http_status, created_at, work_item_id) WHERE last_http_status >= 400;
GO
-- Records are written once and never move; in each of these a new one is the last of its group.
CREATE INDEX IF NOT EXISTS IX_IngestRecords_Source_Fetched
  ON IngestRecords (source_name, fetched_at_utc, ingest_id);
GO
CREATE INDEX IF NOT EXISTS IX_IngestRecords_Run_Fetched
  ON IngestRecords (run_id, fetched_at_utc, ingest_id) WHERE run_id IS NOT NULL;
GO
CREATE INDEX IF NOT EXISTS IX_IngestRecords_Failure_Fetched
  ON IngestRecords (status_code, fetched_at_utc, ingest_id) WHERE status_code >= 400;
GO
CREATE INDEX IF NOT EXISTS IX_ingest_runs_status_started ON ingest_runs (status, started_at, run_id);
GO
CREATE INDEX IF NOT EXISTS IX_ingest_runs_parent
  ON ingest_runs (parent_run_id, started_at, run_id) WHERE parent_run_id IS NOT NULL;
GO
CREATE INDEX IF NOT EXISTS IX_audit_log_target_at ON audit_log (target_type, target_id, at, audit_id);
GO
DROP INDEX IF EXISTS IX_audit_log_target;
GO
CREATE INDEX IF NOT EXISTS IX_hosts_last_request ON hosts (last_request_at, host);
