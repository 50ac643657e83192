-- A host is asked by whichever sources need it; they share its slot, its pace and what it was seen to bear.
SET ANSI_NULLS, ANSI_PADDING, ANSI_WARNINGS, ARITHABORT, CONCAT_NULL_YIELDS_NULL, QUOTED_IDENTIFIER ON;
SET NUMERIC_ROUNDABORT OFF;
SET XACT_ABORT ON;
GO
IF OBJECT_ID(N'[$(schema)].[hosts]', N'U') IS NULL
BEGIN
    CREATE TABLE [$(schema)].[hosts] (
        [host] NVARCHAR(300) COLLATE Latin1_General_100_BIN2 NOT NULL,
        [delay_ms] INT NULL,
        -- The longest of what is configured, asked for by robots.txt and learned; 0 = as fast as it answers.
        [pace_ms] INT NOT NULL CONSTRAINT [DF_hosts_pace_ms] DEFAULT 0,
        [robots_delay_ms] INT NULL,
        [latency_ms] INT NULL,
        [adaptive_delay_ms] INT NOT NULL CONSTRAINT [DF_hosts_adaptive_delay_ms] DEFAULT 0,
        -- One slot, whichever source asks the host.
        [next_slot_at] DATETIME2(3) NULL,
        [slot_lease_id] NVARCHAR(36) NULL,
        [slot_until] DATETIME2(3) NULL,
        [budget] NVARCHAR(1000) NULL,
        -- Requests in flight at once, where an operator says so.
        [concurrency] INT NULL CONSTRAINT [CK_hosts_concurrency] CHECK ([concurrency] > 0),
        [blocked_until] DATETIME2(3) NULL,
        [blocked_reason] NVARCHAR(500) NULL,
        -- Of distinct pages, since it answered one as it should.
        [consecutive_failures] INT NOT NULL CONSTRAINT [DF_hosts_consecutive_failures] DEFAULT 0,
        [failing_pages] NVARCHAR(400) NULL,
        [last_good_at] DATETIME2(3) NULL,
        [requests_total] INT NOT NULL CONSTRAINT [DF_hosts_requests_total] DEFAULT 0,
        [count_429] INT NOT NULL CONSTRAINT [DF_hosts_count_429] DEFAULT 0,
        [count_5xx] INT NOT NULL CONSTRAINT [DF_hosts_count_5xx] DEFAULT 0,
        [last_status] INT NULL,
        [last_429_at] DATETIME2(3) NULL,
        [last_request_at] DATETIME2(3) NULL,
        [robots_body] NVARCHAR(MAX) NULL,
        [robots_status] INT NULL,
        [robots_fetched_at] DATETIME2(3) NULL,
        -- Of the certificate that it showed at the last connection that a worker has told of.
        [certificate_from] DATETIME2(3) NULL,
        [certificate_until] DATETIME2(3) NULL,
        [certificate_seen_at] DATETIME2(3) NULL,
        [updated_at] DATETIME2(3) NOT NULL,
        CONSTRAINT [PK_hosts] PRIMARY KEY CLUSTERED ([host]),
        CONSTRAINT [CK_hosts_delay_ms] CHECK ([delay_ms] >= 0)
    );
END
GO
IF NOT EXISTS (SELECT 1 FROM sys.indexes WHERE object_id = OBJECT_ID(N'[$(schema)].[hosts]') AND name = N'IX_hosts_blocked')
    CREATE NONCLUSTERED INDEX [IX_hosts_blocked]
    ON [$(schema)].[hosts] ([blocked_until])
    WHERE [blocked_until] IS NOT NULL;
GO
IF NOT EXISTS (SELECT 1 FROM sys.indexes WHERE object_id = OBJECT_ID(N'[$(schema)].[hosts]') AND name = N'IX_hosts_last_request')
    CREATE NONCLUSTERED INDEX [IX_hosts_last_request]
    ON [$(schema)].[hosts] ([last_request_at], [host]);
GO
IF NOT EXISTS (SELECT 1 FROM sys.indexes WHERE object_id = OBJECT_ID(N'[$(schema)].[hosts]') AND name = N'IX_hosts_certificate')
    CREATE NONCLUSTERED INDEX [IX_hosts_certificate]
    ON [$(schema)].[hosts] ([certificate_until])
    WHERE [certificate_until] IS NOT NULL;
GO
-- What good answers add to the numbers of their host, one row for each group of completions. Appended, so that workers
-- never wait for the row of a host, and rolled up into it behind. The latency of a row goes from l to
-- l * share + rest, or to first where none is known.
IF OBJECT_ID(N'[$(schema)].[host_deltas]', N'U') IS NULL
BEGIN
    CREATE TABLE [$(schema)].[host_deltas] (
        [host] NVARCHAR(300) COLLATE Latin1_General_100_BIN2 NOT NULL,
        [delta_id] BIGINT IDENTITY(1, 1) NOT NULL,
        [at] DATETIME2(3) NOT NULL,
        [requests] INT NOT NULL,
        [last_status] INT NULL,
        [budget] NVARCHAR(1000) NULL,
        [latency_first] INT NULL,
        [latency_share] FLOAT NOT NULL,
        [latency_rest] FLOAT NOT NULL,
        CONSTRAINT [PK_host_deltas] PRIMARY KEY CLUSTERED ([host], [delta_id])
    );
