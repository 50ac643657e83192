/** How long callers waited for a connection lately, in constant memory. */

/** Waits are told for one to two of these spans, ms. */
const spanMs = 60_000;

export class WaitTimes {
  #spanStart = performance.now();
  #longest = 0;
  #longestBefore = 0;

  note(ms: number): void {
    this.#turn();
    this.#longest = Math.max(this.#longest, ms);
  }

  /** The longest of the last minute, or of the one before as well, ms. */
  longestMs(): number {
    this.#turn();
    return Math.round(Math.max(this.#longest, this.#longestBefore));
  }

  #turn(): void {
    const passed = performance.now() - this.#spanStart;
    if (passed < spanMs) return;
    this.#longestBefore = passed < 2 * spanMs ? this.#longest : 0;
    this.#longest = 0;
    this.#spanStart = performance.now();
  }
}
