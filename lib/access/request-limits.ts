/**
 * How much a caller may ask of one process: a bucket that fills steadily, so that a burst is fine and a flood is not;
 * and how many answers may be under way that never end, or only when their reader is done.
 */
import { AppError } from '#lib/errors/app-error.ts';

/** Ordinary requests at once, and those that come back a second. */
const burst = 300;
const perSecond = 10;
/** Callers remembered; the one that was silent longest is forgotten first, when its bucket is full again anyway. */
const mostCallers = 10_000;
/** People of a company share an address, and an attacker has many tokens: an address may ask so many times as much. */
const callersAtAnAddress = 4;

/** Open at the same time, of one caller and of all. */
const mostOpen = {
  /** A file that is made while it is read: one page of rows in memory, and a statement a page. */
  export: { ofCaller: 3, ofAll: 20 },
  /** A page that follows a run; a browser has six a window at most over HTTP/1.1. */
  events: { ofCaller: 20, ofAll: 500 },
} as const;
export type StreamKind = keyof typeof mostOpen;
const streamRetryMs = 10_000;

export interface RequestLimits {
  /** Takes so much of the caller's bucket; else says in how many ms there is enough. */
  take(caller: string, cost?: number): number | null;
  /** Counts a stream of the caller until the answer is called; null when there are too many. */
  open(caller: string, kind: StreamKind): (() => void) | null;
}

/** @param now a clock that only goes forwards, ms */
export function createRequestLimits(now: () => number): RequestLimits {
  const buckets = new Map<string, { left: number; at: number }>();
  const streams = new Map<string, number>();
  return {
    take(caller, cost = 1) {
      const at = now();
      const before = buckets.get(caller) ?? { left: burst, at };
      const left = Math.min(burst, before.left + ((at - before.at) / 1000) * perSecond);
      const isEnough = left >= cost;
      buckets.delete(caller);
      buckets.set(caller, { left: isEnough ? left - cost : left, at });
      const [oldest] = buckets.keys();
      if (buckets.size > mostCallers && oldest !== undefined) buckets.delete(oldest);
      return isEnough ? null : Math.ceil(((cost - left) / perSecond) * 1000);
    },
    open(caller, kind) {
      const { ofCaller, ofAll } = mostOpen[kind];
      const own = `${kind} ${caller}`;
      const add = (key: string, by: number) => {
        const count = (streams.get(key) ?? 0) + by;
        if (count > 0) streams.set(key, count);
        else streams.delete(key);
      };
      if ((streams.get(own) ?? 0) >= ofCaller || (streams.get(kind) ?? 0) >= ofAll) return null;
      for (const key of [own, kind]) add(key, 1);
      let isOpen = true;
      return () => {
        if (isOpen) for (const key of [own, kind]) add(key, -1);
        isOpen = false;
      };
    },
  };
}

/** A session or token, and where its request came from. */
export interface AskingParty {
  readonly caller: string;
  readonly address: string | null | undefined;
}

/** @throws AppError `too_many_requests` with the time after which it may ask again */
export function charge(limits: RequestLimits, party: AskingParty, cost = 1): void {
  const waitMs =
    limits.take(party.caller, cost) ??
    (party.address ? limits.take(`address ${party.address}`, cost / callersAtAnAddress) : null);
  if (waitMs === null) return;
  throw new AppError('too_many_requests', 'These are too many requests at once.', {
    retryAfterMs: waitMs,
  });
}

/**
 * A stream that is counted until it ends, fails or is given up by its reader.
 * @throws AppError `too_many_requests`
 */
export function countedStream(
  limits: RequestLimits,
  { caller }: AskingParty,
  kind: StreamKind,
  stream: ReadableStream<Uint8Array>,
): ReadableStream<Uint8Array> {
  const leave = limits.open(caller, kind);
  if (leave === null) {
    void stream.cancel();
    throw new AppError('too_many_requests', 'Too many of these are open at once.', {
      remedy: 'Wait until one has ended, or close one.',
      retryAfterMs: streamRetryMs,
    });
  }
  const reader = stream.getReader();
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const { done, value } = await reader.read();
        if (!done) {
          controller.enqueue(value);
          return;
        }
        leave();
        controller.close();
      } catch (error) {
        leave();
        throw error;
      }
    },
    async cancel(reason) {
      leave();
      await reader.cancel(reason);
    },
  });
}
