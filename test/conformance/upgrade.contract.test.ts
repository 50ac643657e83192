import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Db } from '#db/engine.ts';
import { migrate } from '#db/migrate/migrate.ts';
import { openDatabase } from '#db/open.ts';
import { createStateStore } from '#lib/queue/create-state-store.ts';
import type { StateStore } from '#lib/queue/state-store.ts';
import { contractEngines } from '#test/db/contract-engines.ts';
import { holocronItems, makeHolocronDatabase } from '#test/db/holocron-database.ts';
import { anAttempt, aRecord, aWorkItem, noValidators } from '../factories.ts';

describe.each(contractEngines())('an existing Holocron database on $name', (engine) => {
  let db: Db;
  let store: StateStore;
  let remove: () => Promise<void>;
  beforeAll(async () => {
    const fresh = await engine.freshSettings();
    remove = fresh.remove;
    await makeHolocronDatabase(fresh.settings);
    await migrate(fresh.settings);
    db = await openDatabase(fresh.settings);
    store = await createStateStore({ db });
  });
  afterAll(async () => {
    await db?.close();
    await remove?.();
  });

  test('is worked on by the store after it was upgraded in place', async () => {
    expect((await store.getStats()).byStatus).toMatchObject({
      completed: 1,
      pending: 1,
      failed: 1,
    });
    for (const { dedupe_key } of holocronItems) expect(await store.exists(dedupe_key)).toBe(true);

    const known = { sourceSystem: 'mediawiki', sourceName: 'wookieepedia' };
    const again = ['Star_Wars', 'star_wars'].map((resourceId) =>
      aWorkItem({ ...known, resourceId }),
    );
    expect(await store.enqueueMany(again)).toHaveLength(1);

    expect(await store.resetForRecrawl({ statuses: ['completed', 'failed'] })).toBe(2);
    const claimed = await store.dequeue(10);
    expect(claimed.map((item) => item.dedupeKey)).toEqual(
      expect.arrayContaining(holocronItems.map((item) => item.dedupe_key)),
    );
    for (const item of claimed) {
      const result = await store.complete({
        fence: { workItemId: item.workItemId, leaseId: item.leaseId },
        attempt: anAttempt(),
        record: aRecord(),
        validators: noValidators,
        discovered: [],
      });
      expect(result).toMatchObject({ ok: true });
    }
    expect((await store.getStats()).byStatus).toMatchObject({
      completed: 4,
      pending: 0,
      failed: 0,
    });
    expect(await db.engine.reconcileTotals(db)).toEqual([]);
  });
});
