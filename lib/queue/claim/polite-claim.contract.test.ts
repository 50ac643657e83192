import { describe, expect, test } from 'vitest';
import { contractEngines } from '#test/db/contract-engines.ts';
import { claimOptions, politeClaims } from '#test/polite-claims.ts';
import {
  givenBlockedHost,
  givenRun,
  givenSource,
  passTime,
  useStore,
} from '#test/queue-database.ts';

describe.each(contractEngines())('claiming politely on $name', (engine) => {
  const given = useStore(engine);
  const { claim, claimOne, enqueue, source } = politeClaims(given);

  describe('who may be asked', () => {
    test('items of enabled sources without a rate are claimed in order up to the limit', async () => {
      await givenSource(given.db);
      await enqueue(5, { priority: 50 });
      await enqueue(1, { priority: 1, resourceId: 'urgent' });
      const { items, retryInMs } = await claim(3);
      expect(items).toHaveLength(3);
      expect(items[0]).toMatchObject({ resourceId: 'urgent', leaseOwner: 'worker-1' });
      expect(retryInMs).toBe(0);
      expect((await claim(10)).items).toHaveLength(3);
    });

    test('nothing of a source that is paused, disabled, removed or not configured', async () => {
      await givenSource(given.db, { name: 'paused', paused: true });
      await givenSource(given.db, { name: 'disabled', enabled: false });
      await givenSource(given.db, { name: 'polite and paused', paused: true, rateDelayMs: 1000 });
      const removed = await givenSource(given.db, { name: 'removed' });
      await given.db.q
        .updateTable('sources')
        .set({ deleted_at: given.db.engine.now() })
        .where('source_id', '=', removed)
        .execute();
      for (const name of ['paused', 'disabled', 'polite and paused', 'removed', 'unknown']) {
        await enqueue(1, { sourceName: name });
      }
      expect(await claim()).toMatchObject({ items: [], retryInMs: null });
    });

    test('pausing and resuming take effect with the next claim', async () => {
      await givenSource(given.db);
      await enqueue(2);
      await given.db.q.updateTable('sources').set({ paused_at: given.db.engine.now() }).execute();
      expect((await claim()).items).toEqual([]);
      await given.db.q.updateTable('sources').set({ paused_at: null }).execute();
      expect((await claim()).items).toHaveLength(2);
    });

    test('nothing of a blocked host until its time is over, and everything of others', async () => {
      await givenSource(given.db);
      await givenBlockedHost(given.db, 'slow.example', 60_000);
      await enqueue(1, { resourceId: 'blocked', requestUri: 'https://slow.example/1' });
      await enqueue(1, { resourceId: 'other', requestUri: 'https://quick.example/1' });
      await enqueue(1, { resourceId: 'hostless', requestUri: 'test:1' });
      const first = await claim();
      expect(first.items.map((item) => item.resourceId).sort()).toEqual(['hostless', 'other']);
      expect(first.retryInMs).toBeGreaterThan(50_000);
      expect(first.retryInMs).toBeLessThanOrEqual(60_000);
      await passTime(given.db, 61_000);
      expect((await claim()).items.map((item) => item.resourceId)).toEqual(['blocked']);
    });

    test('nothing of a paused run, nor of one whose queue is being emptied', async () => {
      await givenSource(given.db);
      const paused = await givenRun(given.db, { paused: true });
      const ending = await givenRun(given.db);
      const running = await givenRun(given.db);
      await enqueue(1, { runId: paused });
      await enqueue(1, { runId: ending });
      await given.db.q
        .updateTable('ingest_runs')
        .set({ phase: 'ending', status: 'cancelled' })
        .where('run_id', '=', ending)
        .execute();
      await enqueue(1, { runId: running, resourceId: 'running' });
      await enqueue(1, { resourceId: 'without run' });
      const ids = (await claim()).items.map((item) => item.resourceId).sort();
      expect(ids).toEqual(['running', 'without run']);
    });

    test('an item in backoff waits, and the claim tells how long', async () => {
      await givenSource(given.db);
      await enqueue(1);
      const item = await claimOne();
      await given.store.fail({
        fence: { workItemId: item.workItemId, leaseId: item.leaseId },
        attempt: {
          attemptId: item.leaseId,
          workerId: 'w',
          durationMs: 1,
          httpStatus: 500,
          facts: null,
        },
        errorCode: 'http_server_error',
        errorMessage: '500',
        decision: { kind: 'retry', delayMs: 20_000 },
      });
      const { items, retryInMs } = await claim();
      expect(items).toEqual([]);
      expect(retryInMs).toBeGreaterThan(15_000);
      expect(retryInMs).toBeLessThanOrEqual(20_000);
    });

    test('a limit of 0 or less claims nothing', async () => {
      await givenSource(given.db);
      await enqueue(1);
      expect((await claim(0)).items).toEqual([]);
      expect((await claim(-1)).items).toEqual([]);
    });

    test('sources with and without a rate do not keep each other from being asked', async () => {
      await givenSource(given.db, { name: 'free' });
      for (const name of ['slow a', 'slow b', 'slow c', 'slow d']) {
        await givenSource(given.db, { name, rateDelayMs: 1000 });
        const requestUri = `https://${name.replace(' ', '-')}.example/`;
        await enqueue(3, { sourceName: name, priority: 1, requestUri });
      }
      await enqueue(10, { sourceName: 'free', priority: 900 });
      const names = (await claim(4)).items.map((item) => item.sourceName);
      expect(names.filter((name) => name === 'free')).toHaveLength(2);
      expect(new Set(names.filter((name) => name !== 'free')).size).toBe(2);
    });
  });

  describe('the slot of a polite source', () => {
    test('one item at a time for the whole fleet', async () => {
      await givenSource(given.db, { rateDelayMs: 1000 });
      await enqueue(20);
      const others = await Promise.all([given.another(), given.another()]);
      const stores = [given.store, ...others.map(({ store }) => store), given.store];
      const claims = await Promise.all(stores.map((store) => claim(10, store)));
      expect(claims.flatMap(({ items }) => items)).toHaveLength(1);
    });

    test('as many items of one kind as one request can ask for share a slot', async () => {
      await givenSource(given.db, { rateDelayMs: 1000 });
      await enqueue(4, { resourceType: 'page', priority: 5 });
      await enqueue(1, { resourceType: 'category', priority: 6 });
      await enqueue(4, { resourceType: 'page', priority: 7 });
      await enqueue(1, { resourceType: 'category', priority: 7 });
      const batched = { ...claimOptions, batches: [{ type: 'page', size: 6 }, { size: 1 }] };
      const { items, retryInMs } = await given.store.claimPolitely(1, batched);
      expect(items.map((item) => item.resourceType)).toEqual(Array(6).fill('page'));
      expect(items.map((item) => item.priority)).toEqual([5, 5, 5, 5, 7, 7]);
      expect(new Set(items.map((item) => item.leaseId)).size).toBe(6);
      expect(retryInMs).toBe(0);
      expect((await source()).slot_lease_id).toBe(items[0]?.leaseId);
      expect((await given.store.claimPolitely(1, batched)).items).toEqual([]);
      await given.store.releaseSlot(items[0]?.leaseId ?? '', 0);
      await passTime(given.db, 1100);
      const next = await given.store.claimPolitely(1, batched);
      expect(next.items.map((item) => item.priority)).toEqual([6]);
    });

    test('a batch never takes more items than are wanted in all', async () => {
      await givenSource(given.db, { name: 'slow', rateDelayMs: 1000 });
      await givenSource(given.db, { name: 'free' });
      await enqueue(10, { sourceName: 'slow' });
      await enqueue(10, { sourceName: 'free' });
      const claimed = await given.store.claimPolitely(10, {
        ...claimOptions,
        batches: [{ size: 50 }],
        maxItems: 13,
      });
      expect(claimed.items.map((item) => item.sourceName).sort()).toEqual([
        ...Array(3).fill('free'),
        ...Array(10).fill('slow'),
      ]);
    });

    test('while its request is in flight nobody else asks, however long it takes', async () => {
      await givenSource(given.db, { rateDelayMs: 1000 });
      await enqueue(2);
      await claimOne();
      await passTime(given.db, 30_000);
      const { items, retryInMs } = await claim();
      expect(items).toEqual([]);
      expect(retryInMs).toBeGreaterThan(0);
      expect(retryInMs).toBeLessThanOrEqual(1000);
    });

    test('renewing the lease keeps the slot', async () => {
      await givenSource(given.db, { rateDelayMs: 1000 });
      await enqueue(2);
      const { workItemId, leaseId } = await claimOne();
      await passTime(given.db, 50_000);
      await given.store.renewLease([{ workItemId, leaseId }], 60_000);
      await passTime(given.db, 50_000);
      expect((await claim()).items).toEqual([]);
    });

    test('the next slot opens one delay after the last request was sent, not after the claim', async () => {
      await givenSource(given.db, { rateDelayMs: 60_000 });
      await enqueue(2);
      const item = await claimOne();
      const atClaim = Date.parse((await source()).next_slot_at ?? '');
      // The slot is taken just before the item, in the same transaction.
      const sinceSlot = Date.parse(item.claimedAt ?? '') - (atClaim - 60_000);
      expect(sinceSlot).toBeGreaterThanOrEqual(0);
      expect(await given.store.releaseSlot(item.leaseId, 240_000)).toBe(true);
      expect(Date.parse((await source()).next_slot_at ?? '')).toBe(atClaim + 240_000);
      await passTime(given.db, 240_000);
      expect((await claim()).items).toEqual([]);
      await passTime(given.db, 60_000);
      expect((await claim()).items).toHaveLength(1);
    });

    test('a slot under which no request was needed opens at once, that of the host too', async () => {
      await givenSource(given.db, { rateDelayMs: 60_000 });
      await enqueue(3);
      const item = await claimOne();
      expect(await given.store.releaseSlot(item.leaseId, null)).toBe(true);
      const next = await claimOne();
      expect(await given.store.releaseSlot(next.leaseId, 0)).toBe(true);
      expect((await claim()).items).toEqual([]);
    });

    test('a slot is given back once, and only by its lease', async () => {
      await givenSource(given.db, { rateDelayMs: 1000 });
      await enqueue(2);
      const first = await claimOne();
      expect(await given.store.releaseSlot(first.leaseId, 0)).toBe(true);
      expect(await given.store.releaseSlot(first.leaseId, 0)).toBe(false);
      await passTime(given.db, 1100);
      await claimOne();
      const before = await source();
      expect(await given.store.releaseSlot(first.leaseId, 9_000_000)).toBe(false);
      expect(await source()).toEqual(before);
    });

    test('the slot of a worker that died frees itself with the lease', async () => {
      await givenSource(given.db, { rateDelayMs: 1000 });
      await enqueue(2);
      await claimOne();
      await passTime(given.db, 61_000);
      expect((await claim()).items).toHaveLength(1);
    });

    test('a slot under which nothing can be claimed is given back without a wait', async () => {
      await givenSource(given.db, { rateDelayMs: 60_000 });
      await givenBlockedHost(given.db, 'slow.example', 30_000);
      await enqueue(1, { requestUri: 'https://slow.example/1' });
      expect((await claim()).items).toEqual([]);
      expect(await source()).toMatchObject({ slot_lease_id: null, slot_until: null });
      await enqueue(1, { requestUri: 'https://quick.example/1' });
      expect((await claim()).items).toHaveLength(1);
    });

    test('the claim tells when the slot opens', async () => {
      await givenSource(given.db, { rateDelayMs: 60_000 });
      await enqueue(2);
      const first = await claim();
      expect(first.retryInMs).toBe(60_000);
      await given.store.releaseSlot(first.items[0]?.leaseId ?? '', 0);
      const { retryInMs } = await claim();
      expect(retryInMs).toBeGreaterThan(50_000);
      expect(retryInMs).toBeLessThanOrEqual(60_001);
    });
  });
});
