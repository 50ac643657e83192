import { describe, expect, test } from 'vitest';
import { DatabaseError } from '#db/errors.ts';
import { registerWorker } from '#lib/workers/presence.ts';
import { contractEngines } from '#test/db/contract-engines.ts';
import { aWorkItem } from '#test/factories.ts';
import { givenSource, passTime, useStore } from '#test/queue-database.ts';
import { Rescue } from './rescue.ts';
import { recordSuspect } from './suspects.ts';

describe.each(contractEngines())('rescue on $name', (engine) => {
  const given = useStore(engine);
  const claim = (count: number, owner: string) =>
    given.store.dequeue(count, { owner, leaseMs: 10_000 });
  const givenWorker = (workerId: string) =>
    registerWorker(given.db, {
      workerId,
      hostName: 'a',
      pid: 1,
      version: '1',
      concurrency: 4,
    });
  const rows = () =>
    given.db.q
      .selectFrom('work_items')
      .select(['resource_id', 'status', 'attempt', 'error_code'])
      .orderBy('resource_id')
      .execute();
  /** A worker claims all there is, says which it tries, and dies. */
  const dies = async (workerId: string, tries: string | null) => {
    await givenWorker(workerId);
    const items = await claim(10, workerId);
    const tried = items.find(({ resourceId }) => resourceId === tries);
    if (tried) await recordSuspect(given.db, workerId, tried.leaseId);
    await passTime(given.db, 11_000);
    expect(await given.store.rescueExpired()).toBe(items.length);
  };

  test('what a dead worker merely held pays no attempt, however often', async () => {
    await givenSource(given.db, { maxAttempts: 2 });
    await given.store.enqueueMany(['a', 'b'].map((resourceId) => aWorkItem({ resourceId })));
    for (const worker of ['w1', 'w2', 'w3']) await dies(worker, null);
    const suspect = { status: 'pending', attempt: 0, error_code: 'worker_lost' };
    expect(await rows()).toMatchObject([suspect, suspect]);
    const history = await given.db.q.selectFrom('work_item_attempts').selectAll().execute();
    expect(history).toHaveLength(6);
    expect(new Set(history.map((one) => `${one.outcome} ${one.error_code}`))).toEqual(
      new Set(['expired worker_lost']),
    );
  });

  test('what ends its worker twice when it is tried alone is poisonous; its neighbours pay nothing', async () => {
    await given.store.enqueueMany(['bad', 'good'].map((resourceId) => aWorkItem({ resourceId })));
    await dies('w1', null);
    await dies('w2', 'bad');
    expect(await rows()).toMatchObject([
      { attempt: 1, status: 'pending', error_code: 'worker_lost_again' },
      { attempt: 0, status: 'pending', error_code: 'worker_lost' },
    ]);
    // Amid the same trouble it is not tried again.
    await dies('w0', 'bad');
    expect((await rows())[0]).toMatchObject({ attempt: 1, error_code: 'worker_lost_again' });
    await passTime(given.db, 61_000);
    await dies('w3', 'bad');
    expect(await rows()).toMatchObject([
      { status: 'failed', error_code: 'poisonous_page' },
      { attempt: 0, status: 'pending', error_code: 'worker_lost' },
    ]);
  });

  test('an item whose lease ran out while its worker lives pays', async () => {
    await givenWorker('w1');
    await given.store.enqueue(aWorkItem());
    await claim(1, 'w1');
    await passTime(given.db, 11_000);
    await given.db.q.updateTable('workers').set({ heartbeat_at: given.db.engine.now() }).execute();
    await given.store.rescueExpired();
    expect(await rows()).toMatchObject([{ attempt: 1, status: 'pending', error_code: null }]);
  });

  test('a pass ends when nothing is left, however much there was', async () => {
    // More than are read at once.
    const items = Array.from({ length: 510 }, () => aWorkItem());
    await given.store.enqueueMany(items);
    await given.store.dequeue(items.length, { leaseMs: 10_000 });
    await passTime(given.db, 11_000);
    const withoutHaste = { withinMs: 600_000 };
    expect(await given.store.rescueExpired(undefined, withoutHaste)).toBe(items.length);
    expect(await given.store.rescueExpired()).toBe(0);
  }, 300_000);

  test('workers that find the same leases begin with different items', async () => {
    await given.store.enqueueMany(Array.from({ length: 6 }, () => aWorkItem()));
    await claim(6, 'w1');
    await passTime(given.db, 11_000);
    const refused = new DatabaseError('db_constraint_violation', 'No.', { remedy: 'None.' });
    const refusing = { ...given.db, transaction: () => Promise.reject(refused) };
    const orderFrom = async (share: number) => {
      const tried: string[] = [];
      await new Rescue(refusing, () => share).pass({ onFault: (id) => tried.push(id) });
      return tried;
    };
    const tried = await orderFrom(0);
    expect(tried).toHaveLength(6);
    expect(await orderFrom(0.5)).toEqual([...tried.slice(3), ...tried.slice(0, 3)]);
  });

  test('an item that cannot be rescued stops nobody: it is told, and comes last from then on', async () => {
    await given.store.enqueueMany(Array.from({ length: 5 }, () => aWorkItem()));
    const [bad] = await claim(5, 'w1');
    await passTime(given.db, 11_000);
    const broken = new DatabaseError('db_constraint_violation', 'A trigger refused it.', {
      remedy: 'None.',
    });
    let begun = 0;
    // The first transaction is that of the lease that ran out first.
    const rescue = new Rescue({
      ...given.db,
      transaction: async (work) => {
        begun += 1;
        if (begun === 1) throw broken;
        return given.db.transaction(work);
      },
    });
    const told: unknown[] = [];
    const onFault = (id: string, error: unknown) => told.push([id, error]);
    expect(await rescue.pass({ onFault })).toBe(4);
    expect(told).toHaveLength(1);
    expect(told[0]).toContain(broken);
    expect(bad).toBeDefined();
    expect(await rescue.pass({ onFault })).toBe(1);
    expect(told).toHaveLength(1);
  });

  test('a pass in which nothing could be rescued says why, and so does a server that is away', async () => {
    await given.store.enqueueMany([aWorkItem(), aWorkItem()]);
    await claim(2, 'w1');
    await passTime(given.db, 11_000);
    for (const code of ['db_busy', 'db_connection_refused'] as const) {
      const fault = new DatabaseError(code, 'No.', { remedy: 'Wait.' });
      const rescue = new Rescue({ ...given.db, transaction: () => Promise.reject(fault) });
      await expect(rescue.pass()).rejects.toBe(fault);
    }
    expect((await rows()).map(({ status }) => status)).toEqual(['in_progress', 'in_progress']);
  });
});
