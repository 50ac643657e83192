-- How many requests a host may have with it at the same moment, where an operator says so.
ALTER TABLE hosts ADD COLUMN concurrency INTEGER CHECK (concurrency > 0);
GO
CREATE INDEX IF NOT EXISTS IX_hosts_concurrency ON hosts (host, concurrency) WHERE concurrency IS NOT NULL;
GO
