-- Role [$(schema)_reader]: analysts and reports. It reads the queue and the records; no account, no
-- secret, no audit entry, no setting, and it changes nothing.
-- How to apply it: see migrator.sql.
IF DATABASE_PRINCIPAL_ID(N'$(schema)_reader') IS NULL CREATE ROLE [$(schema)_reader];
GO
GRANT SELECT ON [$(schema)].[work_items] TO [$(schema)_reader];
GRANT SELECT ON [$(schema)].[ready_items] TO [$(schema)_reader];
GRANT SELECT ON [$(schema)].[IngestRecords] TO [$(schema)_reader];
GRANT SELECT ON [$(schema)].[record_bodies] TO [$(schema)_reader];
GRANT SELECT ON [$(schema)].[ingest_runs] TO [$(schema)_reader];
GRANT SELECT ON [$(schema)].[current_runs] TO [$(schema)_reader];
GRANT SELECT ON [$(schema)].[run_deltas] TO [$(schema)_reader];
GRANT SELECT ON [$(schema)].[seen_resources] TO [$(schema)_reader];
GRANT SELECT ON [$(schema)].[work_item_attempts] TO [$(schema)_reader];
GRANT SELECT ON [$(schema)].[source_totals] TO [$(schema)_reader];
GRANT SELECT ON [$(schema)].[source_total_deltas] TO [$(schema)_reader];
GRANT SELECT ON [$(schema)].[host_totals] TO [$(schema)_reader];
GRANT SELECT ON [$(schema)].[host_total_deltas] TO [$(schema)_reader];
GRANT SELECT ON [$(schema)].[sources] TO [$(schema)_reader];
GRANT SELECT ON [$(schema)].[source_revisions] TO [$(schema)_reader];
GRANT SELECT ON [$(schema)].[source_days] TO [$(schema)_reader];
GRANT SELECT ON [$(schema)].[source_hosts] TO [$(schema)_reader];
GRANT SELECT ON [$(schema)].[hosts] TO [$(schema)_reader];
GRANT SELECT ON [$(schema)].[current_hosts] TO [$(schema)_reader];
GRANT SELECT ON [$(schema)].[host_deltas] TO [$(schema)_reader];
GRANT SELECT ON [$(schema)].[host_hours] TO [$(schema)_reader];
GRANT SELECT ON [$(schema)].[host_blocks] TO [$(schema)_reader];
GRANT SELECT ON [$(schema)].[workers] TO [$(schema)_reader];
GRANT SELECT ON [$(schema)].[schedules] TO [$(schema)_reader];
-- Which records are current.
GRANT SELECT ON [$(schema)].[quarantines] TO [$(schema)_reader];
GRANT SELECT ON [$(schema)].[quarantine_items] TO [$(schema)_reader];
GRANT SELECT ON [$(schema)].[held_records] TO [$(schema)_reader];
GRANT SELECT ON [$(schema)].[schema_migrations] TO [$(schema)_reader];
GO
GRANT EXECUTE ON [$(schema)].[queue_statistics] TO [$(schema)_reader];
GRANT EXECUTE ON [$(schema)].[known_resources] TO [$(schema)_reader];
