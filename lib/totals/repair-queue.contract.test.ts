import { sql } from 'kysely';
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

  test.runIf(engine.name === 'sqlserver')(
    'adds what is missing, and removes what is left over',
    async () => {
      const ready = given.db.engine.table('ready_items');
      await sql`delete from ${ready} where ready_id = (select min(ready_id) from ${ready})`.execute(
        given.db.q,
      );
      await sql`
      insert into ${ready} (work_item_id, source_system, source_name, run_id, host, resource_type, priority, created_at)
      values (N'nobody', N'test', N'none', N'', N'', N'page', 1, sysutcdatetime())`.execute(
        given.db.q,
      );
      expect(await given.store.dequeue(10)).toHaveLength(2);
      expect(await repairQueue(given.db)).toBe(2);
      expect(await given.store.dequeue(10)).toHaveLength(1);
      expect(await repairQueue(given.db, 0)).toBe(0);
      expect(await events()).toEqual([{ kind: 'queue.repaired' }]);
    },
  );
});
