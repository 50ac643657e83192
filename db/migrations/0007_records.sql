-- What a record has beyond the existing table: the kind and hash of its content, and its place in the data lake.
SET ANSI_NULLS, ANSI_PADDING, ANSI_WARNINGS, ARITHABORT, CONCAT_NULL_YIELDS_NULL, QUOTED_IDENTIFIER ON;
SET NUMERIC_ROUNDABORT OFF;
SET XACT_ABORT ON;
GO
IF COL_LENGTH(N'[$(schema)].[IngestRecords]', N'lake_path') IS NULL
    ALTER TABLE [$(schema)].[IngestRecords] ADD
        [content_type] NVARCHAR(200) NULL,
        [content_hash] NVARCHAR(64) NULL,
        [lake_path] NVARCHAR(1000) NULL;
GO
-- Records are written once and never move; in each of these a new one is the last of its group. A new table has the first
-- as its own order (0002).
IF NOT EXISTS (SELECT 1 FROM sys.indexes WHERE object_id = OBJECT_ID(N'[$(schema)].[IngestRecords]') AND name = N'IX_IngestRecords_Fetched_Id')
    CREATE NONCLUSTERED INDEX [IX_IngestRecords_Fetched_Id]
    ON [$(schema)].[IngestRecords] ([fetched_at_utc], [ingest_id]);
GO
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
-- Records of one resource, and of resources whose ids begin alike.
IF NOT EXISTS (SELECT 1 FROM sys.indexes WHERE object_id = OBJECT_ID(N'[$(schema)].[IngestRecords]') AND name = N'IX_IngestRecords_Resource')
    CREATE NONCLUSTERED INDEX [IX_IngestRecords_Resource]
    ON [$(schema)].[IngestRecords] ([resource_id], [fetched_at_utc], [ingest_id]);
GO
