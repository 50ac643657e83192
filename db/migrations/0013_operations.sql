-- Workers, schedules, bulk actions, request keys, settings and saved views; who may sign in, and what they did.
SET ANSI_NULLS, ANSI_PADDING, ANSI_WARNINGS, ARITHABORT, CONCAT_NULL_YIELDS_NULL, QUOTED_IDENTIFIER ON;
SET NUMERIC_ROUNDABORT OFF;
SET XACT_ABORT ON;
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
        -- When a worker without a heartbeat was given up.
        [lost_at] DATETIME2(3) NULL,
        [draining] TINYINT NOT NULL CONSTRAINT [DF_workers_draining] DEFAULT 0 CONSTRAINT [CK_workers_draining] CHECK ([draining] IN (0, 1)),
        [in_flight] INT NOT NULL CONSTRAINT [DF_workers_in_flight] DEFAULT 0,
        [items_completed] INT NOT NULL CONSTRAINT [DF_workers_items_completed] DEFAULT 0,
        [items_failed] INT NOT NULL CONSTRAINT [DF_workers_items_failed] DEFAULT 0,
        [facts] NVARCHAR(MAX) NULL,
        CONSTRAINT [PK_workers] PRIMARY KEY CLUSTERED ([worker_id])
    );
END
GO
IF NOT EXISTS (SELECT 1 FROM sys.indexes WHERE object_id = OBJECT_ID(N'[$(schema)].[workers]') AND name = N'IX_workers_heartbeat')
    CREATE NONCLUSTERED INDEX [IX_workers_heartbeat]
    ON [$(schema)].[workers] ([heartbeat_at]);
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
IF NOT EXISTS (SELECT 1 FROM sys.indexes WHERE object_id = OBJECT_ID(N'[$(schema)].[schedules]') AND name = N'IX_schedules_next')
    CREATE NONCLUSTERED INDEX [IX_schedules_next]
    ON [$(schema)].[schedules] ([next_at])
    INCLUDE ([enabled])
    WHERE [enabled] = 1;
GO
-- Bulk actions are background work: what was expected, how fast, who works on it, what can be undone.
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
        [expected_kind] NVARCHAR(20) NULL,
        [dry_run] TINYINT NULL,
        [items_per_second] INT NULL,
        [next_chunk_at] DATETIME2(3) NULL,
        [chunk_count] INT NULL,
        [fault_count] INT NULL,
        [refusals] NVARCHAR(MAX) NULL,
        [requested_by_id] NVARCHAR(36) NULL,
        [undo_of] NVARCHAR(36) NULL,
        [undone_by] NVARCHAR(36) NULL,
        [lease_owner] NVARCHAR(100) NULL,
        [lease_until] DATETIME2(3) NULL,
        [created_at] DATETIME2(3) NOT NULL,
        [updated_at] DATETIME2(3) NOT NULL,
        [finished_at] DATETIME2(3) NULL,
        [error_message] NVARCHAR(MAX) NULL,
        CONSTRAINT [PK_bulk_actions] PRIMARY KEY CLUSTERED ([bulk_action_id])
    );
END
GO
IF NOT EXISTS (SELECT 1 FROM sys.indexes WHERE object_id = OBJECT_ID(N'[$(schema)].[bulk_actions]') AND name = N'UX_bulk_actions_request_key')
    CREATE UNIQUE NONCLUSTERED INDEX [UX_bulk_actions_request_key]
    ON [$(schema)].[bulk_actions] ([request_key])
    WHERE [request_key] IS NOT NULL;
GO
-- What workers ask for twice a second: few rows, whatever was done before.
IF NOT EXISTS (SELECT 1 FROM sys.indexes WHERE object_id = OBJECT_ID(N'[$(schema)].[bulk_actions]') AND name = N'IX_bulk_actions_running')
    CREATE NONCLUSTERED INDEX [IX_bulk_actions_running]
    ON [$(schema)].[bulk_actions] ([bulk_action_id])
    INCLUDE ([status])
    WHERE [status] = N'running';
