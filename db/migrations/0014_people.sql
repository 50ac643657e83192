-- Who may sign in, and what they did.
SET ANSI_NULLS, ANSI_PADDING, ANSI_WARNINGS, ARITHABORT, CONCAT_NULL_YIELDS_NULL, QUOTED_IDENTIFIER ON;
SET NUMERIC_ROUNDABORT OFF;
SET XACT_ABORT ON;
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
