-- Bulk actions as background work: what was expected, how fast, who works on it, what can be undone.
ALTER TABLE bulk_actions ADD COLUMN expected_kind TEXT;
GO
ALTER TABLE bulk_actions ADD COLUMN dry_run INTEGER;
GO
ALTER TABLE bulk_actions ADD COLUMN items_per_second INTEGER;
GO
ALTER TABLE bulk_actions ADD COLUMN next_chunk_at TEXT;
GO
ALTER TABLE bulk_actions ADD COLUMN chunk_count INTEGER;
GO
ALTER TABLE bulk_actions ADD COLUMN fault_count INTEGER;
GO
ALTER TABLE bulk_actions ADD COLUMN refusals TEXT;
GO
ALTER TABLE bulk_actions ADD COLUMN requested_by_id TEXT;
GO
ALTER TABLE bulk_actions ADD COLUMN undo_of TEXT;
GO
ALTER TABLE bulk_actions ADD COLUMN undone_by TEXT;
GO
ALTER TABLE bulk_actions ADD COLUMN lease_owner TEXT;
GO
ALTER TABLE bulk_actions ADD COLUMN lease_until TEXT;
GO
-- What the workers ask for twice a second: few rows, whatever was done before.
CREATE INDEX IF NOT EXISTS IX_bulk_actions_running
  ON bulk_actions (bulk_action_id) WHERE status = 'running';
GO
-- The outcome of each item, a chunk of items a row: what they were before, and who was refused and why.
CREATE TABLE IF NOT EXISTS bulk_action_chunks (
  bulk_action_id TEXT NOT NULL,
  chunk INTEGER NOT NULL,
  changed_count INTEGER NOT NULL,
  refused_count INTEGER NOT NULL,
  changed TEXT,
  refused TEXT,
  committed_at TEXT NOT NULL,
  CONSTRAINT PK_bulk_action_chunks PRIMARY KEY (bulk_action_id, chunk)
);
GO
-- Refused items are listed without reading the chunks that refused none.
CREATE INDEX IF NOT EXISTS IX_bulk_action_chunks_refused
  ON bulk_action_chunks (bulk_action_id, chunk) WHERE refused_count > 0;
GO
-- Outcomes are forgotten oldest first.
CREATE INDEX IF NOT EXISTS IX_bulk_action_chunks_committed ON bulk_action_chunks (committed_at);
