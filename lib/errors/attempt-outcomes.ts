/**
 * What an attempt may end in, and what is then done: one table, read by the retry policy and the
 * circuit breaker, and shown in docs/retries.md. What is retried is what may turn out differently when
 * the same request is sent again.
 */
import type { ErrorCode } from './codes.ts';

/**
 * - `retry`: later, as long as attempts are left;
 * - `give_up`: the item fails at once;
 * - `skip`: the item is skipped, nothing an operator could fix;
 * - `postpone`: after the time that it says, without counting the attempt, as it was only waited for others; where it
 *   says none, like `retry`;
 * - `wait`: the worker waits for the database and goes on with the same attempt;
 * - `leave`: the worker changes nothing, the item is another's.
 */
export type OutcomeDecision = 'retry' | 'give_up' | 'skip' | 'postpone' | 'wait' | 'leave';

export interface OutcomeRule {
  readonly decision: OutcomeDecision;
  /** When the whole fleet leaves the host alone for as long as the item waits. */
  readonly hostWaits: 'always' | 'when_told' | 'never';
  /** Counts as a failure of the host; five in a row open its circuit. */
  readonly hostFault: boolean;
  /**
   * There is no such resource. A link that was never fetched is skipped instead of failing: a fact about the
   * page that links. What was fetched before is missing: it is skipped, and checked again less and less often.
   */
  readonly noResource: boolean;
  /** Least wait before the second attempt, doubled with each further one, ms; else backoff alone. */
  readonly leastDelayMs: number;
  /** When it happens, and why it is treated so. */
  readonly because: string;
}

const rule = (
  decision: OutcomeDecision,
  because: string,
  more: Partial<Omit<OutcomeRule, 'decision' | 'because'>> = {},
): OutcomeRule => ({
  decision,
  hostWaits: 'never',
  hostFault: false,
  noResource: false,
  leastDelayMs: 0,
  because,
  ...more,
});

const hostFault = { hostFault: true } as const;
const minute = 60_000;

const rules = {
  // the way to the source
  egress_dns_failed: rule('retry', 'DNS failures are often transient.', hostFault),
  egress_connect_failed: rule('retry', 'Servers restart, connections are cut.', hostFault),
  egress_tls_failed: rule('retry', 'Certificates are renewed, often a little late.', hostFault),
  egress_timeout: rule('retry', 'An overloaded server may answer later.', hostFault),
  egress_response_invalid: rule(
    'retry',
    'A proxy in between may garble single responses.',
    hostFault,
  ),
  egress_encoding_unknown: rule(
    'retry',
    'A server in a bad moment names an encoding it does not use; the attempts are bounded.',
  ),
  egress_url_invalid: rule('give_up', 'The address will not change.'),
  insecure_transport: rule('give_up', 'The secret would travel in clear the next time too.'),
  egress_address_refused: rule('give_up', 'This deployment must not reach the address.'),
  egress_too_large: rule('give_up', 'It would be as large next time.'),
  egress_too_many_redirects: rule(
    'give_up',
    'A redirect loop is a fault of the site that does not go away.',
  ),
  // what it answered
  http_rate_limited: rule('retry', 'It asked us to slow down: 429.', {
    hostFault: true,
    hostWaits: 'always',
  }),
  http_server_error: rule('retry', 'An internal fault, which is transient or gets fixed.', {
    hostFault: true,
    hostWaits: 'when_told',
  }),
  http_not_found: rule('give_up', 'There is no such resource.', { noResource: true }),
  http_gone: rule('give_up', 'The resource is gone for good.', { noResource: true }),
  http_unauthorized: rule('give_up', 'A person must correct the credentials.'),
  http_forbidden: rule('give_up', 'Repeating refused requests is what gets crawlers banned.'),
  http_client_error: rule('give_up', 'The same request is refused for the same reason.'),
  api_busy: rule('retry', 'Lag, maintenance or overload, reported by the API itself.', {
    hostWaits: 'when_told',
  }),
  api_error: rule('give_up', 'The API does not accept what was asked.'),
  budget_spent: rule('retry', 'The budget is renewed; requests that cost nothing go on meanwhile.'),
  not_ready: rule('retry', 'It accepted the request and will have the answer later (202).', {
    leastDelayMs: minute,
  }),
  payload_invalid: rule(
    'retry',
    'A truncated response looks the same as a wrong one, and the attempts are bounded.',
  ),
  payload_too_complex: rule('give_up', 'It would be as large and as deep next time.'),
  reading_overran: rule('retry', 'The machine may have been busy; a second time it is poisonous.'),
  poisonous_page: rule('give_up', 'Whoever reads it is hurt by it.'),
  page_missing: rule('give_up', 'The wiki has no such page.', { noResource: true }),
  title_invalid: rule('give_up', 'No page can have that title.', { noResource: true }),
  blocked: rule(
    'retry',
    'A block or challenge page: the whole fleet leaves the host alone for a good while, instead of being blocked again with every item.',
    { hostWaits: 'always', leastDelayMs: 15 * minute },
  ),
  redirect_host_waits: rule(
    'postpone',
    'The host it redirects to is to be left alone for now; the one that was asked is not to blame.',
  ),
  content_type_excluded: rule('skip', 'The source does not store what has this content type.'),
  robots_disallowed: rule('skip', 'The site’s owner does not want it fetched.'),
  resource_missing: rule(
    'skip',
    'It was fetched before and is no longer there; its records are kept.',
  ),
  // our own side
  lake_write_failed: rule(
    'retry',
    'Workers wait while the lake cannot be written, and no attempt pays; a single file that cannot be is tried again.',
  ),
  source_unknown: rule('give_up', 'There is no source to fetch it from.'),
  source_type_unknown: rule('give_up', 'There is no source to fetch it from.'),
  source_removed: rule('give_up', 'There is no source to fetch it from.'),
  secret_unreadable: rule('give_up', 'The secret must be entered again.'),
  config_invalid: rule('give_up', 'The source’s settings no longer fit its type.'),
  internal: rule('retry', 'A fault of ours; bounded, so that it does no harm if it persists.'),
  source_type_faulty: rule('retry', 'The fault may depend on what the source sent.'),
  attempt_overdue: rule('retry', 'A source that took so long may be quicker later.', hostFault),
  attempts_exhausted: rule('give_up', 'Its leases ran out as often as it may be attempted.'),
  worker_lost: rule(
    'retry',
    'A worker died with all it held: no item pays, and each of them is tried alone once.',
  ),
  worker_lost_again: rule(
    'retry',
    'Its worker died while it was the only suspect: it waits a minute, and is tried once more.',
  ),
  lease_lost: rule('leave', 'The item is another worker’s now; a late result changes nothing.'),
  // our database
  db_connection_refused: rule('wait', 'The database is restarting or cannot be reached.'),
  db_host_unknown: rule('wait', 'DNS failures are often transient.'),
  db_connect_timeout: rule('wait', 'The database is overloaded or cannot be reached.'),
  db_connection_lost: rule(
    'wait',
    'The connection was cut; the fence shows whether the commit was made.',
  ),
  db_pool_exhausted: rule('wait', 'Connections are released soon.'),
  db_statement_timeout: rule('wait', 'The database is overloaded.'),
  db_busy: rule('wait', 'Another process is writing.'),
  db_full: rule('wait', 'Somebody has to free space; the item is not to blame.'),
  db_file_unusable: rule('wait', 'The file is read-only or missing; the item is not to blame.'),
  db_deadlock: rule('wait', 'The transaction was the deadlock’s victim; it is run again.'),
  db_login_failed: rule('wait', 'Passwords are being changed; the item is not to blame.'),
  db_certificate_untrusted: rule(
    'wait',
    'Certificates are being changed; the item is not to blame.',
  ),
  db_missing: rule('wait', 'A database is being restored; the item is not to blame.'),
  db_schema_missing: rule('wait', 'A database is being restored; the item is not to blame.'),
  db_permission_denied: rule('wait', 'Grants are being changed; the item is not to blame.'),
  db_rcsi_off: rule('wait', 'Somebody has to turn row versions on; the item is not to blame.'),
  db_error: rule('wait', 'Not known to come of a row; the log has the server’s own words.'),
  // what the row itself brings with it
  db_unique_violation: rule('retry', 'The same was stored meanwhile; the next attempt finds it.'),
  db_constraint_violation: rule('retry', 'What it referred to was removed meanwhile.'),
  db_value_too_long: rule('give_up', 'It would be as long next time.'),
} as const satisfies Partial<Record<ErrorCode, OutcomeRule>>;

