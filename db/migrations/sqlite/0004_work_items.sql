-- What an item has beyond the existing table: lease, back-off, validators, history, recrawl. One column a batch: the
-- runner skips a column that is there already, so a re-run continues. Keys need nothing: SQLite compares their text
-- byte by byte.
-- missing_since: a resource that was there once is missing since then. It holds while it is later than
-- last_fetched_at, so that the fetch that finds the resource again need not take it back. first_fetched_at: since
-- when its changes are known. refetch: what a person decided about recrawls; NULL = by how it has behaved.
ALTER TABLE work_items ADD COLUMN host TEXT;
GO
ALTER TABLE work_items ADD COLUMN depth INTEGER NOT NULL DEFAULT 0;
GO
ALTER TABLE work_items ADD COLUMN available_at TEXT NOT NULL DEFAULT '1970-01-01T00:00:00.000Z';
GO
ALTER TABLE work_items ADD COLUMN wait_reason TEXT;
GO
ALTER TABLE work_items ADD COLUMN lease_id TEXT;
GO
ALTER TABLE work_items ADD COLUMN lease_owner TEXT;
GO
ALTER TABLE work_items ADD COLUMN lease_until TEXT;
GO
ALTER TABLE work_items ADD COLUMN claimed_at TEXT;
GO
ALTER TABLE work_items ADD COLUMN error_code TEXT;
GO
ALTER TABLE work_items ADD COLUMN last_http_status INTEGER;
GO
ALTER TABLE work_items ADD COLUMN etag TEXT;
GO
ALTER TABLE work_items ADD COLUMN last_modified TEXT;
GO
ALTER TABLE work_items ADD COLUMN revision TEXT;
GO
ALTER TABLE work_items ADD COLUMN content_hash TEXT;
GO
ALTER TABLE work_items ADD COLUMN first_fetched_at TEXT NULL;
GO
ALTER TABLE work_items ADD COLUMN last_fetched_at TEXT;
GO
ALTER TABLE work_items ADD COLUMN last_changed_at TEXT;
GO
ALTER TABLE work_items ADD COLUMN next_fetch_at TEXT;
GO
ALTER TABLE work_items ADD COLUMN check_count INTEGER NOT NULL DEFAULT 0;
GO
ALTER TABLE work_items ADD COLUMN change_count INTEGER NOT NULL DEFAULT 0;
GO
ALTER TABLE work_items ADD COLUMN refresh_class INTEGER NULL;
GO
ALTER TABLE work_items ADD COLUMN refetch TEXT NULL CONSTRAINT CK_work_items_refetch CHECK (refetch IN ('always', 'every', 'never', 'retired'));
GO
ALTER TABLE work_items ADD COLUMN refetch_every_s INTEGER NULL CONSTRAINT CK_work_items_refetch_every_s CHECK (refetch_every_s > 0);
GO
ALTER TABLE work_items ADD COLUMN missing_since TEXT NULL;
GO
-- Every index is written with every item, so there are few: docs/sql-server.md has each with what reads it.
-- What lists walk, page by page: all items in the order of their creation, …
CREATE INDEX IF NOT EXISTS IX_work_items_created ON work_items (created_at, work_item_id);
GO
-- … those of a status, of a source and of a run: equal columns first, then the order of the list. By creation rather
-- than by change: a row keeps its place until its status changes.
CREATE INDEX IF NOT EXISTS IX_work_items_status_created ON work_items (status, created_at, work_item_id);
GO
-- The system at its end: the index alone says how many items a source has in each status.
CREATE INDEX IF NOT EXISTS IX_work_items_source_totals
  ON work_items (source_name, status, created_at, work_item_id, source_system);
GO
CREATE INDEX IF NOT EXISTS IX_work_items_run_status
  ON work_items (run_id, status, created_at, work_item_id) WHERE run_id IS NOT NULL;
GO
CREATE INDEX IF NOT EXISTS IX_work_items_discovered_created
  ON work_items (discovered_from, created_at, work_item_id) WHERE discovered_from IS NOT NULL;
GO
-- The source at its end: the items of a source in the order of their ids are found in the index alone.
CREATE INDEX IF NOT EXISTS IX_work_items_resource_source
  ON work_items (resource_id, work_item_id, source_name);
GO
-- How much of a source is stale is counted in this index, and which items those are. Its rows move when an item is
-- fetched, not when its status changes.
CREATE INDEX IF NOT EXISTS IX_work_items_source_fetched
  ON work_items (source_name, last_fetched_at, work_item_id) WHERE last_fetched_at IS NOT NULL;
GO
-- What is due for a recrawl, the most useful first: items whose estimated rates of change are alike form a
-- class, and within a class whatever has been due longest goes first. The best of any number of items stand at
-- the heads of a few dozen stretches of the index.
CREATE INDEX IF NOT EXISTS IX_work_items_refresh
  ON work_items (source_name, refresh_class, next_fetch_at, work_item_id)
  WHERE status = 'completed' AND next_fetch_at IS NOT NULL;
GO
-- The others hold few of many: an item that succeeds in its turn is in none of them but while it is leased.
-- Leases, by when they run out.
CREATE INDEX IF NOT EXISTS IX_work_items_lease ON work_items (lease_until) WHERE status = 'in_progress';
GO
-- Failures.
CREATE INDEX IF NOT EXISTS IX_work_items_error_created
  ON work_items (error_code, created_at, work_item_id) WHERE error_code IS NOT NULL;
GO
CREATE INDEX IF NOT EXISTS IX_work_items_http_failure
  ON work_items (last_http_status, created_at, work_item_id) WHERE last_http_status >= 400;
GO
-- Missing resources that are to be looked at again, by source.
CREATE INDEX IF NOT EXISTS IX_work_items_missing
  ON work_items (source_name, next_fetch_at, work_item_id)
  WHERE status = 'skipped' AND error_code = 'resource_missing' AND next_fetch_at IS NOT NULL;
GO
-- What is pending without a run, in the order in which a new run takes it up.
CREATE INDEX IF NOT EXISTS IX_work_items_without_run
  ON work_items (source_name, work_item_id) WHERE status = 'pending' AND run_id IS NULL;
GO
-- These are the beginnings of others, or nothing walks them.
DROP INDEX IF EXISTS IX_work_items_status;
GO
DROP INDEX IF EXISTS IX_work_items_run_id;
GO
DROP INDEX IF EXISTS IX_work_items_source;
