-- What a claim may take, and what waits for a moment, stand apart: a pending item is ready as long as it has no
-- reason to wait. Whoever puts its time ahead, also by plain SQL, gives it one.
CREATE TRIGGER IF NOT EXISTS TR_work_items_wait_insert AFTER INSERT ON work_items
WHEN NEW.available_at > NEW.created_at AND NEW.status = 'pending' AND NEW.wait_reason IS NULL
  AND NEW.available_at > strftime('%Y-%m-%dT%H:%M:%fZ', 'now')
BEGIN
  UPDATE work_items SET wait_reason = 'scheduled' WHERE rowid = NEW.rowid;
END;
GO
CREATE TRIGGER IF NOT EXISTS TR_work_items_wait_update
AFTER UPDATE OF status, available_at, wait_reason ON work_items
WHEN NEW.status = 'pending' AND NEW.wait_reason IS NULL AND NEW.available_at > strftime('%Y-%m-%dT%H:%M:%fZ', 'now')
BEGIN
  UPDATE work_items SET wait_reason = 'scheduled' WHERE rowid = NEW.rowid;
END;
GO
UPDATE work_items SET wait_reason = 'scheduled'
WHERE status = 'pending' AND wait_reason IS NULL AND available_at > strftime('%Y-%m-%dT%H:%M:%fZ', 'now');
GO
-- Claim order: of all sources, of one, and of one lane. A lane is what opens and closes as a whole: the ready
-- items of one source, run and host.
CREATE INDEX IF NOT EXISTS IX_work_items_ready
  ON work_items (priority, created_at, work_item_id) WHERE status = 'pending' AND wait_reason IS NULL;
GO
CREATE INDEX IF NOT EXISTS IX_work_items_ready_source
  ON work_items (source_system, source_name, priority, created_at, work_item_id)
  WHERE status = 'pending' AND wait_reason IS NULL;
GO
CREATE INDEX IF NOT EXISTS IX_work_items_ready_lane
  ON work_items (source_system, source_name, run_id, host, priority, created_at, work_item_id)
  WHERE status = 'pending' AND wait_reason IS NULL;
GO
-- What waits, by when it is due. What is on hold waits for a person, and is not here.
CREATE INDEX IF NOT EXISTS IX_work_items_waiting
  ON work_items (available_at, work_item_id)
  WHERE status = 'pending' AND wait_reason <> 'on_hold';
GO
CREATE INDEX IF NOT EXISTS IX_work_items_pending_available
  ON work_items (available_at, work_item_id) WHERE status = 'pending';
GO
-- What is on hold, in the order of the list.
CREATE INDEX IF NOT EXISTS IX_work_items_on_hold
  ON work_items (wait_reason, created_at, work_item_id) WHERE wait_reason = 'on_hold';
GO
-- The queue under the name it has on SQL Server. Here the partial indexes above are the narrow table: another one
-- would be written twice for each item, by the one writer there is.
CREATE VIEW IF NOT EXISTS ready_items AS
  SELECT rowid AS ready_id, work_item_id, source_system, source_name, coalesce(run_id, '') AS run_id, coalesce(host, '') AS host,
    resource_type, priority, created_at
  FROM work_items WHERE status = 'pending' AND wait_reason IS NULL;
GO
-- While a stop is in force, no claim finds anything: it was not ended, and its time is not over. Nothing of it is copied
-- into the queue.
CREATE TABLE IF NOT EXISTS stops (
  stop_id TEXT NOT NULL CONSTRAINT PK_stops PRIMARY KEY,
  reason TEXT NOT NULL,
  -- What becomes of items in progress: they are finished, or released to the queue.
  in_flight TEXT NOT NULL CHECK (in_flight IN ('finish', 'release')),
  stopped_by TEXT NOT NULL,
  stopped_at TEXT NOT NULL,
  -- Null = until a person goes on.
  until TEXT,
  ended_by TEXT,
  ended_at TEXT
);
GO
CREATE INDEX IF NOT EXISTS IX_stops_open ON stops (stopped_at, until) WHERE ended_at IS NULL;
