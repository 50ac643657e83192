/**
 * What becomes of an item whose attempt failed. Pure: no clock, no database, the dice are given.
 */
import type { AppErrorCode, ErrorCode } from '#lib/errors/codes.ts';

export type RetryClass = 'retry' | 'give_up' | 'skip';

export type RetryDecision =
  | { readonly kind: 'retry'; readonly delayMs: number }
  | { readonly kind: 'give_up' }
  | { readonly kind: 'skip' };

export interface FailedAttempt {
  readonly code: ErrorCode;
  /** 1 for the first attempt; counted when the item was claimed. */
  readonly attempt: number;
  /** `max_retries` of the source + 1. */
  readonly maxAttempts: number;
  /** What the source asked for (`Retry-After`), ms; null when it did not. */
  readonly retryAfterMs: number | null;
  /** True when the item was found as a link and has never been fetched. */
  readonly isUntriedLink: boolean;
}

export interface RetryPlan {
  readonly decision: RetryDecision;
  /** How long nobody should ask this host, ms; null when the host is not to blame. */
  readonly blockHostMs: number | null;
}

const baseDelayMs = 2_000;
const maxBackoffMs = 15 * 60_000;
const minDelayMs = 250;
/** A host that asks for more is asked again after a day, so that a mistake cannot park items for good. */
export const maxRetryAfterMs = 24 * 60 * 60_000;

/**
 * Only what may turn out otherwise when asked again in the same words is retried. Codes that are not
 * listed never come out of an attempt; they give up.
 */
const retryTable: Readonly<Partial<Record<AppErrorCode, RetryClass>>> = {
  egress_dns_failed: 'retry',
  egress_connect_failed: 'retry',
  egress_tls_failed: 'retry',
  egress_timeout: 'retry',
  egress_response_invalid: 'retry',
  egress_url_invalid: 'give_up',
  egress_address_refused: 'give_up',
  egress_too_large: 'give_up',
  egress_too_many_redirects: 'give_up',
  http_rate_limited: 'retry',
  http_server_error: 'retry',
  http_not_found: 'give_up',
  http_gone: 'give_up',
  http_unauthorized: 'give_up',
  http_forbidden: 'give_up',
  http_client_error: 'give_up',
  api_busy: 'retry',
  api_error: 'give_up',
  // A cut or half-written answer looks the same as a wrong one, and the attempts are bounded.
  payload_invalid: 'retry',
  page_missing: 'give_up',
  title_invalid: 'give_up',
  // Asking on against a challenge page is what gets a crawler banned.
  blocked: 'give_up',
  robots_disallowed: 'skip',
  lake_write_failed: 'retry',
  source_unknown: 'give_up',
  source_type_unknown: 'give_up',
  source_removed: 'give_up',
  secret_unreadable: 'give_up',
  internal: 'retry',
};

/**
 * A link that leads nowhere is a fact about the page that links (on a wiki, every red link), nothing an
 * operator could mend: skipped, so that the failed items are those worth looking at. A seed that is
 * missing, and a page that was there before, do fail.
 */
const deadLinkCodes: ReadonlySet<ErrorCode> = new Set([
  'page_missing',
  'title_invalid',
  'http_not_found',
  'http_gone',
]);

/** Faults of our own database are no verdict on the item. */
const isDatabaseCode = (code: ErrorCode) => code.startsWith('db_');

export function retryClassOf(code: ErrorCode): RetryClass {
  if (isDatabaseCode(code)) return 'retry';
  // Not a database code, so it is one of the application's.
  return retryTable[code as AppErrorCode] ?? 'give_up';
}

/**
 * Exponential backoff with full jitter (the whole interval is random, so a batch that failed together
 * does not come back together): 2 s, 4 s, 8 s … at most 15 min.
 * @param random yields numbers in [0, 1)
 */
export function backoffMs(attempt: number, random: () => number): number {
  const ceiling = Math.min(maxBackoffMs, baseDelayMs * 2 ** Math.max(0, attempt - 1));
  return Math.max(minDelayMs, Math.round(random() * ceiling));
}

/**
 * `Retry-After` wins over backoff (RFC 9110, 10.2.3). A rate-limited host, and one that names a wait,
 * is left alone by everybody, not only by this item.
 */
export function planRetry(failed: FailedAttempt, random: () => number = Math.random): RetryPlan {
  const isDeadLink = failed.isUntriedLink && deadLinkCodes.has(failed.code);
  const kind = isDeadLink ? 'skip' : retryClassOf(failed.code);
  const asked =
    failed.retryAfterMs === null
      ? null
      : Math.min(maxRetryAfterMs, Math.max(0, Math.round(failed.retryAfterMs)));
  const delayMs = asked ?? backoffMs(failed.attempt, random);
  const hostWaits = kind === 'retry' && (failed.code === 'http_rate_limited' || asked !== null);
  const blockHostMs = hostWaits && delayMs > 0 ? delayMs : null;
  if (kind !== 'retry') return { decision: { kind }, blockHostMs };
  if (failed.attempt >= failed.maxAttempts) return { decision: { kind: 'give_up' }, blockHostMs };
  return { decision: { kind: 'retry', delayMs }, blockHostMs };
}
