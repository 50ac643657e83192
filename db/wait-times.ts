/** How long callers waited for a connection lately, in constant memory. */

/** Waits are told for one to two of these spans, ms. */
const spanMs = 60_000;
/** Of the waits of a span, so many are kept for the percentile: the latest. */
const mostKept = 500;

export class WaitTimes {
  #spanStart = performance.now();
  #longest = 0;
  #longestBefore = 0;
  /** A ring. */
  #kept: number[] = [];
  #next = 0;
  #keptBefore: readonly number[] = [];

  note(ms: number): void {
    this.#turn();
    this.#longest = Math.max(this.#longest, ms);
    this.#kept[this.#next] = ms;
    this.#next = (this.#next + 1) % mostKept;
  }

  /** The longest of the last minute, or of the one before as well, ms. */
  longestMs(): number {
    this.#turn();
    return Math.round(Math.max(this.#longest, this.#longestBefore));
  }

  /** Nineteen in twenty of the same minutes' waits were shorter or as long, ms. 0 when there were none. */
  p95Ms(): number {
    this.#turn();
    const waits = [...this.#keptBefore, ...this.#kept].sort((a, b) => a - b);
    return Math.round(waits[Math.ceil(waits.length * 0.95) - 1] ?? 0);
  }

  #turn(): void {
    const passed = performance.now() - this.#spanStart;
    if (passed < spanMs) return;
    const isRecent = passed < 2 * spanMs;
    this.#longestBefore = isRecent ? this.#longest : 0;
    this.#keptBefore = isRecent ? this.#kept : [];
    this.#longest = 0;
    this.#kept = [];
    this.#next = 0;
    this.#spanStart = performance.now();
  }
}
