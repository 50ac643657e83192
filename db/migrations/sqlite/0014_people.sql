-- Who may sign in, and what they did.
CREATE TABLE IF NOT EXISTS users (
  user_id TEXT NOT NULL CONSTRAINT PK_users PRIMARY KEY,
  email TEXT NOT NULL,
  name TEXT NOT NULL,
  role TEXT NOT NULL CHECK (role IN ('viewer', 'operator', 'admin')),
  password_hash TEXT,
  identity TEXT,
  active INTEGER NOT NULL DEFAULT 1 CHECK (active IN (0, 1)),
  session_version INTEGER NOT NULL DEFAULT 1,
  preferences TEXT,
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL,
  last_sign_in_at TEXT
);
GO
CREATE UNIQUE INDEX IF NOT EXISTS UX_users_email ON users (email);
GO
CREATE UNIQUE INDEX IF NOT EXISTS UX_users_identity ON users (identity) WHERE identity IS NOT NULL;
GO
CREATE TABLE IF NOT EXISTS audit_log (
  audit_id TEXT NOT NULL CONSTRAINT PK_audit_log PRIMARY KEY,
  at TEXT NOT NULL,
  actor_id TEXT,
  actor_email TEXT NOT NULL,
  action TEXT NOT NULL,
  target_type TEXT NOT NULL,
  target_id TEXT,
  summary TEXT NOT NULL,
  before_state TEXT,
  after_state TEXT
);
GO
CREATE INDEX IF NOT EXISTS IX_audit_log_at ON audit_log (at, audit_id);
GO
CREATE INDEX IF NOT EXISTS IX_audit_log_target_at ON audit_log (target_type, target_id, at, audit_id);
