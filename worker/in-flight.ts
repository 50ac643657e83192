/** The items this worker has leased, and what became of those that left. */
import type { SourceName } from '#db/queue/storage.ts';
import type { AbortReason, ItemResult, LeasedItem } from './pipeline/context.ts';

/** Items that left, by how. A retried item counts each time. */
export interface Tally {
  completed: number;
  failed: number;
  skipped: number;
  retried: number;
  released: number;
  lost: number;
  discovered: number;
}

/** Items that are fetched together; most types' items stand alone. */
type Batch = readonly LeasedItem[];

/**
 * Begins the work on a batch; `onAnswered` is called when its source has been asked and what it sent was read,
 * `onLongRead` before that when reading takes long.
 */
export type BeginBatch = (
  batch: Batch,
  onAnswered: () => void,
  onLongRead: () => void,
) => readonly Promise<ItemResult>[];

export interface InFlightOptions {
  /** Batches whose sources are asked at the same time, at most. */
  readonly concurrency: number;
  readonly begin: BeginBatch;
  readonly onResult?: ((result: ItemResult, leased: LeasedItem) => void) | undefined;
}

/** How long an item may wait to be begun, ms: after that another worker may do it sooner. */
const longestWaitMs = 5_000;
/** Items that may wait for the database: what they hold is in memory. */
const mostStored = 200;
/** As long as so many batches are read beside those that are asked, no more of their sources are begun: each may hold tens of megabytes. */
const mostRead = 4;
/** What takes longer from when it was read to its end waits for a slow database, ms. */
const slowMs = 1_000;

/**
 * From the claim to the end: items *wait* to be begun, their sources are *asked*, of at most
 * `concurrency` batches at once, and then what came back is stored, which takes the database alone. An answer that takes
 * long to read is *read* beside them, and what waits of such a source lets others pass by, so that heavy answers do not
 * take the place of other sources' items.
 */
