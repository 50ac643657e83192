/** What the console's lists cost, and whether it grows with the table. */
import type { Db, Session } from '#db/engine.ts';
import type { Benchmark, BenchResult } from '../harness/benchmark.ts';
import { median, secondsOf } from '../harness/measure.ts';
import { createTarget } from '../queue/queue.ts';
import type { BenchTarget, Filling } from '../queue/target.ts';
import { fillOthers } from './fill-others.ts';
import { fillRecords } from './fill-records.ts';
import type { ListCase } from './list-case.ts';
import { otherCases } from './other-cases.ts';
import { recordCases } from './record-cases.ts';
import { workItemCases } from './work-item-cases.ts';

const defaultRows = 10_000;
/** The floor's table has a hundredth of the rows: what a page costs more, it costs for its size. */
const smaller = 100;
/** More than one search window, so that the floor searches one too. */
const leastRows = 12_000;
const callsPerRun = 20;

export const listsBenchmark: Benchmark = {
  name: 'lists',
  description:
    'pages and counts of the lists over --rows items, records and audit entries, beside a hundredth of them',
  run: async ({ rows, runs, database, progress }) => {
    const count = rows ?? defaultRows;
    await using targets = new AsyncDisposableStack();
    const large = await filled(targets, { rows: count, file: database, progress });
    const { nowMs } = large.target;
    const few = Math.max(leastRows, Math.floor(count / smaller));
    const small = await filled(targets, { rows: few, nowMs, file: null, progress });
    return await measureAll(large, small, runs, progress);
  },
};

interface FilledTarget {
  readonly target: BenchTarget;
  readonly rows: number;
  readonly cases: readonly ListCase[];
}

async function filled(targets: AsyncDisposableStack, filling: Filling): Promise<FilledTarget> {
  const { rows, progress } = filling;
  progress(`lists: filling ${rows} rows`);
  const target = await createTarget({ ...filling, also: fillLists });
  targets.defer(target.dispose);
  return { target, rows, cases: await casesOf(target.db, rows, target.nowMs) };
}

async function fillLists(session: Session, progress: (line: string) => void): Promise<void> {
  await fillRecords(session, progress);
  await fillOthers(session, progress);
}

const casesOf = async (db: Db, rows: number, nowMs: number): Promise<ListCase[]> => [
  ...(await workItemCases(db, rows, nowMs)),
  ...(await recordCases(db, rows, nowMs)),
  ...(await otherCases(db, rows, nowMs)),
];

async function measureAll(
  large: FilledTarget,
  small: FilledTarget,
  runs: number,
  progress: (line: string) => void,
): Promise<BenchResult[]> {
  const results: BenchResult[] = [];
  for (const [at, { name, read }] of large.cases.entries()) {
    progress(`lists: ${name}`);
    const same = small.cases[at];
    if (same?.name !== name) throw new Error('The cases do not depend on the size.');
    const first = (await secondsOf(() => read(large.target.db))) * 1000;
    await same.read(small.target.db);
    const ours: number[][] = [];
    const floors: number[][] = [];
    for (let run = 0; run < runs; run += 1) {
      floors.push(await figuresOf(() => same.read(small.target.db)));
      ours.push(await figuresOf(() => read(large.target.db)));
    }
    const floor = median(floors.flat());
    const all = ours.flat();
    results.push({
      name,
      unit: 'ms',
      median: median(all),
      runs: ours.map(median),
      floor: { what: `the same over ${small.rows.toLocaleString('en')} rows`, median: floor },
      ratio: median(all) / floor,
      details: { p95: quantile(all, 0.95), first },
    });
  }
  return results;
}

/** Milliseconds of each call. */
async function figuresOf(call: () => Promise<unknown>): Promise<number[]> {
  const figures: number[] = [];
  for (let i = 0; i < callsPerRun; i += 1) figures.push((await secondsOf(call)) * 1000);
  return figures;
}

function quantile(figures: readonly number[], q: number): number {
  const sorted = [...figures].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * q) - 1)] ?? Number.NaN;
}
