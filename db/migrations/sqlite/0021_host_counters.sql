-- Exact totals per host and status, kept as those per source are; items without a host count under ''.
CREATE TABLE IF NOT EXISTS work_item_host_counters (
  host TEXT NOT NULL,
  status TEXT NOT NULL,
  item_count INTEGER NOT NULL DEFAULT 0,
  CONSTRAINT PK_work_item_host_counters PRIMARY KEY (host, status)
) WITHOUT ROWID;
GO
-- Like work_item_counter_deltas: of the other engine, empty here.
CREATE TABLE IF NOT EXISTS work_item_host_counter_deltas (
  delta_id INTEGER NOT NULL CONSTRAINT PK_work_item_host_counter_deltas PRIMARY KEY,
  host TEXT NOT NULL,
  status TEXT NOT NULL,
  delta INTEGER NOT NULL
);
GO
CREATE TRIGGER IF NOT EXISTS TR_work_items_host_count_insert AFTER INSERT ON work_items
BEGIN
  INSERT INTO work_item_host_counters (host, status, item_count)
  VALUES (coalesce(NEW.host, ''), NEW.status, 1)
  ON CONFLICT (host, status) DO UPDATE SET item_count = item_count + 1;
END;
GO
CREATE TRIGGER IF NOT EXISTS TR_work_items_host_count_delete AFTER DELETE ON work_items
BEGIN
  UPDATE work_item_host_counters SET item_count = item_count - 1
  WHERE host = coalesce(OLD.host, '') AND status = OLD.status;
END;
GO
CREATE TRIGGER IF NOT EXISTS TR_work_items_host_count_update
AFTER UPDATE OF status, host ON work_items
WHEN OLD.status <> NEW.status OR OLD.host IS NOT NEW.host
BEGIN
  UPDATE work_item_host_counters SET item_count = item_count - 1
  WHERE host = coalesce(OLD.host, '') AND status = OLD.status;
  INSERT INTO work_item_host_counters (host, status, item_count)
  VALUES (coalesce(NEW.host, ''), NEW.status, 1)
  ON CONFLICT (host, status) DO UPDATE SET item_count = item_count + 1;
END;
GO
DELETE FROM work_item_host_counters;
GO
INSERT INTO work_item_host_counters (host, status, item_count)
SELECT coalesce(host, ''), status, count(*) FROM work_items GROUP BY coalesce(host, ''), status;
GO
-- When the totals of a source (`source:NAME`) or of all hosts (`hosts`) were last compared with the items.
CREATE TABLE IF NOT EXISTS counter_checks (
  part TEXT NOT NULL CONSTRAINT PK_counter_checks PRIMARY KEY,
  turn_id TEXT,
  turn_until TEXT,
  checked_at TEXT,
  outcome TEXT CONSTRAINT CK_counter_checks_outcome CHECK (outcome IN ('exact', 'mended', 'busy')),
  drifted_at TEXT,
  drift INTEGER
) WITHOUT ROWID;
GO
-- With the system at its end this index alone says how many items a source has in each status.
CREATE INDEX IF NOT EXISTS IX_work_items_source_totals
  ON work_items (source_name, status, created_at, work_item_id, source_system);
GO
DROP INDEX IF EXISTS IX_work_items_source_status;
GO
-- Records of one resource, and of resources whose ids begin alike.
CREATE INDEX IF NOT EXISTS IX_IngestRecords_Resource
  ON IngestRecords (resource_id, fetched_at_utc, ingest_id);
