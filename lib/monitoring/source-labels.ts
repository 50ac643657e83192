/** Names of sources as label values: so many of them at most, however many sources there are. */

/** Label values of one metric that name a source: each is a series of its own in the monitoring system. */
export const mostSources = 500;
/** Stands for all others. A source of that very name is counted with them. */
const otherSources = 'other';

/** The names that were met: the first 500 keep a label of their own. */
export class SourceLabels {
  readonly #named = new Set<string>();
  readonly #most: number;
  readonly #foldedSome = new Set<string>();

  constructor(most = mostSources) {
    this.#most = most;
  }

  of(name: string): string {
    if (name === otherSources || this.#named.has(name)) return name;
    if (this.#named.size < this.#most) {
      this.#named.add(name);
      return name;
    }
    // Only to be counted, and no further than tells that there are many.
    if (this.#foldedSome.size < 100 * this.#most) this.#foldedSome.add(name);
    return otherSources;
  }

  /** How many names had to be folded. */
  get folded(): number {
    return this.#foldedSome.size;
  }
}
