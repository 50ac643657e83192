-- On SQL Server the indexes of an existing Holocron database stay: its other programs may walk them.
-- The number stands so that both engines count alike.
SELECT 1 AS nothing_changes;
