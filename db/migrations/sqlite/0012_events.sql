-- What happened, for the console to follow. One writer at a time gives out the ids, so they become visible in their
-- order, and none is given out twice.
CREATE TABLE IF NOT EXISTS events (
  event_id INTEGER NOT NULL CONSTRAINT PK_events PRIMARY KEY AUTOINCREMENT,
  at TEXT NOT NULL,
  kind TEXT NOT NULL,
  level TEXT NOT NULL CONSTRAINT CK_events_level CHECK (level IN ('info', 'warn', 'error')),
  run_id TEXT NULL,
  source_name TEXT NULL,
  work_item_id TEXT NULL,
  worker_id TEXT NULL,
  host TEXT NULL,
  message TEXT NOT NULL,
  data TEXT NULL
);
GO
CREATE INDEX IF NOT EXISTS IX_events_run ON events (run_id, event_id) WHERE run_id IS NOT NULL;
