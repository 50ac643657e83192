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
  for (const each of writeCases) {
    progress(`queue: ${each.name}`);
    results.push(await measureWrite(target, each, runs));
  }
  await removeMeasured(target.db);
  return results;
}

const writeCases: readonly WriteCase[] = [
  {
    name: `enqueue, batches of ${batch.enqueue}`,
    items: 5_000,
    prepare: async () => {
      const items = newItems(5_000);
      return async (store) => {
        for (let at = 0; at < items.length; at += batch.enqueue) {
          await store.enqueueMany(items.slice(at, at + batch.enqueue));
        }
      };
    },
  },
  {
    name: 'enqueue, one by one',
    items: 1_000,
    prepare: async () => {
      const items = newItems(1_000);
      return async (store) => {
        for (const item of items) await store.enqueue(item);
      };
    },
  },
  {
    name: `claim, batches of ${batch.claim}`,
    items: 2_000,
    prepare: async (store) => {
      await store.enqueueMany(newItems(2_000));
      return async (again) => {
        await claimAll(again, 2_000, batch.claim);
      };
    },
  },
  {
    name: 'complete, with a record of 2 kB',
    items: 1_000,
    prepare: async (store) => {
      await store.enqueueMany(newItems(1_000));
      const inputs = (await claimAll(store, 1_000, batch.claim)).map(recordedCompletion);
      return async (again) => {
        for (const input of inputs) await again.complete(input);
      };
    },
  },
  cycleCase(1),
  cycleCase(4),
];

/** No-op items from claim to completion, by workers of one process that share a database. */
function cycleCase(workers: number): WriteCase {
  const items = 2_000;
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
      while (left > 0) {
        const wanted = Math.min(batch.cycle, left);
        left -= wanted;
        for (const item of await claimAll(store, wanted, wanted)) {
          await store.complete(plainCompletion(item));
        }
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