GO
-- The outcome of each item, a chunk of items a row: what they were before, and which were refused and why.
IF OBJECT_ID(N'[$(schema)].[bulk_action_chunks]', N'U') IS NULL
BEGIN
    CREATE TABLE [$(schema)].[bulk_action_chunks] (
        [bulk_action_id] NVARCHAR(36) NOT NULL,
        [chunk] INT NOT NULL,
        [changed_count] INT NOT NULL,
        [refused_count] INT NOT NULL,
        [changed] NVARCHAR(MAX) NULL,
        [refused] NVARCHAR(MAX) NULL,
        [committed_at] DATETIME2(3) NOT NULL,
        CONSTRAINT [PK_bulk_action_chunks] PRIMARY KEY CLUSTERED ([bulk_action_id], [chunk])
    );
END
GO
-- Refused items are listed without reading the chunks that refused none.
IF NOT EXISTS (SELECT 1 FROM sys.indexes WHERE object_id = OBJECT_ID(N'[$(schema)].[bulk_action_chunks]') AND name = N'IX_bulk_action_chunks_refused')
    CREATE NONCLUSTERED INDEX [IX_bulk_action_chunks_refused]
    ON [$(schema)].[bulk_action_chunks] ([bulk_action_id], [chunk])
    INCLUDE ([refused_count])
    WHERE [refused_count] > 0;
GO
-- Outcomes are purged oldest first.
IF NOT EXISTS (SELECT 1 FROM sys.indexes WHERE object_id = OBJECT_ID(N'[$(schema)].[bulk_action_chunks]') AND name = N'IX_bulk_action_chunks_committed')
    CREATE NONCLUSTERED INDEX [IX_bulk_action_chunks_committed]
    ON [$(schema)].[bulk_action_chunks] ([committed_at]);
GO
-- Answers to requests that may be sent twice; purged by age.
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
IF NOT EXISTS (SELECT 1 FROM sys.indexes WHERE object_id = OBJECT_ID(N'[$(schema)].[request_keys]') AND name = N'IX_request_keys_created')
    CREATE NONCLUSTERED INDEX [IX_request_keys_created]
    ON [$(schema)].[request_keys] ([created_at]);
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
IF NOT EXISTS (SELECT 1 FROM sys.indexes WHERE object_id = OBJECT_ID(N'[$(schema)].[saved_views]') AND name = N'IX_saved_views_page')
    CREATE NONCLUSTERED INDEX [IX_saved_views_page]
    ON [$(schema)].[saved_views] ([page], [owner_id]);
GO
-- Who may sign in, and what they did.
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
IF NOT EXISTS (SELECT 1 FROM sys.indexes WHERE object_id = OBJECT_ID(N'[$(schema)].[users]') AND name = N'UX_users_email')
    CREATE UNIQUE NONCLUSTERED INDEX [UX_users_email]
    ON [$(schema)].[users] ([email]);
GO
IF NOT EXISTS (SELECT 1 FROM sys.indexes WHERE object_id = OBJECT_ID(N'[$(schema)].[users]') AND name = N'UX_users_identity')
    CREATE UNIQUE NONCLUSTERED INDEX [UX_users_identity]
    ON [$(schema)].[users] ([identity])
    WHERE [identity] IS NOT NULL;
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
IF NOT EXISTS (SELECT 1 FROM sys.indexes WHERE object_id = OBJECT_ID(N'[$(schema)].[audit_log]') AND name = N'IX_audit_log_at')
    CREATE NONCLUSTERED INDEX [IX_audit_log_at]
    ON [$(schema)].[audit_log] ([at], [audit_id]);
GO
IF NOT EXISTS (SELECT 1 FROM sys.indexes WHERE object_id = OBJECT_ID(N'[$(schema)].[audit_log]') AND name = N'IX_audit_log_target_at')
    CREATE NONCLUSTERED INDEX [IX_audit_log_target_at]
    ON [$(schema)].[audit_log] ([target_type], [target_id], [at], [audit_id]);
GO
