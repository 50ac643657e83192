import { describe, expect, test } from 'vitest';
import { newId } from '#lib/ids.ts';
import { contractEngines } from '#test/db/contract-engines.ts';
import { aWorkItem } from '#test/factories.ts';
import {
  givenBlockedHost,
  givenRun,
  givenSource,
  passTime,
  useStore,
} from '#test/queue-database.ts';

const options = { owner: 'worker-1', leaseMs: 60_000 };
/** More than a claim of a few items looks at in one source. */
const crowd = 150;

describe.each(contractEngines())('a crowd that may not be claimed, on $name', (engine) => {
  const given = useStore(engine);
  const enqueue = (count: number, over: Parameters<typeof aWorkItem>[0] = {}) =>
    given.store.enqueueMany(Array.from({ length: count }, () => aWorkItem(over)));
  const claim = (limit = 5) => given.store.claimPolitely(limit, options);
  const claimedIds = async (limit = 5) => (await claim(limit)).items.map((item) => item.resourceId);
  const at = (host: string) => ({ requestUri: `https://${host}/` });
  const behind = async (over: Parameters<typeof aWorkItem>[0] = {}) => {
    for (const resourceId of ['a', 'b', 'c']) await enqueue(1, { resourceId, ...over });
  };

  test('of a paused run does not hide the items of others, nor those without a run', async () => {
    await givenSource(given.db);
    const paused = await givenRun(given.db, { paused: true });
    const running = await givenRun(given.db);
    await enqueue(crowd, { runId: paused, priority: 1 });
    await enqueue(1, { resourceId: 'second', priority: 20 });
    await enqueue(1, { resourceId: 'first', priority: 10, runId: running });
    await enqueue(1, { resourceId: 'third', priority: 30, runId: running, ...at('else.example') });
    expect(await claimedIds(2)).toEqual(['first', 'second']);
    expect(await claimedIds()).toEqual(['third']);
    expect(await claimedIds()).toEqual([]);
  });

  test('of a blocked host does not hide the items of other hosts, nor those without a host', async () => {
    await givenSource(given.db);
    await givenBlockedHost(given.db, 'blocked.example', 60_000);
    await enqueue(crowd, { ...at('blocked.example'), priority: 1 });
    await enqueue(1, { resourceId: 'b', ...at('open.example') });
    await enqueue(1, { resourceId: 'c', requestUri: 'test:1' });
    await enqueue(1, { resourceId: 'a', priority: 50, ...at('another.example') });
    expect(await claimedIds()).toEqual(['a', 'b', 'c']);
    await passTime(given.db, 61_000);
    expect(await claimedIds()).toHaveLength(5);
  });

  test('is passed by in exact order, over more lanes than one statement asks for', async () => {
    await givenSource(given.db);
    await givenBlockedHost(given.db, 'blocked.example', 60_000);
    await enqueue(2 * crowd, { ...at('blocked.example'), priority: 1 });
    const items = Array.from({ length: 90 }, (_, n) =>
      aWorkItem({
        resourceId: `item-${n}`,
        priority: 10 + ((n * 37) % 90),
        ...at(`host-${(n * 11) % 45}.example`),
      }),
    );
    await given.store.enqueueMany(items);
    const inOrder = items
      .toSorted((a, b) => (a.priority ?? 0) - (b.priority ?? 0))
      .map((item) => item.resourceId);
    expect(await claimedIds(80)).toEqual(inOrder.slice(0, 80));
    expect(await claimedIds(80)).toEqual(inOrder.slice(80));
  });

  test('of one source leaves the order among sources as it is', async () => {
    for (const name of ['one', 'two']) await givenSource(given.db, { name });
    await givenBlockedHost(given.db, 'blocked.example', 60_000);
    await enqueue(crowd, { sourceName: 'one', ...at('blocked.example'), priority: 1 });
    await enqueue(1, { sourceName: 'one', resourceId: 'b', priority: 20 });
    await enqueue(1, { sourceName: 'two', resourceId: 'c', priority: 30 });
    await enqueue(1, { sourceName: 'two', resourceId: 'a', priority: 10 });
    expect(await claimedIds()).toEqual(['a', 'b', 'c']);
  });

  test('of one source hides nothing, even where another source has enough', async () => {
    for (const name of ['one', 'two']) await givenSource(given.db, { name });
    const paused = await givenRun(given.db, { paused: true });
    await enqueue(crowd, { sourceName: 'one', runId: paused, priority: 1 });
    await enqueue(1, { sourceName: 'one', resourceId: 'behind', priority: 20 });
    await enqueue(10, { sourceName: 'two', priority: 30 });
    expect((await claimedIds(3))[0]).toBe('behind');
  });

  test('of a host that was just asked leaves a polite source to its other hosts', async () => {
    await givenSource(given.db, { rateDelayMs: 1_000 });
    await given.db.q
      .insertInto('hosts')
      .values({
        host: 'asked.example',
        next_slot_at: given.db.engine.nowPlus(60_000),
        updated_at: given.db.engine.now(),
      })
      .execute();
    await enqueue(crowd, { ...at('asked.example'), priority: 1 });
    await behind(at('open.example'));
    const { items } = await given.store.claimPolitely(5, { ...options, batches: [{ size: 2 }] });
    expect(items.map((item) => item.resourceId)).toEqual(['a', 'b']);
  });

  test('of a host with all its requests under way does not hide those of others', async () => {
    await givenSource(given.db);
    await given.db.q
      .insertInto('hosts')
      .values({ host: 'narrow.example', concurrency: 2, updated_at: given.db.engine.now() })
      .execute();
    await enqueue(crowd, { ...at('narrow.example'), priority: 1 });
    expect((await claim()).items).toHaveLength(2);
    await behind();
    expect(await claimedIds()).toEqual(['a', 'b', 'c']);
  });

  test('that backs off or is scheduled is nowhere a claim looks, and comes back in order', async () => {
    await givenSource(given.db);
    const soon = new Date(Date.now() + 3_600_000).toISOString();
    await enqueue(crowd, { availableAt: soon, priority: 1 });
    await enqueue(1, { availableAt: soon, priority: 0, resourceId: 'first' });
    await behind();
    expect(await claimedIds()).toEqual(['a', 'b', 'c']);
    const { retryInMs } = await claim();
    expect(retryInMs).toBeGreaterThan(3_000_000);
    await passTime(given.db, 2 * 3_600_000);
    expect((await claimedIds(1))[0]).toBe('first');
    expect((await given.store.dequeue(2 * crowd)).length).toBe(crowd);
  });

  test('scheduled by plain SQL waits for its time like any other', async () => {
    await enqueue(3);
    const { q, engine: of } = given.db;
    await q
      .updateTable('work_items')
      .set({ available_at: of.nowPlus(60_000) })
      .execute();
    const rows = await q.selectFrom('work_items').select('wait_reason').execute();
    expect(rows.map((row) => row.wait_reason)).toEqual(Array(3).fill('scheduled'));
    expect(await given.store.dequeue(5)).toEqual([]);
    await q
      .updateTable('work_items')
      .set({ available_at: of.nowPlus(-1_000) })
      .execute();
    expect(await given.store.dequeue(5)).toHaveLength(3);
    await q
      .updateTable('work_items')
      .set({ status: 'pending', available_at: of.nowPlus(60_000) })
      .execute();
    expect(await given.store.dequeue(5)).toEqual([]);
    await q.updateTable('work_items').set({ wait_reason: null }).execute();
    expect(await given.store.dequeue(5)).toEqual([]);
  });

  test('of runs with empty ids and odd hosts, as plain SQL may write them, is passed all the same', async () => {
    await givenSource(given.db);
    const paused = await givenRun(given.db, { paused: true });
    await enqueue(crowd, { runId: paused, priority: 1 });
    await enqueue(4, { resourceType: 'odd' });
    const { q } = given.db;
    const odd = await q
      .selectFrom('work_items')
      .select('work_item_id')
      .where('resource_type', '=', 'odd')
      .orderBy('work_item_id')
      .execute();
    const lanes = [
      { run_id: '', host: '' },
      { run_id: '', host: null },
      { run_id: null, host: '' },
      { run_id: newId().replace('0', 'z'), host: 'h' },
    ];
    for (const [n, { work_item_id: id }] of odd.entries()) {
      await q
        .updateTable('work_items')
        .set(lanes[n] ?? {})
        .where('work_item_id', '=', id)
        .execute();
    }
    expect((await claim()).items).toHaveLength(4);
  });
});
