import { describe, expect, test } from 'vitest';
import { contractEngines } from '#test/db/contract-engines.ts';
import { aWorkItem } from '#test/factories.ts';
import { useStore } from '#test/queue-database.ts';
import { noItems, readHostTotals } from './list-hosts.ts';

describe.each(contractEngines())('the totals of hosts on $name', (engine) => {
  const given = useStore(engine);
  const totals = async (...hosts: string[]) =>
    Object.fromEntries(await readHostTotals(given.db, hosts));
  const set = (values: { host?: string | null; status?: 'failed' | 'skipped' }, host: string) =>
    given.db.q.updateTable('work_items').set(values).where('host', '=', host).execute();

  test('are exact through the life of an item, whatever plain SQL does, and after a roll-up', async () => {
    const at = (host: string) => aWorkItem({ requestUri: `https://${host}/page` });
    await given.store.enqueueMany([at('a.example'), at('a.example'), at('b.example')]);
    expect(await totals('a.example', 'b.example', 'c.example')).toEqual({
      'a.example': { ...noItems, pending: 2 },
      'b.example': { ...noItems, pending: 1 },
    });
    expect(await given.store.dequeue(3)).toHaveLength(3);
    expect(await totals('a.example')).toEqual({ 'a.example': { ...noItems, in_progress: 2 } });
    await given.db.engine.rollUpTotals(given.db);
    await set({ status: 'failed' }, 'a.example');
    await set({ host: 'moved.example', status: 'skipped' }, 'b.example');
    const moved = {
      'a.example': { ...noItems, failed: 2 },
      'moved.example': { ...noItems, skipped: 1 },
    };
    expect(await totals('a.example', 'b.example', 'moved.example')).toEqual(moved);
    await set({ host: null }, 'moved.example');
    await given.db.q.deleteFrom('work_items').where('host', '=', 'a.example').execute();
    expect(await totals('a.example', 'moved.example', '')).toEqual({
      '': { ...noItems, skipped: 1 },
    });
    await given.db.engine.rollUpTotals(given.db);
    expect(await given.db.engine.reconcileTotals(given.db)).toEqual([]);
  });

  test('of no hosts are none', async () => {
    expect(await totals()).toEqual({});
  });
});