export class InFlight {
  readonly tally: Readonly<Tally>;
  readonly #options: InFlightOptions;
  readonly #tally: Tally = {
    completed: 0,
    failed: 0,
    skipped: 0,
    retried: 0,
    released: 0,
    lost: 0,
    discovered: 0,
  };
  #waiting: Batch[] = [];
  readonly #asked = new Set<Batch>();
  readonly #read = new Set<Batch>();
  /** Those that were answered and have not ended, by when, on the monotonic clock; the first came first. */
  readonly #answeredAt = new Map<Batch, number>();
  readonly #begun = new Set<LeasedItem>();
  /** Begun items whose source has been asked. */
  #stored = 0;
  #answered = 0;
  #askedMs = 0;
  /** On the monotonic clock; null = nobody is asked. */
  #askedSince: number | null = null;
  #left = 0;
  /** While somebody waits for it. */
  #change: PromiseWithResolvers<void> | null = null;

  constructor(options: InFlightOptions) {
    this.#options = options;
    this.tally = this.#tally;
  }

  get size(): number {
    return this.#begun.size + this.#waiting.reduce((sum, batch) => sum + batch.length, 0);
  }

  /** Batches that wait for room to be begun; those of sources that are crowded wait for something else. */
  get waiting(): number {
    const crowding = this.#waiting.length === 0 ? nobody : this.#crowding();
    if (crowding.size === 0) return this.#waiting.length;
    return this.#waiting.filter((batch) => !crowding.has(keyOf(batch))).length;
  }

  /** Batches whose sources are being asked. */
  get asked(): number {
    return this.#asked.size;
  }

  /** For how long any source has been asked since the start, ms. */
  get askedMs(): number {
    return this.#askedMs + (this.#askedSince === null ? 0 : performance.now() - this.#askedSince);
  }

  /** Items whose source has been asked, or that left without, since the start. */
  get answered(): number {
    return this.#answered;
  }

  /** Items that have left since the start. */
  get left(): number {
    return this.#left;
  }

  leased(): LeasedItem[] {
    return [...this.#begun, ...this.#waiting.flat()];
  }

  /**
   * Sources whose answers take long to read, once as many are read as may be beside each other: more of them would be read
   * no sooner. Of several, those that have their share of them or more.
   */
  crowded(): SourceName[] {
    return [...this.#crowding().values()];
  }

  /** The same by key. */
  #crowding(): ReadonlyMap<string, SourceName> {
    const slow = [...this.#read];
    const since = performance.now() - slowMs;
    for (const [batch, at] of this.#answeredAt) {
      if (at > since) break;
      slow.push(batch);
    }
    if (slow.length < mostRead) return nobody;
    const bySource = Map.groupBy(slow, keyOf);
    const share = Math.ceil(mostRead / bySource.size);
    return new Map(
      [...bySource].flatMap(([key, [batch, ...others]]) => {
        const item = batch?.[0]?.item;
        if (item === undefined || 1 + others.length < share) return [];
        return [[key, { system: item.sourceSystem, name: item.sourceName }] as const];
      }),
    );
  }

  /** Takes a batch and begins it as soon as there is room; one that holds up others goes `first`. */
  add(batch: Batch, { first = false } = {}): void {
    if (first) this.#waiting.unshift(batch);
    else this.#waiting.push(batch);
    this.#beginNext();
  }

  /** Resolves when the next batch is answered or the next item leaves; at once when there is none. */
  next(): Promise<void> {
    if (this.size === 0) return Promise.resolve();
    this.#change ??= Promise.withResolvers();
    return this.#change.promise;
  }

  /** Resolves when all have left. */
  async drained(): Promise<void> {
    while (this.size > 0) await this.next();
  }

  /** Breaks off the work on items: their signal is aborted with the reason. */
  breakOff(reason: AbortReason, which: (leased: LeasedItem) => boolean = () => true): void {
    for (const leased of this.leased()) if (which(leased)) leased.abort.abort(reason);
  }

  /** Breaks off items that wait to be begun, which releases them: all, or what has waited too long. */
  returnWaiting(which: 'all' | 'overdue'): void {
    const since = performance.now() - longestWaitMs;
    const stays = (batch: Batch) => which === 'overdue' && (batch[0]?.claimedAt ?? 0) > since;
    if (this.#waiting.every(stays)) return;
    const returned = this.#waiting.filter((batch) => !stays(batch));
    this.#waiting = this.#waiting.filter(stays);
    for (const batch of returned) {
      for (const leased of batch) leased.abort.abort('stopping');
      this.#begin(batch);
    }
  }

  #beginNext(): void {
    while (this.#asked.size < this.#options.concurrency && this.#stored < mostStored) {
      const at = this.#next();
      if (at === -1) return;
      for (const batch of this.#waiting.splice(at, 1)) this.#begin(batch);
    }
  }

  /** The place of the first that waits, but for those of sources that are read already as far as may be; -1 = none. */
  #next(): number {
    const crowding = this.#waiting.length === 0 ? nobody : this.#crowding();
    if (crowding.size === 0) return this.#waiting.length === 0 ? -1 : 0;
    return this.#waiting.findIndex((batch) => !crowding.has(keyOf(batch)));
  }

  #begin(batch: Batch): void {
    this.#asked.add(batch);
    this.#askedSince ??= performance.now();
    for (const leased of batch) this.#begun.add(leased);
    const works = this.#options.begin(
      batch,
      () => this.#endAsking(batch),
      () => this.#readLong(batch),
    );
    for (const [index, leased] of batch.entries()) {
      const work = works[index];
      if (!work) throw new Error('every item of a batch needs its work');
      void work.then((result) => this.#leave(leased, batch, result));
    }
  }

  /** Those that were begun before it was known how long they take give up their places, too. */
  #readLong(batch: Batch): void {
    if (!this.#forgetAsked(batch)) return;
    this.#read.add(batch);
    this.#beginNext();
    this.#changed();
  }

  /** Answered, or ended without having been asked. */
  #endAsking(batch: Batch): void {
    const wasRead = this.#read.delete(batch);
    if (!this.#forgetAsked(batch) && !wasRead) return;
    this.#answeredAt.set(batch, performance.now());
    this.#answered += batch.length;
    for (const leased of batch) if (this.#begun.has(leased)) this.#stored += 1;
    this.#beginNext();
    this.#changed();
  }

  #forgetAsked(batch: Batch): boolean {
    const wasAsked = this.#asked.delete(batch);
    if (wasAsked && this.#asked.size === 0) {
      this.#askedMs = this.askedMs;
      this.#askedSince = null;
    }
    return wasAsked;
  }

  #leave(leased: LeasedItem, batch: Batch, result: ItemResult): void {
    this.#begun.delete(leased);
    if (!this.#asked.has(batch) && !this.#read.has(batch)) this.#stored -= 1;
    this.#left += 1;
    this.#tally[result.kind] += 1;
    if (result.kind === 'completed') this.#tally.discovered += result.discovered;
    if (!batch.some((one) => this.#begun.has(one))) {
      this.#endAsking(batch);
      this.#answeredAt.delete(batch);
    }
    this.#beginNext();
    this.#changed();
    this.#options.onResult?.(result, leased);
  }

  #changed(): void {
    this.#change?.resolve();
    this.#change = null;
  }
}

const nobody: ReadonlyMap<string, SourceName> = new Map();

const keyOf = ([leased]: Batch): string =>
  JSON.stringify([leased?.item.sourceSystem, leased?.item.sourceName]);
