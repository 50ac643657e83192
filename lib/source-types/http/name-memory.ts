/**
 * What this process has learnt of the names that pages of a source give themselves: how the named pages read, and how
 * often such names proved true. Kept in memory for a while; whoever forgets it asks again.
 */

/** A site that was mended is believed again, ms. */
const keptMs = 10 * 60_000;
const mostSites = 200;
/** Of all named pages together: some 4 MB. */
const mostWindows = 500_000;
const mostNames = 1_000;

/** How the page under a name reads; or why that is not known, as a code of `keptBecause`. */
export type NamedPage =
  | { readonly windows: Uint32Array }
  | { readonly fault: 'not_there' | 'moves_on' | 'names_another' | 'disallowed' };

export interface SiteMemory {
  /** Names that held and that did not. */
  followed: number;
  kept: number;
  /** Pages that say what they are called, themselves or another. */
  judged: number;
  /** Pages by the name they give, without those that differ from it in their query alone. */
  readonly naming: Map<string, number>;
}

interface Remembered<V> {
  readonly at: number;
  readonly value: V;
}

export class NameMemory {
  readonly #sites = new Map<string, Remembered<SiteMemory>>();
  readonly #pages = new Map<string, Remembered<NamedPage>>();
  readonly #clock: () => number;
  #windows = 0;

  /** @param clock monotonic, ms */
  constructor(clock: () => number = () => performance.now()) {
    this.#clock = clock;
  }

  site(sourceName: string, host: string): SiteMemory {
    const key = JSON.stringify([sourceName, host]);
    const known = this.#sites.get(key);
    if (known && this.#clock() - known.at < keptMs) return known.value;
    const value = { followed: 0, kept: 0, judged: 0, naming: new Map<string, number>() };
    this.#sites.delete(key);
    const [oldest] = this.#sites.keys();
    if (this.#sites.size >= mostSites && oldest !== undefined) this.#sites.delete(oldest);
    this.#sites.set(key, { at: this.#clock(), value });
    return value;
  }

  page(sourceName: string, url: string): NamedPage | null {
    const key = JSON.stringify([sourceName, url]);
    const known = this.#pages.get(key);
    if (known && this.#clock() - known.at < keptMs) return known.value;
    return null;
  }

  keepPage(sourceName: string, url: string, page: NamedPage): void {
    const key = JSON.stringify([sourceName, url]);
    this.#dropPage(key);
    this.#pages.set(key, { at: this.#clock(), value: page });
    this.#windows += sizeOf(page);
    for (const oldest of this.#pages.keys()) {
      if (this.#windows <= mostWindows && this.#pages.size <= mostNames) break;
      this.#dropPage(oldest);
    }
  }

  #dropPage(key: string): void {
    const known = this.#pages.get(key);
    if (!known) return;
    this.#windows -= sizeOf(known.value);
    this.#pages.delete(key);
  }
}

const sizeOf = (page: NamedPage): number => ('windows' in page ? page.windows.length : 0);

/** Another page gives that name; of many names the first ones are counted. */
export function countNaming({ naming }: SiteMemory, url: string): void {
  if (naming.has(url) || naming.size < mostNames) naming.set(url, (naming.get(url) ?? 0) + 1);
}
