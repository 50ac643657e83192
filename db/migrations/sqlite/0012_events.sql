-- What happened, for the console to follow. Ids are given out under the row of `event_head`, so they become
-- visible in their order: whoever has read up to one has missed none before it.
CREATE TABLE IF NOT EXISTS events (
  event_id INTEGER NOT NULL CONSTRAINT PK_events PRIMARY KEY,
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
GO
CREATE TABLE IF NOT EXISTS event_head (
  head_id INTEGER NOT NULL CONSTRAINT PK_event_head PRIMARY KEY CONSTRAINT CK_event_head_one CHECK (head_id = 1),
  last_event_id INTEGER NOT NULL
);
GO
INSERT OR IGNORE INTO event_head (head_id, last_event_id) VALUES (1, 0);
