-- A worker that finds nothing asks when the next host opens.
CREATE INDEX IF NOT EXISTS IX_hosts_next_slot ON hosts (next_slot_at) WHERE next_slot_at IS NOT NULL;
