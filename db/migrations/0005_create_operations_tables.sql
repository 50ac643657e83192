-- Sources, hosts, attempts, presence, schedules, people, audit and the rest of what the console needs.
-- Names are compared exactly; flags are TINYINT 0 or 1; JSON is NVARCHAR(MAX).
IF OBJECT_ID(N'[$(schema)].[sources]', N'U') IS NULL
BEGIN
    CREATE TABLE [$(schema)].[sources] (
        [source_id] NVARCHAR(36) NOT NULL,
        [name] NVARCHAR(100) COLLATE Latin1_General_100_BIN2 NOT NULL,
        [source_type] NVARCHAR(100) NOT NULL,
        [enabled] TINYINT NOT NULL CONSTRAINT [DF_sources_enabled] DEFAULT 1 CONSTRAINT [CK_sources_enabled] CHECK ([enabled] IN (0, 1)),
        [paused_at] DATETIME2(3) NULL,
        [paused_reason] NVARCHAR(500) NULL,
        [settings] NVARCHAR(MAX) NOT NULL,
        [seeds] NVARCHAR(MAX) NOT NULL,
        [rate_delay_ms] INT NOT NULL CONSTRAINT [DF_sources_rate_delay_ms] DEFAULT 0,
        [max_attempts] INT NOT NULL CONSTRAINT [DF_sources_max_attempts] DEFAULT 4,
        [revision] INT NOT NULL CONSTRAINT [DF_sources_revision] DEFAULT 1,
        [next_slot_at] DATETIME2(3) NULL,
        [slot_lease_id] NVARCHAR(36) NULL,
        [slot_until] DATETIME2(3) NULL,
        [created_at] DATETIME2(3) NOT NULL,
        [updated_at] DATETIME2(3) NOT NULL,
        [deleted_at] DATETIME2(3) NULL,
        CONSTRAINT [PK_sources] PRIMARY KEY CLUSTERED ([source_id]),
        CONSTRAINT [CK_sources_rate_delay_ms] CHECK ([rate_delay_ms] >= 0),
        CONSTRAINT [CK_sources_max_attempts] CHECK ([max_attempts] > 0)
    );
END
GO
-- A removed source frees its name.
IF NOT EXISTS (SELECT 1 FROM sys.indexes WHERE object_id = OBJECT_ID(N'[$(schema)].[sources]') AND name = N'UX_sources_name')
    CREATE UNIQUE NONCLUSTERED INDEX [UX_sources_name]
    ON [$(schema)].[sources] ([name])
    WHERE [deleted_at] IS NULL;
GO
IF OBJECT_ID(N'[$(schema)].[source_revisions]', N'U') IS NULL
BEGIN
    CREATE TABLE [$(schema)].[source_revisions] (
        [source_id] NVARCHAR(36) NOT NULL,
        [revision] INT NOT NULL,
        [name] NVARCHAR(100) COLLATE Latin1_General_100_BIN2 NOT NULL,
        [source_type] NVARCHAR(100) NOT NULL,
        [settings] NVARCHAR(MAX) NOT NULL,
        [seeds] NVARCHAR(MAX) NOT NULL,
        [enabled] TINYINT NOT NULL CONSTRAINT [CK_source_revisions_enabled] CHECK ([enabled] IN (0, 1)),
        [changed_by] NVARCHAR(320) NULL,
        [changed_at] DATETIME2(3) NOT NULL,
        [note] NVARCHAR(1000) NULL,
        CONSTRAINT [PK_source_revisions] PRIMARY KEY CLUSTERED ([source_id], [revision])
    );
END
GO
IF OBJECT_ID(N'[$(schema)].[source_secrets]', N'U') IS NULL
BEGIN
    CREATE TABLE [$(schema)].[source_secrets] (
        [source_id] NVARCHAR(36) NOT NULL,
        [secret_name] NVARCHAR(100) COLLATE Latin1_General_100_BIN2 NOT NULL,
        [ciphertext] NVARCHAR(MAX) NOT NULL,
        [updated_at] DATETIME2(3) NOT NULL,
        CONSTRAINT [PK_source_secrets] PRIMARY KEY CLUSTERED ([source_id], [secret_name])
    );
END
GO
IF OBJECT_ID(N'[$(schema)].[hosts]', N'U') IS NULL
BEGIN
    CREATE TABLE [$(schema)].[hosts] (
        [host] NVARCHAR(300) COLLATE Latin1_General_100_BIN2 NOT NULL,
        [delay_ms] INT NULL,
        [blocked_until] DATETIME2(3) NULL,
        [blocked_reason] NVARCHAR(500) NULL,
        [consecutive_failures] INT NOT NULL CONSTRAINT [DF_hosts_consecutive_failures] DEFAULT 0,
        [requests_total] INT NOT NULL CONSTRAINT [DF_hosts_requests_total] DEFAULT 0,
        [count_429] INT NOT NULL CONSTRAINT [DF_hosts_count_429] DEFAULT 0,
        [count_5xx] INT NOT NULL CONSTRAINT [DF_hosts_count_5xx] DEFAULT 0,
        [last_status] INT NULL,
        [last_429_at] DATETIME2(3) NULL,
        [last_request_at] DATETIME2(3) NULL,
        [robots_body] NVARCHAR(MAX) NULL,
        [robots_status] INT NULL,
        [robots_fetched_at] DATETIME2(3) NULL,
        [updated_at] DATETIME2(3) NOT NULL,
        CONSTRAINT [PK_hosts] PRIMARY KEY CLUSTERED ([host]),
        CONSTRAINT [CK_hosts_delay_ms] CHECK ([delay_ms] >= 0)
    );
