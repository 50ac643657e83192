-- What a record has beyond the existing table: the kind and hash of its content, its place in the data lake, what was
-- received as it was received (its hash, its length, and the charset by which the payload was read), and title and main
-- text of a page where its source extracts them.
ALTER TABLE IngestRecords ADD COLUMN content_type TEXT;
GO
ALTER TABLE IngestRecords ADD COLUMN content_hash TEXT;
GO
ALTER TABLE IngestRecords ADD COLUMN lake_path TEXT;
GO
ALTER TABLE IngestRecords ADD COLUMN charset TEXT;
GO
ALTER TABLE IngestRecords ADD COLUMN body_sha256 TEXT;
GO
ALTER TABLE IngestRecords ADD COLUMN body_bytes INTEGER;
GO
ALTER TABLE IngestRecords ADD COLUMN page_title TEXT;
GO
ALTER TABLE IngestRecords ADD COLUMN page_text TEXT;
GO
-- The bytes that were received, where the payload in UTF-8 is not those very bytes: binary content, other charsets.
-- Written and deleted with the record.
CREATE TABLE IF NOT EXISTS record_bodies (
  ingest_id TEXT NOT NULL CONSTRAINT PK_record_bodies PRIMARY KEY,
  stored_at TEXT NOT NULL,
  coding TEXT NOT NULL CONSTRAINT CK_record_bodies_coding CHECK (coding IN ('identity', 'gzip')),
  body BLOB NOT NULL
);
GO
CREATE INDEX IF NOT EXISTS IX_record_bodies_stored ON record_bodies (stored_at, ingest_id);
GO
-- Records are written once and never move; in each of these a new one is the last of its group.
CREATE INDEX IF NOT EXISTS IX_IngestRecords_Fetched_Id ON IngestRecords (fetched_at_utc, ingest_id);
GO
CREATE INDEX IF NOT EXISTS IX_IngestRecords_Source_Fetched
  ON IngestRecords (source_name, fetched_at_utc, ingest_id);
GO
CREATE INDEX IF NOT EXISTS IX_IngestRecords_Run_Fetched
  ON IngestRecords (run_id, fetched_at_utc, ingest_id) WHERE run_id IS NOT NULL;
GO
CREATE INDEX IF NOT EXISTS IX_IngestRecords_Failure_Fetched
  ON IngestRecords (status_code, fetched_at_utc, ingest_id) WHERE status_code >= 400;
GO
-- Records of one resource, and of resources whose ids begin alike.
CREATE INDEX IF NOT EXISTS IX_IngestRecords_Resource
  ON IngestRecords (resource_id, fetched_at_utc, ingest_id);
GO
-- The beginnings of others, or nothing walks them.
DROP INDEX IF EXISTS IX_IngestRecords_FetchedAt;
GO
DROP INDEX IF EXISTS IX_IngestRecords_RunId;
GO
DROP INDEX IF EXISTS IX_seen_resources_source;
GO
DROP INDEX IF EXISTS IX_seen_resources_last_seen;