END
GO
IF OBJECT_ID(N'[$(schema)].[current_hosts]', N'V') IS NOT NULL
    DROP VIEW [$(schema)].[current_hosts];
GO
-- What hosts were asked and have answered up to now: of the row and of what was not rolled up yet, as of one moment.
CREATE VIEW [$(schema)].[current_hosts] AS
SELECT h.[host], h.[requests_total] + COALESCE(s.[requests], 0) AS [requests_total],
    COALESCE(s.[at], h.[last_request_at]) AS [last_request_at],
    COALESCE(l.[last_status], h.[last_status]) AS [last_status], COALESCE(b.[budget], h.[budget]) AS [budget]
FROM [$(schema)].[hosts] AS h
OUTER APPLY (SELECT SUM(d.[requests]) AS [requests], MAX(d.[at]) AS [at]
    FROM [$(schema)].[host_deltas] AS d WHERE d.[host] = h.[host]) AS s
OUTER APPLY (SELECT TOP (1) d.[last_status] FROM [$(schema)].[host_deltas] AS d
    WHERE d.[host] = h.[host] AND d.[last_status] IS NOT NULL ORDER BY d.[delta_id] DESC) AS l
OUTER APPLY (SELECT TOP (1) d.[budget] FROM [$(schema)].[host_deltas] AS d
    WHERE d.[host] = h.[host] AND d.[budget] IS NOT NULL ORDER BY d.[delta_id] DESC) AS b;
GO
-- What hosts answered, hour by hour, kept by whoever adds to their numbers.
IF OBJECT_ID(N'[$(schema)].[host_hours]', N'U') IS NULL
BEGIN
    CREATE TABLE [$(schema)].[host_hours] (
        [host] NVARCHAR(300) COLLATE Latin1_General_100_BIN2 NOT NULL,
        [hour] DATETIME2(3) NOT NULL,
        [requests] INT NOT NULL,
        [count_429] INT NOT NULL,
        [count_5xx] INT NOT NULL,
        [failed] INT NOT NULL,
        CONSTRAINT [PK_host_hours] PRIMARY KEY CLUSTERED ([host], [hour])
    );
END
GO
IF NOT EXISTS (SELECT 1 FROM sys.indexes WHERE object_id = OBJECT_ID(N'[$(schema)].[host_hours]') AND name = N'IX_host_hours_hour')
    CREATE NONCLUSTERED INDEX [IX_host_hours_hour]
    ON [$(schema)].[host_hours] ([hour]);
GO
-- Times in which a host was asked nothing. until: its end as it was last set; null = until a person clears it.
-- blocked_by: null = the host's own wish, or the circuit breaker.
IF OBJECT_ID(N'[$(schema)].[host_blocks]', N'U') IS NULL
BEGIN
    CREATE TABLE [$(schema)].[host_blocks] (
        [host] NVARCHAR(300) COLLATE Latin1_General_100_BIN2 NOT NULL,
        [block_id] NVARCHAR(36) NOT NULL,
        [blocked_at] DATETIME2(3) NOT NULL,
        [until] DATETIME2(3) NULL,
        [reason] NVARCHAR(500) NULL,
        [blocked_by] NVARCHAR(320) NULL,
        [ended_at] DATETIME2(3) NULL,
        [ended_by] NVARCHAR(320) NULL,
        CONSTRAINT [PK_host_blocks] PRIMARY KEY CLUSTERED ([host], [block_id])
    );
END
GO
IF NOT EXISTS (SELECT 1 FROM sys.indexes WHERE object_id = OBJECT_ID(N'[$(schema)].[host_blocks]') AND name = N'IX_host_blocks_ended')
    CREATE NONCLUSTERED INDEX [IX_host_blocks_ended]
    ON [$(schema)].[host_blocks] ([ended_at])
    WHERE [ended_at] IS NOT NULL;
GO
-- Which sources have asked which hosts, and when last, noted as minutes of attempts are counted.
IF OBJECT_ID(N'[$(schema)].[source_hosts]', N'U') IS NULL
BEGIN
    CREATE TABLE [$(schema)].[source_hosts] (
        [host] NVARCHAR(300) COLLATE Latin1_General_100_BIN2 NOT NULL,
        [source_system] NVARCHAR(100) COLLATE Latin1_General_100_BIN2 NOT NULL,
        [source_name] NVARCHAR(100) COLLATE Latin1_General_100_BIN2 NOT NULL,
        [asked_at] DATETIME2(3) NOT NULL,
        CONSTRAINT [PK_source_hosts] PRIMARY KEY CLUSTERED ([host], [source_system], [source_name])
    );
END
GO
IF NOT EXISTS (SELECT 1 FROM sys.indexes WHERE object_id = OBJECT_ID(N'[$(schema)].[source_hosts]') AND name = N'IX_source_hosts_source')
    CREATE NONCLUSTERED INDEX [IX_source_hosts_source]
    ON [$(schema)].[source_hosts] ([source_system], [source_name], [asked_at]);
GO
