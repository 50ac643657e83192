import { describe, expect, test } from 'vitest';
import { contractEngines } from '#test/db/contract-engines.ts';
import { aWorkItem } from '#test/factories.ts';
import { passTime, useStore } from '#test/queue-database.ts';

describe.each(contractEngines())('claiming on $name', (engine) => {
  const given = useStore(engine);
  const claimedIds = async (limit: number) =>
    (await given.store.dequeue(limit)).map((item) => item.resourceId);

  test('lower priority numbers go first, then the older, then the smaller id', async () => {
    await given.store.enqueue(aWorkItem({ resourceId: 'late', priority: 50 }));
    await given.store.enqueue(aWorkItem({ resourceId: 'low', priority: 200 }));
    await given.store.enqueueMany([
      aWorkItem({ resourceId: 'first', priority: 1 }),
      aWorkItem({ resourceId: 'second', priority: 1 }),
    ]);
    expect(await claimedIds(2)).toEqual(['first', 'second']);
    expect(await claimedIds(10)).toEqual(['late', 'low']);
  });

  test('a claim makes a lease with owner, expiry, a fence of its own and one more attempt', async () => {
    await given.store.enqueueMany([aWorkItem(), aWorkItem()]);
    const items = await given.store.dequeue(2, { owner: 'worker-7', leaseMs: 90_000 });
    expect(new Set(items.map((item) => item.leaseId)).size).toBe(2);
    for (const item of items) {
      expect(item).toMatchObject({ status: 'in_progress', leaseOwner: 'worker-7', attempt: 1 });
      const claimed = Date.parse(item.claimedAt ?? '');
      expect(Math.abs(Date.parse(item.leaseUntil) - claimed - 90_000)).toBeLessThanOrEqual(5);
      expect(await given.store.getWorkItem(item.workItemId)).toEqual(item);
    }
  });

  test('an empty queue, a limit of 0 and one below give nothing and change nothing', async () => {
    expect(await given.store.dequeue(10)).toEqual([]);
    await given.store.enqueue(aWorkItem());
    expect(await given.store.dequeue(0)).toEqual([]);
    expect(await given.store.dequeue(-5)).toEqual([]);
    expect(await given.store.dequeue(10)).toHaveLength(1);
  });

  test('what is scheduled waits for its time', async () => {
    const soon = new Date(Date.now() + 3_600_000).toISOString();
    await given.store.enqueue(aWorkItem({ resourceId: 'scheduled', availableAt: soon }));
    expect(await claimedIds(10)).toEqual([]);
    await passTime(given.db, 2 * 3_600_000);
    expect(await claimedIds(10)).toEqual(['scheduled']);
  });

  test('more than one statement may take is claimed in several, each item once', async () => {
    await given.store.enqueueMany(Array.from({ length: 1100 }, () => aWorkItem()));
    const items = await given.store.dequeue(1050);
    expect(new Set(items.map((item) => item.workItemId)).size).toBe(1050);
    expect(await given.store.dequeue(1050)).toHaveLength(50);
  });

  test('eight claimers at once share the queue without one item twice', async () => {
    await given.store.enqueueMany(Array.from({ length: 400 }, () => aWorkItem()));
    const others = await Promise.all([given.another(), given.another(), given.another()]);
    const stores = [given, ...others, given, ...others].map(({ store }) => store);
    const drain = async (store: (typeof stores)[number]) => {
      const mine: string[] = [];
      for (;;) {
        const items = await store.dequeue(7);
        if (items.length === 0) return mine;
        mine.push(...items.map((item) => item.workItemId));
      }
    };
    const shares = await Promise.all(stores.map(drain));
    const all = shares.flat();
    expect(all).toHaveLength(400);
    expect(new Set(all).size).toBe(400);
  });

  test('claimed, completed, failed and skipped items are not claimed again', async () => {
    await given.store.enqueueMany(Array.from({ length: 4 }, () => aWorkItem()));
    const [a, b, c] = await given.store.dequeue(4);
    await given.store.updateStatus(a?.workItemId ?? '', 'completed');
    await given.store.updateStatus(b?.workItemId ?? '', 'failed');
    await given.store.updateStatus(c?.workItemId ?? '', 'skipped');
    expect(await given.store.dequeue(10)).toEqual([]);
  });
});
