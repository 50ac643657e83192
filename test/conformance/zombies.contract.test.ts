import { describe, expect, test } from 'vitest';
import type { ClaimedItem, CompletionInput, FailureInput, Fence } from '#lib/queue/model.ts';
import { contractEngines } from '#test/db/contract-engines.ts';
import { anAttempt, aRecord, aWorkItem, noValidators } from '../factories.ts';
import { passTime, useStore } from '../queue-database.ts';

const leaseMs = 10_000;
const fenceOf = ({ workItemId, leaseId }: ClaimedItem): Fence => ({ workItemId, leaseId });
const lost = { ok: false, code: 'lease_lost' };

const completion = (zombie: ClaimedItem): CompletionInput => ({
  fence: fenceOf(zombie),
  attempt: anAttempt(),
  record: aRecord(),
  validators: noValidators,
  discovered: [aWorkItem()],
});
const failure = (zombie: ClaimedItem, kind: 'give_up' | 'skip'): FailureInput => ({
  fence: fenceOf(zombie),
  attempt: anAttempt(),
  errorCode: 'http_gone',
  errorMessage: 'gone',
  decision: { kind },
  blockHostMs: 60_000,
});

/** How a worker loses its item, and what has become of the item since. */
const losses = [
  'whose lease ended and was taken back',
  'whose item another worker holds',
  'whose item another worker has completed',
  'that gave its item back',
  'whose item a person took away',
  'whose item was sent round again',
] as const;

describe.each(contractEngines())('zombies on $name', (engine) => {
  const given = useStore(engine);

  const claimOne = async (owner: string): Promise<ClaimedItem> => {
    const [item] = await given.store.dequeue(1, { owner, leaseMs });
    if (!item) throw new Error('nothing to claim');
    return item;
  };
  const takeBack = async () => {
    await passTime(given.db, leaseMs + 1_000);
    expect(await given.store.rescueExpired()).toBe(1);
  };
  const completeBy = async (owner: string) => {
    const item = await claimOne(owner);
    await given.store.complete({ ...completion(item), record: null, discovered: [] });
  };

  const zombieOf = async (how: (typeof losses)[number]): Promise<ClaimedItem> => {
    await given.store.enqueue(aWorkItem());
    const zombie = await claimOne('zombie');
    switch (how) {
      case 'whose lease ended and was taken back':
        await takeBack();
        break;
      case 'whose item another worker holds':
        await takeBack();
        await claimOne('heir');
        break;
      case 'whose item another worker has completed':
        await takeBack();
        await completeBy('heir');
        break;
      case 'that gave its item back':
        await given.store.release([fenceOf(zombie)]);
        break;
      case 'whose item a person took away':
        await given.store.updateStatus(zombie.workItemId, 'skipped');
        break;
      case 'whose item was sent round again':
        await takeBack();
        await completeBy('heir');
        await given.store.resetForRecrawl({});
        break;
    }
    return zombie;
  };

  test.each(losses)('a worker %s completes, fails, renews and releases nothing', async (how) => {
    const zombie = await zombieOf(how);
    const before = await given.store.getWorkItem(zombie.workItemId);
    const attempts = await given.count('work_item_attempts');

    expect(await given.store.complete(completion(zombie))).toEqual(lost);
    expect(await given.store.completeMany([completion(zombie)])).toEqual([
      { status: 'fulfilled', value: lost },
    ]);
    expect(await given.store.fail(failure(zombie, 'give_up'))).toEqual(lost);
    expect(await given.store.fail(failure(zombie, 'skip'))).toEqual(lost);
    expect(await given.store.renewLease([fenceOf(zombie)], leaseMs)).toEqual([]);
    expect(await given.store.release([fenceOf(zombie)])).toBe(0);
    await expect(
      given.store.updateStatus(zombie.workItemId, 'completed', { leaseId: zombie.leaseId }),
    ).rejects.toMatchObject({ code: 'lease_lost' });

    expect(await given.store.getWorkItem(zombie.workItemId)).toEqual(before);
    expect(await given.count('work_item_attempts')).toBe(attempts);
    expect(await given.count('IngestRecords')).toBe(0);
    expect(await given.count('work_items')).toBe(1);
    const blocked = await given.db.q
      .selectFrom('hosts')
      .select('host')
      .where('blocked_until', 'is not', null)
      .execute();
    expect(blocked).toEqual([]);
  });

  test('in a batch, a lost lease keeps the others from nothing', async () => {
    const zombie = await zombieOf('whose item another worker holds');
    await given.store.enqueueMany([aWorkItem(), aWorkItem()]);
    const [a, b] = await given.store.dequeue(2);
    if (!a || !b) throw new Error('nothing to claim');
    const settled = await given.store.completeMany([a, zombie, b].map(completion));
    expect(settled).toMatchObject([
      { value: { ok: true } },
      { value: lost },
      { value: { ok: true } },
    ]);
    expect(await given.count('IngestRecords')).toBe(2);
  });
});
