/** What kept totals cost where items change, and what they give where they are read. */
import { sql } from 'kysely';
import type { Db } from '#db/engine.ts';
import { readHostTotals } from '#lib/hosts/list-hosts.ts';
import { createStateStore, type OpenStateStore } from '#lib/queue/create-state-store.ts';
import { getStats } from '#lib/queue/stats.ts';
import type { Benchmark, BenchResult } from '../harness/benchmark.ts';
import { measureCase, median, secondsOf, toResult } from '../harness/measure.ts';
import { fillSources } from '../queue/bench-row.ts';
import { claimAll, newItems, plainCompletion, removeMeasured } from '../queue/measured-items.ts';
import { createTarget } from '../queue/queue.ts';

const defaultRows = 10_000;
const itemsPerRun = 5_000;
const batch = 100;
const readsPerRun = 50;

export const countersBenchmark: Benchmark = {
  name: 'counters',
  description:
    'enqueue, claim and complete with the triggers that count and without; reading totals',
  run: async ({ rows, runs, database, progress }) => {
    const filling = { rows: rows ?? defaultRows, file: database, progress };
    progress(`counters: filling ${filling.rows} rows`);
    const target = await createTarget(filling);
    const { db } = target;
    try {
      const store = await createStateStore({ db });
      const items = Math.max(batch, Math.round(itemsPerRun * target.share));
      const results: BenchResult[] = [];
      for (const step of ['enqueue', 'claim', 'complete'] as const) {
        progress(`counters: ${step}`);
        results.push(await measureStep(db, store, step, items, runs));
      }
      progress('counters: reading');
      results.push(
        await measureReads('read all totals', runs, () => getStats(db)),
        await measureReads('read the totals of five hosts', runs, () =>
          readHostTotals(
            db,
            fillSources.map((source) => `${source}.example`),
          ),
        ),
      );
      return results;
    } finally {
      await target.dispose();
    }
  },
};

type Step = 'enqueue' | 'claim' | 'complete';

/** Wall time as elsewhere, and the processor time of this process, which other programs do not blur. */
async function measureStep(
  db: Db,
  store: OpenStateStore,
  step: Step,
  items: number,
  runs: number,
): Promise<BenchResult> {
  const cpu = { counted: [] as number[], uncounted: [] as number[] };
  const measure = (how: keyof typeof cpu) => async () => {
    const putBack = how === 'counted' ? async () => {} : await setTriggersAside(db);
    try {
      const work = await prepareStep(store, step, items);
      const before = process.cpuUsage();
      const seconds = await secondsOf(work);
      const { user, system } = process.cpuUsage(before);
      cpu[how].push((user + system) / items);
      return items / seconds;
    } finally {
      await removeMeasured(db);
      await putBack();
    }
  };
  const result = await measureCase({
    name: `${step}, batches of ${batch}`,
    unit: 'items/s',
    runs,
    measure: measure('counted'),
    floor: { what: 'the same without triggers', measure: measure('uncounted') },
  });
  return {
    ...result,
    details: { 'µs of processor': median(cpu.counted), without: median(cpu.uncounted) },
  };
}

/** Brings the items to where the step begins; what it returns is timed. */
async function prepareStep(
  store: OpenStateStore,
  step: Step,
  items: number,
): Promise<() => Promise<unknown>> {
  const fresh = newItems(items);
  const enqueue = async () => {
    for (let at = 0; at < items; at += batch) await store.enqueueMany(fresh.slice(at, at + batch));
  };
  if (step === 'enqueue') return enqueue;
  await enqueue();
  if (step === 'claim') return () => claimAll(store, items, batch);
  const claimed = await claimAll(store, items, batch);
  return async () => {
    for (let at = 0; at < items; at += batch) {
      await store.completeMany(claimed.slice(at, at + batch).map(plainCompletion));
    }
  };
}

async function measureReads(
  name: string,
  runs: number,
  read: () => Promise<unknown>,
): Promise<BenchResult> {
  const figures: number[] = [];
  for (let run = 0; run < runs * readsPerRun; run += 1) {
    figures.push((await secondsOf(read)) * 1000);
  }
  const sorted = figures.toSorted((a, b) => a - b);
  return toResult({
    name,
    unit: 'ms',
    runs: figures,
    details: { p95: sorted[Math.ceil(sorted.length * 0.95) - 1] ?? Number.NaN },
  });
}

/** Returns how to put them back. The table is thrown away afterwards, so nothing counts the gap. */
async function setTriggersAside(db: Db): Promise<() => Promise<void>> {
  if (db.name !== 'sqlite') {
    const all = (change: string) =>
      sql`alter table ${db.engine.table('work_items')} ${sql.raw(change)} trigger all`.execute(
        db.q,
      );
    await all('disable');
    return async () => {
      await all('enable');
    };
  }
  const { rows } = await sql<{ name: string; sql: string }>`
    select name, sql from sqlite_master where tbl_name = 'work_items' and type = 'trigger'`.execute(
    db.q,
  );
  // In transactions: the handle that reads would not know yet what the one that writes has dropped.
  await db.transaction(async (tx) => {
    for (const { name } of rows) await sql`drop trigger ${sql.id(name)}`.execute(tx.q);
  });
  return () =>
    db.transaction(async (tx) => {
      for (const { sql: text } of rows) await sql.raw(text).execute(tx.q);
    });
}
