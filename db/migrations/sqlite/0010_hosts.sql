-- A host is asked by whichever sources need it; they share its slot, its pace and what it was seen to bear.
CREATE TABLE IF NOT EXISTS hosts (
  host TEXT NOT NULL CONSTRAINT PK_hosts PRIMARY KEY,
  delay_ms INTEGER CHECK (delay_ms >= 0),
  -- The longest of what is configured, asked for by robots.txt and learned; 0 = as fast as it answers.
  pace_ms INTEGER NOT NULL DEFAULT 0,
  robots_delay_ms INTEGER,
  latency_ms INTEGER,
  adaptive_delay_ms INTEGER NOT NULL DEFAULT 0,
  -- One slot, whichever source asks the host.
  next_slot_at TEXT,
  slot_lease_id TEXT,
  slot_until TEXT,
  budget TEXT,
  -- Requests in flight at once, where an operator says so.
  concurrency INTEGER CHECK (concurrency > 0),
  blocked_until TEXT,
  blocked_reason TEXT,
  consecutive_failures INTEGER NOT NULL DEFAULT 0,
  requests_total INTEGER NOT NULL DEFAULT 0,
  count_429 INTEGER NOT NULL DEFAULT 0,
  count_5xx INTEGER NOT NULL DEFAULT 0,
  last_status INTEGER,
  last_429_at TEXT,
  last_request_at TEXT,
  robots_body TEXT,
  robots_status INTEGER,
  robots_fetched_at TEXT,
  updated_at TEXT NOT NULL
);
GO
CREATE INDEX IF NOT EXISTS IX_hosts_blocked ON hosts (blocked_until) WHERE blocked_until IS NOT NULL;
GO
CREATE INDEX IF NOT EXISTS IX_hosts_last_request ON hosts (last_request_at, host);
