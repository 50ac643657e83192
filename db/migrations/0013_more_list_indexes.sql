-- Few of many: what is held, and what was answered with a failure. Neither costs anything for an item
-- that is fetched in its turn and succeeds.
IF NOT EXISTS (SELECT 1 FROM sys.indexes WHERE object_id = OBJECT_ID(N'[$(schema)].[work_items]') AND name = N'IX_work_items_held')
    CREATE NONCLUSTERED INDEX [IX_work_items_held]
    ON [$(schema)].[work_items] ([wait_reason], [created_at], [work_item_id])
    WHERE [wait_reason] = N'held';
GO
IF NOT EXISTS (SELECT 1 FROM sys.indexes WHERE object_id = OBJECT_ID(N'[$(schema)].[work_items]') AND name = N'IX_work_items_http_failure')
    CREATE NONCLUSTERED INDEX [IX_work_items_http_failure]
    ON [$(schema)].[work_items] ([last_http_status], [created_at], [work_item_id])
    WHERE [last_http_status] >= 400;
GO
-- Records are written once and never move; in each of these a new one is the last of its group.
IF NOT EXISTS (SELECT 1 FROM sys.indexes WHERE object_id = OBJECT_ID(N'[$(schema)].[IngestRecords]') AND name = N'IX_IngestRecords_Source_Fetched')
    CREATE NONCLUSTERED INDEX [IX_IngestRecords_Source_Fetched]
    ON [$(schema)].[IngestRecords] ([source_name], [fetched_at_utc], [ingest_id]);
GO
IF NOT EXISTS (SELECT 1 FROM sys.indexes WHERE object_id = OBJECT_ID(N'[$(schema)].[IngestRecords]') AND name = N'IX_IngestRecords_Run_Fetched')
    CREATE NONCLUSTERED INDEX [IX_IngestRecords_Run_Fetched]
    ON [$(schema)].[IngestRecords] ([run_id], [fetched_at_utc], [ingest_id])
    WHERE [run_id] IS NOT NULL;
GO
IF NOT EXISTS (SELECT 1 FROM sys.indexes WHERE object_id = OBJECT_ID(N'[$(schema)].[IngestRecords]') AND name = N'IX_IngestRecords_Failure_Fetched')
    CREATE NONCLUSTERED INDEX [IX_IngestRecords_Failure_Fetched]
    ON [$(schema)].[IngestRecords] ([status_code], [fetched_at_utc], [ingest_id])
    WHERE [status_code] >= 400;
GO
IF NOT EXISTS (SELECT 1 FROM sys.indexes WHERE object_id = OBJECT_ID(N'[$(schema)].[ingest_runs]') AND name = N'IX_ingest_runs_status_started')
    CREATE NONCLUSTERED INDEX [IX_ingest_runs_status_started]
    ON [$(schema)].[ingest_runs] ([status], [started_at], [run_id]);
GO
IF NOT EXISTS (SELECT 1 FROM sys.indexes WHERE object_id = OBJECT_ID(N'[$(schema)].[ingest_runs]') AND name = N'IX_ingest_runs_parent')
    CREATE NONCLUSTERED INDEX [IX_ingest_runs_parent]
    ON [$(schema)].[ingest_runs] ([parent_run_id], [started_at], [run_id])
    WHERE [parent_run_id] IS NOT NULL;
GO
IF NOT EXISTS (SELECT 1 FROM sys.indexes WHERE object_id = OBJECT_ID(N'[$(schema)].[audit_log]') AND name = N'IX_audit_log_target_at')
    CREATE NONCLUSTERED INDEX [IX_audit_log_target_at]
    ON [$(schema)].[audit_log] ([target_type], [target_id], [at], [audit_id]);
GO
IF EXISTS (SELECT 1 FROM sys.indexes WHERE object_id = OBJECT_ID(N'[$(schema)].[audit_log]') AND name = N'IX_audit_log_target')
    DROP INDEX [IX_audit_log_target] ON [$(schema)].[audit_log];
GO
IF NOT EXISTS (SELECT 1 FROM sys.indexes WHERE object_id = OBJECT_ID(N'[$(schema)].[hosts]') AND name = N'IX_hosts_last_request')
    CREATE NONCLUSTERED INDEX [IX_hosts_last_request]
    ON [$(schema)].[hosts] ([last_request_at], [host]);
GO
