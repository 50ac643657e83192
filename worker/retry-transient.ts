/** A worker outlives its database's bad moments: it waits and tries again. */
import { setTimeout as sleep } from 'node:timers/promises';
import { DatabaseError, type DatabaseErrorCode } from '#db/errors.ts';
import type { Logger } from '#lib/log.ts';

const transientCodes: ReadonlySet<DatabaseErrorCode> = new Set([
  'db_connection_refused',
  'db_host_unknown',
  'db_connect_timeout',
  'db_statement_timeout',
  'db_connection_lost',
  'db_pool_exhausted',
  'db_busy',
  'db_deadlock',
  // Somebody has to repair these, but none of them is an item's fault: its attempts are not for them.
  'db_full',
  'db_file_unusable',
] as const);

const firstDelayMs = 200;
const longestDelayMs = 15_000;

/** True for faults of the moment or of the place (network, restart, contention, disk), false for those of the request. */
export function isTransient(error: unknown): boolean {
  return error instanceof DatabaseError && (error.transient || transientCodes.has(error.code));
}

/** Doubles from 200 ms to 15 s; half of it is chance, so that a fleet does not return in step. */
export function delayBefore(retry: number, random: () => number = Math.random): number {
  const full = Math.min(longestDelayMs, firstDelayMs * 2 ** Math.min(retry, 20));
  return full / 2 + (full / 2) * random();
}

export interface RetryTransientOptions {
  readonly log: Logger;
  readonly signal: AbortSignal;
  /** For the log: `claim items`. */
  readonly what: string;
}

/**
 * Runs `fn` again while it fails of a transient fault; other errors are thrown at once, and so is the
 * last one when `signal` is aborted.
 */
export async function retryTransient<T>(
  fn: () => Promise<T>,
  options: RetryTransientOptions,
): Promise<T> {
  for (let retry = 0; ; retry += 1) {
    try {
      return await fn();
    } catch (error) {
      if (!isTransient(error) || options.signal.aborted) throw error;
      const delayMs = Math.round(delayBefore(retry));
      options.log.warn(
        { err: error, delay_ms: delayMs },
        `could not ${options.what}; trying again`,
      );
      await pause(delayMs, options.signal);
    }
  }
}

/** Waits, or returns early when the signal is aborted. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal }).catch(() => undefined);
}