/** Codes that people and commands meet, and no attempt does. Checked against the list of all codes. */
export const neverOfAnAttempt = [
  'config_file_unreadable',
  'usage',
  'port_taken',
  'input_invalid',
  'cursor_invalid',
  'not_found',
  'conflict',
  'duplicate_request',
  'not_signed_in',
  'password_change_required',
  'password_refused',
  'forbidden',
  'sign_in_failed',
  'too_many_attempts',
  'account_deactivated',
  'provider_no_role',
  'provider_no_email',
  'provider_email_taken',
  'provider_cancelled',
  'provider_state_invalid',
  'provider_token_invalid',
  'provider_failed',
  'provider_unreachable',
  'smtp_not_configured',
  'smtp_timeout',
  'smtp_unreachable',
  'smtp_tls_failed',
  'smtp_sign_in_failed',
  'smtp_refused',
  'console_unreachable',
  'console_replaced',
  'dedupe_key_too_long',
  'resource_id_invalid',
  'field_too_long',
  'transition_not_allowed',
  'everything_stopped',
  'token_invalid',
  'method_not_allowed',
  'precondition_required',
  'precondition_failed',
  'body_too_large',
  'content_type_refused',
  'too_many_requests',
  'source_paused',
  'source_name_taken',
  'run_ended',
  'run_has_no_items',
  'lake_unreadable',
  'malware_found',
  'scanner_unavailable',
  'body_damaged',
  'snapshot_exists',
  'snapshot_unreadable',
  'snapshot_damaged',
  'snapshot_conflict',
  'db_migration_changed',
  'db_migration_failed',
  'db_migrations_pending',
  'db_newer',
  'db_prerelease',
  'db_settings_invalid',
] as const satisfies readonly Exclude<ErrorCode, keyof typeof rules>[];

const byCode: ReadonlyMap<string, OutcomeRule> = new Map(Object.entries(rules));

/** In the order of the table. */
export const attemptOutcomes: readonly (readonly [string, OutcomeRule])[] = [...byCode];

const unexpected = rule('give_up', 'No attempt ends like this.');

export const outcomeRule = (code: ErrorCode): OutcomeRule => byCode.get(code) ?? unexpected;
