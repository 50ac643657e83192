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
 * `Retry-After` wins where it is longer than the backoff (RFC 9110, 10.2.3: it is the least time to wait), and never
 * makes the wait shorter. A host that is to be left alone is left alone by everybody, not only by this item: for as
 * long as it asked, or as this item waits; see `attemptOutcomes`.
 */
export function planRetry(failed: FailedAttempt, random: () => number = Math.random): RetryPlan {
  const rule = outcomeRule(failed.code);
  const kind = decisionOf(rule, failed);
  const asked = askedMs(failed.retryAfterMs);
  const ownMs = Math.max(leastDelayMs(rule, failed.attempt), backoffMs(failed.attempt, random));
  const delayMs = Math.max(ownMs, asked ?? 0);
  const hostMs = { always: delayMs, when_told: asked, never: null }[rule.hostWaits];
  const blockHostMs = kind === 'retry' ? hostMs : null;
  if (kind !== 'retry') return { decision: { kind }, blockHostMs };
  if (failed.attempt >= failed.maxAttempts) return { decision: { kind: 'give_up' }, blockHostMs };
  return { decision: { kind: 'retry', delayMs }, blockHostMs };
}

/** What was asked for, bounded; null for what is no wait. */
function askedMs(wish: number | null): number | null {
  if (wish === null || !(wish > 0)) return null;
  return Math.min(maxRetryAfterMs, Math.ceil(wish));
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
