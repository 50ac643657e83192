import { describe, expect, test } from 'vitest';
import { contractEngines } from '#test/db/contract-engines.ts';
import { claimOptions, politeClaims } from '#test/polite-claims.ts';
import { givenSource, passTime, useStore } from '#test/queue-database.ts';
import type { ClaimedItem } from '../model.ts';

describe.each(contractEngines())('claiming politely from hosts on $name', (engine) => {
  const given = useStore(engine);
  const { claim, claimOne, enqueue, source } = politeClaims(given);

  describe('a host with a delay of its own', () => {
    const slow = { requestUri: 'https://slow.example/1' };
    const quick = { requestUri: 'https://quick.example/1' };
    const giveDelay = (ms: number) =>
      given.db.q
        .insertInto('hosts')
        .values({
          host: 'slow.example',
          delay_ms: ms,
          pace_ms: ms,
          updated_at: given.db.engine.now(),
        })
        .execute();

    test('holds back a source without a rate, for the items of that host alone', async () => {
      await givenSource(given.db);
      await giveDelay(60_000);
      await enqueue(3, { ...slow, priority: 1 });
      await enqueue(3, quick);
      const { items } = await claim();
      expect(items.map((item) => item.host).sort()).toEqual([
        'quick.example',
        'quick.example',
        'quick.example',
        'slow.example',
      ]);
      const held = items.find((item) => item.host === 'slow.example');
      await given.store.releaseSlot(held?.leaseId ?? '', 0);
      const { items: none, retryInMs } = await claim();
      expect(none).toEqual([]);
      expect(retryInMs).toBeGreaterThan(50_000);
      await enqueue(1, quick);
      expect((await claim()).items.map((item) => item.host)).toEqual(['quick.example']);
      await passTime(given.db, 60_000);
      expect((await claim()).items.map((item) => item.host)).toEqual(['slow.example']);
    });

    test('is told with the claim, as is who holds its slot; of a host without a row nothing is', async () => {
      await givenSource(given.db);
      await giveDelay(60_000);
      await given.db.q
        .updateTable('hosts')
        .set({ robots_delay_ms: 7, blocked_until: given.db.engine.nowPlus(-5_000) })
        .execute();
      await enqueue(2, slow);
      await enqueue(1, quick);
      const { items, hosts } = await claim();
      expect(hosts).toEqual([
        {
          host: 'slow.example',
          pace_ms: 60_000,
          slot_lease_id: items.find(({ host }) => host === 'slow.example')?.leaseId,
          robots_delay_ms: 7,
          blocked_ms: expect.any(Number),
        },
      ]);
      expect(hosts?.[0]?.blocked_ms).toBeLessThanOrEqual(-5_000);
    });

    test('is shared by the whole fleet, as a rate is', async () => {
      await givenSource(given.db);
      await giveDelay(60_000);
      await enqueue(20, slow);
      const others = await Promise.all([given.another(), given.another()]);
      const stores = [given.store, ...others.map(({ store }) => store), given.store];
      const claims = await Promise.all(stores.map((store) => claim(10, store)));
      expect(claims.flatMap(({ items }) => items)).toHaveLength(1);
    });

    test('counts where it is longer than the delay of the source, and keeps only that host waiting', async () => {
      await givenSource(given.db, { rateDelayMs: 10_000 });
      await giveDelay(60_000);
      await enqueue(1, { ...slow, priority: 1 });
      await enqueue(2, quick);
      const first = await claimOne();
      expect(first.host).toBe('slow.example');
      await given.store.releaseSlot(first.leaseId, 0);
      await passTime(given.db, 10_100);
      const second = await claimOne();
      expect(second.host).toBe('quick.example');
      await given.store.releaseSlot(second.leaseId, 0);
      await enqueue(1, { ...slow, priority: 1 });
      await passTime(given.db, 10_100);
      const third = await claimOne();
      expect(third.host).toBe('quick.example');
      await given.store.releaseSlot(third.leaseId, 0);
      await passTime(given.db, 10_100);
      const { items, retryInMs } = await claim();
      expect(items).toEqual([]);
      expect(retryInMs).toBeGreaterThan(25_000);
      await passTime(given.db, 30_000);
      expect((await claimOne()).host).toBe('slow.example');
    });

    test('renewing the lease keeps its slot', async () => {
      await givenSource(given.db);
      await giveDelay(1_000);
      await enqueue(2, slow);
      const { workItemId, leaseId } = await claimOne();
      await passTime(given.db, 50_000);
      await given.store.renewLease([{ workItemId, leaseId }], 60_000);
      await passTime(given.db, 50_000);
      expect((await claim()).items).toEqual([]);
    });

    test('is asked as soon as it may be, however many items of other hosts come first', async () => {
      await givenSource(given.db);
      await giveDelay(1_000);
      await enqueue(40, { ...quick, priority: 1 });
      await enqueue(2, slow);
      const hosts = (await claim(4)).items.map((item) => item.host);
      expect(hosts.filter((host) => host === 'slow.example')).toHaveLength(1);
      expect(hosts.filter((host) => host === 'quick.example')).toHaveLength(3);
      expect((await claim(4)).items.map((item) => item.host)).not.toContain('slow.example');
    });

    test('is asked for nothing by who could not send the request soon', async () => {
      await givenSource(given.db);
      await giveDelay(1_000);
      await enqueue(2, { ...slow, priority: 1 });
      await enqueue(2, quick);
      const { items, underSlot } = await given.store.claimPolitely(4, {
        ...claimOptions,
        slots: 0,
      });
      expect(items.map((item) => item.host)).toEqual(['quick.example', 'quick.example']);
      expect(underSlot).toEqual([]);
      const next = await claim(4);
      expect(next.items.map((item) => item.host)).toEqual(['slow.example']);
      expect(next.underSlot).toEqual(next.items);
    });

    test('gives the items of one kind and host together, where one request asks for many', async () => {
      await givenSource(given.db);
      await giveDelay(1_000);
      await enqueue(30, { ...quick, priority: 1 });
      await enqueue(3, { ...slow, resourceType: 'page' });
      await enqueue(1, { ...slow, resourceType: 'category' });
      const { items } = await given.store.claimPolitely(2, {
        ...claimOptions,
        batches: [{ size: 5 }],
      });
      expect(items.filter((item) => item.host === 'slow.example')).toMatchObject(
        Array(3).fill({ resourceType: 'page' }),
      );
    });

    test('leaves no slot behind when the next item is of another host', async () => {
      await givenSource(given.db);
      await giveDelay(60_000);
      await enqueue(2, quick);
      expect((await claim()).items).toHaveLength(2);
      expect(await source()).toMatchObject({ slot_lease_id: null, slot_until: null });
    });
  });

  describe('two sources on one host', () => {
    const ofWiki = { requestUri: 'https://wiki.example/w/api.php?titles=A' };
    const two = async (delays: readonly [number, number]) => {
      await givenSource(given.db, { name: 'pages', rateDelayMs: delays[0] });
      await givenSource(given.db, { name: 'search', rateDelayMs: delays[1] });
      await enqueue(5, { ...ofWiki, sourceName: 'pages' });
      await enqueue(5, { ...ofWiki, sourceName: 'search' });
    };

    test('have one request in flight between them', async () => {
      const others = await Promise.all([given.another(), given.another()]);
      const stores = [given.store, ...others.map(({ store }) => store), given.store];
      // A server may take its time over the first claim of a connection, and the lease must not run out meanwhile.
      await Promise.all(stores.map((store) => claim(10, store)));
      await two([1_000, 1_000]);
      const claims = await Promise.all(stores.map((store) => claim(10, store)));
      expect(claims.flatMap(({ items }) => items)).toHaveLength(1);
      await passTime(given.db, 30_000);
      const { items, retryInMs } = await claim();
      expect(items).toEqual([]);
      expect(retryInMs).toBeGreaterThan(0);
      expect(retryInMs).toBeLessThanOrEqual(1_000);
    });

    test('keep the distance of the one that asked last, and both have their turn', async () => {
      await two([60_000, 10_000]);
      const names: string[] = [];
      for (let turn = 0; turn < 4; turn += 1) {
        const item = await claimOne();
        names.push(item.sourceName);
        await given.store.releaseSlot(item.leaseId, 0);
        const delayMs = item.sourceName === 'pages' ? 60_000 : 10_000;
        await passTime(given.db, delayMs - 2_000);
        expect((await claim()).items).toEqual([]);
        await passTime(given.db, 2_100);
      }
      expect(new Set(names)).toEqual(new Set(['pages', 'search']));
    });

    test('a claim that finds the host shut leaves everything as it was', async () => {
      await two([60_000, 60_000]);
      const item = await claimOne();
      const before = await given.db.q.selectFrom('sources').selectAll().orderBy('name').execute();
      expect((await claim()).items).toEqual([]);
      expect(await given.db.q.selectFrom('sources').selectAll().orderBy('name').execute()).toEqual(
        before,
      );
      const rows = await given.db.q
        .selectFrom('work_items')
        .select(['status', 'attempt'])
        .where('work_item_id', '!=', item.workItemId)
        .execute();
      expect(rows.every(({ status, attempt }) => status === 'pending' && attempt === 0)).toBe(true);
    });
  });

  describe('a host that takes only so many requests at a time', () => {
    const narrow = { requestUri: 'https://narrow.example/1' };
    const giveRoom = (concurrency: number) =>
      given.db.q
        .insertInto('hosts')
        .values({ host: 'narrow.example', concurrency, updated_at: given.db.engine.now() })
        .execute();
    const complete = async (item: ClaimedItem) =>
      given.store.release([{ workItemId: item.workItemId, leaseId: item.leaseId }]);

    test('never has more with it, and gets the next when one has come back', async () => {
      await givenSource(given.db);
      await giveRoom(3);
      await enqueue(10, { ...narrow, priority: 1 });
      await enqueue(4, { requestUri: 'https://wide.example/1' });
      const { items } = await claim(20);
      const hosts = items.map((item) => item.host).sort();
      expect(hosts).toEqual([...Array(3).fill('narrow.example'), ...Array(4).fill('wide.example')]);
      const { items: none, retryInMs } = await claim(20);
      expect(none).toEqual([]);
      expect(retryInMs).toBeLessThanOrEqual(250);
      const back = items.find((item) => item.host === 'narrow.example');
      if (back) await complete(back);
      expect((await claim(20)).items).toHaveLength(1);
    });

    test('is filled to its limit, however many items of other hosts come first', async () => {
      await givenSource(given.db);
      await giveRoom(2);
      await enqueue(40, { requestUri: 'https://wide.example/1', priority: 1 });
      await enqueue(5, narrow);
      const hosts = (await claim(10)).items.map((item) => item.host);
      expect(hosts.filter((host) => host === 'narrow.example')).toHaveLength(2);
      expect(hosts).toHaveLength(10);
    });

    test('is counted by the whole fleet', async () => {
      await givenSource(given.db, { name: 'one' });
      await givenSource(given.db, { name: 'two' });
      await giveRoom(2);
      await enqueue(10, { ...narrow, sourceName: 'one' });
      await enqueue(10, { ...narrow, sourceName: 'two' });
      const others = await Promise.all([given.another(), given.another()]);
      const stores = [given.store, ...others.map(({ store }) => store)];
      const claims = await Promise.all(stores.map((store) => claim(10, store)));
      expect(claims.flatMap(({ items }) => items)).toHaveLength(2);
    });
  });
});
