/** The written order of locks, and what is known to be against it: docs/decisions/0048-written-order-of-locks.md. */

/** A transaction takes its first lock on each table in this order. */
export const lockOrder: readonly string[] = [
  // What a person does: the key of the request, then the things of people.
  'request_keys',
  'app_settings',
  'sign_in_attempts',
  'stops',
  'users',
  'sessions',
  'api_tokens',
  'saved_views',
  'schedules',
  'bulk_actions',
  'alert_rules',
  'alert_mutes',
  'quarantines',
  'quarantine_items',
  // The way of an item: the item, its row in the queue (by trigger or procedure), its record.
  'work_items',
  'ready_items',
  'IngestRecords',
  'record_bodies',
  'seen_resources',
  // What many items have in common.
  'sources',
  'source_revisions',
  'source_secrets',
  'source_comments',
  'hosts',
  'host_deltas',
  'host_blocks',
  'host_hours',
  'ingest_runs',
  'run_deltas',
  'bulk_action_chunks',
  'workers',
  'alert_state',
  'run_measures',
  'alerts',
  'notice_channels',
  'notice_deliveries',
  // What is appended and rolled up.
  'work_item_attempts',
  'attempt_answers',
  'audit_anchors',
  'audit_log',
  'audit_unsealed',
  'audit_chain',
  'totals_checks',
  'storage_samples',
  'source_totals',
  'source_total_deltas',
  'host_totals',
  'host_total_deltas',
  'attempt_count_head',
  'source_days',
  'source_hosts',
  'attempt_counts',
  'events',
];

/** Their inserted rows are waited for by nobody: no key but their own, no index that another insert must pass. */
export const appended: ReadonlySet<string> = new Set([
  'IngestRecords',
  'record_bodies',
  'attempt_answers',
  'audit_log',
  'audit_unsealed',
  'events',
  'source_revisions',
  'source_comments',
  'work_item_attempts',
  'run_deltas',
  'notice_deliveries',
  'host_deltas',
  'source_total_deltas',
  'host_total_deltas',
]);

const itemOfRun =
  'A run that is launched, stopped or cancelled locks its row first and its items after; an enqueue into a run inserts items, then locks the run. The two can deadlock; the victim is run again.';
const underHost =
  'Hours, blocks and deltas of a host are locked under its row alone, so that nobody waits for one of them who does not wait for the row; a transaction that records two responses comes to the second after the hour of the first.';
const slotOfClaim =
  'A claim takes the slots of source and host first. It passes over items that are locked, so it waits for none while it has a slot.';

/** Known to be against the order, each with what comes of it. */
export const contradictions: Readonly<Record<string, string>> = {
  'ingest_runs → work_items': itemOfRun,
  'ingest_runs → ready_items': itemOfRun,
  'ingest_runs → bulk_actions':
    'A run that is stopped makes a bulk action: a new row, which nobody waits for.',
  'sources → work_items': slotOfClaim,
  'sources → ready_items': slotOfClaim,
  'hosts → work_items': slotOfClaim,
  'hosts → ready_items': slotOfClaim,
  'host_hours → host_blocks': underHost,
  'host_hours → hosts': underHost,
  'host_hours → host_deltas': underHost,
};

const discovered =
  'What a completion discovers is inserted after it. Two that discover the same keys wait for one another, and can deadlock; the victim is run again.';

/** Tables that a transaction comes back to after it has locked others. */
export const returns: Readonly<Record<string, string>> = {
  request_keys: 'The row that it inserted gets its result.',
  users: 'The account that it has locked before gets the time of its sign-in.',
  sessions: 'Of an account that it has locked before: the old ones end, then a new one begins.',
  bulk_actions: 'The row that it leased gets its cursor.',
  attempt_count_head: 'The row that it locked gets its new end.',
  hosts: 'The row that it locked gets its latency, then its pace.',
  host_blocks: 'Of a host whose row it has locked before.',
  host_hours: 'As host_blocks.',
  ingest_runs:
    'Numbers of the run that it has locked before; of another run where one commit completes items of two.',
  work_items: discovered,
  ready_items: discovered,
};
