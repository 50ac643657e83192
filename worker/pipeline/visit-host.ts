/** Follows a redirect to another host no sooner than that host may be asked. */
import type { Db } from '#db/engine.ts';
import { AppError } from '#lib/errors/app-error.ts';
import { askToVisit, endVisit, type VisitAnswer } from '#lib/hosts/host-slot.ts';
import { newId } from '#lib/ids.ts';
import type { Logger } from '#lib/log.ts';
import { pause } from '../retry-transient.ts';

export interface HostVisit {
  readonly host: string;
  /** Least time between two requests there, ms. */
  readonly delayMs: number;
  readonly robotsDelayMs: number | null;
  /** Gives the slot on. `sentAt`: monotonic clock when the last request was surely sent there, ms. */
  end(sentAt: number): Promise<void>;
}

export type EnterHost = (host: string) => Promise<HostVisit>;

/** The host that was asked first waits as long: its next request is held up by no more than this, ms. */
const longestWaitMs = 10_000;

/** Makes visits for one fetch. They throw `redirect_host_waits` when the host is shut for longer. */
export function visitor(options: {
  readonly db: Db;
  /** Only made when there is something to say. */
  readonly log: Logger;
  readonly signal: AbortSignal;
  /** The source's delay, ms. */
  readonly delayMs: number;
  /** Longer than a request may take, ms. */
  readonly leaseMs: number;
}): EnterHost {
  const { db, signal, delayMs, leaseMs } = options;
  return async (host) => {
    const leaseId = newId();
    const until = performance.now() + longestWaitMs;
    while (true) {
      signal.throwIfAborted();
      const askedAt = performance.now();
      const answer = await askToVisit(db, { host, leaseId, leaseMs, delayMs });
      if (answer.kind === 'open') {
        return {
          host,
          delayMs: answer.delayMs,
          robotsDelayMs: answer.robotsDelayMs,
          async end(sentAt) {
            if (!answer.holdsSlot) return;
            await endVisit(db, leaseId, Math.max(0, sentAt - askedAt)).catch((err: unknown) =>
              // It expires by itself.
              options.log.warn({ err, host }, 'could not give back the slot of a host'),
            );
          },
        };
      }
      if (askedAt + answer.waitMs > until) throw hostWaits(host, answer);
      await pause(Math.ceil(answer.waitMs), signal);
    }
  };
}

function hostWaits(host: string, answer: Extract<VisitAnswer, { kind: 'shut' }>): AppError {
  const because = answer.reason === null ? '' : ` (${answer.reason})`;
  return new AppError(
    'redirect_host_waits',
    `It redirects to ${host}, which is to be left alone for now${because}.`,
    { retryAfterMs: Math.ceil(answer.waitMs) },
  );
}
