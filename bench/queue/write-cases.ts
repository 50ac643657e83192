/** Enqueue, claim, complete, claim-to-complete: items per second through the public store. */
import { createStateStore, type OpenStateStore } from '#lib/work-items/create-state-store.ts';
import type { BenchResult } from '../harness/benchmark.ts';
import { measureCase, secondsOf } from '../harness/measure.ts';
import {
  claimAll,
  footprint,
  newItems,
  plainCompletion,
  recordedCompletion,
  removeMeasured,
  restoreMeasured,
  snapshotMeasured,
} from './measured-items.ts';
import { record } from './recording.ts';
import type { BenchTarget } from './target.ts';

interface WriteCase {
  readonly name: string;
  readonly items: number;
  /** Makes the state all runs start from, and the work itself; neither is timed. */
  readonly prepare: (store: OpenStateStore) => Promise<Work>;
  /** What the floor replays, when it is not the work itself. */
  readonly floorWork?: Work;
}

type Work = (store: OpenStateStore) => Promise<void>;

const batch = { enqueue: 500, claim: 100, cycle: 50 };

export async function measureWrites(
  target: BenchTarget,
  runs: number,
  progress: (line: string) => void,
): Promise<BenchResult[]> {
  const results: BenchResult[] = [];
  for (const each of writeCases(target.share)) {
    progress(`queue: ${each.name}`);
    results.push(await measureWrite(target, each, runs));
  }
  await removeMeasured(target.db);
  return results;
}

function writeCases(share: number): readonly WriteCase[] {
  const [many, some, few] = [5_000 * share, 2_000 * share, 1_000 * share] as const;
  return [
    {
      name: `enqueue, batches of ${batch.enqueue}`,
      items: many,
      prepare: async () => {
        const items = newItems(many);
        return async (store) => {
          for (let at = 0; at < items.length; at += batch.enqueue) {
            await store.enqueueMany(items.slice(at, at + batch.enqueue));
          }
        };
      },
    },
    {
      name: 'enqueue, one by one',
      items: few,
      prepare: async () => {
        const items = newItems(few);
        return async (store) => {
          for (const item of items) await store.enqueue(item);
        };
      },
    },
    {
      name: `claim, batches of ${batch.claim}`,
      items: some,
      prepare: async (store) => {
        await store.enqueueMany(newItems(some));
        return async (again) => {
          await claimAll(again, some, batch.claim);
        };
      },
    },
    {
      name: 'complete, with a record of 2 kB',
      items: few,
      prepare: async (store) => {
        await store.enqueueMany(newItems(few));
        const inputs = (await claimAll(store, few, batch.claim)).map(recordedCompletion);
        return async (again) => {
          for (const input of inputs) await again.complete(input);
        };
      },
    },
    cycleCase(1, some),
    cycleCase(4, some),
  ];
}

/** No-op items from claim to completion, by workers of one process that share a database. */
function cycleCase(workers: number, items: number): WriteCase {
  return {
    name: `claim to complete, ${workers} ${workers === 1 ? 'worker' : 'workers'}, batches of ${batch.cycle}`,
    items,
    prepare: async (store) => {
      await store.enqueueMany(newItems(items));
      return cycle(items, workers);
    },
    // One recorded stream cannot be replayed side by side: the floor is always one bare connection.
    floorWork: cycle(items, 1),
  };
}

function cycle(items: number, workers: number): Work {
  return async (store) => {
    let left = items;
    const loop = async () => {
      let emptyHanded = 0;
      while (left > 0) {
        const wanted = Math.min(batch.cycle, left);
        left -= wanted;
        const claimed = await store.dequeue(wanted, { owner: 'bench' });
        // Of two that reach for the same rows one may come away with less; the rest is still there.
        left += wanted - claimed.length;
        emptyHanded = claimed.length === 0 ? emptyHanded + 1 : 0;
        if (emptyHanded > 1_000) throw new Error(`${left} items can no longer be claimed.`);
        for (const item of claimed) await store.complete(plainCompletion(item));
      }
    };
    await Promise.all(Array.from({ length: workers }, loop));
  };
}

/** Both sides start every run from the same snapshot, and must leave the same rows behind. */
async function measureWrite(
  target: BenchTarget,
  { name, items, prepare, floorWork }: WriteCase,
  runs: number,
): Promise<BenchResult> {
  const { db } = target;
  const store = await createStateStore({ db });
  await removeMeasured(db);
  const work = await prepare(store);
  const start = await snapshotMeasured(db);

  const recording = record(db);
  await (floorWork ?? work)(await createStateStore({ db: recording.db }));
  const expected = await footprint(db);
  const timed = async (what: string, run: () => Promise<void>) => {
    await restoreMeasured(db, start);
    const seconds = await secondsOf(run);
    const found = await footprint(db);
    if (found !== expected) throw new Error(`${name}, ${what}: left ${found}, not ${expected}.`);
    return items / seconds;
  };

  return measureCase({
    name,
    unit: 'items/s',
    runs,
    measure: () => timed('through the store', () => work(store)),
    floor: {
      what: 'same statements, bare driver',
      measure: () => timed('through the bare driver', () => target.replay(recording.steps)),
    },
  });
}
