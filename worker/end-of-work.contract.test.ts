import { describe, expect, test } from 'vitest';
import { onHoldRow } from '#lib/queue/hold.ts';
import { knownSeeds } from '#lib/runs/known-seeds.ts';
import { getSource } from '#lib/sources/read-sources.ts';
import { contractEngines } from '#test/db/contract-engines.ts';
import { aWorkItem } from '#test/factories.ts';
import { givenSource, passTime, useStore } from '#test/queue-database.ts';
import { endOfWork } from './end-of-work.ts';
import { LeaseWatch } from './lease-watch.ts';

describe.each(contractEngines())('the end of what a command works off on $name', (engine) => {
  const given = useStore(engine);
  const end = (failed = 0) => endOfWork(given.db, { failed });

  test('is good when nothing is left, and says when something failed', async () => {
    await givenSource(given.db);
    expect(await end()).toEqual({ code: 0, left: null });
    expect(await end(1)).toEqual({ code: 3, left: null });
  });

  test('names what is left, and leaves aside what a person has put aside', async () => {
    await givenSource(given.db);
    await given.store.enqueue(aWorkItem());
    expect(await end()).toMatchObject({ code: 4, left: expect.stringMatching(/does not let/) });
    const stopped = await endOfWork(given.db, { failed: 0 }, true);
    expect(stopped).toMatchObject({ left: expect.stringMatching(/ready, and the next run/) });
    const update = (values: object) => given.db.q.updateTable('work_items').set(values).execute();
    await update({ wait_reason: 'backoff', available_at: '2100-01-01T00:00:00.000Z' });
    expect(await end()).toMatchObject({ code: 4, left: expect.stringMatching(/1 wait/) });
    expect(await end(2)).toMatchObject({ code: 3, left: expect.stringMatching(/1 wait/) });
    await update(onHoldRow);
    expect(await end()).toEqual({ code: 0, left: null });
  });

  test('leaves paused sources aside, and names items in the hands of others', async () => {
    await givenSource(given.db, { paused: true });
    await given.store.enqueue(aWorkItem());
    expect(await end()).toEqual({ code: 0, left: null });
    await given.store.dequeue(1, { owner: 'other', leaseMs: 60_000 });
    expect(await end()).toMatchObject({
      code: 4,
      left: expect.stringMatching(/1 are in the hands/),
    });
  });

  test('is not there while leases may return: of those who renew none, for as long as that takes', async () => {
    await givenSource(given.db);
    await given.store.enqueueMany([aWorkItem(), aWorkItem()]);
    const [held] = await given.store.dequeue(1, { owner: 'other', leaseMs: 60_000 });
    if (!held) throw new Error('nothing was claimed');
    const watch = new LeaseWatch();
    expect(await watch.mayReturn(given.db)).toBe(true);
    expect(await watch.mayReturn(given.db)).toBe(true);
    // At work: it claims and renews.
    await given.store.renewLease([held], 90_000);
    expect(await watch.mayReturn(given.db)).toBe(false);

    await passTime(given.db, 80_000);
    expect(await new LeaseWatch().mayReturn(given.db)).toBe(true);
    // It ran out long ago and nobody could rescue it.
    await passTime(given.db, 60_000);
    expect(await new LeaseWatch().mayReturn(given.db)).toBe(false);
    await given.db.q.updateTable('work_items').set({ status: 'completed' }).execute();
    expect(await new LeaseWatch().mayReturn(given.db)).toBe(false);
  });

  test('knows which seeds were known before', async () => {
    await givenSource(given.db, { seeds: [{ ids: ['a', 'b', 'c'] }] });
    const source = await getSource(given.db, 'sample');
    if (!source) throw new Error('no source');
    expect(await knownSeeds(given.db, [source])).toEqual(new Map());
    await given.store.enqueueMany(
      ['a', 'b'].map((resourceId) => aWorkItem({ resourceType: 'resource', resourceId })),
    );
    await given.db.q
      .updateTable('work_items')
      .set({ status: 'failed' })
      .where('resource_id', '=', 'b')
      .execute();
    expect(await knownSeeds(given.db, [source])).toEqual(
      new Map([
        ['pending', 1],
        ['failed', 1],
      ]),
    );
  });
});
