/** Items that do nothing, from claim to completion, as a worker carries them through the public store. */
import type { OpenStateStore } from '#lib/queue/create-state-store.ts';
import { plainCompletion } from './measured-items.ts';

/** A worker's claim and its group of completions. */
export const cycleBatch = 100;

/** Claims that bring nothing, one after the other, before a worker gives up. */
const mostEmptyHanded = 1_000;

/** Claims and completes `count` items; what else waits in the table comes behind them. */
export async function cycleThrough(store: OpenStateStore, count: number): Promise<void> {
  let left = count;
  let emptyHanded = 0;
  while (left > 0) {
    const claimed = await store.dequeue(Math.min(cycleBatch, left), { owner: 'bench' });
    // Of two that reach for the same rows one may come away with less; the rest is still there.
    emptyHanded = claimed.length === 0 ? emptyHanded + 1 : 0;
    if (emptyHanded > mostEmptyHanded) throw new Error(`${left} items can no longer be claimed.`);
    for (const settled of await store.completeMany(claimed.map(plainCompletion))) {
      if (settled.status === 'rejected') throw settled.reason;
      if (!settled.value.ok) throw new Error('A lease was lost that nobody could have taken.');
    }
    left -= claimed.length;
  }
}
