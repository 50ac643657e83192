/**
 * The closed list of error codes a person can meet, each with the remedy shown when the place that
 * raised it gives none of its own. Database codes come from `#db/errors.ts`.
 */
import type { DatabaseErrorCode } from '#db/errors.ts';

export const appErrorRemedies = {
  // configuration and usage
  config_invalid: 'Correct the named key; the message lists what is allowed.',
  config_file_unreadable: 'Check the path and that the file can be read.',
  usage: 'Run the command with --help to see its options.',
  port_taken: 'Stop the other program or set PORT to a free port.',
  // input from a person
  input_invalid: 'Correct the marked fields.',
  cursor_invalid: 'Open the list again from its first page.',
  not_found: 'It may have been removed; go back to the list.',
  conflict: 'Somebody else changed it in the meantime; reload and try again.',
  duplicate_request: 'The first request was carried out; nothing more is needed.',
  // access
  not_signed_in: 'Sign in and try again.',
  token_invalid:
    'Send Authorization: Bearer and a token that is good now; Settings → API tokens makes one.',
  forbidden: 'Ask an administrator for the role that allows this.',
  password_refused:
    'Use four or more words that have nothing to do with one another, or let a password manager choose.',
  password_change_required: 'Choose a password of your own first: it takes a minute.',
  sign_in_failed: 'Check the e-mail address and the password.',
  too_many_attempts: 'Wait a few minutes before you try again.',
  account_deactivated: 'Ask an administrator of this console to activate it.',
  provider_no_role:
    'Ask an administrator of this console, or whoever assigns groups and roles at the provider.',
  provider_no_email:
    'Ask whoever manages the provider to share your address with this application (the scope email).',
  provider_email_taken:
    'The provider does not vouch for your address, or it belonged to somebody else before: ask an administrator of this console.',
  provider_cancelled: 'Sign in again, or ask whoever manages the provider for access.',
  provider_state_invalid:
    'Sign in again from this page, with cookies allowed. If it persists, the console is asked for by another address than NEXTAUTH_URL.',
  provider_token_invalid:
    'Try again. If it persists, an administrator finds in the audit log what is wrong with it, for whoever manages the provider.',
  provider_failed:
    'Try again. If it persists, an administrator finds the cause in the log of the web process.',
  provider_unreachable:
    'Try again in a moment. If it persists, an administrator finds the cause in the log of the web process.',
  // requests of programs
  method_not_allowed: 'Use one of the methods that the header Allow names.',
  precondition_required: 'Read it first, and send its ETag as If-Match.',
  precondition_failed: 'Read it again, and send its new ETag as If-Match.',
  body_too_large: 'Divide it into several requests.',
  content_type_refused: 'Send the body in the media type that the API reference names.',
  too_many_requests: 'Wait as long as the header Retry-After says.',
  // work items
  dedupe_key_too_long:
    'Shorten the resource id or the source name: the whole key may have 850 characters.',
  resource_id_invalid: 'Remove leading or trailing blanks and control characters.',
  field_too_long: 'Shorten the named field.',
  transition_not_allowed: "Check the item's current status.",
  lease_lost: 'Nothing to do: another worker has taken the item over.',
  // notices by e-mail
  smtp_not_configured: 'Set INGEST_SMTP_HOST and INGEST_SMTP_FROM, for workers and the console.',
  smtp_timeout: 'Check INGEST_SMTP_HOST and INGEST_SMTP_PORT, and that the mail server is well.',
  smtp_unreachable:
    'Check INGEST_SMTP_HOST and INGEST_SMTP_PORT, and that this machine may reach them.',
  smtp_tls_failed:
    'Check INGEST_SMTP_SECURITY and the certificate of the mail server; NODE_EXTRA_CA_CERTS names an authority of your own.',
  smtp_sign_in_failed: 'Check INGEST_SMTP_USER and INGEST_SMTP_PASSWORD.',
  smtp_refused:
    'Look in the log of the mail server; the sender and the recipients must be known to it.',
  // files that leave
  malware_found: 'Leave it, or have whoever runs the scanner look into it.',
  scanner_unavailable:
    'Check INGEST_CLAMD, and that the scanner is well and takes files of this size.',
  // everything
  everything_stopped: 'Go on in the bar at the top of the console, then try again.',
  // sources
  source_unknown: 'Create the source or correct its name.',
  source_type_unknown: 'Use one of the listed types.',
  source_paused: 'Resume the source first.',
  source_name_taken: 'Choose another name.',
  secret_unreadable:
    'Enter the secret again, or give the key it was stored under as INGEST_SECRET_KEY_OLDER.',
  // runs
  run_ended: 'Launch a new run.',
  run_has_no_items: 'Add seeds to the source, or widen the filter.',
  // egress
  insecure_transport:
    'Use https; or name the host in INGEST_PLAIN_HTTP_HOSTS, where nobody else is on the way there.',
  egress_url_invalid: 'Give an absolute http or https URL without credentials.',
  egress_address_refused:
    'The address is private or local. Add its network to INGEST_EGRESS_ALLOW (CIDRs) if this deployment may reach it.',
  egress_dns_failed: 'Check the host name.',
  egress_connect_failed: 'Check that the server runs and can be reached.',
  egress_tls_failed: "Check the server's certificate.",
  egress_timeout: 'The server was too slow; raise the time-out or try later.',
  egress_too_large: 'Raise the size limit or exclude this resource.',
  egress_too_many_redirects: 'Check the URL; it redirects in a circle or too often.',
  egress_encoding_unknown:
    'The server compresses in a way nobody can undo; ask its operator, or fetch another address.',
  egress_response_invalid: 'The server answered with something that is not HTTP.',
  // what a source answered
  http_not_found: 'The resource does not exist at the source.',
  http_gone: 'The source says the resource is gone for good.',
  resource_missing:
    'Nothing to do: its records are kept, and it is checked again from time to time, less and less often.',
  http_unauthorized: "Check the source's credentials.",
  http_forbidden: 'The source refuses access; check its terms and the user agent.',
  http_rate_limited: 'The host asked us to slow down; give its source a longer delay.',
  http_client_error: 'Check the request; the source refused it.',
  http_server_error: 'The source has an internal fault; retry once it has recovered.',
  not_ready: 'The source prepares its answer; retry later.',
  payload_invalid: 'The response could not be read; check the URL and the source type.',
  payload_too_complex:
    'It is larger or more deeply nested than what is read; the bounds are in docs/source-types.md. Exclude it.',
  reading_overran:
    'Reading it took more time or memory than any response may. It is tried once more; exclude it if that fails too.',
  poisonous_page:
    'Reading it was ended twice, or ended its worker. Exclude it, or retry it once the site or the product has changed.',
  api_error: 'The source answered with an error of its own; see the message.',
  api_busy: 'The source is overloaded or read-only; retry once it has recovered.',
  budget_spent:
    'The budget at this API is used up until its next period; enter an API key or upgrade the plan.',
  page_missing: 'The page does not exist in the wiki.',
  title_invalid: 'The wiki does not accept this title.',
  blocked:
    'The source answered with a block or challenge page; check the user agent and the contact.',
  redirect_host_waits: 'Nothing to do: it is retried once the other host may be asked.',
  content_type_excluded:
    'Add the content type to those that the source stores, or leave its pages out by a pattern.',
  robots_disallowed: "The site's robots.txt does not allow this path.",
  lake_write_failed: "Check the data lake's directory and free space.",
  lake_unreadable: "Mount the data lake's directory, or correct INGEST_LAKE_DIR.",
  body_damaged:
    'Bring the record back from a backup or a snapshot, or fetch it again: somebody changed it, or its disk is failing.',
  snapshot_exists: 'Name a directory that does not exist yet.',
  snapshot_unreadable: 'Name the directory of a snapshot, and check that its files can be read.',
  snapshot_damaged: 'Copy the snapshot again from where it was made, or export it anew.',
  snapshot_conflict:
    'These records exist here with other content: import into another database, or find out which are right.',
  attempts_exhausted: 'It failed too often; correct the cause and retry it.',
  worker_lost: 'Nothing to do: its worker died while it held the item, which is tried again.',
  worker_lost_again:
    'Nothing to do yet: it was tried alone and its worker died; once more, and it is poisonous.',
  source_type_faulty:
    'Correct the source type: what it answered is not one of the outcomes that docs/source-types.md lists.',
  attempt_overdue:
    'Give the source a longer time-out, or fetch less at once; an attempt may take sixty times the time-out.',
  source_removed: "The item's source no longer exists; skip it or create the source again.",
  console_unreachable: 'Check your connection and that the console runs, then try again.',
  console_replaced: 'Reload the page, then try again.',
  internal: 'Look up the given id in the log.',
} as const;

export type AppErrorCode = keyof typeof appErrorRemedies;
export type ErrorCode = AppErrorCode | DatabaseErrorCode;

/** The remedy of a code that was stored, such as an item's; null for one this version does not know. */
export function remedyOf(code: string | null): string | null {
  return code !== null && Object.hasOwn(appErrorRemedies, code)
    ? // The line above shows that it is one of the keys.
      appErrorRemedies[code as AppErrorCode]
    : null;
}
