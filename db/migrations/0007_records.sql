-- What a record has beyond the existing table: the kind and hash of its content, its place in the data lake, what was
-- received as it was received (its hash, its length, and the charset by which the payload was read), and title and main
-- text of a page where its source extracts them.
SET ANSI_NULLS, ANSI_PADDING, ANSI_WARNINGS, ARITHABORT, CONCAT_NULL_YIELDS_NULL, QUOTED_IDENTIFIER ON;
SET NUMERIC_ROUNDABORT OFF;
SET XACT_ABORT ON;
GO
IF COL_LENGTH(N'[$(schema)].[IngestRecords]', N'page_text') IS NULL
    ALTER TABLE [$(schema)].[IngestRecords] ADD
        [content_type] NVARCHAR(200) NULL,
        [content_hash] NVARCHAR(64) NULL,
        [lake_path] NVARCHAR(1000) NULL,
        [charset] NVARCHAR(40) NULL,
        [body_sha256] NVARCHAR(64) NULL,
        [body_bytes] BIGINT NULL,
        [page_title] NVARCHAR(500) NULL,
        [page_text] NVARCHAR(MAX) NULL;
GO
-- The bytes that were received, where the payload in UTF-8 is not those very bytes: binary content, other charsets.
-- Written and deleted with the record. DECOMPRESS(body) reads those whose coding is gzip.
IF OBJECT_ID(N'[$(schema)].[record_bodies]', N'U') IS NULL
BEGIN
    CREATE TABLE [$(schema)].[record_bodies] (
        [ingest_id] UNIQUEIDENTIFIER NOT NULL,
        [stored_at] DATETIME2(3) NOT NULL,
        [coding] NVARCHAR(10) NOT NULL,
        [body] VARBINARY(MAX) NOT NULL,
        CONSTRAINT [PK_record_bodies] PRIMARY KEY NONCLUSTERED ([ingest_id]),
        CONSTRAINT [CK_record_bodies_coding] CHECK ([coding] IN (N'identity', N'gzip'))
    );
END
GO
-- In the order of their time, as the records: a new one goes to the end.
IF NOT EXISTS (SELECT 1 FROM sys.indexes WHERE object_id = OBJECT_ID(N'[$(schema)].[record_bodies]') AND name = N'IX_record_bodies_stored')
    CREATE UNIQUE CLUSTERED INDEX [IX_record_bodies_stored]
    ON [$(schema)].[record_bodies] ([stored_at], [ingest_id]);
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
