/** One process that works on the plainest queue; the database is named by its environment. */
import { cycleBatch } from '../queue/cycle.ts';
import { openPlainQueue } from './open-plain.ts';
import type { PlainQueue } from './plain-queue.ts';

const queue = await openPlainQueue(process.env);
process.on('message', async (count) => {
  await cyclePlainly(queue, Number(count), cycleBatch);
  process.send?.('done');
});
// It must not outlive the benchmark, however that ended.
process.once('disconnect', () => process.exit());
process.send?.('ready');

/** Claims and completes `count` items in batches; what else is pending comes behind them. */
async function cyclePlainly(queue: PlainQueue, count: number, batch: number): Promise<void> {
  for (let left = count; left > 0; ) {
    const ids = await queue.claim(Math.min(batch, left));
    const completed = ids.length === 0 ? 0 : await queue.complete(ids);
    if (completed !== ids.length) throw new Error(`${completed} of ${ids.length} were completed.`);
    left -= completed;
  }
}
