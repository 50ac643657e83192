-- What claims walk: only pending items, already in claim order. A completed item leaves these
-- indexes once, and never moves inside them.
CREATE INDEX IF NOT EXISTS IX_work_items_pending
  ON work_items (priority, created_at, work_item_id) WHERE status = 'pending';
GO
CREATE INDEX IF NOT EXISTS IX_work_items_pending_source
  ON work_items (source_system, source_name, priority, created_at, work_item_id) WHERE status = 'pending';
GO
CREATE INDEX IF NOT EXISTS IX_work_items_pending_available
  ON work_items (available_at, work_item_id) WHERE status = 'pending';
GO
CREATE INDEX IF NOT EXISTS IX_work_items_lease ON work_items (lease_until) WHERE status = 'in_progress';
GO
CREATE INDEX IF NOT EXISTS IX_work_items_run_status
  ON work_items (run_id, status, work_item_id) WHERE run_id IS NOT NULL;
GO
-- What lists walk, page by page.
CREATE INDEX IF NOT EXISTS IX_work_items_created ON work_items (created_at, work_item_id);
GO
CREATE INDEX IF NOT EXISTS IX_work_items_updated ON work_items (updated_at, work_item_id);
GO
CREATE INDEX IF NOT EXISTS IX_work_items_fetched ON work_items (last_fetched_at, work_item_id);
GO
CREATE INDEX IF NOT EXISTS IX_work_items_status_updated ON work_items (status, updated_at, work_item_id);
GO
CREATE INDEX IF NOT EXISTS IX_work_items_source_updated ON work_items (source_name, updated_at, work_item_id);
GO
CREATE INDEX IF NOT EXISTS IX_work_items_resource ON work_items (resource_id, work_item_id);
GO
CREATE INDEX IF NOT EXISTS IX_work_items_error_code
  ON work_items (error_code, updated_at, work_item_id) WHERE error_code IS NOT NULL;
GO
CREATE INDEX IF NOT EXISTS IX_work_items_next_fetch
  ON work_items (next_fetch_at, work_item_id) WHERE next_fetch_at IS NOT NULL;
GO
CREATE INDEX IF NOT EXISTS IX_work_items_discovered_from
  ON work_items (discovered_from) WHERE discovered_from IS NOT NULL;
GO
CREATE INDEX IF NOT EXISTS IX_IngestRecords_Fetched_Id ON IngestRecords (fetched_at_utc, ingest_id);
GO
CREATE INDEX IF NOT EXISTS IX_ingest_runs_started ON ingest_runs (started_at, run_id);
GO
CREATE INDEX IF NOT EXISTS IX_ingest_runs_phase ON ingest_runs (phase) WHERE status = 'running';
GO
CREATE INDEX IF NOT EXISTS IX_work_item_attempts_item ON work_item_attempts (work_item_id, attempt_id);
GO
CREATE INDEX IF NOT EXISTS IX_work_item_attempts_finished ON work_item_attempts (finished_at, attempt_id);
GO
CREATE INDEX IF NOT EXISTS IX_work_item_attempts_run
  ON work_item_attempts (run_id, finished_at) WHERE run_id IS NOT NULL;
GO
CREATE INDEX IF NOT EXISTS IX_work_item_attempts_host
  ON work_item_attempts (host, finished_at) WHERE host IS NOT NULL;
GO
CREATE INDEX IF NOT EXISTS IX_hosts_blocked ON hosts (blocked_until) WHERE blocked_until IS NOT NULL;
GO
CREATE INDEX IF NOT EXISTS IX_workers_heartbeat ON workers (heartbeat_at);
GO
CREATE INDEX IF NOT EXISTS IX_schedules_next ON schedules (next_at) WHERE enabled = 1;
GO
CREATE UNIQUE INDEX IF NOT EXISTS UX_users_email ON users (email);
GO
CREATE UNIQUE INDEX IF NOT EXISTS UX_users_identity ON users (identity) WHERE identity IS NOT NULL;
GO
CREATE INDEX IF NOT EXISTS IX_audit_log_at ON audit_log (at, audit_id);
GO
CREATE INDEX IF NOT EXISTS IX_audit_log_target ON audit_log (target_type, target_id, at);
GO
CREATE UNIQUE INDEX IF NOT EXISTS UX_bulk_actions_request_key
  ON bulk_actions (request_key) WHERE request_key IS NOT NULL;
GO
CREATE INDEX IF NOT EXISTS IX_saved_views_page ON saved_views (page, owner_id);
