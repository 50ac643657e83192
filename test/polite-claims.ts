/** Claims as a worker makes them, over a database of a contract suite. */
import type { ClaimedItem } from '#lib/queue/model.ts';
import type { PoliteClaim, StateStore } from '#lib/queue/state-store.ts';
import { aWorkItem } from './factories.ts';
import type { StoreUnderTest } from './queue-database.ts';

/** Whose claims they are. */
export const claimOptions = { owner: 'worker-1', leaseMs: 60_000 };

/** What it returns may be used inside tests and hooks only. */
export function politeClaims(given: StoreUnderTest) {
  const claim = (limit = 10, store: StateStore = given.store): Promise<PoliteClaim> =>
    store.claimPolitely(limit, claimOptions);
  return {
    claim,
    claimOne: async (): Promise<ClaimedItem> => {
      const { items } = await claim(1);
      const [item] = items;
      if (!item) throw new Error('nothing to claim');
      return item;
    },
    enqueue: (count: number, over: Parameters<typeof aWorkItem>[0] = {}) =>
      given.store.enqueueMany(Array.from({ length: count }, () => aWorkItem(over))),
    /** The only source there is. */
    source: () => given.db.q.selectFrom('sources').selectAll().executeTakeFirstOrThrow(),
  };
}
