-- The history of every item: one row an attempt.
CREATE TABLE IF NOT EXISTS work_item_attempts (
  attempt_id TEXT NOT NULL,
  work_item_id TEXT NOT NULL,
  source_system TEXT NOT NULL,
  source_name TEXT NOT NULL,
  host TEXT,
  run_id TEXT,
  attempt INTEGER NOT NULL,
  lease_id TEXT,
  worker_id TEXT,
  started_at TEXT NOT NULL,
  finished_at TEXT NOT NULL,
  duration_ms INTEGER,
  outcome TEXT NOT NULL,
  http_status INTEGER,
  error_code TEXT,
  error_message TEXT,
  facts TEXT,
  ingest_id TEXT,
  items_discovered INTEGER NOT NULL DEFAULT 0,
  -- Charts read the last minutes in one stretch.
  CONSTRAINT PK_work_item_attempts PRIMARY KEY (finished_at, attempt_id),
  CONSTRAINT CK_work_item_attempts_outcome
    CHECK (outcome IN ('completed', 'unchanged', 'retry', 'failed', 'skipped', 'released', 'expired'))
);
GO
CREATE INDEX IF NOT EXISTS IX_work_item_attempts_item ON work_item_attempts (work_item_id, attempt_id);
GO
CREATE INDEX IF NOT EXISTS IX_work_item_attempts_run
  ON work_item_attempts (run_id, finished_at) WHERE run_id IS NOT NULL;
GO
-- How the answers of failed attempts began; of an item the last few.
CREATE TABLE IF NOT EXISTS attempt_answers (
  attempt_id TEXT NOT NULL,
  work_item_id TEXT NOT NULL,
  answered_at TEXT NOT NULL,
  url TEXT NOT NULL,
  http_status INTEGER NOT NULL,
  headers TEXT NOT NULL,
  -- Of what was read of it; body is its beginning.
  body_bytes INTEGER NOT NULL,
  body BLOB NOT NULL,
  CONSTRAINT PK_attempt_answers PRIMARY KEY (work_item_id, attempt_id)
);
GO
CREATE INDEX IF NOT EXISTS IX_attempt_answers_answered ON attempt_answers (answered_at, attempt_id);
GO
-- Attempts counted per minute and per hour: what charts and error clusters read, so that a week of them costs
-- the same however many attempts it holds.
CREATE TABLE IF NOT EXISTS attempt_counts (
  unit TEXT NOT NULL CONSTRAINT CK_attempt_counts_unit CHECK (unit IN ('minute', 'hour')),
  starts_at TEXT NOT NULL,
  count_id TEXT NOT NULL,
  source_system TEXT NOT NULL,
  source_name TEXT NOT NULL,
  outcome TEXT NOT NULL,
  error_code TEXT NULL,
  http_status INTEGER NULL,
  host TEXT NULL,
  attempts INTEGER NOT NULL,
  last_at TEXT NOT NULL,
  last_attempt_id TEXT NOT NULL,
  CONSTRAINT PK_attempt_counts PRIMARY KEY (unit, starts_at, count_id)
) WITHOUT ROWID;
GO
-- How far the counting has come; one row.
CREATE TABLE IF NOT EXISTS attempt_count_head (
  head_id INTEGER NOT NULL CONSTRAINT PK_attempt_count_head PRIMARY KEY
    CONSTRAINT CK_attempt_count_head_one CHECK (head_id = 1),
  minutes_to TEXT NULL,
  hours_to TEXT NULL
);
GO
INSERT OR IGNORE INTO attempt_count_head (head_id) VALUES (1);
