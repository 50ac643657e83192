-- Totals of many items that are changed together are added up by whoever changes them: a row here, which no
-- other connection ever sees because it is gone again before the commit, tells the triggers so. Whatever is
-- changed otherwise, by plain SQL too, they count as before; one trigger for both totals instead of two.
CREATE TABLE IF NOT EXISTS counted_together (
  switch_id INTEGER NOT NULL CONSTRAINT PK_counted_together PRIMARY KEY
    CONSTRAINT CK_counted_together_one CHECK (switch_id = 1)
);
GO
DROP TRIGGER IF EXISTS TR_work_items_host_count_insert;
GO
DROP TRIGGER IF EXISTS TR_work_items_count_insert;
GO
CREATE TRIGGER TR_work_items_count_insert AFTER INSERT ON work_items
WHEN NOT EXISTS (SELECT 1 FROM counted_together)
BEGIN
  INSERT INTO work_item_counters (source_system, source_name, status, item_count)
  VALUES (NEW.source_system, NEW.source_name, NEW.status, 1)
  ON CONFLICT (source_system, source_name, status) DO UPDATE SET item_count = item_count + 1;
  INSERT INTO work_item_host_counters (host, status, item_count)
  VALUES (coalesce(NEW.host, ''), NEW.status, 1)
  ON CONFLICT (host, status) DO UPDATE SET item_count = item_count + 1;
END;
GO
DROP TRIGGER IF EXISTS TR_work_items_host_count_update;
GO
DROP TRIGGER IF EXISTS TR_work_items_count_update;
GO
CREATE TRIGGER TR_work_items_count_update
AFTER UPDATE OF status, source_system, source_name, host ON work_items
WHEN (OLD.status <> NEW.status OR OLD.source_system <> NEW.source_system
    OR OLD.source_name <> NEW.source_name OR OLD.host IS NOT NEW.host)
  AND NOT EXISTS (SELECT 1 FROM counted_together)
BEGIN
  UPDATE work_item_counters SET item_count = item_count - 1
  WHERE source_system = OLD.source_system AND source_name = OLD.source_name AND status = OLD.status;
  INSERT INTO work_item_counters (source_system, source_name, status, item_count)
  VALUES (NEW.source_system, NEW.source_name, NEW.status, 1)
  ON CONFLICT (source_system, source_name, status) DO UPDATE SET item_count = item_count + 1;
  UPDATE work_item_host_counters SET item_count = item_count - 1
  WHERE host = coalesce(OLD.host, '') AND status = OLD.status;
  INSERT INTO work_item_host_counters (host, status, item_count)
  VALUES (coalesce(NEW.host, ''), NEW.status, 1)
  ON CONFLICT (host, status) DO UPDATE SET item_count = item_count + 1;
END;
GO
-- Nothing asks for the attempts of a host in their order.
DROP INDEX IF EXISTS IX_work_item_attempts_host;
GO
-- What was never fetched is not stale: it need not be in the index that counts what is.
DROP INDEX IF EXISTS IX_work_items_source_fetched;
GO
CREATE INDEX IX_work_items_source_fetched
  ON work_items (source_system, source_name, last_fetched_at)
  WHERE last_fetched_at IS NOT NULL AND status <> 'skipped';
