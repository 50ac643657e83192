/** Enqueue, and claim to complete, through the public store and through the plainest queue, turn by turn. */
import { fileURLToPath } from 'node:url';
import { chunksOf } from '#db/chunks.ts';
import { newId } from '#lib/ids.ts';
import { createStateStore, type OpenStateStore } from '#lib/queue/create-state-store.ts';
import { dedupeKeyOf } from '#lib/queue/dedupe-key.ts';
import type { NewWorkItem } from '#lib/queue/model.ts';
import type { BenchResult } from '../harness/benchmark.ts';
import { measureCase, secondsOf } from '../harness/measure.ts';
import { cycleBatch } from '../queue/cycle.ts';
import { startFleet, storeProgram } from '../queue/cycle-fleet.ts';
import { newItems } from '../queue/measured-items.ts';
import type { BenchTarget } from '../queue/target.ts';
import type { PlainTarget } from './create-plain.ts';
import type { PlainRow } from './plain-queue.ts';
import { countedGroups, countedIngestion, countGroups, countIngestion } from './sent.ts';

export interface QueueRun {
  readonly target: BenchTarget;
  readonly plain: PlainTarget;
  readonly runs: number;
  /** The cases whose name has this text. */
  readonly only: string;
  readonly progress: (line: string) => void;
}

const enqueueBatch = 500;
const plainProgram = fileURLToPath(import.meta.resolve('./plain-process.ts'));

interface QueueCase {
  readonly name: string;
  measure(run: QueueRun, store: OpenStateStore): Promise<BenchResult>;
}

/** @param share of the items that a case works on, as the target has it */
const casesOf = (share: number): readonly QueueCase[] => [
  enqueueCase(`enqueue, batches of ${enqueueBatch}`, 20_000 * share, enqueueBatch),
  enqueueCase('enqueue, one by one', 500 * share, 1),
  ...[1, 4, 16].map((workers) =>
    // A whole claim for each process at least.
    cycleCase(workers, Math.max(10_000 * share, workers * cycleBatch)),
  ),
  { name: countedGroups, measure: ({ target }) => countGroups(target) },
  { name: countedIngestion, measure: ({ target }) => countIngestion(target) },
];

export async function measureQueue(run: QueueRun): Promise<BenchResult[]> {
  const store = await createStateStore({ db: run.target.db });
  const results: BenchResult[] = [];
  for (const each of casesOf(run.target.share).filter(({ name }) => name.includes(run.only))) {
    run.progress(`queue: ${each.name}`);
    const result = await each.measure(run, store);
    const ratio = result.ratio === null ? '' : `, ratio ${result.ratio.toFixed(2)}`;
    run.progress(`  ${Math.round(result.median)} ${result.unit}${ratio}`);
    results.push(result);
  }
  return results;
}

let turns = 0;
/** Items with keys that no turn has had. Those of earlier turns stay: pending behind which new ones wait, or done. */
function freshItems(count: number): NewWorkItem[] {
  turns += 1;
  return newItems(count, turns);
}

function enqueueCase(name: string, items: number, batch: number): QueueCase {
  const timed = async (insert: (chunk: readonly NewWorkItem[]) => Promise<number>) => {
    const chunks = [...chunksOf(freshItems(items), batch)];
    let inserted = 0;
    const seconds = await secondsOf(async () => {
      for (const chunk of chunks) inserted += await insert(chunk);
    });
    if (inserted !== items) throw new Error(`${name}: ${inserted} of ${items} were inserted.`);
    return items / seconds;
  };
  return {
    name,
    measure: ({ plain, runs }, store) =>
      measureCase({
        name,
        unit: 'items/s',
        runs,
        measure: () => timed(async (chunk) => (await store.enqueueMany(chunk)).length),
        floor: {
          what: 'plainest queue',
          measure: () => timed((chunk) => enqueuePlainly(plain, chunk.map(plainRow))),
        },
      }),
  };
}

function cycleCase(workers: number, items: number): QueueCase {
  const name = `claim to complete, ${workers} ${workers === 1 ? 'process' : 'processes'}`;
  return {
    name,
    async measure({ target, plain, runs }, store) {
      const [fleet, plainFleet] = await Promise.all([
        startFleet({ size: workers, program: storeProgram, environment: target.environment }),
        startFleet({ size: workers, program: plainProgram, environment: plain.environment }),
      ]);
      const timed = async (
        insert: (chunk: readonly NewWorkItem[]) => Promise<unknown>,
        carry: () => Promise<void>,
      ) => {
        for (const chunk of chunksOf(freshItems(items), enqueueBatch)) await insert(chunk);
        return items / (await secondsOf(carry));
      };
      try {
        const result = await measureCase({
          name,
          unit: 'items/s',
          runs,
          measure: () =>
            timed(
              (chunk) => store.enqueueMany(chunk),
              () => fleet.run(items),
            ),
          floor: {
            what: `plainest queue, ${workers === 1 ? 'one process' : 'as many processes'}`,
            measure: () =>
              timed(
                (chunk) => plain.queue.enqueue(chunk.map(plainRow)),
                () => plainFleet.run(items),
              ),
          },
        });
        return { ...result, details: { peakMB: fleet.peakMegabytes() } };
      } finally {
        await fleet.stop();
        await plainFleet.stop();
      }
    },
  };
}

function enqueuePlainly({ queue }: PlainTarget, rows: readonly PlainRow[]): Promise<number> {
  const [first, ...others] = rows;
  return first && others.length === 0 ? queue.enqueueOne(first) : queue.enqueue(rows);
}

const plainRow = (item: NewWorkItem): PlainRow => {
  const now = new Date().toISOString();
  return {
    work_item_id: item.workItemId ?? newId(),
    source_system: item.sourceSystem,
    source_name: item.sourceName,
    resource_type: item.resourceType,
    resource_id: item.resourceId,
    request_uri: item.requestUri,
    request_method: item.requestMethod ?? 'GET',
    priority: item.priority ?? 100,
    status: 'pending',
    attempt: 0,
    run_id: null,
    created_at: now,
    updated_at: now,
    dedupe_key: dedupeKeyOf(item),
  };
};
