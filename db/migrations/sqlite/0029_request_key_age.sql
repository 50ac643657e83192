-- Keys of requests are forgotten by their age.
CREATE INDEX IF NOT EXISTS IX_request_keys_created ON request_keys (created_at);
