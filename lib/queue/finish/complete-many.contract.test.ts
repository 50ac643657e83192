import { describe, expect, test } from 'vitest';
import type { Db } from '#db/engine.ts';
import { DatabaseError } from '#db/errors.ts';
import { contractEngines } from '#test/db/contract-engines.ts';
import { anAttempt, aRecord, aWorkItem, noValidators } from '#test/factories.ts';
import { givenRun, useStore } from '#test/queue-database.ts';
import type { ClaimedItem, CompletionInput, NewWorkItem } from '../model.ts';
import { completeMany } from './complete-many.ts';

describe.each(contractEngines())('completing many on $name', (engine) => {
  const given = useStore(engine);

  const claimed = async (
    count: number,
    over: (i: number) => Partial<NewWorkItem> = () => ({}),
  ): Promise<ClaimedItem[]> => {
    await given.store.enqueueMany(Array.from({ length: count }, (_, i) => aWorkItem(over(i))));
    const items = await given.store.dequeue(count);
    expect(items).toHaveLength(count);
    return items;
  };
  const completion = (item: ClaimedItem, over: Partial<CompletionInput> = {}): CompletionInput => ({
    fence: { workItemId: item.workItemId, leaseId: item.leaseId },
    attempt: anAttempt(),
    record: aRecord(),
    validators: noValidators,
    discovered: [],
    ...over,
  });
  const statusOf = async (item: ClaimedItem) =>
    (await given.store.getWorkItem(item.workItemId))?.status;
  const run = () => given.db.q.selectFrom('current_runs').selectAll().executeTakeFirstOrThrow();

  test('stores every item with all that belongs to it', async () => {
    const runId = await givenRun(given.db);
    const items = await claimed(5, () => ({ runId, requestUri: 'https://wiki.example/a' }));
    const found = aWorkItem();
    const settled = await given.store.completeMany(
      items.map((item, i) =>
        completion(item, {
          record: i === 4 ? null : aRecord({ payload: `{"i":"${i} ☃ \\"~\\""}` }),
          discovered: i === 0 ? [found, aWorkItem()] : i === 1 ? [found] : [],
        }),
      ),
    );
    const plain = { ok: true, discovered: 0, unchanged: false };
    expect(settled.map((one) => (one.status === 'fulfilled' ? one.value : one.reason))).toEqual([
      { ...plain, discovered: 2 },
      plain,
      plain,
      plain,
      { ...plain, unchanged: true },
    ]);
    for (const item of items) expect(await statusOf(item)).toBe('completed');
    expect(await run()).toMatchObject({
      items_total: 7,
      items_processed: 5,
      items_succeeded: 5,
      items_unchanged: 1,
      items_discovered: 2,
    });
    const records = await given.db.q
      .selectFrom('IngestRecords')
      .select(['payload', 'work_item_id'])
      .orderBy('payload')
      .execute();
    expect(records).toEqual(
      items.slice(0, 4).map((item, i) => ({
        payload: `{"i":"${i} ☃ \\"~\\""}`,
        work_item_id: item.workItemId,
      })),
    );
    expect(await given.count('seen_resources')).toBe(5);
    expect(await given.count('work_item_attempts')).toBe(5);
    const host = await given.db.q.selectFrom('current_hosts').selectAll().executeTakeFirst();
    expect(host).toMatchObject({ host: 'wiki.example', requests_total: 5 });
    expect((await given.store.getStats()).byStatus).toMatchObject({ completed: 5, pending: 2 });
  });

  test('an item whose lease was lost spoils no other', async () => {
    const items = await claimed(3);
    const lost = items[1];
    if (!lost) throw new Error('nothing claimed');
    await given.store.release([{ workItemId: lost.workItemId, leaseId: lost.leaseId }]);
    const settled = await given.store.completeMany(items.map((item) => completion(item)));
    expect(settled).toMatchObject([
      { value: { ok: true } },
      { value: { ok: false, code: 'lease_lost' } },
      { value: { ok: true } },
    ]);
    expect(await statusOf(lost)).toBe('pending');
    expect(await given.count('IngestRecords')).toBe(2);
  });

  test('the same item twice is completed once', async () => {
    const [item] = await claimed(1);
    if (!item) throw new Error('nothing claimed');
    const settled = await given.store.completeMany([completion(item), completion(item)]);
    expect(settled).toMatchObject([
      { value: { ok: true } },
      { value: { ok: false, code: 'lease_lost' } },
    ]);
    expect(await given.count('IngestRecords')).toBe(1);
  });

  test('an item that cannot be stored is refused alone, and stays claimed', async () => {
    const items = await claimed(3);
    const settled = await given.store.completeMany(
      items.map((item, i) =>
        completion(item, i === 1 ? { record: aRecord({ statusCode: 12_345 }) } : {}),
      ),
    );
    expect(settled.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(settled[1]).toMatchObject({ reason: { code: 'db_constraint_violation' } });
    expect(await Promise.all(items.map(statusOf))).toEqual([
      'completed',
      'in_progress',
      'completed',
    ]);
    expect(await given.count('work_item_attempts')).toBe(2);
  });

  test('a database that is gone refuses all of them at once', async () => {
    const items = await claimed(3);
    let transactions = 0;
    const gone: Db = {
      ...given.db,
      transaction: () => {
        transactions += 1;
        return Promise.reject(
          new DatabaseError('db_connection_lost', 'The connection was lost.', { remedy: '' }),
        );
      },
    };
    const settled = await completeMany(
      gone,
      items.map((item) => completion(item)),
    );
    expect(settled.map(({ status }) => status)).toEqual(Array(3).fill('rejected'));
    expect(transactions).toBe(1);
  });
});
