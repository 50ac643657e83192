-- Role [$(schema)_console]: the web console. It reads everything, changes what a person may change, and
-- never changes or deletes a record, an attempt or an audit entry.
-- How to apply it: see migrator.sql.
IF DATABASE_PRINCIPAL_ID(N'$(schema)_console') IS NULL CREATE ROLE [$(schema)_console];
GO
GRANT SELECT ON SCHEMA::[$(schema)] TO [$(schema)_console];
GO
-- Launching, recrawling, retrying, skipping; an item taken from a worker's hands gets an attempt.
GRANT INSERT, UPDATE ON [$(schema)].[work_items] TO [$(schema)_console];
-- The smoke test of the settings page claims an item of its own.
GRANT EXECUTE ON [$(schema)].[claim_items] TO [$(schema)_console];
GRANT EXECUTE ON [$(schema)].[promote_due] TO [$(schema)_console];
GRANT EXECUTE ON [$(schema)].[enqueue_items] TO [$(schema)_console];
GRANT INSERT, UPDATE ON [$(schema)].[ingest_runs] TO [$(schema)_console];
GRANT INSERT, DELETE ON [$(schema)].[run_deltas] TO [$(schema)_console];
GRANT INSERT ON [$(schema)].[work_item_attempts] TO [$(schema)_console];
GRANT INSERT ON [$(schema)].[events] TO [$(schema)_console];
GRANT INSERT, UPDATE ON [$(schema)].[request_keys] TO [$(schema)_console];
GRANT INSERT, UPDATE ON [$(schema)].[bulk_actions] TO [$(schema)_console];
GRANT INSERT, UPDATE ON [$(schema)].[source_totals] TO [$(schema)_console];
GRANT INSERT, DELETE ON [$(schema)].[source_total_deltas] TO [$(schema)_console];
GO
-- Sources are marked as deleted, never deleted; secrets are.
GRANT INSERT, UPDATE ON [$(schema)].[sources] TO [$(schema)_console];
GRANT INSERT ON [$(schema)].[source_revisions] TO [$(schema)_console];
GRANT INSERT ON [$(schema)].[source_comments] TO [$(schema)_console];
GRANT INSERT, UPDATE, DELETE ON [$(schema)].[source_secrets] TO [$(schema)_console];
GO
GRANT INSERT, UPDATE ON [$(schema)].[hosts] TO [$(schema)_console];
GRANT INSERT ON [$(schema)].[host_deltas] TO [$(schema)_console];
GRANT INSERT, UPDATE ON [$(schema)].[host_hours] TO [$(schema)_console];
GRANT INSERT, UPDATE ON [$(schema)].[host_blocks] TO [$(schema)_console];
GRANT UPDATE ON [$(schema)].[workers] TO [$(schema)_console];
GRANT INSERT, UPDATE, DELETE ON [$(schema)].[schedules] TO [$(schema)_console];
GRANT INSERT, UPDATE ON [$(schema)].[users] TO [$(schema)_console];
GRANT INSERT, UPDATE, DELETE ON [$(schema)].[sessions] TO [$(schema)_console];
GRANT INSERT, UPDATE, DELETE ON [$(schema)].[api_tokens] TO [$(schema)_console];
GRANT INSERT, UPDATE, DELETE ON [$(schema)].[sign_in_attempts] TO [$(schema)_console];
GRANT INSERT, UPDATE, DELETE ON [$(schema)].[app_settings] TO [$(schema)_console];
GRANT INSERT, UPDATE ON [$(schema)].[stops] TO [$(schema)_console];
GRANT INSERT, UPDATE, DELETE ON [$(schema)].[saved_views] TO [$(schema)_console];
-- The console evaluates the rules as well: when no worker is alive, nobody else would say so.
GRANT INSERT, UPDATE, DELETE ON [$(schema)].[alerts] TO [$(schema)_console];
GRANT INSERT, UPDATE, DELETE ON [$(schema)].[alert_rules] TO [$(schema)_console];
GRANT INSERT, UPDATE, DELETE ON [$(schema)].[alert_mutes] TO [$(schema)_console];
GRANT INSERT, UPDATE ON [$(schema)].[quarantines] TO [$(schema)_console];
GRANT INSERT ON [$(schema)].[quarantine_items] TO [$(schema)_console];
GRANT UPDATE ON [$(schema)].[alert_state] TO [$(schema)_console];
GRANT INSERT, DELETE ON [$(schema)].[run_measures] TO [$(schema)_console];
GRANT INSERT, UPDATE, DELETE ON [$(schema)].[notice_channels] TO [$(schema)_console];
GRANT INSERT, UPDATE, DELETE ON [$(schema)].[notice_deliveries] TO [$(schema)_console];
GRANT INSERT ON [$(schema)].[audit_log] TO [$(schema)_console];
GRANT INSERT ON [$(schema)].[audit_unsealed] TO [$(schema)_console];
GO
GRANT EXECUTE ON [$(schema)].[queue_statistics] TO [$(schema)_console];
GRANT EXECUTE ON [$(schema)].[known_resources] TO [$(schema)_console];
GO
-- So that the page Database compares the schema with what the migrations make. Babelfish shows it to everybody.
IF @@VERSION LIKE N'Microsoft%' EXEC(N'GRANT VIEW DEFINITION ON SCHEMA::[$(schema)] TO [$(schema)_console]');
