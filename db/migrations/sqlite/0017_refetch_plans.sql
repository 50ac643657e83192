-- What a person decided about when an item is fetched again; NULL = by how it has behaved.
ALTER TABLE work_items ADD COLUMN refetch TEXT NULL
  CONSTRAINT CK_work_items_refetch CHECK (refetch IN ('always', 'every', 'never', 'retired'));
GO
ALTER TABLE work_items ADD COLUMN refetch_every_s INTEGER NULL
  CONSTRAINT CK_work_items_refetch_every_s CHECK (refetch_every_s > 0);
