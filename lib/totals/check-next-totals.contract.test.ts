import { setImmediate } from 'node:timers/promises';
import { sql } from 'kysely';
import { beforeEach, describe, expect, test } from 'vitest';
import { contractEngines } from '#test/db/contract-engines.ts';
import { aWorkItem } from '#test/factories.ts';
import { useStore } from '#test/queue-database.ts';
import { checkNextTotals, readRepairedTotals } from './check-next-totals.ts';

describe.each(contractEngines())('comparing totals with the items on $name', (engine) => {
  const given = useStore(engine);
  beforeEach(async () => {
    await given.db.q.deleteFrom('totals_checks').execute();
    await given.store.enqueueMany([
      ...Array.from({ length: 5 }, () => aWorkItem({ sourceName: 'a' })),
      ...Array.from({ length: 3 }, () => aWorkItem({ sourceName: 'b' })),
    ]);
    await given.db.engine.rollUpTotals(given.db);
  });

  /** As if triggers had been off for a while. */
  const drift = (table: 'source_totals' | 'host_totals', by: number) =>
    sql`update ${given.db.engine.table(table)} set item_count = item_count + ${by}`.execute(
      given.db.q,
    );
  const checkAll = async () => {
    const found = [];
    for (;;) {
      const checked = await checkNextTotals(given.db);
      if (!checked) return found;
      found.push(checked);
    }
  };
  const pending = async () =>
    Object.fromEntries(
      (await given.store.getStats()).bySource.map((one) => [one.sourceName, one.byStatus.pending]),
    );

  test('every source and the hosts have their turn once, and then nothing is due', async () => {
    expect(await checkAll()).toEqual(
      ['source “a”', 'source “b”', 'the hosts'].map((of) => ({ of, outcome: 'exact', drift: [] })),
    );
    expect(await checkNextTotals(given.db, 0)).toMatchObject({ outcome: 'exact' });
    expect(await readRepairedTotals(given.db)).toEqual([]);
  });

  test('what had drifted is set right, told as an event and remembered for a day', async () => {
    await drift('source_totals', 4);
    const [first] = await checkAll();
    expect(first).toEqual({
      of: 'source “a”',
      outcome: 'repaired',
      drift: [{ key: ['test', 'a', 'pending'], itemCount: 5, difference: -4 }],
    });
    expect(await pending()).toEqual({ a: 5, b: 3 });
    expect(await readRepairedTotals(given.db)).toMatchObject([
      { of: 'source “a”', drift: 4 },
      { of: 'source “b”', drift: 4 },
    ]);
    const events = await given.db.q.selectFrom('events').select(['kind', 'source_name']).execute();
    expect(events).toEqual([
      { kind: 'totals.repaired', source_name: 'a' },
      { kind: 'totals.repaired', source_name: 'b' },
    ]);
  });

  test('totals of hosts, of statuses without items and of sources that are not kept are found', async () => {
    await drift('host_totals', 2);
    await given.db.q.deleteFrom('source_totals').where('source_name', '=', 'b').execute();
    await given.db.q
      .insertInto('source_totals')
      .values({ source_system: 'test', source_name: 'a', status: 'failed', item_count: 9 })
      .execute();
    const found = await checkAll();
    expect(found.map(({ of, outcome }) => `${of} ${outcome}`)).toEqual([
      'source “a” repaired',
      'source “b” repaired',
      'the hosts repaired',
    ]);
    expect(await given.db.engine.reconcileTotals(given.db)).toEqual([]);
  });

  test('one turn belongs to one process, and a turn that was lost repairs nothing', async () => {
    await drift('source_totals', 4);
    const other = (await given.another()).db;
    const { engine: real } = given.db;
    // While the first one compares, somebody recounts everything.
    const slow = {
      ...given.db,
      engine: {
        ...real,
        measureDrift: async (...args: Parameters<typeof real.measureDrift>) => {
          const measured = await real.measureDrift(...args);
          expect((await checkNextTotals(other))?.of).toBe('source “b”');
          await other.engine.reconcileTotals(other);
          return measured;
        },
      },
    };
    expect(await checkNextTotals(slow)).toBeNull();
    expect(await pending()).toEqual({ a: 5, b: 3 });
  });

  test('changes all the while are neither drift nor held up', async () => {
    const other = await given.another();
    let running = true;
    const changing = (async () => {
      while (running) {
        await other.store.enqueue(aWorkItem({ sourceName: 'a' }));
        // The embedded engine answers within the turn of the event loop; others must have theirs.
        await setImmediate();
      }
    })();
    try {
      for (let round = 0; round < 10; round += 1) {
        const checked = await checkNextTotals(given.db, 0);
        expect(checked?.drift).toEqual([]);
      }
    } finally {
      running = false;
      await changing;
    }
    expect(await given.db.engine.reconcileTotals(given.db)).toEqual([]);
  });
});
