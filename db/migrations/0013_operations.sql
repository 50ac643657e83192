-- Workers, schedules, bulk actions, request keys, settings and saved views; who may sign in, and what they did.
-- It is long because it has two dozen small tables of what goes on around the queue, which no claim and no completion of an
-- item touches, and because a database is made by at most 14 files.
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
        -- The lease of the suspect it tries: one that dies then was ended by this item.
        [suspect_lease_id] NVARCHAR(36) NULL,
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
-- Alerts: what a rule found wrong, opened once for each rule and subject, closed when it is over.
IF OBJECT_ID(N'[$(schema)].[alerts]', N'U') IS NULL
BEGIN
    CREATE TABLE [$(schema)].[alerts] (
        [alert_id] NVARCHAR(36) NOT NULL,
        [rule] NVARCHAR(40) COLLATE Latin1_General_100_BIN2 NOT NULL,
        [subject] NVARCHAR(400) COLLATE Latin1_General_100_BIN2 NOT NULL,
        [source_name] NVARCHAR(100) NULL,
        [title] NVARCHAR(300) NOT NULL,
        [detail] NVARCHAR(1000) NOT NULL,
        [evidence] NVARCHAR(MAX) NOT NULL,
        [href] NVARCHAR(500) NOT NULL,
        [opened_at] DATETIME2(3) NOT NULL,
        [seen_at] DATETIME2(3) NOT NULL,
        [seen_count] INT NOT NULL CONSTRAINT [DF_alerts_seen_count] DEFAULT 1,
        [closed_at] DATETIME2(3) NULL,
        [acknowledged_at] DATETIME2(3) NULL,
        [acknowledged_by] NVARCHAR(320) NULL,
        -- When channels were told of it; NULL = not yet, because it is muted.
        [told_at] DATETIME2(3) NULL,
        CONSTRAINT [PK_alerts] PRIMARY KEY CLUSTERED ([alert_id])
    );
END
GO
-- Two processes that find the same at once open one alert.
IF NOT EXISTS (SELECT 1 FROM sys.indexes WHERE object_id = OBJECT_ID(N'[$(schema)].[alerts]') AND name = N'UX_alerts_open')
    CREATE UNIQUE NONCLUSTERED INDEX [UX_alerts_open]
    ON [$(schema)].[alerts] ([rule], [subject])
    INCLUDE ([closed_at])
    WHERE [closed_at] IS NULL;
GO
-- Closed alerts are purged oldest first.
IF NOT EXISTS (SELECT 1 FROM sys.indexes WHERE object_id = OBJECT_ID(N'[$(schema)].[alerts]') AND name = N'IX_alerts_closed')
    CREATE NONCLUSTERED INDEX [IX_alerts_closed]
    ON [$(schema)].[alerts] ([closed_at])
    WHERE [closed_at] IS NOT NULL;
GO
-- What a person has changed of a rule; a rule without a row is on, with its own thresholds.
IF OBJECT_ID(N'[$(schema)].[alert_rules]', N'U') IS NULL
BEGIN
    CREATE TABLE [$(schema)].[alert_rules] (
        [rule] NVARCHAR(40) COLLATE Latin1_General_100_BIN2 NOT NULL,
        [enabled] TINYINT NOT NULL CONSTRAINT [CK_alert_rules_enabled] CHECK ([enabled] IN (0, 1)),
        [thresholds] NVARCHAR(MAX) NOT NULL,
        -- Whether what it finds puts the source in quarantine; NULL = as the rule itself says.
        [quarantine] TINYINT NULL CONSTRAINT [CK_alert_rules_quarantine] CHECK ([quarantine] IN (0, 1)),
        [updated_at] DATETIME2(3) NOT NULL,
        [updated_by] NVARCHAR(320) NULL,
        CONSTRAINT [PK_alert_rules] PRIMARY KEY CLUSTERED ([rule])
    );
END
GO
-- What is not told until a time: the findings of a rule or about a source, or a group of failures.
IF OBJECT_ID(N'[$(schema)].[alert_mutes]', N'U') IS NULL
BEGIN
    CREATE TABLE [$(schema)].[alert_mutes] (
        [mute_id] NVARCHAR(36) NOT NULL,
        [kind] NVARCHAR(20) NOT NULL,
        [target] NVARCHAR(500) COLLATE Latin1_General_100_BIN2 NOT NULL,
        [reason] NVARCHAR(400) NOT NULL,
        [muted_by] NVARCHAR(320) NOT NULL,
        [muted_at] DATETIME2(3) NOT NULL,
        [until] DATETIME2(3) NOT NULL,
        -- By hand, or by another mute of the same.
        [ended_at] DATETIME2(3) NULL,
        [ended_by] NVARCHAR(320) NULL,
        CONSTRAINT [PK_alert_mutes] PRIMARY KEY CLUSTERED ([mute_id])
    );
END
GO
-- Whose turn it is to evaluate the rules, and what the evaluations remember. One row.
IF OBJECT_ID(N'[$(schema)].[alert_state]', N'U') IS NULL
BEGIN
    CREATE TABLE [$(schema)].[alert_state] (
        [state_id] TINYINT NOT NULL CONSTRAINT [CK_alert_state_one] CHECK ([state_id] = 1),
        [due_at] DATETIME2(3) NOT NULL,
        [backlog] NVARCHAR(MAX) NOT NULL,
        CONSTRAINT [PK_alert_state] PRIMARY KEY CLUSTERED ([state_id])
    );
END
GO
IF NOT EXISTS (SELECT 1 FROM [$(schema)].[alert_state])
    INSERT INTO [$(schema)].[alert_state] ([state_id], [due_at], [backlog]) VALUES (1, SYSUTCDATETIME(), N'[]');
GO
-- What ended runs brought, kept when the runs are gone: later runs are compared with it.
IF OBJECT_ID(N'[$(schema)].[run_measures]', N'U') IS NULL
BEGIN
    CREATE TABLE [$(schema)].[run_measures] (
        [run_id] UNIQUEIDENTIFIER NOT NULL,
        [ended_at] DATETIME2(3) NOT NULL,
        [scope] NVARCHAR(60) NOT NULL,
        [measure] NVARCHAR(MAX) NOT NULL,
        CONSTRAINT [PK_run_measures] PRIMARY KEY CLUSTERED ([ended_at], [run_id])
    );
END
GO
-- Each run is measured once.
IF NOT EXISTS (SELECT 1 FROM sys.indexes WHERE object_id = OBJECT_ID(N'[$(schema)].[run_measures]') AND name = N'UX_run_measures_run')
    CREATE UNIQUE NONCLUSTERED INDEX [UX_run_measures_run]
    ON [$(schema)].[run_measures] ([run_id]);
