-- Exact totals per source and status, and per host and status, kept by triggers, so that no page counts rows.
-- Items without a host count under the empty name.
CREATE TABLE IF NOT EXISTS source_totals (
  source_system TEXT NOT NULL,
  source_name TEXT NOT NULL,
  status TEXT NOT NULL,
  item_count INTEGER NOT NULL DEFAULT 0,
  CONSTRAINT PK_source_totals PRIMARY KEY (source_system, source_name, status)
) WITHOUT ROWID;
GO
CREATE TABLE IF NOT EXISTS host_totals (
  host TEXT NOT NULL,
  status TEXT NOT NULL,
  item_count INTEGER NOT NULL DEFAULT 0,
  CONSTRAINT PK_host_totals PRIMARY KEY (host, status)
) WITHOUT ROWID;
GO
-- SQLite has one writer at a time, so its triggers count directly and nothing is ever put into these; they stand
-- so that both engines have the same names.
CREATE TABLE IF NOT EXISTS source_total_deltas (
  delta_id INTEGER NOT NULL CONSTRAINT PK_source_total_deltas PRIMARY KEY,
  source_system TEXT NOT NULL,
  source_name TEXT NOT NULL,
  status TEXT NOT NULL,
  delta INTEGER NOT NULL
);
GO
CREATE TABLE IF NOT EXISTS host_total_deltas (
  delta_id INTEGER NOT NULL CONSTRAINT PK_host_total_deltas PRIMARY KEY,
  host TEXT NOT NULL,
  status TEXT NOT NULL,
  delta INTEGER NOT NULL
);
GO
-- Totals of many items that are changed together are added up by whoever changes them: a row here, which no
-- other connection ever sees because it is deleted before the commit, turns the triggers off.
CREATE TABLE IF NOT EXISTS counted_together (
  switch_id INTEGER NOT NULL CONSTRAINT PK_counted_together PRIMARY KEY
    CONSTRAINT CK_counted_together_one CHECK (switch_id = 1)
);
GO
CREATE TRIGGER TR_work_items_count_insert AFTER INSERT ON work_items
WHEN NOT EXISTS (SELECT 1 FROM counted_together)
BEGIN
  INSERT INTO source_totals (source_system, source_name, status, item_count)
  VALUES (NEW.source_system, NEW.source_name, NEW.status, 1)
  ON CONFLICT (source_system, source_name, status) DO UPDATE SET item_count = item_count + 1;
  INSERT INTO host_totals (host, status, item_count)
  VALUES (coalesce(NEW.host, ''), NEW.status, 1)
  ON CONFLICT (host, status) DO UPDATE SET item_count = item_count + 1;
END;
GO
CREATE TRIGGER IF NOT EXISTS TR_work_items_count_delete AFTER DELETE ON work_items
BEGIN
  UPDATE source_totals SET item_count = item_count - 1
  WHERE source_system = OLD.source_system AND source_name = OLD.source_name AND status = OLD.status;
END;
GO
CREATE TRIGGER IF NOT EXISTS TR_work_items_host_count_delete AFTER DELETE ON work_items
BEGIN
  UPDATE host_totals SET item_count = item_count - 1
  WHERE host = coalesce(OLD.host, '') AND status = OLD.status;
END;
GO
CREATE TRIGGER TR_work_items_count_update
AFTER UPDATE OF status, source_system, source_name, host ON work_items
WHEN (OLD.status <> NEW.status OR OLD.source_system <> NEW.source_system
    OR OLD.source_name <> NEW.source_name OR OLD.host IS NOT NEW.host)
  AND NOT EXISTS (SELECT 1 FROM counted_together)
BEGIN
  UPDATE source_totals SET item_count = item_count - 1
  WHERE source_system = OLD.source_system AND source_name = OLD.source_name AND status = OLD.status;
  INSERT INTO source_totals (source_system, source_name, status, item_count)
  VALUES (NEW.source_system, NEW.source_name, NEW.status, 1)
  ON CONFLICT (source_system, source_name, status) DO UPDATE SET item_count = item_count + 1;
  UPDATE host_totals SET item_count = item_count - 1
  WHERE host = coalesce(OLD.host, '') AND status = OLD.status;
  INSERT INTO host_totals (host, status, item_count)
  VALUES (coalesce(NEW.host, ''), NEW.status, 1)
  ON CONFLICT (host, status) DO UPDATE SET item_count = item_count + 1;
END;
GO
-- What was there before the triggers. The migration is one transaction, so nothing is counted twice.
DELETE FROM source_totals;
GO
DELETE FROM host_totals;
GO
INSERT INTO source_totals (source_system, source_name, status, item_count)
SELECT source_system, source_name, status, count(*) FROM work_items
GROUP BY source_system, source_name, status;
GO
INSERT INTO host_totals (host, status, item_count)
SELECT coalesce(host, ''), status, count(*) FROM work_items GROUP BY coalesce(host, ''), status;
GO
-- When the totals of a source (`source:NAME`) or of all hosts (`hosts`) were last compared with the items.
CREATE TABLE IF NOT EXISTS totals_checks (
  part TEXT NOT NULL CONSTRAINT PK_totals_checks PRIMARY KEY,
  turn_id TEXT,
  turn_until TEXT,
  checked_at TEXT,
  outcome TEXT CONSTRAINT CK_totals_checks_outcome CHECK (outcome IN ('exact', 'repaired', 'busy')),
  drifted_at TEXT,
  drift INTEGER
) WITHOUT ROWID;
GO
-- Both are compared from the beginning by the clock, not because they never were.
INSERT OR IGNORE INTO totals_checks (part, checked_at)
VALUES ('hosts', strftime('%Y-%m-%dT%H:%M:%fZ', 'now')), ('queue', strftime('%Y-%m-%dT%H:%M:%fZ', 'now'));
GO
-- What was stored, once a day: bytes and rows by table, by source and record type, of the lake, and free room on disks.
CREATE TABLE IF NOT EXISTS storage_samples (
  -- The day by the database's clock: 2026-01-31.
  day TEXT NOT NULL,
  kind TEXT NOT NULL CONSTRAINT CK_storage_samples_kind CHECK (kind IN ('table', 'records', 'lake', 'free')),
  name TEXT NOT NULL,
  -- Of records their type, else empty.
  part TEXT NOT NULL,
  row_count INTEGER,
  bytes INTEGER NOT NULL,
  CONSTRAINT PK_storage_samples PRIMARY KEY (day, kind, name, part)
) WITHOUT ROWID;
GO
-- What came of the attempts of each source on each day (UTC), added up as minutes are counted: what pages of a source
-- and of a month read. requests: sent, redirects included. bytes: of the answers, unpacked.
CREATE TABLE IF NOT EXISTS source_days (
  source_system TEXT NOT NULL,
  source_name TEXT NOT NULL,
  day TEXT NOT NULL,
  fetched INTEGER NOT NULL,
  changed INTEGER NOT NULL,
  failed INTEGER NOT NULL,
  skipped INTEGER NOT NULL,
  missing INTEGER NOT NULL,
  requests INTEGER NOT NULL,
  bytes INTEGER NOT NULL,
  CONSTRAINT PK_source_days PRIMARY KEY (source_system, source_name, day)
) WITHOUT ROWID;
