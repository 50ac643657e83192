import { describe, expect, test } from 'vitest';
import { newId } from '#lib/ids.ts';
import { contractEngines } from '#test/db/contract-engines.ts';
import { anAttempt, aRecord, aWorkItem, noValidators } from '#test/factories.ts';
import { givenRun, givenSource, passTime, useStore } from '#test/queue-database.ts';
import type { ClaimedItem, Fence } from '../model.ts';

const fenceOf = ({ workItemId, leaseId }: ClaimedItem): Fence => ({ workItemId, leaseId });

describe.each(contractEngines())('leases on $name', (engine) => {
  const given = useStore(engine);
  const claimOne = async (leaseMs = 60_000): Promise<ClaimedItem> => {
    const [item] = await given.store.dequeue(1, { owner: 'worker-1', leaseMs });
    if (!item) throw new Error('nothing to claim');
    return item;
  };
  const completion = (item: ClaimedItem) => ({
    fence: fenceOf(item),
    attempt: anAttempt(),
    record: aRecord(),
    validators: noValidators,
    discovered: [],
  });
  const attempts = () =>
    given.db.q.selectFrom('work_item_attempts').selectAll().orderBy('attempt').execute();

  test('a renewed lease is kept past its first expiry', async () => {
    await given.store.enqueue(aWorkItem());
    const item = await claimOne(10_000);
    expect(await given.store.renewLease([fenceOf(item)], 60_000)).toEqual([fenceOf(item)]);
    await passTime(given.db, 30_000);
    expect(await given.store.rescueExpired()).toBe(0);
    expect(await given.store.complete(completion(item))).toMatchObject({ ok: true });
  });

  test('renewing tells which leases were lost', async () => {
    await given.store.enqueueMany([aWorkItem(), aWorkItem()]);
    const leased = await claimOne();
    const lost = await claimOne();
    await given.store.updateStatus(lost.workItemId, 'skipped');
    const wrong = { workItemId: leased.workItemId, leaseId: newId() };
    expect(await given.store.renewLease([fenceOf(lost), wrong, fenceOf(leased)], 1000)).toEqual([
      fenceOf(leased),
    ]);
    expect(await given.store.renewLease([], 1000)).toEqual([]);
  });

  test('an expired lease returns the item; its attempt stays counted and is recorded', async () => {
    await given.store.enqueue(aWorkItem());
    const first = await claimOne(10_000);
    await passTime(given.db, 11_000);
    expect(await given.store.rescueExpired()).toBe(1);
    expect(await given.store.rescueExpired()).toBe(0);
    expect(await attempts()).toMatchObject([
      { outcome: 'expired', attempt: 1, worker_id: 'worker-1', lease_id: first.leaseId },
    ]);
    const second = await claimOne();
    expect(second).toMatchObject({ workItemId: first.workItemId, attempt: 2 });
    expect(second.leaseId).not.toBe(first.leaseId);
  });

  test('a worker that lost its lease changes nothing, before and after the next claim', async () => {
    await given.store.enqueue(aWorkItem());
    const zombie = await claimOne(10_000);
    await passTime(given.db, 11_000);
    await given.store.rescueExpired();
    const lost = { ok: false, code: 'lease_lost' };
    const failure = {
      fence: fenceOf(zombie),
      attempt: anAttempt(),
      errorCode: 'http_not_found',
      errorMessage: 'gone',
      decision: { kind: 'give_up' },
    } as const;
    const tryAll = async () => {
      expect(await given.store.complete(completion(zombie))).toEqual(lost);
      expect(await given.store.fail(failure)).toEqual(lost);
      expect(await given.store.release([fenceOf(zombie)])).toBe(0);
      expect(await given.store.renewLease([fenceOf(zombie)], 1000)).toEqual([]);
    };
    await tryAll();
    const holder = await claimOne();
    await tryAll();
    expect(await given.store.getWorkItem(holder.workItemId)).toEqual(holder);
    expect(await given.count('IngestRecords')).toBe(0);
    expect(await given.count('seen_resources')).toBe(0);
  });

  test('the fence tells claims apart although release made the attempt number come again', async () => {
    await given.store.enqueue(aWorkItem());
    const first = await claimOne();
    expect(await given.store.release([fenceOf(first)])).toBe(1);
    const second = await claimOne();
    expect(second.attempt).toBe(first.attempt);
    expect(await given.store.complete(completion(first))).toMatchObject({ code: 'lease_lost' });
    expect(await given.store.complete(completion(second))).toMatchObject({ ok: true });
  });

  test('released items are pending at once, in their old place, with the attempt uncounted', async () => {
    await given.store.enqueue(aWorkItem({ resourceId: 'first' }));
    await given.store.enqueue(aWorkItem({ resourceId: 'second' }));
    const item = await claimOne();
    await given.store.release([fenceOf(item)]);
    expect(await given.row(item.workItemId)).toMatchObject({
      status: 'pending',
      attempt: 0,
      lease_id: null,
      lease_owner: null,
      lease_until: null,
    });
    expect((await claimOne()).resourceId).toBe('first');
    expect(await attempts()).toMatchObject([{ outcome: 'released', attempt: 1 }]);
  });

  test('rescues end: after the last of its attempts the item fails', async () => {
    await givenSource(given.db, { maxAttempts: 2 });
    await given.store.enqueue(aWorkItem());
    const { workItemId } = await claimOne(1000);
    await passTime(given.db, 2000);
    await given.store.rescueExpired();
    await claimOne(1000);
    await passTime(given.db, 2000);
    expect(await given.store.rescueExpired()).toBe(1);
    expect(await given.row(workItemId)).toMatchObject({
      status: 'failed',
      attempt: 2,
      error_code: 'attempts_exhausted',
    });
    expect(await given.store.dequeue(1)).toEqual([]);
  });

  test('an item without a configured source has four attempts', async () => {
    await given.store.enqueue(aWorkItem());
    for (let attempt = 1; attempt <= 4; attempt += 1) {
      expect((await claimOne(1000)).attempt).toBe(attempt);
      await passTime(given.db, 2000);
      await given.store.rescueExpired();
    }
    expect((await given.store.getStats()).byStatus.failed).toBe(1);
  });

  test('items an older system left in progress without a lease are rescued', async () => {
    await given.store.enqueue(aWorkItem());
    const item = await claimOne();
    await given.db.q
      .updateTable('work_items')
      .set({ lease_id: null, lease_owner: null, lease_until: null })
      .execute();
    expect(await given.store.rescueExpired()).toBe(1);
    expect((await given.store.getWorkItem(item.workItemId))?.status).toBe('pending');
  });

  test('no more than the limit is rescued, each once, when two workers rescue at the same time', async () => {
    await given.store.enqueueMany(Array.from({ length: 30 }, () => aWorkItem()));
    await given.store.dequeue(30, { leaseMs: 1000 });
    await passTime(given.db, 2000);
    expect(await given.store.rescueExpired(10)).toBe(10);
    const other = await given.another();
    const counts = await Promise.all([given.store.rescueExpired(), other.store.rescueExpired()]);
    expect(counts.reduce((a, b) => a + b)).toBe(20);
    expect(await attempts()).toHaveLength(30);
  });

  test('rescue and release are counted in the run', async () => {
    const runId = await givenRun(given.db);
    await given.store.enqueueMany([aWorkItem({ runId }), aWorkItem({ runId })]);
    await given.store.release([fenceOf(await claimOne())]);
    await claimOne(1000);
    await passTime(given.db, 2000);
    await given.store.rescueExpired();
    const run = await given.db.q.selectFrom('current_runs').selectAll().executeTakeFirstOrThrow();
    expect(run).toMatchObject({ items_total: 2, items_processed: 0, items_retried: 1 });
  });
});
