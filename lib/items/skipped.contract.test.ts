import { describe, expect, it } from 'vitest';
import { newId } from '#lib/ids.ts';
import { contractEngines } from '#test/db/contract-engines.ts';
import { aWorkItem } from '#test/factories.ts';
import { useStore } from '#test/queue-database.ts';
import { readSkipped } from './skipped.ts';

describe.each(contractEngines())('skipped items by reason on $name', (engine) => {
  const given = useStore(engine);
  const givenSkipped = async (sourceName: string, code: string | null, count: number) => {
    const ids = Array.from({ length: count }, () => newId());
    await given.store.enqueueMany(ids.map((resourceId) => aWorkItem({ sourceName, resourceId })));
    await given.db.q
      .updateTable('work_items')
      .set({ status: 'skipped', error_code: code })
      .where('resource_id', 'in', ids)
      .execute();
  };

  it('are counted by the codes with which attempts skip, and the rest is a person’s', async () => {
    expect(await readSkipped(given.db)).toEqual({
      total: { kind: 'exact', count: 0 },
      reasons: [],
      byPerson: 0,
    });
    await givenSkipped('news', 'robots_disallowed', 2);
    await givenSkipped('news', 'resource_missing', 3);
    await givenSkipped('news', null, 1);
    await givenSkipped('news', 'http_not_found', 1);
    await givenSkipped('laws', 'robots_disallowed', 4);
    await given.store.enqueue(aWorkItem({ sourceName: 'news' }));
    const { total, reasons, byPerson } = await readSkipped(given.db);
    expect(total).toEqual({ kind: 'exact', count: 11 });
    expect(reasons.map(({ code, count }) => [code, count])).toEqual([
      ['robots_disallowed', { kind: 'exact', count: 6 }],
      ['resource_missing', { kind: 'exact', count: 3 }],
      ['http_not_found', { kind: 'exact', count: 1 }],
    ]);
    expect(byPerson).toBe(1);
    const ofNews = await readSkipped(given.db, 'news');
    expect(ofNews).toMatchObject({ total: { count: 7 }, byPerson: 1 });
    expect(ofNews.reasons[0]).toMatchObject({ code: 'resource_missing' });
  });
});
