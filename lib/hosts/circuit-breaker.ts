/** When a host that keeps failing is left alone by the whole fleet. Pure. */

import { outcomeRule } from '#lib/errors/attempt-outcomes.ts';
import type { ErrorCode } from '#lib/errors/codes.ts';

/** Whether a failure says something about the host, not about the one resource. */
export const isHostFault = (code: ErrorCode): boolean => outcomeRule(code).hostFault;

/** So many requests in a row must fail before a host counts as down. */
const failuresToOpen = 5;
const firstWaitMs = 30_000;
const longestWaitMs = 15 * 60_000;

/** A host that counts as down until a probe succeeds. */
export const isHalfOpen = (consecutiveFailures: number): boolean =>
  consecutiveFailures >= failuresToOpen;

/**
 * How long to leave a host alone after so many failures in a row: null, then 30 s, 1 min, 2 min … at
 * most 15 min. The one request after the wait is the probe (see `paceOf`): it closes the circuit or
 * doubles the wait.
 */
export function breakerMs(consecutiveFailures: number): number | null {
  if (consecutiveFailures < failuresToOpen) return null;
  // Beyond 2^10 the bound has long been reached; the exponent must not grow to infinity.
  const doublings = Math.min(10, consecutiveFailures - failuresToOpen);
  return Math.min(longestWaitMs, firstWaitMs * 2 ** doublings);
}
