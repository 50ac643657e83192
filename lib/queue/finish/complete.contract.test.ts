import { describe, expect, test } from 'vitest';
import { newId } from '#lib/ids.ts';
import { listWorkItems } from '#lib/items/list/list.ts';
import { parseWorkItemQuery } from '#lib/items/list/query.ts';
import { contractEngines } from '#test/db/contract-engines.ts';
import { refuseChanges } from '#test/db/refuse-changes.ts';
import { anAttempt, aRecord, aWorkItem, noValidators } from '#test/factories.ts';
import { givenRun, passTime, useStore } from '#test/queue-database.ts';
import type { ClaimedItem, CompletionInput, NewWorkItem } from '../model.ts';

describe.each(contractEngines())('completing on $name', (engine) => {
  const given = useStore(engine);

  const claimed = async (over: Partial<NewWorkItem> = {}): Promise<ClaimedItem> => {
    await given.store.enqueue(aWorkItem(over));
    const [item] = await given.store.dequeue(1);
    if (!item) throw new Error('nothing to claim');
    return item;
  };
  const claimedAgain = async (workItemId: string): Promise<ClaimedItem> => {
    await given.store.resetForRecrawl({ workItemIds: [workItemId] });
    const [item] = await given.store.dequeue(1);
    if (!item) throw new Error('nothing to claim');
    return item;
  };
  const completion = (item: ClaimedItem, over: Partial<CompletionInput> = {}): CompletionInput => ({
    fence: { workItemId: item.workItemId, leaseId: item.leaseId },
    attempt: anAttempt(),
    record: aRecord(),
    validators: noValidators,
    discovered: [],
    ...over,
  });
  const run = () => given.db.q.selectFrom('current_runs').selectAll().executeTakeFirstOrThrow();
  const attempts = () =>
    given.db.q.selectFrom('work_item_attempts').selectAll().orderBy('attempt_id').execute();
  const records = () =>
    given.db.q.selectFrom('IngestRecords').selectAll().orderBy('ingest_id').execute();

  test('stores record, finds, resource, attempt, host, run numbers and status together', async () => {
    const runId = await givenRun(given.db);
    const item = await claimed({ runId, requestUri: 'https://wiki.example/api.php' });
    const record = aRecord({ payload: '{"title":"Ð ☃ 𝒳"}' });
    const result = await given.store.complete(
      completion(item, {
        record,
        attempt: anAttempt({ workerId: 'worker-3', httpStatus: 200, facts: { bytes: 17 } }),
        validators: { etag: '"abc"', lastModified: 'Mon', revision: '42' },
        discovered: [aWorkItem({ resourceId: 'link', depth: 1, priority: 110 })],
      }),
    );
    expect(result).toEqual({ ok: true, discovered: 1, unchanged: false });
    expect(await given.store.getWorkItem(item.workItemId)).toMatchObject({
      status: 'completed',
      attempt: 1,
      leaseId: null,
      leaseOwner: null,
      leaseUntil: null,
      etag: '"abc"',
      lastModified: 'Mon',
      revision: '42',
      contentHash: record.contentHash,
      lastHttpStatus: 200,
      checkCount: 1,
      changeCount: 0,
    });
    expect(await records()).toMatchObject([
      {
        ingest_id: record.ingestId,
        payload: record.payload,
        run_id: runId,
        work_item_id: item.workItemId,
        source_name: 'sample',
        resource_id: item.resourceId,
        hash_sha256: record.hashSha256,
        attempt: 1,
      },
    ]);
    const link = await given.db.q
      .selectFrom('work_items')
      .selectAll()
      .where('resource_id', '=', 'link')
      .executeTakeFirst();
    expect(link).toMatchObject({
      status: 'pending',
      run_id: runId,
      discovered_from: item.workItemId,
      depth: 1,
      priority: 110,
    });
    expect(await attempts()).toMatchObject([
      {
        outcome: 'completed',
        worker_id: 'worker-3',
        ingest_id: record.ingestId,
        items_discovered: 1,
        facts: '{"bytes":17}',
      },
    ]);
    expect(await run()).toMatchObject({
      items_total: 2,
      items_processed: 1,
      items_succeeded: 1,
      items_discovered: 1,
      items_unchanged: 0,
    });
    expect(await given.count('seen_resources')).toBe(1);
    const host = await given.db.q.selectFrom('current_hosts').selectAll().executeTakeFirst();
    expect(host).toMatchObject({ host: 'wiki.example', requests_total: 1, last_status: 200 });
  });

  test.each([
    'IngestRecords',
    'seen_resources',
    'work_item_attempts',
    'runs',
    'work_items',
  ] as const)('a store that fails at %s leaves everything as it was', async (table) => {
    const runId = await givenRun(given.db);
    const item = await claimed({ runId });
    const before = await given.row(item.workItemId);
    const input = completion(item, { discovered: [aWorkItem()] });
    const allow = await refuseChanges(given, table);
    await expect(given.store.complete(input).finally(allow)).rejects.toThrow('refused');
    expect(await given.row(item.workItemId)).toEqual(before);
    expect(await run()).toMatchObject({ items_total: 1, items_processed: 0 });
    for (const empty of ['IngestRecords', 'seen_resources', 'work_item_attempts'] as const) {
      expect(await given.count(empty)).toBe(0);
    }
    expect(await given.count('work_items')).toBe(1);
    expect(await given.store.complete(input)).toMatchObject({ ok: true, discovered: 1 });
  });

  test('a resource is counted as often as it is seen, whatever its key has in it', async () => {
    const runId = await givenRun(given.db);
    const items = ['a', 'A', 'say "~0"\\'].map((resourceId) => aWorkItem({ resourceId }));
    const [again] = await given.store.enqueueMany(items);
    for (const item of await given.store.dequeue(3)) await given.store.complete(completion(item));
    await given.store.resetForRecrawl({ workItemIds: again ? [again] : [] });
    await given.db.q
      .updateTable('work_items')
      .set({ run_id: runId })
      .where('status', '=', 'pending')
      .execute();
    const [item] = await given.store.dequeue(1);
    if (item) await given.store.complete(completion(item));
    const seen = await given.db.q
      .selectFrom('seen_resources')
      .select(['resource_id', 'seen_count', 'last_run_id'])
      .execute();
    expect(seen.toSorted((a, b) => (a.resource_id < b.resource_id ? -1 : 1))).toEqual([
      { resource_id: 'A', seen_count: 1, last_run_id: null },
      { resource_id: 'a', seen_count: 2, last_run_id: runId },
      { resource_id: 'say "~0"\\', seen_count: 1, last_run_id: null },
    ]);
  });

  test('what an attempt has to tell is kept whole, however long', async () => {
    const item = await claimed();
    const facts = { note: 'ä"~1\n'.repeat(2_000) };
    await given.store.complete(completion(item, { attempt: anAttempt({ facts }) }));
    expect(await attempts()).toMatchObject([{ facts: JSON.stringify(facts) }]);
  });

  test('the same content again is "unchanged" and is not stored twice', async () => {
    const first = await claimed();
    await given.store.complete(completion(first));
    const again = await claimedAgain(first.workItemId);
    const result = await given.store.complete(completion(again, { attempt: anAttempt() }));
    expect(result).toEqual({ ok: true, discovered: 0, unchanged: true });
    expect(await records()).toHaveLength(1);
    const item = await given.row(first.workItemId);
    expect(item).toMatchObject({ check_count: 2, change_count: 0 });
    expect((await attempts()).map((row) => row.outcome).sort()).toEqual(['completed', 'unchanged']);
  });

  test('changed content is a second record and a counted change', async () => {
    const first = await claimed();
    await given.store.complete(completion(first));
    const again = await claimedAgain(first.workItemId);
    const record = aRecord({ contentHash: 'c'.repeat(64) });
    await given.store.complete(completion(again, { record }));
    expect(await records()).toHaveLength(2);
    const item = await given.row(first.workItemId);
    expect(item).toMatchObject({ check_count: 2, change_count: 1 });
    expect(item.last_changed_at).toBe(item.last_fetched_at);
  });

  test('"not modified" keeps the validators it confirmed', async () => {
    const first = await claimed();
    const validators = { etag: '"1"', lastModified: null, revision: '7' };
    await given.store.complete(completion(first, { validators }));
    const again = await claimedAgain(first.workItemId);
    expect(again).toMatchObject({ etag: '"1"', revision: '7' });
    const notModified = { record: null, validators: noValidators, attempt: anAttempt() };
    const result = await given.store.complete(completion(again, notModified));
    expect(result).toMatchObject({ unchanged: true });
    expect(await given.row(first.workItemId)).toMatchObject({ etag: '"1"', revision: '7' });
  });

  test('an alias has no record, is not "unchanged", and brings its target', async () => {
    const runId = await givenRun(given.db);
    const alias = await claimed({ resourceId: 'ANH', runId });
    const target = aWorkItem({ resourceId: 'A_New_Hope' });
    const input = completion(alias, { record: null, alias: true, discovered: [target] });
    expect(await given.store.complete(input)).toEqual({
      ok: true,
      discovered: 1,
      unchanged: false,
    });
    expect(await records()).toEqual([]);
    expect(await attempts()).toMatchObject([{ outcome: 'completed' }]);
    expect(await run()).toMatchObject({ items_unchanged: 0, items_succeeded: 1 });
  });

  test('completing twice completes once', async () => {
    const item = await claimed();
    await given.store.complete(completion(item));
    expect(await given.store.complete(completion(item))).toEqual({ ok: false, code: 'lease_lost' });
    expect(await attempts()).toHaveLength(1);
  });

  test('finds that are known, doubled, or do not fit are left out, and the page is stored', async () => {
    await given.store.enqueue(aWorkItem({ resourceId: 'known', priority: 500 }));
    const item = await claimed({ priority: 1 });
    const discovered = [
      aWorkItem({ resourceId: 'known' }),
      aWorkItem({ resourceId: 'new' }),
      aWorkItem({ resourceId: 'new' }),
      aWorkItem({ resourceId: 'x'.repeat(501) }),
    ];
    const result = await given.store.complete(completion(item, { discovered }));
    expect(result).toEqual({ ok: true, discovered: 1, unchanged: false });
    const [attempt] = await attempts();
    expect(JSON.parse(attempt?.facts ?? 'null')).toEqual({ not_enqueued: { invalid: 1 } });
  });

  test('a run takes no item deeper than its depth, and none beyond its budget', async () => {
    const runId = await givenRun(given.db, { maxDepth: 1, maxItems: 3 });
    const item = await claimed({ runId });
    const at = (depth: number) => aWorkItem({ depth, runId });
    const discovered = [at(2), at(1), at(1), at(1), at(1)];
    const result = await given.store.complete(completion(item, { discovered }));
    expect(result).toMatchObject({ discovered: 2 });
    expect(await given.count('work_items')).toBe(3);
    const numbers = await run();
    expect(numbers.items_total).toBe(3);
    expect(numbers.items_over_budget).toBe(2);
  });

  test('the budget is exact for workers that complete at the same time', async () => {
    const runId = await givenRun(given.db, { maxItems: 12 });
    await given.store.enqueueMany(Array.from({ length: 6 }, () => aWorkItem({ runId })));
    const other = await given.another();
    const items = await given.store.dequeue(6);
    const results = await Promise.all(
      items.map((item, n) =>
        (n % 2 === 0 ? given : other).store.complete(
          completion(item, {
            record: aRecord({ ingestId: newId() }),
            discovered: Array.from({ length: 5 }, () => aWorkItem({ runId })),
          }),
        ),
      ),
    );
    expect(results.every((result) => result.ok)).toBe(true);
    expect(await given.count('work_items')).toBe(12);
    expect(await run()).toMatchObject({ items_total: 12, items_discovered: 6, items_succeeded: 6 });
  });

  test('an unknown run id of an older database does not keep an item from completing', async () => {
    const item = await claimed();
    await given.db.q.updateTable('work_items').set({ run_id: 'legacy-run' }).execute();
    expect(await given.store.complete(completion(item))).toMatchObject({ ok: true });
    expect(await records()).toMatchObject([{ run_id: null }]);
  });

  describe('plans the next fetch', () => {
    const dayMs = 86_400_000;
    const hourMs = 3_600_000;
    /** The interval that was planned, ms. */
    const planned = async (id: string): Promise<number> => {
      const { last_fetched_at: fetched, next_fetch_at: due } = await given.row(id);
      return Date.parse(due ?? '') - Date.parse(fetched ?? '');
    };
    const around = (ms: number, expected: number) => {
      // A tenth of jitter, and the milliseconds between two readings of the clock.
      expect(ms).toBeGreaterThanOrEqual(expected * 0.9 - 1000);
      expect(ms).toBeLessThanOrEqual(expected * 1.1 + 1000);
    };
    const other = aRecord({ contentHash: 'd'.repeat(64) });

    test('a day after the first, later while nothing changes, sooner when something did', async () => {
      const item = await claimed();
      const id = item.workItemId;
      await given.store.complete(completion(item));
      const first = await planned(id);
      around(first, dayMs);
      await given.store.complete(completion(await claimedAgain(id), { record: null }));
      const second = await planned(id);
      around(second, 1.5 * first);
      await given.store.complete(completion(await claimedAgain(id)));
      const third = await planned(id);
      around(third, 1.5 * second);
      await given.store.complete(completion(await claimedAgain(id), { record: other }));
      around(await planned(id), hourMs + (third - hourMs) / 2);
    });

    test('by the interval that was planned, not by the time that passed', async () => {
      const item = await claimed();
      const id = item.workItemId;
      await given.store.complete(completion(item));
      const first = await planned(id);
      await passTime(given.db, 30 * dayMs);
      await given.store.complete(completion(await claimedAgain(id), { record: null }));
      around(await planned(id), 1.5 * first);
    });

    test('an error says nothing about the item and leaves its plan alone', async () => {
      const item = await claimed();
      const id = item.workItemId;
      await given.store.complete(completion(item));
      const { next_fetch_at: due } = await given.row(id);
      const again = await claimedAgain(id);
      await given.store.fail({
        fence: { workItemId: id, leaseId: again.leaseId },
        attempt: anAttempt({ httpStatus: 503 }),
        errorCode: 'http_server_error',
        errorMessage: '503',
        decision: { kind: 'give_up' },
      });
      expect((await given.row(id)).next_fetch_at).toBe(due);
    });

    test('an item is due when its time has come, until it is on its way again', async () => {
      const item = await claimed();
      await given.store.complete(completion(item));
      const due = async () => {
        const { query } = parseWorkItemQuery({ due: '1' });
        return (await listWorkItems(given.db, query)).rows.map((row) => row.workItemId);
      };
      expect(await due()).toEqual([]);
      await passTime(given.db, 2 * dayMs);
      expect(await due()).toEqual([item.workItemId]);
      const again = await claimedAgain(item.workItemId);
      expect(await due()).toEqual([]);
      await given.store.complete(completion(again, { record: null }));
      expect(await due()).toEqual([]);
      await passTime(given.db, 2 * dayMs);
      expect(await due()).toEqual([item.workItemId]);
    });
  });
});
