-- Attempts that ended, counted per minute and per hour: what charts and error clusters read, so that a
-- week of them costs the same however many attempts it holds.
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
CREATE TABLE IF NOT EXISTS attempt_count_head (
  head_id INTEGER NOT NULL CONSTRAINT PK_attempt_count_head PRIMARY KEY
    CONSTRAINT CK_attempt_count_head_one CHECK (head_id = 1),
  minutes_to TEXT NULL,
  hours_to TEXT NULL
);
GO
INSERT OR IGNORE INTO attempt_count_head (head_id) VALUES (1);
GO
