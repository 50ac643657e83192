-- Sources, their revisions and their secrets. Names compare exactly; flags are TINYINT 0 or 1; JSON is
-- NVARCHAR(MAX).
SET ANSI_NULLS, ANSI_PADDING, ANSI_WARNINGS, ARITHABORT, CONCAT_NULL_YIELDS_NULL, QUOTED_IDENTIFIER ON;
SET NUMERIC_ROUNDABORT OFF;
SET XACT_ABORT ON;
GO
IF OBJECT_ID(N'[$(schema)].[sources]', N'U') IS NULL
BEGIN
    CREATE TABLE [$(schema)].[sources] (
        [source_id] NVARCHAR(36) NOT NULL,
        [name] NVARCHAR(100) COLLATE Latin1_General_100_BIN2 NOT NULL,
        [source_type] NVARCHAR(100) NOT NULL,
        [enabled] TINYINT NOT NULL CONSTRAINT [DF_sources_enabled] DEFAULT 1 CONSTRAINT [CK_sources_enabled] CHECK ([enabled] IN (0, 1)),
        [paused_at] DATETIME2(3) NULL,
        [paused_reason] NVARCHAR(500) NULL,
        -- When workers resume it by themselves; null = when a person does.
        [paused_until] DATETIME2(3) NULL,
        [settings] NVARCHAR(MAX) NOT NULL,
        [seeds] NVARCHAR(MAX) NOT NULL,
        [rate_delay_ms] INT NOT NULL CONSTRAINT [DF_sources_rate_delay_ms] DEFAULT 0,
        [max_attempts] INT NOT NULL CONSTRAINT [DF_sources_max_attempts] DEFAULT 4,
        [revision] INT NOT NULL CONSTRAINT [DF_sources_revision] DEFAULT 1,
        [next_slot_at] DATETIME2(3) NULL,
        [slot_lease_id] NVARCHAR(36) NULL,
        [slot_until] DATETIME2(3) NULL,
        [changes_from] DATETIME2(3) NULL,
        [created_at] DATETIME2(3) NOT NULL,
        [updated_at] DATETIME2(3) NOT NULL,
        [deleted_at] DATETIME2(3) NULL,
        CONSTRAINT [PK_sources] PRIMARY KEY CLUSTERED ([source_id]),
        CONSTRAINT [CK_sources_rate_delay_ms] CHECK ([rate_delay_ms] >= 0),
        CONSTRAINT [CK_sources_max_attempts] CHECK ([max_attempts] > 0)
    );
END
GO
-- A deleted source frees its name. The column of a filter is in its index: else the server looks each row up.
IF NOT EXISTS (SELECT 1 FROM sys.indexes WHERE object_id = OBJECT_ID(N'[$(schema)].[sources]') AND name = N'UX_sources_name')
    CREATE UNIQUE NONCLUSTERED INDEX [UX_sources_name]
    ON [$(schema)].[sources] ([name])
    INCLUDE ([deleted_at])
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
IF NOT EXISTS (SELECT 1 FROM sys.indexes WHERE object_id = OBJECT_ID(N'[$(schema)].[sources]') AND name = N'IX_sources_paused')
    CREATE NONCLUSTERED INDEX [IX_sources_paused]
    ON [$(schema)].[sources] ([paused_until])
    WHERE [paused_until] IS NOT NULL;
GO
-- What people wrote about a source.
IF OBJECT_ID(N'[$(schema)].[source_comments]', N'U') IS NULL
BEGIN
    CREATE TABLE [$(schema)].[source_comments] (
        [source_id] NVARCHAR(36) NOT NULL,
        [comment_id] NVARCHAR(36) NOT NULL,
        [written_at] DATETIME2(3) NOT NULL,
        [written_by] NVARCHAR(320) NOT NULL,
        [body] NVARCHAR(2000) NOT NULL,
        CONSTRAINT [PK_source_comments] PRIMARY KEY CLUSTERED ([source_id], [comment_id])
    );
END
GO
