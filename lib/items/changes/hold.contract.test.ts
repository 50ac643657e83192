import { describe, expect, test } from 'vitest';
import type { Actor } from '#lib/actor/model.ts';
import { newId } from '#lib/ids.ts';
import { contractEngines } from '#test/db/contract-engines.ts';
import { aWorkItem } from '#test/factories.ts';
import { givenRun, useStore } from '#test/queue-database.ts';
import { changeItems } from './change-items.ts';

const operator: Actor = { userId: newId(), email: 'op@example.org', role: 'operator' };

describe.each(contractEngines())('items on hold on $name', (engine) => {
  const given = useStore(engine);
  const hold = (...ids: string[]) => changeItems(given.db, operator, { action: 'hold' }, ids);
  const unhold = (...ids: string[]) => changeItems(given.db, operator, { action: 'unhold' }, ids);

  test('nobody fetches them, and their run does not wait for them', async () => {
    const runId = await givenRun(given.db);
    const [one = '', other = ''] = await given.store.enqueueMany([
      aWorkItem({ runId }),
      aWorkItem({ runId }),
    ]);
    expect(await hold(one)).toEqual({ changed: 1, refused: 0 });
    expect(await given.row(one)).toMatchObject({ status: 'pending', run_id: null });
    expect((await given.store.dequeue(10)).map((item) => item.workItemId)).toEqual([other]);
    const run = await given.db.q.selectFrom('current_runs').selectAll().executeTakeFirstOrThrow();
    expect(run).toMatchObject({ items_total: 1 });
  });

  test('they are fetched at once when they are taken off hold', async () => {
    const [id = ''] = await given.store.enqueueMany([aWorkItem()]);
    await hold(id);
    expect(await given.store.dequeue(1)).toEqual([]);
    expect(await unhold(id)).toEqual({ changed: 1, refused: 0 });
    expect(await given.store.dequeue(1)).toHaveLength(1);
  });

  test('only what waits is put on hold, and only what is on hold is taken off it', async () => {
    const [id = ''] = await given.store.enqueueMany([aWorkItem()]);
    expect(await unhold(id)).toEqual({ changed: 0, refused: 1 });
    await hold(id);
    expect(await hold(id)).toEqual({ changed: 0, refused: 1 });
    await unhold(id);
    await given.store.dequeue(1);
    expect(await hold(id)).toEqual({ changed: 0, refused: 1 });
  });
});