GO
-- Stretches of a source's time whose versions are held: from from_at on, until somebody decides (until_at).
IF OBJECT_ID(N'[$(schema)].[quarantines]', N'U') IS NULL
BEGIN
    CREATE TABLE [$(schema)].[quarantines] (
        [quarantine_id] NVARCHAR(36) NOT NULL,
        [source_name] NVARCHAR(100) NOT NULL,
        [rule] NVARCHAR(40) NOT NULL,
        [title] NVARCHAR(300) NOT NULL,
        [detail] NVARCHAR(1000) NOT NULL,
        [evidence] NVARCHAR(MAX) NOT NULL,
        [run_id] NVARCHAR(36) NOT NULL,
        [from_at] DATETIME2(3) NOT NULL,
        [opened_at] DATETIME2(3) NOT NULL,
        [until_at] DATETIME2(3) NULL,
        [decision] NVARCHAR(10) NULL CONSTRAINT [CK_quarantines_decision] CHECK ([decision] IN (N'accepted', N'discarded')),
        [decided_by] NVARCHAR(320) NULL,
        [note] NVARCHAR(400) NULL,
        CONSTRAINT [PK_quarantines] PRIMARY KEY CLUSTERED ([quarantine_id])
    );
END
GO
-- A source has one that is not decided.
IF NOT EXISTS (SELECT 1 FROM sys.indexes WHERE object_id = OBJECT_ID(N'[$(schema)].[quarantines]') AND name = N'UX_quarantines_open')
    CREATE UNIQUE NONCLUSTERED INDEX [UX_quarantines_open]
    ON [$(schema)].[quarantines] ([source_name])
    INCLUDE ([until_at])
    WHERE [until_at] IS NULL;
GO
-- Whether a version is held is asked by its source and time.
IF NOT EXISTS (SELECT 1 FROM sys.indexes WHERE object_id = OBJECT_ID(N'[$(schema)].[quarantines]') AND name = N'IX_quarantines_source')
    CREATE NONCLUSTERED INDEX [IX_quarantines_source]
    ON [$(schema)].[quarantines] ([source_name], [from_at])
    INCLUDE ([until_at], [decision]);
GO
-- What was decided of single items, whatever is decided of the rest.
IF OBJECT_ID(N'[$(schema)].[quarantine_items]', N'U') IS NULL
BEGIN
    CREATE TABLE [$(schema)].[quarantine_items] (
        [quarantine_id] NVARCHAR(36) NOT NULL,
        [work_item_id] UNIQUEIDENTIFIER NOT NULL,
        [decision] NVARCHAR(10) NOT NULL CONSTRAINT [CK_quarantine_items_decision] CHECK ([decision] IN (N'accepted', N'discarded')),
        [decided_by] NVARCHAR(320) NOT NULL,
        [decided_at] DATETIME2(3) NOT NULL,
        CONSTRAINT [PK_quarantine_items] PRIMARY KEY CLUSTERED ([quarantine_id], [work_item_id])
    );
END
GO
IF OBJECT_ID(N'[$(schema)].[held_records]', N'V') IS NOT NULL
    DROP VIEW [$(schema)].[held_records];
GO
-- Records that are kept and not current: nobody has decided of them (open), or they were discarded.
CREATE VIEW [$(schema)].[held_records] AS
SELECT r.[ingest_id], q.[quarantine_id], COALESCE(i.[decision], q.[decision], N'open') AS [state]
FROM [$(schema)].[quarantines] AS q
JOIN [$(schema)].[IngestRecords] AS r ON r.[source_name] = q.[source_name]
    AND r.[fetched_at_utc] >= q.[from_at] AND (q.[until_at] IS NULL OR r.[fetched_at_utc] <= q.[until_at])
LEFT JOIN [$(schema)].[quarantine_items] AS i
    ON i.[quarantine_id] = q.[quarantine_id] AND i.[work_item_id] = r.[work_item_id]
WHERE COALESCE(i.[decision], q.[decision], N'open') <> N'accepted';
GO
-- Where notices go. sealed holds address and signing secret. Whoever has the lease sends, one delivery after the other.
IF OBJECT_ID(N'[$(schema)].[notice_channels]', N'U') IS NULL
BEGIN
    CREATE TABLE [$(schema)].[notice_channels] (
        [channel_id] NVARCHAR(36) NOT NULL,
        [name] NVARCHAR(100) NOT NULL,
        [kind] NVARCHAR(20) NOT NULL,
        [host] NVARCHAR(300) NOT NULL,
        [sealed] NVARCHAR(MAX) NOT NULL,
        [enabled] TINYINT NOT NULL CONSTRAINT [CK_notice_channels_enabled] CHECK ([enabled] IN (0, 1)),
        [alerts] TINYINT NOT NULL CONSTRAINT [CK_notice_channels_alerts] CHECK ([alerts] IN (0, 1)),
        [run_ends] TINYINT NOT NULL CONSTRAINT [CK_notice_channels_run_ends] CHECK ([run_ends] IN (0, 1)),
        -- JSON: when notices are told together, and when none is.
        [timing] NVARCHAR(MAX) NOT NULL CONSTRAINT [DF_notice_channels_timing] DEFAULT N'{}',
        [blocked_until] DATETIME2(3) NULL,
        [lease_id] NVARCHAR(36) NULL,
        [lease_until] DATETIME2(3) NULL,
        [created_at] DATETIME2(3) NOT NULL,
        [updated_at] DATETIME2(3) NOT NULL,
        CONSTRAINT [PK_notice_channels] PRIMARY KEY CLUSTERED ([channel_id])
    );
END
GO
-- The outbox and the delivery log: a row for each notice and channel, in the order in which they are sent.
IF OBJECT_ID(N'[$(schema)].[notice_deliveries]', N'U') IS NULL
BEGIN
    CREATE TABLE [$(schema)].[notice_deliveries] (
        [delivery_no] BIGINT IDENTITY(1, 1) NOT NULL,
        [channel_id] NVARCHAR(36) NOT NULL,
        [message_id] NVARCHAR(36) NOT NULL,
        [notice_type] NVARCHAR(40) NOT NULL,
        [notice] NVARCHAR(MAX) NOT NULL,
        [created_at] DATETIME2(3) NOT NULL,
        -- Not told before, and together with what else is held; NULL = at once and by itself.
        [held_until] DATETIME2(3) NULL,
        -- The message of several that it went out with.
        [batch_id] NVARCHAR(36) NULL,
        [attempts] INT NOT NULL CONSTRAINT [DF_notice_deliveries_attempts] DEFAULT 0,
        [last_answer] NVARCHAR(100) NULL,
        -- When it was delivered, or given up.
        [settled_at] DATETIME2(3) NULL,
        [delivered] TINYINT NOT NULL CONSTRAINT [DF_notice_deliveries_delivered] DEFAULT 0,
        CONSTRAINT [PK_notice_deliveries] PRIMARY KEY CLUSTERED ([delivery_no])
    );
