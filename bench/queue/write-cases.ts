/** Enqueue, claim, complete, claim-to-complete through the public store, and the same statements without it. */
import { chunksOf } from '#db/chunks.ts';
import { createStateStore, type OpenStateStore } from '#lib/queue/create-state-store.ts';
import type { BenchResult } from '../harness/benchmark.ts';
import { measureCase, median, secondsOf } from '../harness/measure.ts';
import { cycleBatch, cycleThrough } from './cycle.ts';
import { startFleet, storeProgram } from './cycle-fleet.ts';
import {
  claimAll,
  footprint,
  newItems,
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
  /** Worker processes that do the work instead; the floor is still the work itself, on one connection. */
  readonly workers?: number;
}

type Work = (store: OpenStateStore) => Promise<void>;

const batch = { enqueue: 500, claim: 100 };

export async function measureWrites(
  target: BenchTarget,
  runs: number,
  progress: (line: string) => void,
): Promise<BenchResult[]> {
  const results: BenchResult[] = [];
  for (const each of writeCases(target.share)) {
    progress(`statements: ${each.name}`);
    const result = await measureWrite(target, each, runs);
    progress(`  ${Math.round(result.median)} ${result.unit}, ratio ${result.ratio?.toFixed(2)}`);
    results.push(result);
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
    {
      name: `complete, groups of ${cycleBatch}, with a record of 2 kB`,
      items: few,
      prepare: async (store) => {
        await store.enqueueMany(newItems(few));
        const inputs = (await claimAll(store, few, batch.claim)).map(recordedCompletion);
        return async (again) => {
          for (const group of chunksOf(inputs, cycleBatch)) await again.completeMany(group);
        };
      },
    },
    ...[1, 4, 16].map((workers) => ({
      name: `claim to complete, ${workers} ${workers === 1 ? 'process' : 'processes'}`,
      items: many,
      workers,
      prepare: async (store: OpenStateStore) => {
        await store.enqueueMany(newItems(many));
        return async (again: OpenStateStore) => {
          await cycleThrough(again, many);
        };
      },
    })),
  ];
}

/** Both sides start every run from the same snapshot, and must leave the same rows behind. */
async function measureWrite(
  target: BenchTarget,
  { name, items, prepare, workers }: WriteCase,
  runs: number,
): Promise<BenchResult> {
  const { db } = target;
  const store = await createStateStore({ db });
  await removeMeasured(db);
  const work = await prepare(store);
  const start = await snapshotMeasured(db);

  const recording = record(db);
  await work(await createStateStore({ db: recording.db }));
  const expected = await footprint(db);
  const cpu = { 'through the store': [] as number[], 'through the bare driver': [] as number[] };
  const timed = async (what: keyof typeof cpu, run: () => Promise<unknown>) => {
    await restoreMeasured(db, start);
    const before = process.cpuUsage();
    const seconds = await secondsOf(run);
    const { user, system } = process.cpuUsage(before);
    cpu[what].push((user + system) / items);
    const found = await footprint(db);
    if (found !== expected) throw new Error(`${name}, ${what}: left ${found}, not ${expected}.`);
    return items / seconds;
  };

  const fleet =
    workers === undefined
      ? null
      : await startFleet({
          size: workers,
          program: storeProgram,
          environment: target.environment,
        });
  try {
    const result = await measureCase({
      name,
      unit: 'items/s',
      runs,
      measure: () => timed('through the store', () => (fleet ? fleet.run(items) : work(store))),
      floor: {
        what:
          workers === undefined
            ? 'same statements, bare driver'
            : 'same statements, one bare connection',
        measure: () => timed('through the bare driver', () => target.replay(recording.steps)),
      },
    });
    // The work of a fleet is done in its own processes.
    if (fleet) return { ...result, details: { peakMB: fleet.peakMegabytes() } };
    const [ours, bare] = [median(cpu['through the store']), median(cpu['through the bare driver'])];
    return { ...result, details: { 'µs of processor': ours, 'of the floor': bare } };
  } finally {
    await fleet?.stop();
  }
}
