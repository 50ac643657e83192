import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { contractEngines } from '#test/db/contract-engines.ts';
import { type PipelineBench, usePipeline } from '#test/worker/pipeline.ts';
import { until } from '#test/worker/processes.ts';
import { claimItems } from './pipeline/claim.ts';
import { processItem } from './pipeline/process.ts';

/** The embedded database alone can be given a bound that it meets in the midst of a transaction. */
const embedded = contractEngines().filter(({ name }) => name === 'sqlite');

describe.each(embedded)('a disk that is full in mid-write, on $name', (engine) => {
  const openBench = usePipeline(engine);
  let bench: PipelineBench;
  const warned: string[] = [];
  beforeEach(async () => {
    bench = await openBench();
    warned.length = 0;
  });
  afterEach(async () => {
    await bound(1_073_741_823);
    await bench.dispose();
  });
  /** Pages that the file may have, by the connection that writes. */
  const bound = (pages: number) =>
    bench.context.db.transaction(({ q }) => sql.raw(`pragma max_page_count = ${pages}`).execute(q));
  const pages = async () => {
    const { rows } = await sql<{ page_count: number }>`pragma page_count`.execute(
      bench.context.db.q,
    );
    return rows[0]?.page_count ?? 0;
  };

  it('is waited out like a database that is away: no attempt pays, nothing is lost or doubled', async () => {
    const { context } = bench;
    const { db } = context;
    const ids = Array.from(
      { length: 60 },
      (_, n) => `test_resource_${String(n + 1).padStart(3, '0')}`,
    );
    await bench.seed({ settings: { resources: 60 }, seeds: [{ ids }] });
    const { batches } = await claimItems(context, { requests: 60, slots: 60, items: 60 });
    const held = batches.flat();
    await bound(await pages());
    const log = Object.assign(Object.create(context.log), {
      warn: (facts: { err?: { code?: string } }) => warned.push(facts.err?.code ?? ''),
    });
    const processed = Promise.all(held.map((leased) => processItem(leased, { ...context, log })));
    await until('the fault is met', () => warned.includes('db_full'), 20_000);
    const rows = (table: 'IngestRecords' | 'work_item_attempts') =>
      db.q.selectFrom(table).select('work_item_id').execute();
    const completed = await db.q
      .selectFrom('work_items')
      .select('work_item_id')
      .where('status', '=', 'completed')
      .execute();
    expect(completed.length).toBeLessThan(held.length);
    expect(await rows('IngestRecords')).toHaveLength(completed.length);
    expect(await rows('work_item_attempts')).toHaveLength(completed.length);
    await bound(1_073_741_823);
    expect((await processed).map(({ kind }) => kind)).toEqual(held.map(() => 'completed'));
    const items = [...(await bench.crawl()).values()];
    expect(items).toHaveLength(60);
    expect(items.every(({ status, records }) => status === 'completed' && records === 1)).toBe(
      true,
    );
    expect(await rows('work_item_attempts')).toHaveLength(60);
  });
});