END
GO
IF NOT EXISTS (SELECT 1 FROM sys.indexes WHERE object_id = OBJECT_ID(N'[$(schema)].[notice_deliveries]') AND name = N'IX_notice_deliveries_waiting')
    CREATE NONCLUSTERED INDEX [IX_notice_deliveries_waiting]
    ON [$(schema)].[notice_deliveries] ([channel_id], [delivery_no])
    INCLUDE ([settled_at])
    WHERE [settled_at] IS NULL;
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
        -- Set where somebody else chose the password: it opens the page that changes it, and nothing else.
        [must_change_password] TINYINT NOT NULL CONSTRAINT [DF_users_must_change_password] DEFAULT 0 CONSTRAINT [CK_users_must_change_password] CHECK ([must_change_password] IN (0, 1)),
        [preferences] NVARCHAR(MAX) NULL,
        -- What of the role the person does not have, as JSON; null = all of it is theirs.
        [limits] NVARCHAR(MAX) NULL,
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
-- A sign-in, until it ends. The browser holds a random token, this table its SHA-256.
IF OBJECT_ID(N'[$(schema)].[sessions]', N'U') IS NULL
BEGIN
    CREATE TABLE [$(schema)].[sessions] (
        [session_id] NVARCHAR(36) NOT NULL,
        [token_hash] NVARCHAR(64) COLLATE Latin1_General_100_BIN2 NOT NULL,
        [user_id] NVARCHAR(36) NOT NULL,
        [created_at] DATETIME2(3) NOT NULL,
        [last_seen_at] DATETIME2(3) NOT NULL,
        [expires_at] DATETIME2(3) NOT NULL,
        [must_change_password] TINYINT NOT NULL CONSTRAINT [DF_sessions_must_change_password] DEFAULT 0 CONSTRAINT [CK_sessions_must_change_password] CHECK ([must_change_password] IN (0, 1)),
        [address] NVARCHAR(64) NULL,
        [user_agent] NVARCHAR(200) NULL,
        [ended_at] DATETIME2(3) NULL,
        [ended_reason] NVARCHAR(40) NULL,
        CONSTRAINT [PK_sessions] PRIMARY KEY CLUSTERED ([session_id])
    );
END
GO
IF NOT EXISTS (SELECT 1 FROM sys.indexes WHERE object_id = OBJECT_ID(N'[$(schema)].[sessions]') AND name = N'UX_sessions_token')
    CREATE UNIQUE NONCLUSTERED INDEX [UX_sessions_token]
    ON [$(schema)].[sessions] ([token_hash]);
GO
IF NOT EXISTS (SELECT 1 FROM sys.indexes WHERE object_id = OBJECT_ID(N'[$(schema)].[sessions]') AND name = N'IX_sessions_user')
    CREATE NONCLUSTERED INDEX [IX_sessions_user]
    ON [$(schema)].[sessions] ([user_id], [created_at]);
GO
-- What a program shows instead of a sign-in: it acts for its owner, within these bounds.
IF OBJECT_ID(N'[$(schema)].[api_tokens]', N'U') IS NULL
BEGIN
    CREATE TABLE [$(schema)].[api_tokens] (
        [token_id] NVARCHAR(36) NOT NULL,
        [token_hash] NVARCHAR(64) COLLATE Latin1_General_100_BIN2 NOT NULL,
        [prefix] NVARCHAR(20) NOT NULL,
        [name] NVARCHAR(50) NOT NULL,
        [user_id] NVARCHAR(36) NOT NULL,
        [permissions] NVARCHAR(2000) NOT NULL,
        [sources] NVARCHAR(MAX) NULL,
        [created_at] DATETIME2(3) NOT NULL,
        [expires_at] DATETIME2(3) NOT NULL,
        [last_used_at] DATETIME2(3) NULL,
        [last_used_address] NVARCHAR(64) NULL,
        [revoked_at] DATETIME2(3) NULL,
        CONSTRAINT [PK_api_tokens] PRIMARY KEY CLUSTERED ([token_id])
    );
END
GO
IF NOT EXISTS (SELECT 1 FROM sys.indexes WHERE object_id = OBJECT_ID(N'[$(schema)].[api_tokens]') AND name = N'UX_api_tokens_token')
    CREATE UNIQUE NONCLUSTERED INDEX [UX_api_tokens_token]
    ON [$(schema)].[api_tokens] ([token_hash]);
GO
IF NOT EXISTS (SELECT 1 FROM sys.indexes WHERE object_id = OBJECT_ID(N'[$(schema)].[api_tokens]') AND name = N'IX_api_tokens_user')
    CREATE NONCLUSTERED INDEX [IX_api_tokens_user]
    ON [$(schema)].[api_tokens] ([user_id], [created_at]);
GO
-- Passwords that were wrong: how often, for an account, a network and both, and until when nobody looks at another.
IF OBJECT_ID(N'[$(schema)].[sign_in_attempts]', N'U') IS NULL
BEGIN
    CREATE TABLE [$(schema)].[sign_in_attempts] (
        [attempt_key] NVARCHAR(100) COLLATE Latin1_General_100_BIN2 NOT NULL,
        [failures] INT NOT NULL,
        [last_at] DATETIME2(3) NOT NULL,
        [retry_at] DATETIME2(3) NULL,
        [refused] TINYINT NOT NULL CONSTRAINT [DF_sign_in_attempts_refused] DEFAULT 0 CONSTRAINT [CK_sign_in_attempts_refused] CHECK ([refused] IN (0, 1)),
        CONSTRAINT [PK_sign_in_attempts] PRIMARY KEY CLUSTERED ([attempt_key])
    );
END
GO
IF NOT EXISTS (SELECT 1 FROM sys.indexes WHERE object_id = OBJECT_ID(N'[$(schema)].[sign_in_attempts]') AND name = N'IX_sign_in_attempts_last')
    CREATE NONCLUSTERED INDEX [IX_sign_in_attempts_last]
    ON [$(schema)].[sign_in_attempts] ([last_at]);
