-- Sources, their revisions and their secrets. Tables that are read by their whole key are WITHOUT ROWID: one b-tree
-- instead of two.
CREATE TABLE IF NOT EXISTS sources (
  source_id TEXT NOT NULL CONSTRAINT PK_sources PRIMARY KEY,
  name TEXT NOT NULL CHECK (length(name) <= 100),
  source_type TEXT NOT NULL,
  enabled INTEGER NOT NULL DEFAULT 1 CHECK (enabled IN (0, 1)),
  paused_at TEXT,
  paused_reason TEXT,
  -- When workers resume it by themselves; null = when a person does.
  paused_until TEXT,
  settings TEXT NOT NULL,
  seeds TEXT NOT NULL,
  rate_delay_ms INTEGER NOT NULL DEFAULT 0 CHECK (rate_delay_ms >= 0),
  max_attempts INTEGER NOT NULL DEFAULT 4 CHECK (max_attempts > 0),
  revision INTEGER NOT NULL DEFAULT 1,
  next_slot_at TEXT,
  slot_lease_id TEXT,
  slot_until TEXT,
  changes_from TEXT,
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL,
  deleted_at TEXT
);
GO
-- A deleted source frees its name.
CREATE UNIQUE INDEX IF NOT EXISTS UX_sources_name ON sources (name) WHERE deleted_at IS NULL;
GO
CREATE TABLE IF NOT EXISTS source_revisions (
  source_id TEXT NOT NULL,
  revision INTEGER NOT NULL,
  name TEXT NOT NULL,
  source_type TEXT NOT NULL,
  settings TEXT NOT NULL,
  seeds TEXT NOT NULL,
  enabled INTEGER NOT NULL CHECK (enabled IN (0, 1)),
  changed_by TEXT,
  changed_at TEXT NOT NULL,
  note TEXT,
  CONSTRAINT PK_source_revisions PRIMARY KEY (source_id, revision)
) WITHOUT ROWID;
GO
CREATE TABLE IF NOT EXISTS source_secrets (
  source_id TEXT NOT NULL,
  secret_name TEXT NOT NULL,
  ciphertext TEXT NOT NULL,
  updated_at TEXT NOT NULL,
  CONSTRAINT PK_source_secrets PRIMARY KEY (source_id, secret_name)
) WITHOUT ROWID;
GO
CREATE INDEX IF NOT EXISTS IX_sources_paused ON sources (paused_until) WHERE paused_until IS NOT NULL;
GO
-- What people wrote about a source.
CREATE TABLE IF NOT EXISTS source_comments (
  source_id TEXT NOT NULL,
  comment_id TEXT NOT NULL,
  written_at TEXT NOT NULL,
  written_by TEXT NOT NULL,
  body TEXT NOT NULL,
  CONSTRAINT PK_source_comments PRIMARY KEY (source_id, comment_id)
) WITHOUT ROWID;
