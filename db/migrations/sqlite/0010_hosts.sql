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
  -- Of distinct pages, since it answered one as it should.
  consecutive_failures INTEGER NOT NULL DEFAULT 0,
  failing_pages TEXT,
  last_good_at TEXT,
  requests_total INTEGER NOT NULL DEFAULT 0,
  count_429 INTEGER NOT NULL DEFAULT 0,
  count_5xx INTEGER NOT NULL DEFAULT 0,
  last_status INTEGER,
  last_429_at TEXT,
  last_request_at TEXT,
  robots_body TEXT,
  robots_status INTEGER,
  robots_fetched_at TEXT,
  -- Of the certificate that it showed at the last connection that a worker has told of.
  certificate_from TEXT,
  certificate_until TEXT,
  certificate_seen_at TEXT,
  updated_at TEXT NOT NULL
);
GO
CREATE INDEX IF NOT EXISTS IX_hosts_blocked ON hosts (blocked_until) WHERE blocked_until IS NOT NULL;
GO
CREATE INDEX IF NOT EXISTS IX_hosts_last_request ON hosts (last_request_at, host);
GO
CREATE INDEX IF NOT EXISTS IX_hosts_certificate ON hosts (certificate_until) WHERE certificate_until IS NOT NULL;
GO
-- One writer at a time adds to the row itself: nothing is appended here, and nothing rolled up.
CREATE TABLE IF NOT EXISTS host_deltas (
  host TEXT NOT NULL,
  delta_id INTEGER NOT NULL,
  at TEXT NOT NULL,
  requests INTEGER NOT NULL,
  last_status INTEGER NULL,
  budget TEXT NULL,
  latency_first INTEGER NULL,
  latency_share REAL NOT NULL,
  latency_rest REAL NOT NULL,
  CONSTRAINT PK_host_deltas PRIMARY KEY (host, delta_id)
);
GO
CREATE VIEW IF NOT EXISTS current_hosts AS
  SELECT host, requests_total, last_request_at, last_status, budget FROM hosts;
GO
-- What hosts answered, hour by hour, kept by whoever adds to their numbers.
CREATE TABLE IF NOT EXISTS host_hours (
  host TEXT NOT NULL,
  hour TEXT NOT NULL,
  requests INTEGER NOT NULL,
  count_429 INTEGER NOT NULL,
  count_5xx INTEGER NOT NULL,
  failed INTEGER NOT NULL,
  CONSTRAINT PK_host_hours PRIMARY KEY (host, hour)
) WITHOUT ROWID;
GO
CREATE INDEX IF NOT EXISTS IX_host_hours_hour ON host_hours (hour);
GO
-- Times in which a host was asked nothing. until: its end as it was last set; null = until a person clears it.
-- blocked_by: null = the host's own wish, or the circuit breaker.
CREATE TABLE IF NOT EXISTS host_blocks (
  host TEXT NOT NULL,
  block_id TEXT NOT NULL,
  blocked_at TEXT NOT NULL,
  until TEXT,
  reason TEXT,
  blocked_by TEXT,
  ended_at TEXT,
  ended_by TEXT,
  CONSTRAINT PK_host_blocks PRIMARY KEY (host, block_id)
) WITHOUT ROWID;
GO
CREATE INDEX IF NOT EXISTS IX_host_blocks_ended ON host_blocks (ended_at) WHERE ended_at IS NOT NULL;
GO
-- Which sources have asked which hosts, and when last, noted as minutes of attempts are counted.
CREATE TABLE IF NOT EXISTS source_hosts (
  host TEXT NOT NULL,
  source_system TEXT NOT NULL,
  source_name TEXT NOT NULL,
  asked_at TEXT NOT NULL,
  CONSTRAINT PK_source_hosts PRIMARY KEY (host, source_system, source_name)
) WITHOUT ROWID;
GO
CREATE INDEX IF NOT EXISTS IX_source_hosts_source ON source_hosts (source_system, source_name, asked_at);