END
GO
IF OBJECT_ID(N'[$(schema)].[work_item_attempts]', N'U') IS NULL
BEGIN
    CREATE TABLE [$(schema)].[work_item_attempts] (
        [attempt_id] NVARCHAR(36) NOT NULL,
        [work_item_id] NVARCHAR(36) NOT NULL,
        [source_system] NVARCHAR(100) NOT NULL,
        [source_name] NVARCHAR(100) NOT NULL,
        [host] NVARCHAR(300) NULL,
        [run_id] NVARCHAR(36) NULL,
        [attempt] INT NOT NULL,
        [lease_id] NVARCHAR(36) NULL,
        [worker_id] NVARCHAR(100) NULL,
        [started_at] DATETIME2(3) NOT NULL,
        [finished_at] DATETIME2(3) NOT NULL,
        [duration_ms] INT NULL,
        [outcome] NVARCHAR(20) NOT NULL,
        [http_status] INT NULL,
        [error_code] NVARCHAR(50) NULL,
        [error_message] NVARCHAR(MAX) NULL,
        [facts] NVARCHAR(MAX) NULL,
        [ingest_id] NVARCHAR(36) NULL,
        [items_discovered] INT NOT NULL CONSTRAINT [DF_work_item_attempts_items_discovered] DEFAULT 0,
        CONSTRAINT [PK_work_item_attempts] PRIMARY KEY CLUSTERED ([attempt_id]),
        CONSTRAINT [CK_work_item_attempts_outcome] CHECK ([outcome] IN (N'completed', N'unchanged', N'retry', N'failed', N'skipped', N'released', N'expired'))
    );
END
GO
IF OBJECT_ID(N'[$(schema)].[workers]', N'U') IS NULL
BEGIN
    CREATE TABLE [$(schema)].[workers] (
        [worker_id] NVARCHAR(100) NOT NULL,
        [host_name] NVARCHAR(255) NOT NULL,
        [pid] INT NOT NULL,
        [version] NVARCHAR(50) NOT NULL,
        [concurrency] INT NOT NULL,
        [started_at] DATETIME2(3) NOT NULL,
        [heartbeat_at] DATETIME2(3) NOT NULL,
        [stopped_at] DATETIME2(3) NULL,
        [draining] TINYINT NOT NULL CONSTRAINT [DF_workers_draining] DEFAULT 0 CONSTRAINT [CK_workers_draining] CHECK ([draining] IN (0, 1)),
        [in_flight] INT NOT NULL CONSTRAINT [DF_workers_in_flight] DEFAULT 0,
        [items_completed] INT NOT NULL CONSTRAINT [DF_workers_items_completed] DEFAULT 0,
        [items_failed] INT NOT NULL CONSTRAINT [DF_workers_items_failed] DEFAULT 0,
        [facts] NVARCHAR(MAX) NULL,
        CONSTRAINT [PK_workers] PRIMARY KEY CLUSTERED ([worker_id])
    );
END
GO
IF OBJECT_ID(N'[$(schema)].[schedules]', N'U') IS NULL
BEGIN
    CREATE TABLE [$(schema)].[schedules] (
        [schedule_id] NVARCHAR(36) NOT NULL,
        [name] NVARCHAR(200) NOT NULL,
        [cron] NVARCHAR(200) NOT NULL,
        [timezone] NVARCHAR(100) NOT NULL,
        [enabled] TINYINT NOT NULL CONSTRAINT [DF_schedules_enabled] DEFAULT 1 CONSTRAINT [CK_schedules_enabled] CHECK ([enabled] IN (0, 1)),
        [request] NVARCHAR(MAX) NOT NULL,
        [next_at] DATETIME2(3) NULL,
        [last_at] DATETIME2(3) NULL,
        [last_run_id] NVARCHAR(36) NULL,
        [last_outcome] NVARCHAR(500) NULL,
        [created_by] NVARCHAR(320) NULL,
        [created_at] DATETIME2(3) NOT NULL,
        [updated_at] DATETIME2(3) NOT NULL,
        CONSTRAINT [PK_schedules] PRIMARY KEY CLUSTERED ([schedule_id])
    );
