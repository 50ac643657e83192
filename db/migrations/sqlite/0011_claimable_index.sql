-- Held items are pending for as long as nobody takes them up, and there may be millions of them. This
-- index has none, so that a claim does not walk past them; it serves queries that repeat its condition.
CREATE INDEX IF NOT EXISTS IX_work_items_claimable
  ON work_items (source_system, source_name, priority, created_at, work_item_id)
  WHERE status = 'pending' AND available_at < '9999-01-01T00:00:00.000Z';
GO
