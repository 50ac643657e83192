/** What was read a moment ago, shared by items that were claimed before that. */

/** As long as one request takes: no decision of an operator waits longer for that. */
const goodForMs = 250;

interface Entry<V> {
  /** Monotonic clock when the reading began, ms. */
  readonly begunAt: number;
  readonly value: Promise<V>;
}

/** Values by key; of each only the latest. */
export class RecentlyRead<V> {
  readonly #entries = new Map<string, Entry<V>>();
  readonly #clock: () => number;

  constructor(clock: () => number = () => performance.now()) {
    this.#clock = clock;
  }

  /**
   * The value as it was at most 250 ms ago, and not before `since` (monotonic clock, ms): what a claim
   * has written is always seen by the items of that claim. A reading that failed is not kept.
   */
  get(key: string, since: number, read: () => Promise<V>): Promise<V> {
    const now = this.#clock();
    const known = this.#entries.get(key);
    if (known && known.begunAt >= since && now - known.begunAt < goodForMs) return known.value;
    const entry = { begunAt: now, value: read() };
    if (!known) this.#dropOld(now);
    this.#entries.set(key, entry);
    entry.value.catch(() => {
      if (this.#entries.get(key) === entry) this.#entries.delete(key);
    });
    return entry.value;
  }

  /** Whoever asks next reads anew. */
  forget(): void {
    this.#entries.clear();
  }

  #dropOld(now: number): void {
    for (const [key, { begunAt }] of this.#entries) {
      if (now - begunAt >= goodForMs) this.#entries.delete(key);
    }
  }
}
