import { describe, expect, test } from 'vitest';
import type { Db } from '#db/engine.ts';
import { newId } from '#lib/ids.ts';
import { contractEngines } from '#test/db/contract-engines.ts';
import { aWorkItem } from '#test/factories.ts';
import { givenRun, useStore } from '#test/queue-database.ts';
import { lockRun } from '../runs/run-numbers.ts';

describe.each(contractEngines())('enqueuing on $name', (engine) => {
  const given = useStore(engine);

  test('an item comes back as it was given', async () => {
    const item = aWorkItem({
      resourceId: 'スター・ウォーズ: "Émile" & 𝒳',
      requestUri: 'https://Source.EXAMPLE:8080/a?b=1#c',
      requestMethod: 'POST',
      requestHeaders: { Accept: 'application/json', 'X-Name': 'Łukasz' },
      requestBody: '{"query":"☃"}',
      metadata: { nested: { list: [1, 2.5, null, true, 'x'] }, empty: {} },
      priority: 7,
      depth: 3,
      workItemId: newId(),
      discoveredFrom: newId(),
    });
    expect(await given.store.enqueue(item)).toBe(true);
    const stored = await given.store.getWorkItem(item.workItemId ?? '');
    expect(stored).toMatchObject({
      ...item,
      status: 'pending',
      attempt: 0,
      host: 'source.example:8080',
      dedupeKey: `test:sample:page:${item.resourceId}`,
      leaseId: null,
      lastFetchedAt: null,
    });
    expect(stored?.createdAt).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    expect(stored?.createdAt).toBe(stored?.availableAt);
  });

  test('a known key is refused and leaves the first item as it was', async () => {
    const first = aWorkItem({ resourceId: 'Star_Wars', priority: 10 });
    expect(await given.store.enqueue(first)).toBe(true);
    expect(await given.store.enqueue({ ...first, priority: 99 })).toBe(false);
    const [item] = await given.store.dequeue(10);
    expect(item?.priority).toBe(10);
    expect(await given.store.exists('test:sample:page:Star_Wars')).toBe(true);
    expect(await given.store.exists('test:sample:page:star_wars')).toBe(false);
  });

  test('keys that differ in case, accent, width or normalisation are different items', async () => {
    const ids = [
      'Emile',
      'emile',
      'Émile',
      'E\u0301mile',
      'émile',
      'Ｅmile',
      'Emile_',
      'ß',
      'ss',
      'İ',
      'i',
    ];
    const inserted = await given.store.enqueueMany(
      ids.map((resourceId) => aWorkItem({ resourceId })),
    );
    expect(inserted).toHaveLength(ids.length);
    for (const id of ids) expect(await given.store.exists(`test:sample:page:${id}`)).toBe(true);
  });

  test('of duplicates inside a batch the first wins, and the ids come in the order given', async () => {
    const known = aWorkItem({ resourceId: 'known' });
    await given.store.enqueue(known);
    const [a, b] = [
      aWorkItem({ resourceId: 'a', workItemId: newId() }),
      aWorkItem({ workItemId: newId() }),
    ];
    const again = aWorkItem({ resourceId: 'a', workItemId: newId() });
    expect(await given.store.enqueueMany([b, known, a, again])).toEqual([
      b.workItemId,
      a.workItemId,
    ]);
  });

  test('a batch larger than one statement takes is inserted wholly', async () => {
    const items = Array.from({ length: 1203 }, () => aWorkItem());
    expect(await given.store.enqueueMany(items)).toHaveLength(1203);
    expect(await given.store.enqueueMany(items)).toEqual([]);
    expect((await given.store.getStats()).total).toBe(1203);
  });

  test('one item that does not fit keeps the whole batch out', async () => {
    const items = [aWorkItem(), aWorkItem({ resourceId: 'x'.repeat(501) })];
    await expect(given.store.enqueueMany(items)).rejects.toMatchObject({ code: 'field_too_long' });
    expect(await given.count('work_items')).toBe(0);
  });

  test('the longest values are stored uncut', async () => {
    const item = aWorkItem({
      sourceSystem: 's'.repeat(100),
      sourceName: 'n'.repeat(100),
      resourceType: 't'.repeat(100),
      resourceId: 'é'.repeat(500),
      requestUri: `https://x.example/${'u'.repeat(1982)}`,
      requestMethod: 'M'.repeat(10),
      workItemId: newId(),
    });
    expect(await given.store.enqueue(item)).toBe(true);
    expect(await given.store.getWorkItem(item.workItemId ?? '')).toMatchObject(item);
  });

  test('concurrent producers of the same keys insert each once, and each insertion is told once', async () => {
    const other = await given.another();
    const items = Array.from({ length: 120 }, (_, n) => aWorkItem({ resourceId: `r${n}` }));
    const told = await Promise.all(
      [given.store, other.store, given.store, other.store].map((store, n) =>
        store.enqueueMany(n % 2 === 0 ? items : items.toReversed()),
      ),
    );
    expect(told.flat()).toHaveLength(120);
    expect(await given.count('work_items')).toBe(120);
  });

  test('items enqueued into a run are counted in it', async () => {
    const runId = await givenRun(given.db);
    await given.store.enqueueMany([aWorkItem({ runId }), aWorkItem({ runId }), aWorkItem()]);
    const run = await given.db.q
      .selectFrom('current_runs')
      .select('items_total')
      .executeTakeFirst();
    expect(run?.items_total).toBe(2);
  });

  const endRun = (db: Db, runId: string, status: 'completed' | 'cancelled') =>
    db.transaction(async (tx) => {
      await lockRun(tx, runId);
      await tx.q.updateTable('ingest_runs').set({ status }).where('run_id', '=', runId).execute();
    });

  test.each(['completed', 'cancelled'] as const)(
    'nothing is put into a run that is %s: all of it is refused',
    async (status) => {
      const runId = await givenRun(given.db);
      const known = aWorkItem({ runId });
      await given.store.enqueue(known);
      await endRun(given.db, runId, status);
      const batch = [aWorkItem(), aWorkItem({ runId })];
      const refused = await given.store.enqueueMany(batch).catch((error: unknown) => error);
      expect(refused).toMatchObject({ code: 'run_ended', remedy: expect.stringContaining('run') });
      expect(await given.count('work_items')).toBe(1);
      // What is known already is not put anywhere.
      expect(await given.store.enqueueMany([known])).toEqual([]);
      expect(await given.store.enqueue(aWorkItem({ runId: 'of an older database' }))).toBe(true);
    },
  );

  test('a run that ends at the same moment has all of the items or none', async () => {
    const other = await given.another();
    for (let round = 0; round < 8; round += 1) {
      const runId = await givenRun(given.db);
      const items = Array.from({ length: 20 }, () => aWorkItem({ runId }));
      const [inserted] = await Promise.all([
        given.store.enqueueMany(items).catch((error: unknown) => error),
        endRun(other.db, runId, 'completed'),
      ]);
      const run = await given.db.q
        .selectFrom('current_runs')
        .select('items_total')
        .where('run_id', '=', runId)
        .executeTakeFirst();
      if (Array.isArray(inserted)) expect(run?.items_total).toBe(20);
      else {
        expect(inserted).toMatchObject({ code: 'run_ended' });
        expect(run?.items_total).toBe(0);
      }
      const ofRun = await given.db.q
        .selectFrom('work_items')
        .select('work_item_id')
        .where('run_id', '=', runId)
        .execute();
      expect(ofRun).toHaveLength(run?.items_total ?? -1);
    }
  });

  test('an unknown id is no item', async () => {
    expect(await given.store.getWorkItem(newId())).toBeNull();
  });
});
