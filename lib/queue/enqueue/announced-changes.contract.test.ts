import { describe, expect, test } from 'vitest';
import { contractEngines } from '#test/db/contract-engines.ts';
import { anAttempt, aWorkItem } from '#test/factories.ts';
import { useStore } from '#test/queue-database.ts';
import { recordAnnouncedChanges } from './announced-changes.ts';

const longAgo = '2020-01-01T00:00:00.000Z';
const inTheFuture = '2100-01-01T00:00:00.000Z';
const nothing = { etag: null, lastModified: null, revision: null };

describe.each(contractEngines())('changes a site announces on $name', (engine) => {
  const given = useStore(engine);
  const page = (resourceId: string, changedAt?: string) =>
    aWorkItem({ resourceId, ...(changedAt === undefined ? {} : { changedAt }) });
  const complete = async (...ids: readonly string[]) => {
    await given.store.enqueueMany(ids.map((id) => page(id)));
    for (const item of await given.store.dequeue(ids.length)) {
      await given.store.complete({
        fence: { workItemId: item.workItemId, leaseId: item.leaseId },
        attempt: anAttempt(),
        record: null,
        validators: nothing,
        discovered: [],
      });
    }
  };
  const note = (...found: readonly ReturnType<typeof page>[]) =>
    given.db.transaction((tx) => recordAnnouncedChanges(tx, found));
  const due = async () => {
    const rows = await given.db.q
      .selectFrom('work_items')
      .select(['resource_id', 'next_fetch_at', given.db.engine.now().as('now')])
      .where('next_fetch_at', 'is not', null)
      .execute();
    return rows
      .filter(({ next_fetch_at: at, now }) => at !== null && at <= now)
      .map((row) => row.resource_id);
  };

  test('make due what was fetched before them, and nothing else', async () => {
    await complete('changed', 'same', 'silent');
    expect(
      await note(
        page('changed', inTheFuture),
        page('same', longAgo),
        page('silent'),
        page('new', inTheFuture),
      ),
    ).toBe(1);
    expect(await due()).toEqual(['changed']);
    expect(await note(page('changed', inTheFuture))).toBe(0);
  });

  test('leave items alone that are waiting or in a worker’s hands', async () => {
    await given.store.enqueueMany([page('on_hold'), page('pending')]);
    await given.store.dequeue(1);
    expect(await note(page('on_hold', inTheFuture), page('pending', inTheFuture))).toBe(0);
  });

  test('are noted for any number of pages, with the completion that found them', async () => {
    const ids = Array.from({ length: 30 }, (_, n) => `page ${n}`);
    await complete(...ids);
    await given.store.enqueue(page('the sitemap'));
    const [sitemap] = await given.store.dequeue(1);
    if (!sitemap) throw new Error('nothing to claim');
    await given.store.complete({
      fence: { workItemId: sitemap.workItemId, leaseId: sitemap.leaseId },
      attempt: anAttempt(),
      record: null,
      validators: nothing,
      discovered: ids.map((id) => page(id, inTheFuture)),
    });
    expect((await due()).sort()).toEqual(ids.toSorted());
  });
});
