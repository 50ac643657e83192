/** The items in this worker's hands, and what became of those that left. */
import type { AbortReason, HeldItem, ItemResult } from './pipeline/context.ts';

/** Items that left this worker's hands, by how. A retried item counts each time. */
export interface Tally {
  completed: number;
  failed: number;
  skipped: number;
  retried: number;
  released: number;
  lost: number;
  discovered: number;
}

export interface InFlight {
  readonly size: number;
  /** Batches in hand: items that are fetched together count as one. */
  readonly batches: number;
  readonly tally: Readonly<Tally>;
  held(): HeldItem[];
  /** Takes items that are fetched together, with the work on each. */
  add(batch: readonly HeldItem[], works: readonly Promise<ItemResult>[]): void;
  /** Resolves when the next item leaves; at once when there is none. */
  next(): Promise<void>;
  /** Resolves when all have left. */
  drained(): Promise<void>;
  /** Breaks off the work on items: their signal is aborted with the reason. */
  breakOff(reason: AbortReason, which?: (held: HeldItem) => boolean): void;
}

export function createInFlight(onResult: (result: ItemResult) => void = () => undefined): InFlight {
  const works = new Map<HeldItem, Promise<void>>();
  const batches = new Set<readonly HeldItem[]>();
  const tally: Tally = {
    completed: 0,
    failed: 0,
    skipped: 0,
    retried: 0,
    released: 0,
    lost: 0,
    discovered: 0,
  };
  return {
    get size() {
      return works.size;
    },
    get batches() {
      return batches.size;
    },
    tally,
    held: () => [...works.keys()],
    add(batch, itsWorks) {
      batches.add(batch);
      for (const [index, held] of batch.entries()) {
        const work = itsWorks[index];
        if (!work) throw new Error('every item of a batch needs its work');
        const done = work.then((result) => {
          works.delete(held);
          if (!batch.some((one) => works.has(one))) batches.delete(batch);
          tally[result.kind] += 1;
          if (result.kind === 'completed') tally.discovered += result.discovered;
          onResult(result);
        });
        works.set(held, done);
      }
    },
    async next() {
      if (works.size > 0) await Promise.race(works.values());
    },
    async drained() {
      while (works.size > 0) await Promise.all(works.values());
    },
    breakOff(reason, which = () => true) {
      for (const held of works.keys()) if (which(held)) held.abort.abort(reason);
    },
  };
}
