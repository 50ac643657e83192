-- Exact totals per source and status, kept by triggers, so that no page counts rows.
CREATE TABLE IF NOT EXISTS work_item_counters (
  source_system TEXT NOT NULL,
  source_name TEXT NOT NULL,
  status TEXT NOT NULL,
  item_count INTEGER NOT NULL DEFAULT 0,
  CONSTRAINT PK_work_item_counters PRIMARY KEY (source_system, source_name, status)
) WITHOUT ROWID;
GO
-- SQLite has one writer at a time, so its triggers count directly and nothing is ever put here; the
-- table stands so that both engines have the same names.
CREATE TABLE IF NOT EXISTS work_item_counter_deltas (
  delta_id INTEGER NOT NULL CONSTRAINT PK_work_item_counter_deltas PRIMARY KEY,
  source_system TEXT NOT NULL,
  source_name TEXT NOT NULL,
  status TEXT NOT NULL,
  delta INTEGER NOT NULL
);
GO
CREATE TRIGGER IF NOT EXISTS TR_work_items_count_insert AFTER INSERT ON work_items
BEGIN
  INSERT INTO work_item_counters (source_system, source_name, status, item_count)
  VALUES (NEW.source_system, NEW.source_name, NEW.status, 1)
  ON CONFLICT (source_system, source_name, status) DO UPDATE SET item_count = item_count + 1;
END;
GO
CREATE TRIGGER IF NOT EXISTS TR_work_items_count_delete AFTER DELETE ON work_items
BEGIN
  UPDATE work_item_counters SET item_count = item_count - 1
  WHERE source_system = OLD.source_system AND source_name = OLD.source_name AND status = OLD.status;
END;
GO
CREATE TRIGGER IF NOT EXISTS TR_work_items_count_update
AFTER UPDATE OF status, source_system, source_name ON work_items
WHEN OLD.status <> NEW.status OR OLD.source_system <> NEW.source_system OR OLD.source_name <> NEW.source_name
BEGIN
  UPDATE work_item_counters SET item_count = item_count - 1
  WHERE source_system = OLD.source_system AND source_name = OLD.source_name AND status = OLD.status;
  INSERT INTO work_item_counters (source_system, source_name, status, item_count)
  VALUES (NEW.source_system, NEW.source_name, NEW.status, 1)
  ON CONFLICT (source_system, source_name, status) DO UPDATE SET item_count = item_count + 1;
END;
GO
-- What was there before the triggers. The migration is one transaction, so nothing is counted twice.
DELETE FROM work_item_counters;
GO
INSERT INTO work_item_counters (source_system, source_name, status, item_count)
SELECT source_system, source_name, status, count(*) FROM work_items
GROUP BY source_system, source_name, status;
