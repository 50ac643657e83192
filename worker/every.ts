/** Runs a duty of the worker at intervals, one run at a time, whatever it meets. */
import type { Logger } from '#lib/log.ts';
import { pause } from './retry-transient.ts';

interface Duty {
  /** For the log: `renew leases`. */
  readonly what: string;
  readonly everyMs: number;
  readonly run: () => Promise<void>;
}

/** Starts the duty after its first interval; resolves when the signal is aborted and it has ended. */
export async function every(duty: Duty, log: Logger, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await pause(duty.everyMs, signal);
    if (signal.aborted) return;
    try {
      await duty.run();
    } catch (error) {
      log.warn({ err: error }, `could not ${duty.what}`);
    }
  }
}
