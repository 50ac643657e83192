-- What claims walk: only pending items, already in claim order, with what a claim tests beside. An item
-- leaves these indexes when it is claimed, and completing it does not touch them, so claims and
-- completions never wait for each other's index.
IF NOT EXISTS (SELECT 1 FROM sys.indexes WHERE object_id = OBJECT_ID(N'[$(schema)].[work_items]') AND name = N'IX_work_items_pending')
    CREATE NONCLUSTERED INDEX [IX_work_items_pending]
    ON [$(schema)].[work_items] ([priority], [created_at], [work_item_id])
    INCLUDE ([source_system], [source_name], [available_at], [host], [run_id])
    WHERE [status] = N'pending';
GO
IF NOT EXISTS (SELECT 1 FROM sys.indexes WHERE object_id = OBJECT_ID(N'[$(schema)].[work_items]') AND name = N'IX_work_items_pending_source')
    CREATE NONCLUSTERED INDEX [IX_work_items_pending_source]
    ON [$(schema)].[work_items] ([source_system], [source_name], [priority], [created_at], [work_item_id])
    INCLUDE ([available_at], [host], [run_id])
    WHERE [status] = N'pending';
GO
IF NOT EXISTS (SELECT 1 FROM sys.indexes WHERE object_id = OBJECT_ID(N'[$(schema)].[work_items]') AND name = N'IX_work_items_pending_available')
    CREATE NONCLUSTERED INDEX [IX_work_items_pending_available]
    ON [$(schema)].[work_items] ([available_at], [work_item_id])
    WHERE [status] = N'pending';
GO
IF NOT EXISTS (SELECT 1 FROM sys.indexes WHERE object_id = OBJECT_ID(N'[$(schema)].[work_items]') AND name = N'IX_work_items_lease')
    CREATE NONCLUSTERED INDEX [IX_work_items_lease]
    ON [$(schema)].[work_items] ([lease_until])
    WHERE [status] = N'in_progress';
GO
IF NOT EXISTS (SELECT 1 FROM sys.indexes WHERE object_id = OBJECT_ID(N'[$(schema)].[work_items]') AND name = N'IX_work_items_run_status')
    CREATE NONCLUSTERED INDEX [IX_work_items_run_status]
    ON [$(schema)].[work_items] ([run_id], [status], [work_item_id])
    WHERE [run_id] IS NOT NULL;
GO
-- What lists walk, page by page.
IF NOT EXISTS (SELECT 1 FROM sys.indexes WHERE object_id = OBJECT_ID(N'[$(schema)].[work_items]') AND name = N'IX_work_items_created')
    CREATE NONCLUSTERED INDEX [IX_work_items_created]
    ON [$(schema)].[work_items] ([created_at], [work_item_id]);
GO
IF NOT EXISTS (SELECT 1 FROM sys.indexes WHERE object_id = OBJECT_ID(N'[$(schema)].[work_items]') AND name = N'IX_work_items_updated')
    CREATE NONCLUSTERED INDEX [IX_work_items_updated]
    ON [$(schema)].[work_items] ([updated_at], [work_item_id]);
GO
IF NOT EXISTS (SELECT 1 FROM sys.indexes WHERE object_id = OBJECT_ID(N'[$(schema)].[work_items]') AND name = N'IX_work_items_fetched')
    CREATE NONCLUSTERED INDEX [IX_work_items_fetched]
    ON [$(schema)].[work_items] ([last_fetched_at], [work_item_id]);
GO
IF NOT EXISTS (SELECT 1 FROM sys.indexes WHERE object_id = OBJECT_ID(N'[$(schema)].[work_items]') AND name = N'IX_work_items_status_updated')
    CREATE NONCLUSTERED INDEX [IX_work_items_status_updated]
    ON [$(schema)].[work_items] ([status], [updated_at], [work_item_id]);
