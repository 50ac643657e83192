-- Hosts with a delay of their own are few, and every claim asks for them.
CREATE INDEX IF NOT EXISTS IX_hosts_delay ON hosts (host, delay_ms) WHERE delay_ms IS NOT NULL;
GO
