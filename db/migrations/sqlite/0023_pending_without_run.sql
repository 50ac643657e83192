-- What waits without a run, in the order in which a new run takes it up. Few of many: items of runs are
-- in none of it.
CREATE INDEX IF NOT EXISTS IX_work_items_without_run
  ON work_items (source_name, work_item_id) WHERE status = 'pending' AND run_id IS NULL;
GO