GO
IF NOT EXISTS (SELECT 1 FROM sys.indexes WHERE object_id = OBJECT_ID(N'[$(schema)].[work_items]') AND name = N'IX_work_items_source_updated')
    CREATE NONCLUSTERED INDEX [IX_work_items_source_updated]
    ON [$(schema)].[work_items] ([source_name], [updated_at], [work_item_id]);
GO
IF NOT EXISTS (SELECT 1 FROM sys.indexes WHERE object_id = OBJECT_ID(N'[$(schema)].[work_items]') AND name = N'IX_work_items_resource')
    CREATE NONCLUSTERED INDEX [IX_work_items_resource]
    ON [$(schema)].[work_items] ([resource_id], [work_item_id]);
GO
IF NOT EXISTS (SELECT 1 FROM sys.indexes WHERE object_id = OBJECT_ID(N'[$(schema)].[work_items]') AND name = N'IX_work_items_error_code')
    CREATE NONCLUSTERED INDEX [IX_work_items_error_code]
    ON [$(schema)].[work_items] ([error_code], [updated_at], [work_item_id])
    WHERE [error_code] IS NOT NULL;
GO
IF NOT EXISTS (SELECT 1 FROM sys.indexes WHERE object_id = OBJECT_ID(N'[$(schema)].[work_items]') AND name = N'IX_work_items_next_fetch')
    CREATE NONCLUSTERED INDEX [IX_work_items_next_fetch]
    ON [$(schema)].[work_items] ([next_fetch_at], [work_item_id])
    WHERE [next_fetch_at] IS NOT NULL;
GO
IF NOT EXISTS (SELECT 1 FROM sys.indexes WHERE object_id = OBJECT_ID(N'[$(schema)].[work_items]') AND name = N'IX_work_items_discovered_from')
    CREATE NONCLUSTERED INDEX [IX_work_items_discovered_from]
    ON [$(schema)].[work_items] ([discovered_from])
    WHERE [discovered_from] IS NOT NULL;
GO
IF NOT EXISTS (SELECT 1 FROM sys.indexes WHERE object_id = OBJECT_ID(N'[$(schema)].[IngestRecords]') AND name = N'IX_IngestRecords_Fetched_Id')
    CREATE NONCLUSTERED INDEX [IX_IngestRecords_Fetched_Id]
    ON [$(schema)].[IngestRecords] ([fetched_at_utc], [ingest_id]);
GO
IF NOT EXISTS (SELECT 1 FROM sys.indexes WHERE object_id = OBJECT_ID(N'[$(schema)].[ingest_runs]') AND name = N'IX_ingest_runs_started')
    CREATE NONCLUSTERED INDEX [IX_ingest_runs_started]
    ON [$(schema)].[ingest_runs] ([started_at], [run_id]);
GO
IF NOT EXISTS (SELECT 1 FROM sys.indexes WHERE object_id = OBJECT_ID(N'[$(schema)].[ingest_runs]') AND name = N'IX_ingest_runs_phase')
    CREATE NONCLUSTERED INDEX [IX_ingest_runs_phase]
    ON [$(schema)].[ingest_runs] ([phase])
    WHERE [status] = N'running';
GO
IF NOT EXISTS (SELECT 1 FROM sys.indexes WHERE object_id = OBJECT_ID(N'[$(schema)].[work_item_attempts]') AND name = N'IX_work_item_attempts_item')
    CREATE NONCLUSTERED INDEX [IX_work_item_attempts_item]
    ON [$(schema)].[work_item_attempts] ([work_item_id], [attempt_id]);
GO
IF NOT EXISTS (SELECT 1 FROM sys.indexes WHERE object_id = OBJECT_ID(N'[$(schema)].[work_item_attempts]') AND name = N'IX_work_item_attempts_finished')
    CREATE NONCLUSTERED INDEX [IX_work_item_attempts_finished]
    ON [$(schema)].[work_item_attempts] ([finished_at], [attempt_id]);
