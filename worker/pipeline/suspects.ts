/** Items that may end a worker (`lib/queue/lease/suspects.ts`): each is tried with no other suspect beside it. */
import type { Db } from '#db/engine.ts';
import { isSuspect, recordSuspect } from '#lib/queue/lease/suspects.ts';
import { retryTransient } from '../retry-transient.ts';
import { type LeasedItem, type PipelineContext, retryTransientWith } from './context.ts';

/** The suspects of one worker, one after the other. */
export class Suspects {
  readonly #db: Db;
  readonly #workerId: string;
  #last: Promise<unknown> = Promise.resolve();

  constructor(db: Db, workerId: string) {
    this.#db = db;
    this.#workerId = workerId;
  }

  /**
   * Does the work on an item: at once, or, where it is a suspect, when the suspects before it are through and it is
   * recorded that it is tried. Such work is begun broken off when the item was broken off meanwhile.
   */
  async alone<T>(leased: LeasedItem, context: PipelineContext, work: () => Promise<T>): Promise<T> {
    if (!isSuspect(leased.item.errorCode)) return work();
    const turn = this.#last.then(async () => {
      if (!leased.abort.signal.aborted) {
        await retryTransient(
          () => recordSuspect(this.#db, this.#workerId, leased.item.leaseId),
          retryTransientWith(leased, context, 'record which item is tried'),
        );
      }
      return work();
    });
    this.#last = turn.catch(() => undefined);
    return turn;
  }
}

/**
 * A batch with its suspects taken out of it, each to be tried alone. Under a slot, which pays for one request, only what
 * the first item stands for is asked now, and the others are broken off, which releases them.
 */
export function apart(batch: readonly LeasedItem[], underSlot: boolean): (readonly LeasedItem[])[] {
  const [first] = batch;
  if (first === undefined || batch.length === 1) return [batch];
  const suspects = batch.filter(({ item }) => isSuspect(item.errorCode));
  if (suspects.length === 0) return [batch];
  const others = batch.filter((one) => !suspects.includes(one));
  // The slot is the first item's.
  const now = underSlot && suspects.includes(first) ? [first] : others;
  const later = batch.filter((one) => !now.includes(one));
  if (underSlot) for (const one of later) one.abort.abort('stopping');
  return [...(now.length > 0 ? [now] : []), ...later.map((one) => [one])];
}
