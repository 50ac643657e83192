/** One worker of the claim-to-complete benchmark; the database is named by its environment. */
import { createStateStore } from '#lib/queue/create-state-store.ts';
import { cycleThrough } from './cycle.ts';

const store = await createStateStore();
process.on('message', async (count) => {
  await cycleThrough(store, Number(count));
  process.send?.('done');
});
// It must not outlive the benchmark, however that ended.
process.once('disconnect', () => process.exit());
// Opens the database, so that the first round does not.
await store.getStats();
process.send?.('ready');
