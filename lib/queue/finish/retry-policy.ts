/**
 * What becomes of an item whose attempt failed. Pure: no clock, no database, the dice are given.
 */

import { type OutcomeRule, outcomeRule } from '#lib/errors/attempt-outcomes.ts';
import type { ErrorCode } from '#lib/errors/codes.ts';

export type RetryDecision =
  | { readonly kind: 'retry'; readonly delayMs: number }
  | { readonly kind: 'give_up' }
  | { readonly kind: 'skip' }
  /** Skipped as well, and looked at again ever more rarely. */
  | { readonly kind: 'missing' };

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
  /** True when its resource was there before. */
  readonly wasFetched: boolean;
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
 * Exponential backoff with full jitter (the whole interval is random, so a batch that failed together
 * does not come back together): 2 s, 4 s, 8 s … at most 15 min.
 * @param random yields numbers in [0, 1)
 */
export function backoffMs(attempt: number, random: () => number): number {
  const ceiling = Math.min(maxBackoffMs, baseDelayMs * 2 ** Math.max(0, attempt - 1));
  return Math.max(minDelayMs, Math.round(random() * ceiling));
}

/**
 * `Retry-After` wins over backoff (RFC 9110, 10.2.3). A host that is to be left alone is left alone by
 * everybody, not only by this item; see `attemptOutcomes`.
 */
export function planRetry(failed: FailedAttempt, random: () => number = Math.random): RetryPlan {
  const rule = outcomeRule(failed.code);
  const kind = decisionOf(rule, failed);
  const asked =
    failed.retryAfterMs === null
      ? null
      : Math.min(maxRetryAfterMs, Math.max(0, Math.round(failed.retryAfterMs)));
  const delayMs =
    asked ?? Math.max(leastDelayMs(rule, failed.attempt), backoffMs(failed.attempt, random));
  const hostWaits =
    rule.hostWaits === 'always' || (rule.hostWaits === 'when_told' && asked !== null);
  const blockHostMs = hostWaits && kind === 'retry' && delayMs > 0 ? delayMs : null;
  if (kind !== 'retry') return { decision: { kind }, blockHostMs };
  if (failed.attempt >= failed.maxAttempts) return { decision: { kind: 'give_up' }, blockHostMs };
  return { decision: { kind: 'retry', delayMs }, blockHostMs };
}

/**
 * A seed that was never there does fail: somebody mistyped it. Of a link that leads nowhere (on a wiki, every
 * red link), and of a page that its owner took away, there is nothing to fix.
 */
function decisionOf(rule: OutcomeRule, failed: FailedAttempt): RetryDecision['kind'] {
  if (rule.noResource && failed.wasFetched) return 'missing';
  if (rule.noResource && failed.isUntriedLink) return 'skip';
  // The others are the worker's; should one of them be recorded all the same, it costs an attempt.
  return rule.decision === 'give_up' || rule.decision === 'skip' ? rule.decision : 'retry';
}

const leastDelayMs = ({ leastDelayMs: least }: OutcomeRule, attempt: number): number =>
  Math.min(maxRetryAfterMs, least * 2 ** Math.min(16, Math.max(0, attempt - 1)));