GO
IF NOT EXISTS (SELECT 1 FROM sys.indexes WHERE object_id = OBJECT_ID(N'[$(schema)].[work_item_attempts]') AND name = N'IX_work_item_attempts_run')
    CREATE NONCLUSTERED INDEX [IX_work_item_attempts_run]
    ON [$(schema)].[work_item_attempts] ([run_id], [finished_at])
    WHERE [run_id] IS NOT NULL;
GO
IF NOT EXISTS (SELECT 1 FROM sys.indexes WHERE object_id = OBJECT_ID(N'[$(schema)].[work_item_attempts]') AND name = N'IX_work_item_attempts_host')
    CREATE NONCLUSTERED INDEX [IX_work_item_attempts_host]
    ON [$(schema)].[work_item_attempts] ([host], [finished_at])
    WHERE [host] IS NOT NULL;
GO
IF NOT EXISTS (SELECT 1 FROM sys.indexes WHERE object_id = OBJECT_ID(N'[$(schema)].[hosts]') AND name = N'IX_hosts_blocked')
    CREATE NONCLUSTERED INDEX [IX_hosts_blocked]
    ON [$(schema)].[hosts] ([blocked_until])
    WHERE [blocked_until] IS NOT NULL;
GO
IF NOT EXISTS (SELECT 1 FROM sys.indexes WHERE object_id = OBJECT_ID(N'[$(schema)].[workers]') AND name = N'IX_workers_heartbeat')
    CREATE NONCLUSTERED INDEX [IX_workers_heartbeat]
    ON [$(schema)].[workers] ([heartbeat_at]);
GO
IF NOT EXISTS (SELECT 1 FROM sys.indexes WHERE object_id = OBJECT_ID(N'[$(schema)].[schedules]') AND name = N'IX_schedules_next')
    CREATE NONCLUSTERED INDEX [IX_schedules_next]
    ON [$(schema)].[schedules] ([next_at])
    WHERE [enabled] = 1;
GO
IF NOT EXISTS (SELECT 1 FROM sys.indexes WHERE object_id = OBJECT_ID(N'[$(schema)].[users]') AND name = N'UX_users_email')
    CREATE UNIQUE NONCLUSTERED INDEX [UX_users_email]
    ON [$(schema)].[users] ([email]);
GO
IF NOT EXISTS (SELECT 1 FROM sys.indexes WHERE object_id = OBJECT_ID(N'[$(schema)].[users]') AND name = N'UX_users_identity')
    CREATE UNIQUE NONCLUSTERED INDEX [UX_users_identity]
    ON [$(schema)].[users] ([identity])
    WHERE [identity] IS NOT NULL;
GO
IF NOT EXISTS (SELECT 1 FROM sys.indexes WHERE object_id = OBJECT_ID(N'[$(schema)].[audit_log]') AND name = N'IX_audit_log_at')
    CREATE NONCLUSTERED INDEX [IX_audit_log_at]
    ON [$(schema)].[audit_log] ([at], [audit_id]);
GO
IF NOT EXISTS (SELECT 1 FROM sys.indexes WHERE object_id = OBJECT_ID(N'[$(schema)].[audit_log]') AND name = N'IX_audit_log_target')
    CREATE NONCLUSTERED INDEX [IX_audit_log_target]
    ON [$(schema)].[audit_log] ([target_type], [target_id], [at]);
GO
IF NOT EXISTS (SELECT 1 FROM sys.indexes WHERE object_id = OBJECT_ID(N'[$(schema)].[bulk_actions]') AND name = N'UX_bulk_actions_request_key')
    CREATE UNIQUE NONCLUSTERED INDEX [UX_bulk_actions_request_key]
    ON [$(schema)].[bulk_actions] ([request_key])
    WHERE [request_key] IS NOT NULL;
GO
IF NOT EXISTS (SELECT 1 FROM sys.indexes WHERE object_id = OBJECT_ID(N'[$(schema)].[saved_views]') AND name = N'IX_saved_views_page')
    CREATE NONCLUSTERED INDEX [IX_saved_views_page]
    ON [$(schema)].[saved_views] ([page], [owner_id]);
GO