GO
IF OBJECT_ID(N'[$(schema)].[audit_log]', N'U') IS NULL
BEGIN
    CREATE TABLE [$(schema)].[audit_log] (
        [audit_id] NVARCHAR(36) NOT NULL,
        [at] DATETIME2(3) NOT NULL,
        [actor_id] NVARCHAR(36) NULL,
        [actor_email] NVARCHAR(320) NOT NULL,
        -- Where the request came from; null for workers and commands.
        [address] NVARCHAR(64) NULL,
        [action] NVARCHAR(100) NOT NULL,
        [target_type] NVARCHAR(50) NOT NULL,
        [target_id] NVARCHAR(400) NULL,
        [summary] NVARCHAR(1000) NOT NULL,
        [before_state] NVARCHAR(MAX) NULL,
        [after_state] NVARCHAR(MAX) NULL,
        -- SHA-256 of all but the time, as its writer made it.
        [content_hash] NVARCHAR(64) COLLATE Latin1_General_100_BIN2 NOT NULL CONSTRAINT [DF_audit_log_content_hash] DEFAULT N'',
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
-- Entries that no link of the chain stands for yet, in the order in which they were written.
IF OBJECT_ID(N'[$(schema)].[audit_unsealed]', N'U') IS NULL
BEGIN
    CREATE TABLE [$(schema)].[audit_unsealed] (
        [entry_no] BIGINT IDENTITY(1, 1) NOT NULL,
        [audit_id] NVARCHAR(36) NOT NULL,
        CONSTRAINT [PK_audit_unsealed] PRIMARY KEY CLUSTERED ([entry_no])
    );
END
GO
-- The hash chain over the audit log: a link for each entry, in the order of their commits. Nobody is granted to change
-- or to delete one; retention takes the oldest through its procedure, and leaves an anchor.
IF OBJECT_ID(N'[$(schema)].[audit_chain]', N'U') IS NULL
BEGIN
    CREATE TABLE [$(schema)].[audit_chain] (
        [position] INT NOT NULL,
        [audit_id] NVARCHAR(36) NOT NULL,
        [at] DATETIME2(3) NOT NULL,
        [previous_hash] NVARCHAR(64) COLLATE Latin1_General_100_BIN2 NOT NULL,
        [hash] NVARCHAR(64) COLLATE Latin1_General_100_BIN2 NOT NULL,
        CONSTRAINT [PK_audit_chain] PRIMARY KEY CLUSTERED ([position])
    );
END
GO
IF NOT EXISTS (SELECT 1 FROM sys.indexes WHERE object_id = OBJECT_ID(N'[$(schema)].[audit_chain]') AND name = N'UX_audit_chain_entry')
    CREATE UNIQUE NONCLUSTERED INDEX [UX_audit_chain_entry]
    ON [$(schema)].[audit_chain] ([audit_id]);
GO
-- What stands for the links that retention took: the last of them.
IF OBJECT_ID(N'[$(schema)].[audit_anchors]', N'U') IS NULL
BEGIN
    CREATE TABLE [$(schema)].[audit_anchors] (
        [position] INT NOT NULL,
        [hash] NVARCHAR(64) COLLATE Latin1_General_100_BIN2 NOT NULL,
        [purged_at] DATETIME2(3) NOT NULL,
        CONSTRAINT [PK_audit_anchors] PRIMARY KEY CLUSTERED ([position])
    );
END
GO
-- Where every writer appends, the last page is not to be a queue of them. What is appended and deleted like a queue is locked
-- row by row: a page lock of a roll-up would hold up whoever appends. Babelfish knows neither option.
IF @@VERSION LIKE N'Microsoft%'
BEGIN
    EXEC(N'ALTER INDEX [PK_source_total_deltas] ON [$(schema)].[source_total_deltas] SET (OPTIMIZE_FOR_SEQUENTIAL_KEY = ON, ALLOW_PAGE_LOCKS = OFF)');
    EXEC(N'ALTER INDEX [PK_host_total_deltas] ON [$(schema)].[host_total_deltas] SET (OPTIMIZE_FOR_SEQUENTIAL_KEY = ON, ALLOW_PAGE_LOCKS = OFF)');
    EXEC(N'ALTER INDEX [PK_run_deltas] ON [$(schema)].[run_deltas] SET (ALLOW_PAGE_LOCKS = OFF)');
    EXEC(N'ALTER INDEX [PK_host_deltas] ON [$(schema)].[host_deltas] SET (ALLOW_PAGE_LOCKS = OFF)');
    EXEC(N'ALTER INDEX [PK_work_item_attempts] ON [$(schema)].[work_item_attempts] SET (OPTIMIZE_FOR_SEQUENTIAL_KEY = ON)');
    EXEC(N'ALTER INDEX [PK_events] ON [$(schema)].[events] SET (OPTIMIZE_FOR_SEQUENTIAL_KEY = ON)');
    EXEC(N'ALTER INDEX [IX_IngestRecords_Fetched_Id] ON [$(schema)].[IngestRecords] SET (OPTIMIZE_FOR_SEQUENTIAL_KEY = ON)');
    EXEC(N'ALTER INDEX [IX_audit_log_at] ON [$(schema)].[audit_log] SET (OPTIMIZE_FOR_SEQUENTIAL_KEY = ON)');
END
GO
IF OBJECT_ID(N'[$(schema)].[purge_portion]', N'P') IS NOT NULL
    DROP PROCEDURE [$(schema)].[purge_portion];
GO
-- Looks at the next rows of a kind that are older than @older_than_min minutes, at most @portion, along the index in which they grow
-- old, and deletes those that may go. It passes over what anybody has locked, and a statement never touches enough
-- rows for a lock of the table. @at and @id say where to go on; null = nothing old is left behind. @log_wait is set, and
-- nothing done, while a replica or a backup keeps the log from being used again.
CREATE PROCEDURE [$(schema)].[purge_portion]
    @kind NVARCHAR(20),
    @source NVARCHAR(100),
    @older_than_min INT,
    @most_rows BIGINT,
    @portion INT,
    @after_at DATETIME2(7),
    @after_id NVARCHAR(200),
    @gone INT OUTPUT,
    @at DATETIME2(7) OUTPUT,
    @id NVARCHAR(200) OUTPUT,
    @log_wait NVARCHAR(60) OUTPUT
AS
BEGIN
    SET NOCOUNT ON;
    SELECT @gone = 0, @at = NULL, @id = NULL, @log_wait = NULL;
    IF @@VERSION LIKE N'Microsoft%'
    BEGIN
        SELECT @log_wait = [log_reuse_wait_desc] FROM sys.databases WHERE [database_id] = DB_ID()
            AND [log_reuse_wait_desc] IN (N'REPLICATION', N'DATABASE_MIRRORING', N'AVAILABILITY_REPLICA', N'ACTIVE_BACKUP_OR_RESTORE');
        IF @log_wait IS NOT NULL RETURN;
    END
    DECLARE @before DATETIME2(7) = DATEADD(minute, -@older_than_min, SYSUTCDATETIME());
    DECLARE @from DATETIME2(7) = COALESCE(@after_at, '0001-01-01T00:00:00'), @beyond NVARCHAR(200) = COALESCE(@after_id, N'');
    DECLARE @guid NVARCHAR(36) = COALESCE(@after_id, N'00000000-0000-0000-0000-000000000000');
    DECLARE @number BIGINT = 0, @looked INT, @newest BIGINT, @hash NVARCHAR(64);
    DECLARE @old TABLE ([place] INT NOT NULL PRIMARY KEY, [at] DATETIME2(7) NOT NULL, [id] NVARCHAR(200) NOT NULL);
    DECLARE @purged TABLE ([work_item_id] NVARCHAR(36) NOT NULL, [dedupe_key] NVARCHAR(850) COLLATE Latin1_General_100_BIN2 NOT NULL);
    DECLARE @records TABLE ([ingest_id] UNIQUEIDENTIFIER NOT NULL PRIMARY KEY);

    -- In the written order of locks, so that no kind goes against another.
    IF @kind = N'request keys'
    BEGIN
        INSERT INTO @old ([place], [at], [id])
        SELECT ROW_NUMBER() OVER (ORDER BY k.[created_at], k.[request_key]), k.[created_at], k.[request_key]
        FROM (SELECT TOP (@portion) [created_at], [request_key] FROM [$(schema)].[request_keys]
            WHERE [created_at] < @before AND [created_at] >= @from
                AND ([created_at] > @from OR [request_key] > @beyond COLLATE Latin1_General_100_BIN2)
            ORDER BY [created_at], [request_key]) AS k;
        DELETE FROM [$(schema)].[request_keys] WITH (ROWLOCK, READPAST, READCOMMITTEDLOCK)
        WHERE [request_key] IN (SELECT [id] COLLATE Latin1_General_100_BIN2 FROM @old) OPTION (MAXDOP 1);
        SET @gone = @@ROWCOUNT;
    END
    IF @kind = N'operations'
    BEGIN
        -- Ids grow with time; the outcomes of single items have gone before.
        INSERT INTO @old ([place], [at], [id])
        SELECT ROW_NUMBER() OVER (ORDER BY b.[bulk_action_id]), b.[created_at], b.[bulk_action_id]
        FROM (SELECT TOP (@portion) [bulk_action_id], [created_at] FROM [$(schema)].[bulk_actions]
            WHERE [bulk_action_id] > @beyond ORDER BY [bulk_action_id]) AS b
        WHERE b.[created_at] < @before;
        DELETE FROM [$(schema)].[bulk_actions] WITH (ROWLOCK, READPAST, READCOMMITTEDLOCK)
        WHERE [bulk_action_id] IN (SELECT [id] FROM @old) AND [finished_at] < @before AND NOT EXISTS (
            SELECT 1 FROM [$(schema)].[bulk_action_chunks] AS c WHERE c.[bulk_action_id] = [bulk_actions].[bulk_action_id]) OPTION (MAXDOP 1);
        SET @gone = @@ROWCOUNT;
    END
    IF @kind = N'items'
    BEGIN
        INSERT INTO @old ([place], [at], [id])
        SELECT ROW_NUMBER() OVER (ORDER BY w.[last_fetched_at], w.[work_item_id]), w.[last_fetched_at], w.[work_item_id]
        FROM (SELECT TOP (@portion) [last_fetched_at], [work_item_id] FROM [$(schema)].[work_items]
            WHERE [source_name] = @source AND [last_fetched_at] < @before AND [last_fetched_at] >= @from
                AND ([last_fetched_at] > @from OR [work_item_id] > @beyond)
            ORDER BY [last_fetched_at], [work_item_id]) AS w;
        DELETE FROM [$(schema)].[work_items] WITH (ROWLOCK, READPAST, READCOMMITTEDLOCK)
        OUTPUT deleted.[work_item_id], deleted.[dedupe_key] INTO @purged
        WHERE [work_item_id] IN (SELECT [id] COLLATE DATABASE_DEFAULT FROM @old)
            AND [status] IN (N'completed', N'skipped') AND [last_fetched_at] < @before OPTION (MAXDOP 1);
        SET @gone = (SELECT COUNT(*) FROM @purged);
    END
    IF @kind IN (N'records', N'versions')
    BEGIN
        INSERT INTO @old ([place], [at], [id])
        SELECT ROW_NUMBER() OVER (ORDER BY r.[fetched_at_utc], r.[ingest_id]), r.[fetched_at_utc], CAST(r.[ingest_id] AS NVARCHAR(36))
        FROM (SELECT TOP (@portion) [fetched_at_utc], [ingest_id] FROM [$(schema)].[IngestRecords]
            WHERE [source_name] = @source AND [fetched_at_utc] < @before AND [fetched_at_utc] >= @from
                AND ([fetched_at_utc] > @from OR [ingest_id] > CAST(@guid AS UNIQUEIDENTIFIER))
            ORDER BY [fetched_at_utc], [ingest_id]) AS r;
        -- Of a resource that has a newer record that is not held, when only older versions are to go.
        IF @kind = N'versions'
            DELETE FROM [$(schema)].[IngestRecords] WITH (ROWLOCK, READPAST, READCOMMITTEDLOCK)
            OUTPUT deleted.[ingest_id] INTO @records
            WHERE [ingest_id] IN (SELECT CAST([id] AS UNIQUEIDENTIFIER) FROM @old) AND EXISTS (
                SELECT 1 FROM [$(schema)].[IngestRecords] AS n
                WHERE n.[source_system] = [IngestRecords].[source_system] AND n.[source_name] = [IngestRecords].[source_name]
                    AND n.[resource_type] = [IngestRecords].[resource_type] AND n.[resource_id] = [IngestRecords].[resource_id]
                    AND n.[fetched_at_utc] > [IngestRecords].[fetched_at_utc]
                    AND NOT EXISTS (SELECT 1 FROM [$(schema)].[held_records] AS h WHERE h.[ingest_id] = n.[ingest_id])) OPTION (MAXDOP 1);
        ELSE
            DELETE FROM [$(schema)].[IngestRecords] WITH (ROWLOCK, READPAST, READCOMMITTEDLOCK)
            OUTPUT deleted.[ingest_id] INTO @records
            WHERE [ingest_id] IN (SELECT CAST([id] AS UNIQUEIDENTIFIER) FROM @old) OPTION (MAXDOP 1);
        SET @gone = @@ROWCOUNT;
        DELETE FROM [$(schema)].[record_bodies] WITH (ROWLOCK)
        WHERE [ingest_id] IN (SELECT [ingest_id] FROM @records) OPTION (MAXDOP 1);
    END
    IF @kind = N'bodies'
    BEGIN
        -- Of records that went by other ways: plain SQL, a month that was emptied. A body that is seen here was committed
        -- with its record, so one without a record has lost it.
        INSERT INTO @old ([place], [at], [id])
        SELECT ROW_NUMBER() OVER (ORDER BY b.[stored_at], b.[ingest_id]), b.[stored_at], CAST(b.[ingest_id] AS NVARCHAR(36))
        FROM (SELECT TOP (@portion) [stored_at], [ingest_id] FROM [$(schema)].[record_bodies]
            WHERE [stored_at] < @before AND [stored_at] >= @from
                AND ([stored_at] > @from OR [ingest_id] > CAST(@guid AS UNIQUEIDENTIFIER))
            ORDER BY [stored_at], [ingest_id]) AS b;
        DELETE FROM [$(schema)].[record_bodies] WITH (ROWLOCK, READPAST, READCOMMITTEDLOCK)
        WHERE [ingest_id] IN (SELECT CAST([id] AS UNIQUEIDENTIFIER) FROM @old) AND NOT EXISTS (
            SELECT 1 FROM [$(schema)].[IngestRecords] AS r WHERE r.[ingest_id] = [record_bodies].[ingest_id]) OPTION (MAXDOP 1);
        SET @gone = @@ROWCOUNT;
    END
    IF @kind = N'items'
        DELETE FROM [$(schema)].[seen_resources] WITH (ROWLOCK, READPAST, READCOMMITTEDLOCK)
            WHERE [resource_key] IN (SELECT [dedupe_key] FROM @purged) OPTION (MAXDOP 1);
    IF @kind = N'runs'
    BEGIN
        INSERT INTO @old ([place], [at], [id])
        SELECT ROW_NUMBER() OVER (ORDER BY r.[started_at], r.[run_id]), r.[started_at], CAST(r.[run_id] AS NVARCHAR(36))
        FROM (SELECT TOP (@portion) [started_at], [run_id] FROM [$(schema)].[ingest_runs]
            WHERE [started_at] < @before AND [started_at] >= @from
                AND ([started_at] > @from OR [run_id] > CAST(@guid AS UNIQUEIDENTIFIER))
            ORDER BY [started_at], [run_id]) AS r;
        DELETE FROM [$(schema)].[ingest_runs] WITH (ROWLOCK, READPAST, READCOMMITTEDLOCK)
        WHERE [run_id] IN (SELECT CAST([id] AS UNIQUEIDENTIFIER) FROM @old)
            AND [status] <> N'running' AND [phase] = N'ready' AND [completed_at] < @before OPTION (MAXDOP 1);
        SET @gone = @@ROWCOUNT;
    END
    IF @kind = N'items'
        DELETE FROM [$(schema)].[work_item_attempts] WITH (ROWLOCK, READPAST, READCOMMITTEDLOCK)
        WHERE [work_item_id] IN (SELECT [work_item_id] COLLATE DATABASE_DEFAULT FROM @purged) OPTION (MAXDOP 1);
    IF @kind = N'attempts'
    BEGIN
        INSERT INTO @old ([place], [at], [id])
        SELECT ROW_NUMBER() OVER (ORDER BY a.[finished_at], a.[attempt_id]), a.[finished_at], a.[attempt_id]
        FROM (SELECT TOP (@portion) [finished_at], [attempt_id] FROM [$(schema)].[work_item_attempts]
            WHERE [finished_at] < @before AND [finished_at] >= @from AND ([finished_at] > @from OR [attempt_id] > @beyond)
            ORDER BY [finished_at], [attempt_id]) AS a;
        DELETE FROM [$(schema)].[work_item_attempts] WITH (ROWLOCK, READPAST, READCOMMITTEDLOCK)
        WHERE EXISTS (SELECT 1 FROM @old AS o WHERE o.[at] = [work_item_attempts].[finished_at] AND o.[id] = [work_item_attempts].[attempt_id])
            AND [finished_at] >= (SELECT MIN([at]) FROM @old) AND [finished_at] <= (SELECT MAX([at]) FROM @old) OPTION (MAXDOP 1);
        SET @gone = @@ROWCOUNT;
    END
    IF @kind = N'items'
        DELETE FROM [$(schema)].[attempt_answers] WITH (ROWLOCK, READPAST, READCOMMITTEDLOCK)
        WHERE [work_item_id] IN (SELECT [work_item_id] COLLATE DATABASE_DEFAULT FROM @purged) OPTION (MAXDOP 1);
    IF @kind = N'answers'
    BEGIN
        INSERT INTO @old ([place], [at], [id])
        SELECT ROW_NUMBER() OVER (ORDER BY a.[answered_at], a.[attempt_id]), a.[answered_at], a.[attempt_id]
        FROM (SELECT TOP (@portion) [answered_at], [attempt_id] FROM [$(schema)].[attempt_answers]
            WHERE [answered_at] < @before AND [answered_at] >= @from AND ([answered_at] > @from OR [attempt_id] > @beyond)
            ORDER BY [answered_at], [attempt_id]) AS a;
        DELETE FROM [$(schema)].[attempt_answers] WITH (ROWLOCK, READPAST, READCOMMITTEDLOCK)
        WHERE EXISTS (SELECT 1 FROM @old AS o WHERE o.[at] = [attempt_answers].[answered_at] AND o.[id] = [attempt_answers].[attempt_id])
            AND [answered_at] >= (SELECT MIN([at]) FROM @old) AND [answered_at] <= (SELECT MAX([at]) FROM @old) OPTION (MAXDOP 1);
        SET @gone = @@ROWCOUNT;
    END
    IF @kind = N'audit'
    BEGIN
        -- The oldest links of the chain, up to the first that is not too old; what is not sealed yet stays.
        IF @after_id IS NOT NULL SET @number = CAST(@after_id AS BIGINT);
        INSERT INTO @old ([place], [at], [id])
        SELECT c.[position], c.[at], CAST(c.[position] AS NVARCHAR(20))
        FROM (SELECT TOP (@portion) [position], [at] FROM [$(schema)].[audit_chain] WHERE [position] > @number ORDER BY [position]) AS c;
        SET @newest = (SELECT MIN([place]) FROM @old WHERE [at] >= @before);
        IF @newest IS NOT NULL DELETE FROM @old WHERE [place] >= @newest;
        SET @number = (SELECT MAX([place]) FROM @old);
        SET @hash = (SELECT [hash] FROM [$(schema)].[audit_chain] WHERE [position] = @number);
        IF @hash IS NOT NULL
            INSERT INTO [$(schema)].[audit_anchors] ([position], [hash], [purged_at]) VALUES (@number, @hash, SYSUTCDATETIME());
        DELETE FROM [$(schema)].[audit_log] WITH (ROWLOCK)
        WHERE [audit_id] IN (SELECT [audit_id] FROM [$(schema)].[audit_chain] WHERE [position] <= @number) OPTION (MAXDOP 1);
        SET @gone = @@ROWCOUNT;
        DELETE FROM [$(schema)].[audit_chain] WITH (ROWLOCK) WHERE [position] <= @number OPTION (MAXDOP 1);
    END
    IF @kind = N'events'
    BEGIN
        IF @after_id IS NOT NULL SET @number = CAST(@after_id AS BIGINT);
        SET @newest = (SELECT MAX([event_id]) FROM [$(schema)].[events]);
        INSERT INTO @old ([place], [at], [id])
        SELECT ROW_NUMBER() OVER (ORDER BY e.[event_id]), e.[at], CAST(e.[event_id] AS NVARCHAR(20))
        FROM (SELECT TOP (@portion) [event_id], [at] FROM [$(schema)].[events] WHERE [event_id] > @number ORDER BY [event_id]) AS e
        WHERE e.[at] < @before OR e.[event_id] <= @newest - @most_rows;
        DELETE FROM [$(schema)].[events] WITH (ROWLOCK, READPAST, READCOMMITTEDLOCK)
        WHERE [event_id] IN (SELECT CAST([id] AS BIGINT) FROM @old) OPTION (MAXDOP 1);
        SET @gone = @@ROWCOUNT;
    END

    SET @looked = (SELECT COUNT(*) FROM @old);
    IF @looked = @portion
        SELECT @at = [at], @id = [id] FROM @old WHERE [place] = (SELECT MAX([place]) FROM @old);
END
GO
IF OBJECT_ID(N'[$(schema)].[run_retention]', N'P') IS NOT NULL
    DROP PROCEDURE [$(schema)].[run_retention];
GO
-- What workers do every hour, for a job: everything that the settings say is too old goes, portion by portion, each in a
-- transaction of its own, with a pause between, for at most @minutes. One row per kind and source: how many rows went.
-- An error (1105, 9002 and the like) ends it; while the log waits for a replica or a backup it does nothing.
CREATE PROCEDURE [$(schema)].[run_retention]
    @minutes INT = 60
AS
BEGIN
    SET NOCOUNT ON;
    SET XACT_ABORT ON;
    DECLARE @settings NVARCHAR(MAX) = COALESCE((SELECT [value] FROM [$(schema)].[app_settings] WHERE [name] = N'retention'), N'{}');
    DECLARE @until DATETIME2(3) = DATEADD(minute, @minutes, SYSUTCDATETIME());
    DECLARE @place INT = 1, @kind NVARCHAR(20), @source NVARCHAR(100), @older_than_min INT, @most_rows BIGINT, @portion_gone INT;
    DECLARE @at DATETIME2(7), @id NVARCHAR(200), @next_at DATETIME2(7), @next_id NVARCHAR(200), @log_wait NVARCHAR(60), @more INT;
    DECLARE @work TABLE ([place] INT NOT NULL PRIMARY KEY, [kind] NVARCHAR(20) NOT NULL, [source] NVARCHAR(100) COLLATE Latin1_General_100_BIN2 NULL,
        [days] INT NOT NULL, [most_rows] BIGINT NULL, [gone] BIGINT NOT NULL);
    DECLARE @kinds TABLE ([kind] NVARCHAR(20) NOT NULL, [days] INT NULL, [most_rows] BIGINT NULL);
    DECLARE @own TABLE ([source] NVARCHAR(100) COLLATE Latin1_General_100_BIN2 NOT NULL, [kind] NVARCHAR(20) NOT NULL, [days] INT NULL);
    INSERT INTO @kinds ([kind], [days], [most_rows]) VALUES
        (N'events', CAST(COALESCE(JSON_VALUE(@settings, '$.eventDays'), N'30') AS INT), 1000000),
        (N'answers', CAST(COALESCE(JSON_VALUE(@settings, '$.eventDays'), N'30') AS INT), NULL),
        (N'bodies', 1, NULL),
        (N'attempts', CAST(JSON_VALUE(@settings, '$.attemptDays') AS INT), NULL),
        (N'runs', CAST(JSON_VALUE(@settings, '$.runDays') AS INT), NULL),
        (N'audit', CAST(JSON_VALUE(@settings, '$.auditDays') AS INT), NULL),
        (N'operations', CAST(JSON_VALUE(@settings, '$.operationDays') AS INT), NULL),
        (N'request keys', 7, NULL);
    -- What a source has of its own counts, also that it keeps something for ever.
    INSERT INTO @own ([source], [kind], [days])
    SELECT CAST(s.[key] AS NVARCHAR(100)), CASE d.[key] WHEN N'recordDays' THEN N'records' WHEN N'versionDays' THEN N'versions' ELSE N'items' END,
        CAST(d.[value] AS INT)
    FROM OPENJSON(@settings, '$.sources') AS s CROSS APPLY OPENJSON(s.[value]) AS d;
    INSERT INTO @work ([place], [kind], [source], [days], [most_rows], [gone])
    SELECT ROW_NUMBER() OVER (ORDER BY w.[kind], w.[source]), w.[kind], w.[source], w.[days], w.[most_rows], 0
    FROM (
        SELECT [kind], NULL AS [source], [days], [most_rows] FROM @kinds
        UNION ALL
        SELECT k.[kind], n.[name], CASE WHEN o.[source] IS NULL THEN k.[days] ELSE o.[days] END, NULL
        FROM (SELECT [source_name] AS [name] FROM [$(schema)].[source_totals] UNION SELECT [source_name] FROM [$(schema)].[source_total_deltas]) AS n
        CROSS JOIN (
            SELECT N'records' AS [kind], CAST(JSON_VALUE(@settings, '$.recordDays') AS INT) AS [days]
            UNION ALL SELECT N'versions', CAST(JSON_VALUE(@settings, '$.versionDays') AS INT)
            UNION ALL SELECT N'items', CAST(JSON_VALUE(@settings, '$.itemDays') AS INT)
        ) AS k
        LEFT JOIN @own AS o ON o.[source] = n.[name] AND o.[kind] = k.[kind]
    ) AS w
    WHERE w.[days] IS NOT NULL;
    WHILE @place IS NOT NULL AND SYSUTCDATETIME() < @until AND @log_wait IS NULL
    BEGIN
        SELECT @kind = [kind], @source = [source], @older_than_min = [days] * 1440, @most_rows = [most_rows], @at = NULL, @id = NULL, @more = 1
        FROM @work WHERE [place] = @place;
        WHILE @more = 1 AND SYSUTCDATETIME() < @until
        BEGIN
            BEGIN TRANSACTION;
            EXEC [$(schema)].[purge_portion] @kind, @source, @older_than_min, @most_rows, 500, @at, @id,
                @portion_gone OUTPUT, @next_at OUTPUT, @next_id OUTPUT, @log_wait OUTPUT;
            COMMIT TRANSACTION;
            UPDATE @work SET [gone] = [gone] + @portion_gone WHERE [place] = @place;
            SELECT @at = @next_at, @id = @next_id, @more = CASE WHEN @next_id IS NULL THEN 0 ELSE 1 END;
            -- Others come first. Babelfish knows no WAITFOR.
            IF @more = 1 AND @@VERSION LIKE N'Microsoft%' EXEC(N'WAITFOR DELAY ''00:00:00.050''');
        END
        SET @place = (SELECT MIN([place]) FROM @work WHERE [place] > @place);
    END
    SELECT [kind], [source], [gone] FROM @work ORDER BY [place];
    IF @log_wait IS NOT NULL
        RAISERROR(N'Retention waits: the log is held by %s.', 10, 1, @log_wait);
END
GO
IF OBJECT_ID(N'[$(schema)].[slide_partitions]', N'P') IS NOT NULL
    DROP PROCEDURE [$(schema)].[slide_partitions];
GO
-- For tables that `pnpm db:partition` has divided by month: makes the partitions of the next @ahead months, and empties and
-- removes those that are wholly past their retention, where one age holds for all sources. With @dry_run = 1 it only says
-- so. Rows: the statements. A partition is emptied with a lock of the table for a moment, and hardly any log.
CREATE PROCEDURE [$(schema)].[slide_partitions]
    @ahead INT = 3,
    @dry_run BIT = 0
AS
BEGIN
    SET NOCOUNT ON;
    DECLARE @settings NVARCHAR(MAX) = COALESCE((SELECT [value] FROM [$(schema)].[app_settings] WHERE [name] = N'retention'), N'{}');
    DECLARE @now DATETIME2(3) = SYSUTCDATETIME(), @place INT = 1, @statement NVARCHAR(MAX);
    DECLARE @kept TABLE ([table] NVARCHAR(128) NOT NULL, [days] INT NULL);
    DECLARE @bound TABLE ([function] NVARCHAR(128) NOT NULL, [scheme] NVARCHAR(128) NOT NULL, [table] NVARCHAR(128) NOT NULL, [partition] INT NOT NULL, [upto] DATETIME2(7) NOT NULL);
    DECLARE @todo TABLE ([place] INT IDENTITY(1, 1) NOT NULL PRIMARY KEY, [statement] NVARCHAR(MAX) NOT NULL);
    INSERT INTO @kept ([table], [days]) VALUES
        (N'events', CAST(COALESCE(JSON_VALUE(@settings, '$.eventDays'), N'30') AS INT)),
        (N'work_item_attempts', CAST(JSON_VALUE(@settings, '$.attemptDays') AS INT)),
        -- A source that keeps its records longer keeps the partition.
        (N'IngestRecords', CASE WHEN EXISTS (
            SELECT 1 FROM OPENJSON(@settings, '$.sources') AS s CROSS APPLY OPENJSON(s.[value]) AS d WHERE d.[key] = N'recordDays'
        ) THEN NULL ELSE CAST(JSON_VALUE(@settings, '$.recordDays') AS INT) END);
    -- A partition ends at its upper boundary; the last one has none.
    INSERT INTO @bound ([function], [scheme], [table], [partition], [upto])
    SELECT f.[name], s.[name], t.[name], v.[boundary_id], CAST(v.[value] AS DATETIME2(7))
    FROM sys.tables AS t
    JOIN sys.indexes AS i ON i.[object_id] = t.[object_id] AND i.[index_id] IN (0, 1)
    JOIN sys.partition_schemes AS s ON s.[data_space_id] = i.[data_space_id]
    JOIN sys.partition_functions AS f ON f.[function_id] = s.[function_id]
    JOIN sys.partition_range_values AS v ON v.[function_id] = f.[function_id]
    WHERE t.[schema_id] = SCHEMA_ID(N'$(schema)');
    INSERT INTO @todo ([statement])
    SELECT CONCAT(N'ALTER PARTITION SCHEME ', QUOTENAME(b.[scheme]), N' NEXT USED [PRIMARY]; ALTER PARTITION FUNCTION ', QUOTENAME(b.[function]),
        N'() SPLIT RANGE (''', CONVERT(NVARCHAR(30), DATEADD(month, m.[months], b.[last]), 126), N''')')
    FROM (SELECT [function], [scheme], MAX([upto]) AS [last] FROM @bound GROUP BY [function], [scheme]) AS b
    CROSS JOIN (VALUES (1), (2), (3), (4), (5), (6), (7), (8), (9), (10), (11), (12)) AS m ([months])
    WHERE DATEADD(month, m.[months], b.[last]) <= DATEADD(month, @ahead, @now)
    ORDER BY b.[function], m.[months];
    -- The first partition stays, empty: the function needs a lowest boundary.
    INSERT INTO @todo ([statement])
    SELECT CONCAT(N'TRUNCATE TABLE [$(schema)].', QUOTENAME(b.[table]), N' WITH (PARTITIONS (', b.[partition], N'))')
    FROM @bound AS b JOIN @kept AS k ON k.[table] = b.[table]
    WHERE k.[days] IS NOT NULL AND b.[upto] <= DATEADD(day, -k.[days], @now)
    ORDER BY b.[table], b.[partition];
    INSERT INTO @todo ([statement])
    SELECT CONCAT(N'ALTER PARTITION FUNCTION ', QUOTENAME(b.[function]), N'() MERGE RANGE (''', CONVERT(NVARCHAR(30), b.[upto], 126), N''')')
    FROM @bound AS b JOIN @kept AS k ON k.[table] = b.[table]
    WHERE k.[days] IS NOT NULL AND b.[upto] <= DATEADD(day, -k.[days], @now) AND b.[partition] > 1
    ORDER BY b.[table], b.[partition];
    WHILE @dry_run = 0 AND EXISTS (SELECT 1 FROM @todo WHERE [place] = @place)
    BEGIN
        SET @statement = (SELECT [statement] FROM @todo WHERE [place] = @place);
        EXEC(@statement);
        SET @place = @place + 1;
    END
    SELECT [statement] FROM @todo ORDER BY [place];
END
GO
