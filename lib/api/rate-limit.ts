/** How much a caller may ask of one process: a bucket that fills steadily, so that a burst is fine and a flood is not. */

/** Ordinary requests at once, and those that come back a second. */
const burst = 300;
const perSecond = 10;
/** Callers remembered; the one that was silent longest is forgotten first, when its bucket is full again anyway. */
const mostCallers = 10_000;

export interface RateLimit {
  /** Takes so much of the caller's bucket; else says in how many ms there is enough. */
  take(caller: string, cost?: number): number | null;
}

/** @param now a clock that only goes forwards, ms */
export function createRateLimit(now: () => number): RateLimit {
  const buckets = new Map<string, { left: number; at: number }>();
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
  };
}
