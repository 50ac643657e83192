-- What a deployment may ask for now: how claims look hosts up.
-- Hosts that may be asked only now and then are few, and every claim asks for them.
CREATE INDEX IF NOT EXISTS IX_hosts_pace ON hosts (host, pace_ms) WHERE pace_ms > 0;
GO
CREATE INDEX IF NOT EXISTS IX_hosts_concurrency ON hosts (host, concurrency) WHERE concurrency IS NOT NULL;
GO
CREATE INDEX IF NOT EXISTS IX_hosts_slot ON hosts (slot_lease_id) WHERE slot_lease_id IS NOT NULL;
GO
-- A worker that finds nothing asks when the next host opens.
CREATE INDEX IF NOT EXISTS IX_hosts_next_slot ON hosts (next_slot_at) WHERE next_slot_at IS NOT NULL;
