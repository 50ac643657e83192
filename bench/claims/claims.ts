/** What a claim costs, and whether it grows with the table or with what may not be claimed. */
import { createStateStore, type OpenStateStore } from '#lib/queue/create-state-store.ts';
import type { Benchmark, BenchResult } from '../harness/benchmark.ts';
import { measureCase, secondsOf } from '../harness/measure.ts';
import { newItems, removeMeasured } from '../queue/measured-items.ts';
import { createTarget } from '../queue/queue.ts';
import type { BenchTarget, Filling } from '../queue/target.ts';
import { addBackoffCrowd, addBlockedCrowd, addRestingCrowd, configureMeasured } from './crowds.ts';

/** Rows of the table beside it, which is the floor: what a claim costs more, it costs for its size. */
const fewRows = 10_000;
const defaultRows = 100_000;
const perClaim = 16;
const claimsPerRun = 20;

export const claimsBenchmark: Benchmark = {
  name: 'claims',
  description: `claims of ${perClaim} in a table of --rows items and behind a fifth of them, beside ${fewRows} items`,
  run: async ({ rows, runs, database, progress }) => {
    await using targets = new AsyncDisposableStack();
    const small = await prepared(targets, { rows: fewRows, file: null, progress });
    const filling = { rows: rows ?? defaultRows, file: database, progress };
    const large = await prepared(targets, filling);
    return await measureAll(large, small, runs, progress);
  },
};

interface Prepared {
  readonly target: BenchTarget;
  readonly store: OpenStateStore;
}

async function prepared(targets: AsyncDisposableStack, filling: Filling): Promise<Prepared> {
  filling.progress(`claims: filling ${filling.rows} rows`);
  const target = await createTarget(filling);
  targets.defer(target.dispose);
  await configureMeasured(target.db);
  return { target, store: await createStateStore({ db: target.db }) };
}

type Claim = (store: OpenStateStore) => Promise<{ readonly length: number }>;

const options = { owner: 'bench', leaseMs: 600_000 };
const inOrder: Claim = (store) => store.dequeue(perClaim, options);
const politely: Claim = async (store) => (await store.claimPolitely(perClaim, options)).items;

interface ClaimCase {
  readonly name: string;
  readonly claim: Claim;
  /** What stands in front from this case on. */
  readonly crowd?: (target: BenchTarget) => Promise<void>;
}

const cases: readonly ClaimCase[] = [
  { name: 'next of all sources', claim: inOrder },
  { name: 'as a worker', claim: politely },
  { name: 'next of all, behind backoff', claim: inOrder, crowd: ({ db }) => addBackoffCrowd(db) },
  {
    name: 'as a worker, behind a paused run',
    claim: politely,
    crowd: ({ db }) => addRestingCrowd(db),
  },
  {
    name: 'as a worker, behind a blocked host too',
    claim: politely,
    crowd: ({ db }) => addBlockedCrowd(db),
  },
];

async function measureAll(
  large: Prepared,
  small: Prepared,
  runs: number,
  progress: (line: string) => void,
): Promise<BenchResult[]> {
  const results: BenchResult[] = [];
  for (const { name, claim, crowd } of cases) {
    progress(`claims: ${name}`);
    if (crowd) {
      // It is made of the filled rows, and stays.
      await large.target.changeFilledRows();
      for (const { target } of [small, large]) await crowd(target);
    }
    const result = await measureCase({
      name,
      unit: 'ms',
      runs,
      measure: () => msPerClaim(large, claim),
      floor: {
        what: `the same among ${fewRows} items`,
        measure: () => msPerClaim(small, claim),
      },
    });
    progress(`  ${result.median.toFixed(2)} ms, ratio ${result.ratio?.toFixed(2)}`);
    results.push(result);
  }
  for (const { target } of [small, large]) await removeMeasured(target.db);
  return results;
}

/** Enqueueing what is claimed is not timed. */
async function msPerClaim({ store }: Prepared, claim: Claim): Promise<number> {
  const items = newItems(claimsPerRun * perClaim);
  // Never the same resource twice: what was claimed before is still there.
  await store.enqueueMany(items.map((item) => ({ ...item, resourceId: item.workItemId ?? '' })));
  const seconds = await secondsOf(async () => {
    for (let n = 0; n < claimsPerRun; n += 1) {
      const { length } = await claim(store);
      if (length !== perClaim) throw new Error(`${length} items were claimed, not ${perClaim}.`);
    }
  });
  return (seconds * 1000) / claimsPerRun;
}
