import { sql } from 'kysely';
import { describe, expect, test } from 'vitest';
import type { TableName } from '#db/schema.ts';
import { contractEngines } from '#test/db/contract-engines.ts';
import { aWorkItem } from '../factories.ts';
import { useStore } from '../queue-database.ts';

describe.each(contractEngines())('plain SQL beside the store on $name', (engine) => {
  const given = useStore(engine);
  const table = (name: TableName) => given.db.engine.table(name);
  const run = (statement: ReturnType<typeof sql>) => statement.execute(given.db.q);

  /** What the totals must say: the rows counted, one by one. */
  const counted = async () => {
    const { rows } = await sql<{ source_name: string; status: string; n: number }>`
      select source_name, status, count(*) as n from ${table('work_items')}
      group by source_name, status`.execute(given.db.q);
    return new Map(rows.map((row) => [`${row.source_name} ${row.status}`, Number(row.n)]));
  };
  const kept = async () => {
    const { bySource } = await given.store.getStats();
    return new Map(
      bySource.flatMap(({ sourceName, byStatus }) =>
        Object.entries(byStatus)
          .filter(([, n]) => n !== 0)
          .map(([status, n]): [string, number] => [`${sourceName} ${status}`, n]),
      ),
    );
  };
  const expectExact = async () => {
    expect(await kept()).toEqual(await counted());
    expect(await given.db.engine.reconcileTotals(given.db)).toEqual([]);
  };
  const givenItems = async () => {
    for (const sourceName of ['a', 'b']) {
      await given.store.enqueueMany(Array.from({ length: 40 }, () => aWorkItem({ sourceName })));
    }
    await run(sql`update ${table('work_items')} set status = 'completed'`);
  };

  test('stale items found and sent round by a query of the operator’s own are counted and claimed', async () => {
    await givenItems();
    const stale = given.db.engine.nowPlus(60_000);
    await run(sql`update ${table('work_items')} set status = 'pending'
      where source_name = 'a' and status = 'completed' and updated_at < ${stale}`);
    expect(await kept()).toEqual(
      new Map([
        ['a pending', 40],
        ['b completed', 40],
      ]),
    );
    await expectExact();
    expect(await given.store.dequeue(100)).toHaveLength(40);
    await expectExact();
  });

  test('totals are exact after one statement that changes, moves, removes or copies many rows', async () => {
    await givenItems();
    const items = table('work_items');
    await run(sql`update ${items} set status = case when resource_id < 'resource-1' then 'failed' else 'skipped' end
      where source_name = 'a'`);
    await expectExact();
    await run(sql`update ${items} set source_name = 'moved' where source_name = 'b'`);
    await expectExact();
    await run(sql`delete from ${items} where source_name = 'moved'`);
    await expectExact();
    await run(sql`update ${items} set status = status, priority = 1`);
    await expectExact();
    await run(sql`delete from ${items}`);
    expect((await given.store.getStats()).total).toBe(0);
    await expectExact();
  });

  test('what plain SQL did and took back is not counted', async () => {
    await givenItems();
    const undone = given.db.transaction(async (tx) => {
      await sql`delete from ${table('work_items')} where source_name = 'a'`.execute(tx.q);
      throw new Error('undo');
    });
    await expect(undone).rejects.toThrow('undo');
    expect(await kept()).toEqual(
      new Map([
        ['a completed', 40],
        ['b completed', 40],
      ]),
    );
    await expectExact();
  });
});
