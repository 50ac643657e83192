-- Attempts that ended, counted per minute and per hour: what charts and error clusters read, so that a
-- week of them costs the same however many attempts it holds.
IF OBJECT_ID(N'[$(schema)].[attempt_counts]', N'U') IS NULL
BEGIN
    CREATE TABLE [$(schema)].[attempt_counts] (
        [unit] NVARCHAR(6) NOT NULL CONSTRAINT [CK_attempt_counts_unit] CHECK ([unit] IN (N'minute', N'hour')),
        [starts_at] DATETIME2(3) NOT NULL,
        [count_id] NVARCHAR(36) NOT NULL,
        [source_system] NVARCHAR(100) NOT NULL,
        [source_name] NVARCHAR(100) NOT NULL,
        [outcome] NVARCHAR(20) NOT NULL,
        [error_code] NVARCHAR(100) NULL,
        [http_status] INT NULL,
        [host] NVARCHAR(300) NULL,
        [attempts] INT NOT NULL,
        [last_at] DATETIME2(3) NOT NULL,
        [last_attempt_id] NVARCHAR(36) NOT NULL,
        CONSTRAINT [PK_attempt_counts] PRIMARY KEY CLUSTERED ([unit], [starts_at], [count_id])
    );
END
GO
IF OBJECT_ID(N'[$(schema)].[attempt_count_head]', N'U') IS NULL
BEGIN
    CREATE TABLE [$(schema)].[attempt_count_head] (
        [head_id] TINYINT NOT NULL CONSTRAINT [CK_attempt_count_head_one] CHECK ([head_id] = 1),
        [minutes_to] DATETIME2(3) NULL,
        [hours_to] DATETIME2(3) NULL,
        CONSTRAINT [PK_attempt_count_head] PRIMARY KEY CLUSTERED ([head_id])
    );
END
GO
IF NOT EXISTS (SELECT 1 FROM [$(schema)].[attempt_count_head])
    INSERT INTO [$(schema)].[attempt_count_head] ([head_id]) VALUES (1);
GO