END
GO
IF OBJECT_ID(N'[$(schema)].[bulk_actions]', N'U') IS NULL
BEGIN
    CREATE TABLE [$(schema)].[bulk_actions] (
        [bulk_action_id] NVARCHAR(36) NOT NULL,
        [action] NVARCHAR(50) NOT NULL,
        [filter] NVARCHAR(MAX) NOT NULL,
        [params] NVARCHAR(MAX) NULL,
        [status] NVARCHAR(20) NOT NULL,
        [expected_count] INT NOT NULL,
        [processed_count] INT NOT NULL CONSTRAINT [DF_bulk_actions_processed_count] DEFAULT 0,
        [changed_count] INT NOT NULL CONSTRAINT [DF_bulk_actions_changed_count] DEFAULT 0,
        [skipped_count] INT NOT NULL CONSTRAINT [DF_bulk_actions_skipped_count] DEFAULT 0,
        [cursor_id] NVARCHAR(100) NULL,
        [requested_by] NVARCHAR(320) NULL,
        [request_key] NVARCHAR(200) NULL,
        [created_at] DATETIME2(3) NOT NULL,
        [updated_at] DATETIME2(3) NOT NULL,
        [finished_at] DATETIME2(3) NULL,
        [error_message] NVARCHAR(MAX) NULL,
        CONSTRAINT [PK_bulk_actions] PRIMARY KEY CLUSTERED ([bulk_action_id])
    );
END
GO
IF OBJECT_ID(N'[$(schema)].[users]', N'U') IS NULL
BEGIN
    CREATE TABLE [$(schema)].[users] (
        [user_id] NVARCHAR(36) NOT NULL,
        [email] NVARCHAR(320) COLLATE Latin1_General_100_BIN2 NOT NULL,
        [name] NVARCHAR(200) NOT NULL,
        [role] NVARCHAR(20) NOT NULL,
        [password_hash] NVARCHAR(500) NULL,
        [identity] NVARCHAR(400) COLLATE Latin1_General_100_BIN2 NULL,
        [active] TINYINT NOT NULL CONSTRAINT [DF_users_active] DEFAULT 1 CONSTRAINT [CK_users_active] CHECK ([active] IN (0, 1)),
        [session_version] INT NOT NULL CONSTRAINT [DF_users_session_version] DEFAULT 1,
        [preferences] NVARCHAR(MAX) NULL,
        [created_at] DATETIME2(3) NOT NULL,
        [updated_at] DATETIME2(3) NOT NULL,
        [last_sign_in_at] DATETIME2(3) NULL,
        CONSTRAINT [PK_users] PRIMARY KEY CLUSTERED ([user_id]),
        CONSTRAINT [CK_users_role] CHECK ([role] IN (N'viewer', N'operator', N'admin'))
    );
END
GO
IF OBJECT_ID(N'[$(schema)].[audit_log]', N'U') IS NULL
BEGIN
    CREATE TABLE [$(schema)].[audit_log] (
        [audit_id] NVARCHAR(36) NOT NULL,
        [at] DATETIME2(3) NOT NULL,
        [actor_id] NVARCHAR(36) NULL,
        [actor_email] NVARCHAR(320) NOT NULL,
        [action] NVARCHAR(100) NOT NULL,
        [target_type] NVARCHAR(50) NOT NULL,
        [target_id] NVARCHAR(400) NULL,
        [summary] NVARCHAR(1000) NOT NULL,
        [before_state] NVARCHAR(MAX) NULL,
        [after_state] NVARCHAR(MAX) NULL,
        CONSTRAINT [PK_audit_log] PRIMARY KEY CLUSTERED ([audit_id])
    );
END
GO
IF OBJECT_ID(N'[$(schema)].[request_keys]', N'U') IS NULL
BEGIN
    CREATE TABLE [$(schema)].[request_keys] (
        [request_key] NVARCHAR(200) COLLATE Latin1_General_100_BIN2 NOT NULL,
        [action] NVARCHAR(100) NOT NULL,
        [result] NVARCHAR(MAX) NOT NULL,
        [created_at] DATETIME2(3) NOT NULL,
        CONSTRAINT [PK_request_keys] PRIMARY KEY CLUSTERED ([request_key])
    );
END
GO
IF OBJECT_ID(N'[$(schema)].[app_settings]', N'U') IS NULL
BEGIN
    CREATE TABLE [$(schema)].[app_settings] (
        [name] NVARCHAR(200) COLLATE Latin1_General_100_BIN2 NOT NULL,
        [value] NVARCHAR(MAX) NOT NULL,
        [updated_at] DATETIME2(3) NOT NULL,
        CONSTRAINT [PK_app_settings] PRIMARY KEY CLUSTERED ([name])
    );
END
GO
IF OBJECT_ID(N'[$(schema)].[saved_views]', N'U') IS NULL
BEGIN
    CREATE TABLE [$(schema)].[saved_views] (
        [view_id] NVARCHAR(36) NOT NULL,
        [owner_id] NVARCHAR(36) NULL,
        [page] NVARCHAR(100) NOT NULL,
        [name] NVARCHAR(200) NOT NULL,
        [shared] TINYINT NOT NULL CONSTRAINT [DF_saved_views_shared] DEFAULT 0 CONSTRAINT [CK_saved_views_shared] CHECK ([shared] IN (0, 1)),
        [query] NVARCHAR(MAX) NOT NULL,
        [created_at] DATETIME2(3) NOT NULL,
        [updated_at] DATETIME2(3) NOT NULL,
        CONSTRAINT [PK_saved_views] PRIMARY KEY CLUSTERED ([view_id])
    );
END
GO
