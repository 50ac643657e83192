/**
 * Slows guessing of passwords: failures are counted per account and address, and per account over
 * all addresses (an address can be forged where no proxy sets it).
 *
 * Kept in memory on purpose: a flood of wrong passwords must not become a flood of writes to the
 * database the workers use. Several web processes each allow their own few attempts, which argon2's
 * cost makes harmless.
 */
const windowMs = 15 * 60_000;
const mostPerAddress = 5;
const mostPerAccount = 30;
/** Bounds the memory under a flood of invented accounts. */
const mostKeys = 10_000;

export interface SignInThrottle {
  /** Milliseconds to wait before another attempt is looked at; 0 = now. */
  waitMs(account: string, address: string): number;
  noteFailure(account: string, address: string): void;
  noteSuccess(account: string, address: string): void;
}

/** `now` gives milliseconds that never run backwards. */
export function createSignInThrottle(now: () => number): SignInThrottle {
  /** Times of the failures inside the window, oldest first. */
  const failures = new Map<string, number[]>();

  const recent = (key: string): number[] => {
    const kept = (failures.get(key) ?? []).filter((at) => at > now() - windowMs);
    if (kept.length === 0) failures.delete(key);
    return kept;
  };
  const keys = (account: string, address: string): [key: string, most: number][] => [
    [`${account}\n${address}`, mostPerAddress],
    [account, mostPerAccount],
  ];

  return {
    waitMs(account, address) {
      const waits = keys(account, address).map(([key, most]) => {
        const times = recent(key);
        const first = times.at(-most);
        return first === undefined ? 0 : first + windowMs - now();
      });
      return Math.max(0, ...waits);
    },
    noteFailure(account, address) {
      for (const [key] of keys(account, address)) {
        const times = [...recent(key), now()];
        // Deleting first moves the key to the end: the map's first key is the longest untouched.
        failures.delete(key);
        failures.set(key, times);
      }
      while (failures.size > mostKeys) {
        const oldest = failures.keys().next();
        if (oldest.done) break;
        failures.delete(oldest.value);
      }
    },
    noteSuccess(account, address) {
      for (const [key] of keys(account, address)) failures.delete(key);
    },
  };
}
