/**
 * How often a host may be asked, whichever sources ask it: the operator's delay, its robots.txt, what load
 * it was seen to take, and a single probe at a time while it is coming back from failures. Pure.
 */
import { outcomeRule } from '#lib/errors/attempt-outcomes.ts';
import type { ErrorCode } from '#lib/errors/codes.ts';

/** Whether a failure says something about the host, not about the one resource. */
export const isHostFault = (code: ErrorCode): boolean => outcomeRule(code).hostFault;

/** So many requests in a row must fail before a host counts as down. */
const failuresToOpen = 5;
const firstWaitMs = 30_000;
const longestWaitMs = 15 * 60_000;

/** A host that counts as down until a probe succeeds. */
const isHalfOpen = (consecutiveFailures: number): boolean => consecutiveFailures >= failuresToOpen;

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

export interface HostPaceFacts {
  /** Operator's delay, ms; null = none. */
  readonly delayMs: number | null;
  /** `Crawl-delay` of robots.txt, ms; null = none. */
  readonly robotsDelayMs: number | null;
  /** Smoothed time to the first byte, ms; null before the first answer. */
  readonly latencyMs: number | null;
  readonly adaptiveDelayMs: number;
  readonly consecutiveFailures: number;
}

/** Responses that begin within this time show that the host can take the load, ms. */
export const calmLatencyMs = 2_000;
/** A slow host is slowed down to at most this, ms. */
const longestAdaptiveMs = 30_000;
/** Below this a slow-down has done its work, ms. */
const shortestAdaptiveMs = 250;
/** While a host may still be down: long enough for a probe's end to be written down before the next. */
const probeDelayMs = 5_000;
/** A robots.txt that asks for more is a mistake or a refusal; an operator can still set more. */
export const longestRobotsDelayMs = 5 * 60_000;

/** A fifth of the new, four fifths of the old: one slow page is no slow host. */
export const smoothedLatency = (known: number | null, ms: number): number =>
  known === null ? Math.round(ms) : Math.floor((known * 4 + Math.round(ms)) / 5);

/**
 * Half-way to a delay as long as the host takes to respond, so that on average one request is in flight;
 * half-way back while it is calm. A failure never shortens it: errors are often quick.
 */
export function adaptiveDelay(known: number, latencyMs: number | null, failed: boolean): number {
  const target =
    latencyMs === null || latencyMs <= calmLatencyMs ? 0 : Math.min(latencyMs, longestAdaptiveMs);
  if (failed && target < known) return known;
  const next = Math.round((known + target) / 2);
  return next < shortestAdaptiveMs ? 0 : next;
}

/** Least time between two requests to the host, ms; 0 = as each source says. */
export const paceOf = (host: HostPaceFacts): number =>
  Math.max(
    host.delayMs ?? 0,
    host.robotsDelayMs ?? 0,
    host.adaptiveDelayMs,
    isHalfOpen(host.consecutiveFailures) ? probeDelayMs : 0,
  );
