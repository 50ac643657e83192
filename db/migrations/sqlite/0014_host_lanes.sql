-- A host is a lane of its own: whichever sources ask it share one slot, one pace and what it was seen to bear.
ALTER TABLE hosts ADD COLUMN pace_ms INTEGER NOT NULL DEFAULT 0;
GO
ALTER TABLE hosts ADD COLUMN robots_delay_ms INTEGER;
GO
ALTER TABLE hosts ADD COLUMN latency_ms INTEGER;
GO
ALTER TABLE hosts ADD COLUMN adaptive_delay_ms INTEGER NOT NULL DEFAULT 0;
GO
ALTER TABLE hosts ADD COLUMN next_slot_at TEXT;
GO
ALTER TABLE hosts ADD COLUMN slot_lease_id TEXT;
GO
ALTER TABLE hosts ADD COLUMN slot_until TEXT;
GO
ALTER TABLE hosts ADD COLUMN budget TEXT;
GO
UPDATE hosts SET pace_ms = delay_ms WHERE delay_ms > 0;
GO
-- Hosts that may be asked only now and then are few, and every claim asks for them.
CREATE INDEX IF NOT EXISTS IX_hosts_pace ON hosts (host, pace_ms) WHERE pace_ms > 0;
GO
CREATE INDEX IF NOT EXISTS IX_hosts_slot ON hosts (slot_lease_id) WHERE slot_lease_id IS NOT NULL;
GO
DROP INDEX IF EXISTS IX_hosts_delay;
GO
