/** Items that do nothing, from claim to completion, as a worker carries them through the public store. */
import { DatabaseError } from '#db/errors.ts';
import type { OpenStateStore } from '#lib/queue/create-state-store.ts';
import type { CompletionInput } from '#lib/queue/model.ts';
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
    const batch = Math.min(cycleBatch, left);
    const claimed = await unlessVictim(() => store.dequeue(batch, { owner: 'bench' }), []);
    // Of two that reach for the same rows one may come away with less; the rest is still there.
    emptyHanded = claimed.length === 0 ? emptyHanded + 1 : 0;
    if (emptyHanded > mostEmptyHanded) throw new Error(`${left} items can no longer be claimed.`);
    await completeAll(store, claimed.map(plainCompletion));
    left -= claimed.length;
  }
}

async function completeAll(store: OpenStateStore, inputs: CompletionInput[]): Promise<void> {
  for (let waiting = inputs; waiting.length > 0; ) {
    const settled = await store.completeMany(waiting);
    const again: CompletionInput[] = [];
    for (const [index, input] of waiting.entries()) {
      const one = settled[index];
      if (one?.status === 'fulfilled' && one.value.ok) continue;
      if (one?.status === 'fulfilled') throw new Error('A lease was lost that nobody could take.');
      if (!isVictim(one?.reason)) throw one?.reason;
      again.push(input);
    }
    waiting = again;
  }
}

/** A worker waits out that the server chose it, and goes round again; so does the plainest queue. */
async function unlessVictim<T>(work: () => Promise<T>, otherwise: T): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!isVictim(error)) throw error;
    return otherwise;
  }
}

const isVictim = (error: unknown): boolean =>
  error instanceof DatabaseError && error.code === 'db_deadlock';
