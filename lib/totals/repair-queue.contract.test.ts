import { beforeEach, describe, expect, test } from 'vitest';
import { contractEngines } from '#test/db/contract-engines.ts';
import { aWorkItem } from '#test/factories.ts';
import { useStore } from '#test/queue-database.ts';
import { repairQueue } from './check-next-totals.ts';

describe.each(contractEngines())('comparing the queue with the items on $name', (engine) => {
  const given = useStore(engine);
  const events = () =>
    given.db.q.selectFrom('events').select('kind').where('kind', '=', 'queue.repaired').execute();

  beforeEach(async () => {
    await given.db.q.deleteFrom('totals_checks').execute();
    await given.store.enqueueMany(Array.from({ length: 3 }, () => aWorkItem()));
  });

  test('changes nothing where the trigger has kept it, and is due once a minute', async () => {
    expect(await repairQueue(given.db)).toBe(0);
    expect(await repairQueue(given.db)).toBeNull();
    expect(await repairQueue(given.db, 0)).toBe(0);
    expect(await events()).toEqual([]);
    expect(await given.store.dequeue(10)).toHaveLength(3);
  });

  test('tells what it has set right', async () => {
    const repairing = { ...given.db, engine: { ...given.db.engine, repairQueue: async () => 2 } };
    expect(await repairQueue(repairing)).toBe(2);
    expect(await events()).toEqual([{ kind: 'queue.repaired' }]);
  });
});
