-- Role [$(schema)_worker]: the process that ingests (`pnpm worker`). It moves items, writes records and
-- counts; it reads sources and their encrypted secrets but changes of them only the polite slot, the moment of the last
-- success and the end of a pause; it sees no account, and of the audit log ids, times and hashes alone: it adds entries
-- and links, and changes none.
-- How to apply it: see migrator.sql.
IF DATABASE_PRINCIPAL_ID(N'$(schema)_worker') IS NULL CREATE ROLE [$(schema)_worker];
GO
GRANT SELECT ON [$(schema)].[schema_migrations] TO [$(schema)_worker];
GRANT SELECT ON [$(schema)].[source_revisions] TO [$(schema)_worker];
GRANT SELECT ON [$(schema)].[source_secrets] TO [$(schema)_worker];
GRANT SELECT ON [$(schema)].[app_settings] TO [$(schema)_worker];
GRANT SELECT ON [$(schema)].[stops] TO [$(schema)_worker];
GO
-- The queue. The trigger and the procedure that keep ready_items need no grant of their own; the rights on it are
-- for setting right what came in without the trigger.
GRANT SELECT, INSERT, DELETE ON [$(schema)].[ready_items] TO [$(schema)_worker];
GRANT EXECUTE ON [$(schema)].[claim_items] TO [$(schema)_worker];
GRANT EXECUTE ON [$(schema)].[claim_politely] TO [$(schema)_worker];
GRANT EXECUTE ON [$(schema)].[promote_due] TO [$(schema)_worker];
GRANT EXECUTE ON [$(schema)].[enqueue_items] TO [$(schema)_worker];
GRANT EXECUTE ON [$(schema)].[complete_items] TO [$(schema)_worker];
GRANT EXECUTE ON [$(schema)].[fail_items] TO [$(schema)_worker];
GRANT EXECUTE ON [$(schema)].[renew_leases] TO [$(schema)_worker];
GRANT SELECT, INSERT, UPDATE ON [$(schema)].[work_items] TO [$(schema)_worker];
GRANT SELECT, INSERT, UPDATE ON [$(schema)].[seen_resources] TO [$(schema)_worker];
GRANT SELECT, INSERT, UPDATE ON [$(schema)].[ingest_runs] TO [$(schema)_worker];
GRANT SELECT, INSERT, DELETE ON [$(schema)].[run_deltas] TO [$(schema)_worker];
GRANT SELECT ON [$(schema)].[current_runs] TO [$(schema)_worker];
GRANT SELECT, INSERT ON [$(schema)].[work_item_attempts] TO [$(schema)_worker];
GRANT SELECT, INSERT, DELETE ON [$(schema)].[attempt_answers] TO [$(schema)_worker];
GRANT SELECT, INSERT ON [$(schema)].[events] TO [$(schema)_worker];
GRANT SELECT, INSERT ON [$(schema)].[IngestRecords] TO [$(schema)_worker];
-- A record is changed by `read-again` alone, and then how its bytes are read.
GRANT UPDATE ON [$(schema)].[IngestRecords] ([payload], [charset], [hash_sha256], [page_title], [page_text]) TO [$(schema)_worker];
GRANT SELECT, INSERT, DELETE ON [$(schema)].[record_bodies] TO [$(schema)_worker];
GRANT SELECT, INSERT, UPDATE ON [$(schema)].[request_keys] TO [$(schema)_worker];
GO
-- Bulk actions: the console starts them, workers carry them out and forget old outcomes.
GRANT SELECT, UPDATE ON [$(schema)].[bulk_actions] TO [$(schema)_worker];
GRANT SELECT, INSERT, DELETE ON [$(schema)].[bulk_action_chunks] TO [$(schema)_worker];
GO
-- Totals: workers add up the deltas that the trigger appends (the trigger itself needs no grant).
GRANT SELECT, INSERT, UPDATE ON [$(schema)].[source_totals] TO [$(schema)_worker];
GRANT SELECT, INSERT, DELETE ON [$(schema)].[source_total_deltas] TO [$(schema)_worker];
GRANT SELECT, INSERT, UPDATE ON [$(schema)].[host_totals] TO [$(schema)_worker];
GRANT SELECT, INSERT, DELETE ON [$(schema)].[host_total_deltas] TO [$(schema)_worker];
GRANT SELECT, INSERT, UPDATE ON [$(schema)].[totals_checks] TO [$(schema)_worker];
-- A sample a day of what is stored.
GRANT SELECT, INSERT, DELETE ON [$(schema)].[storage_samples] TO [$(schema)_worker];
GO
-- Ended attempts, counted by the minute and the hour for charts.
GRANT SELECT, INSERT, DELETE ON [$(schema)].[attempt_counts] TO [$(schema)_worker];
GRANT SELECT, UPDATE ON [$(schema)].[attempt_count_head] TO [$(schema)_worker];
GRANT SELECT, INSERT, UPDATE, DELETE ON [$(schema)].[source_days] TO [$(schema)_worker];
GRANT SELECT, INSERT, UPDATE, DELETE ON [$(schema)].[source_hosts] TO [$(schema)_worker];
GO
-- Politeness, presence, schedules.
GRANT SELECT ON [$(schema)].[sources] TO [$(schema)_worker];
GRANT UPDATE ON [$(schema)].[sources] ([next_slot_at], [slot_lease_id], [slot_until], [changes_from], [paused_at], [paused_reason], [paused_until], [updated_at]) TO [$(schema)_worker];
GRANT SELECT, INSERT, UPDATE ON [$(schema)].[hosts] TO [$(schema)_worker];
GRANT SELECT, INSERT, DELETE ON [$(schema)].[host_deltas] TO [$(schema)_worker];
GRANT SELECT, INSERT, UPDATE, DELETE ON [$(schema)].[host_hours] TO [$(schema)_worker];
GRANT SELECT, INSERT, UPDATE, DELETE ON [$(schema)].[host_blocks] TO [$(schema)_worker];
GRANT SELECT ON [$(schema)].[current_hosts] TO [$(schema)_worker];
GRANT SELECT, INSERT, UPDATE, DELETE ON [$(schema)].[workers] TO [$(schema)_worker];
GRANT SELECT, UPDATE ON [$(schema)].[schedules] TO [$(schema)_worker];
GO
-- Retention deletes through one procedure, and through no right of its own; the others are for jobs and people.
GRANT EXECUTE ON [$(schema)].[purge_portion] TO [$(schema)_worker];
GRANT EXECUTE ON [$(schema)].[run_retention] TO [$(schema)_worker];
GRANT EXECUTE ON [$(schema)].[roll_up_totals] TO [$(schema)_worker];
GRANT EXECUTE ON [$(schema)].[check_integrity] TO [$(schema)_worker];
GRANT EXECUTE ON [$(schema)].[enqueue_item] TO [$(schema)_worker];
GRANT EXECUTE ON [$(schema)].[recrawl_stale] TO [$(schema)_worker];
GRANT EXECUTE ON [$(schema)].[queue_statistics] TO [$(schema)_worker];
GRANT EXECUTE ON [$(schema)].[known_resources] TO [$(schema)_worker];
GO
-- Alerts: the rules are evaluated by one process at a time.
GRANT SELECT, INSERT, UPDATE, DELETE ON [$(schema)].[alerts] TO [$(schema)_worker];
GRANT SELECT ON [$(schema)].[alert_rules] TO [$(schema)_worker];
GRANT SELECT, DELETE ON [$(schema)].[alert_mutes] TO [$(schema)_worker];
GRANT SELECT, INSERT ON [$(schema)].[quarantines] TO [$(schema)_worker];
GRANT SELECT ON [$(schema)].[quarantine_items] TO [$(schema)_worker];
GRANT SELECT ON [$(schema)].[held_records] TO [$(schema)_worker];
GRANT SELECT, UPDATE ON [$(schema)].[alert_state] TO [$(schema)_worker];
GRANT SELECT, INSERT, DELETE ON [$(schema)].[run_measures] TO [$(schema)_worker];
-- Notices: channels are served under a lease; the delivery log is purged.
GRANT SELECT, UPDATE ON [$(schema)].[notice_channels] TO [$(schema)_worker];
GRANT SELECT, INSERT, UPDATE, DELETE ON [$(schema)].[notice_deliveries] TO [$(schema)_worker];
GO
GRANT INSERT ON [$(schema)].[audit_log] TO [$(schema)_worker];
GRANT SELECT ON [$(schema)].[audit_log] ([audit_id], [at], [content_hash]) TO [$(schema)_worker];
GRANT SELECT, INSERT, DELETE ON [$(schema)].[audit_unsealed] TO [$(schema)_worker];
GRANT SELECT, INSERT ON [$(schema)].[audit_chain] TO [$(schema)_worker];
GRANT SELECT ON [$(schema)].[audit_anchors] TO [$(schema)_worker];
