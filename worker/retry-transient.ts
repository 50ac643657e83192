/** A worker outlives its database's bad moments: it waits and tries again. */
import { setTimeout as sleep } from 'node:timers/promises';
import { DatabaseError, type DatabaseErrorCode } from '#db/errors.ts';
import { outcomeRule } from '#lib/errors/attempt-outcomes.ts';
import type { Logger } from '#lib/log.ts';

/** Do not end by themselves. A running worker waits for the person; one that starts ends and says so. */
const needsPerson: ReadonlySet<DatabaseErrorCode> = new Set([
  'db_login_failed',
  'db_certificate_untrusted',
  'db_missing',
  'db_schema_missing',
  'db_permission_denied',
  'db_rcsi_off',
  'db_error',
] as const);

const firstDelayMs = 200;
const longestDelayMs = 15_000;

/**
 * True for every fault of the database or of the way to it: no item is to blame, and none of its attempts
 * pays. False for what the row itself brings with it (`attempt-outcomes.ts`).
 */
export function isDatabaseFault(error: unknown): error is DatabaseError {
  return (
    error instanceof DatabaseError &&
    (error.transient || outcomeRule(error.code).decision === 'wait')
  );
}

/** True for faults that end without anybody: network, restart, contention, disk. */
export function isTransient(error: unknown): boolean {
  return isDatabaseFault(error) && (error.transient || !needsPerson.has(error.code));
}

/** Doubles from 200 ms to 15 s; half of it is chance, so that a fleet does not return in step. */
export function delayBefore(retry: number, random: () => number = Math.random): number {
  const full = Math.min(longestDelayMs, firstDelayMs * 2 ** Math.min(retry, 20));
  return full / 2 + (full / 2) * random();
}

/** Until the process tries the server again, for all who wait for it; null when each is on its own, ms. */
const waitOf = (error: unknown): number | null =>
  error instanceof DatabaseError ? error.retryInMs : null;

/** That the server cannot be reached stands in the log already, once for all who meet it. */
export const levelOf = (error: unknown): 'debug' | 'warn' =>
  waitOf(error) === null ? 'warn' : 'debug';

export interface RetryTransientOptions {
  readonly log: Logger;
  readonly signal: AbortSignal;
  /** For the log: `claim items`. */
  readonly what: string;
  /** What is waited out; by default every fault of the database. */
  readonly waitsFor?: (error: unknown) => boolean;
}

/**
 * Runs `fn` again while it fails of a fault of the database; other errors are thrown at once, and so is the
 * last one when `signal` is aborted.
 */
export async function retryTransient<T>(
  fn: () => Promise<T>,
  options: RetryTransientOptions,
): Promise<T> {
  const { waitsFor = isDatabaseFault } = options;
  for (let retry = 0; ; retry += 1) {
    try {
      return await fn();
    } catch (error) {
      if (!waitsFor(error) || options.signal.aborted) throw error;
      const delayMs = waitOf(error) ?? Math.round(delayBefore(retry));
      options.log[levelOf(error)](
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
