import { describe, expect, test } from 'vitest';
import { newId } from '#lib/ids.ts';
import { contractEngines } from '#test/db/contract-engines.ts';
import { anAttempt, aRecord, aWorkItem } from '#test/factories.ts';
import { givenRun, passTime, useStore } from '#test/queue-database.ts';
import type { NewWorkItem } from './model.ts';

const dayMs = 86_400_000;

describe.each(contractEngines())('changing known items on $name', (engine) => {
  const given = useStore(engine);

  /** Enqueues and completes items. */
  const completed = async (...items: NewWorkItem[]): Promise<string[]> => {
    const ids = await given.store.enqueueMany(items);
    for (const item of await given.store.dequeue(items.length)) {
      await given.store.complete({
        fence: { workItemId: item.workItemId, leaseId: item.leaseId },
        attempt: anAttempt(),
        record: aRecord(),
        validators: { etag: '"1"', lastModified: null, revision: null },
        discovered: [],
      });
    }
    return ids;
  };
  const pendingIds = async () =>
    (await given.store.dequeue(500)).map((item) => item.resourceId).sort();
  const run = () => given.db.q.selectFrom('current_runs').selectAll().executeTakeFirstOrThrow();

  describe('resetForRecrawl', () => {
    test('sends completed items round with attempts at 0 and their validators kept', async () => {
      const [id = ''] = await completed(aWorkItem());
      expect(await given.store.resetForRecrawl({ sourceName: 'sample' })).toBe(1);
      expect(await given.row(id)).toMatchObject({
        status: 'pending',
        attempt: 0,
        etag: '"1"',
        content_hash: 'b'.repeat(64),
        check_count: 1,
      });
      expect(await given.store.resetForRecrawl({ sourceName: 'sample' })).toBe(0);
    });

    test('takes only what every given condition names', async () => {
      await completed(
        aWorkItem({ resourceId: 'wanted', sourceName: 'a', resourceType: 'page' }),
        aWorkItem({ resourceId: 'other type', sourceName: 'a', resourceType: 'category' }),
        aWorkItem({ resourceId: 'other source', sourceName: 'b', resourceType: 'page' }),
        aWorkItem({ resourceId: 'other system', sourceSystem: 'x', sourceName: 'a' }),
      );
      const filter = { sourceSystem: 'test', sourceName: 'a', resourceType: 'page' };
      expect(await given.store.resetForRecrawl(filter)).toBe(1);
      expect(await pendingIds()).toEqual(['wanted']);
    });

    test('stale for N days takes what was fetched before, and what an older system completed', async () => {
      await completed(aWorkItem({ resourceId: 'old' }));
      await passTime(given.db, 31 * dayMs);
      await completed(aWorkItem({ resourceId: 'young' }));
      const upgraded = await completed(
        aWorkItem({ resourceId: 'long done' }),
        aWorkItem({ resourceId: 'just done' }),
      );
      for (const [at, id] of upgraded.entries()) {
        await given.db.q
          .updateTable('work_items')
          .set({
            last_fetched_at: null,
            updated_at: given.db.engine.nowPlus(at === 0 ? -31 * dayMs : 0),
          })
          .where('work_item_id', '=', id)
          .execute();
      }
      expect(await given.store.resetForRecrawl({ staleDays: 30 })).toBe(2);
      expect(await pendingIds()).toEqual(['long done', 'old']);
    });

    test('what was never fetched is not stale, whatever became of it', async () => {
      const [failed = '', skipped = ''] = await given.store.enqueueMany([aWorkItem(), aWorkItem()]);
      await given.store.updateStatus(failed, 'failed');
      await given.store.updateStatus(skipped, 'skipped');
      const statuses = ['failed', 'skipped'] as const;
      expect(await given.store.resetForRecrawl({ statuses, staleDays: 0 })).toBe(0);
      expect(await given.store.resetForRecrawl({ statuses })).toBe(2);
    });

    test('never touches items in progress, also when asked to', async () => {
      await given.store.enqueue(aWorkItem());
      const [held] = await given.store.dequeue(1);
      const filter = { statuses: ['in_progress', 'completed'] } as const;
      expect(await given.store.resetForRecrawl(filter)).toBe(0);
      expect(await given.store.getWorkItem(held?.workItemId ?? '')).toEqual(held);
    });

    test('works through more than one chunk', async () => {
      const ids = await given.store.enqueueMany(Array.from({ length: 1101 }, () => aWorkItem()));
      await given.db.q.updateTable('work_items').set({ status: 'completed' }).execute();
      expect(await given.store.resetForRecrawl({})).toBe(1101);
      await given.db.q.updateTable('work_items').set({ status: 'failed' }).execute();
      const named = { workItemIds: ids.slice(0, 700), statuses: ['failed'] } as const;
      expect(await given.store.resetForRecrawl(named)).toBe(700);
      expect((await given.store.getStats()).byStatus).toMatchObject({ pending: 700, failed: 401 });
    });

    test('puts the items into a run and gives them its priority', async () => {
      const runId = await givenRun(given.db);
      const [id = ''] = await completed(aWorkItem());
      await given.store.resetForRecrawl({}, { runId, priority: 3 });
      expect(await given.row(id)).toMatchObject({ run_id: runId, priority: 3 });
      expect((await run()).items_total).toBe(1);
    });

    test('puts nothing into a run that has ended, or that is none', async () => {
      const runId = await givenRun(given.db);
      const [id = ''] = await completed(aWorkItem());
      await given.db.q.updateTable('ingest_runs').set({ status: 'completed' }).execute();
      await expect(given.store.resetForRecrawl({}, { runId })).rejects.toMatchObject({
        code: 'run_ended',
      });
      await expect(given.store.resetForRecrawl({}, { runId: newId() })).rejects.toMatchObject({
        code: 'not_found',
      });
      expect(await given.row(id)).toMatchObject({ status: 'completed', run_id: null });
    });

    test('items reopened in a run that still runs are open again in its numbers', async () => {
      const runId = await givenRun(given.db);
      await completed(aWorkItem({ runId }), aWorkItem({ runId }));
      await given.store.resetForRecrawl({});
      expect(await run()).toMatchObject({ items_total: 2, items_processed: 0, items_succeeded: 0 });
    });

    test('items leave a run that has ended, and its numbers stay', async () => {
      const runId = await givenRun(given.db);
      const [id = ''] = await completed(aWorkItem({ runId }));
      await given.db.q.updateTable('ingest_runs').set({ status: 'completed' }).execute();
      await given.store.resetForRecrawl({});
      expect(await given.row(id)).toMatchObject({ run_id: null, status: 'pending' });
      expect(await run()).toMatchObject({ items_total: 1, items_processed: 1 });
    });
  });

  describe('updateStatus', () => {
    test('moves an item as the lifecycle allows and refuses the rest', async () => {
      const [id = ''] = await given.store.enqueueMany([aWorkItem()]);
      const refused = { code: 'transition_not_allowed' };
      await expect(given.store.updateStatus(id, 'completed')).rejects.toMatchObject(refused);
      await expect(given.store.updateStatus(id, 'in_progress')).rejects.toMatchObject(refused);
      await given.store.updateStatus(id, 'skipped');
      await given.store.updateStatus(id, 'pending');
      await given.store.dequeue(1);
      await given.store.updateStatus(id, 'completed');
      await given.store.updateStatus(id, 'completed');
      expect(await given.row(id)).toMatchObject({ status: 'completed', lease_id: null });
    });

    test('with a lease it is refused unless the lease is the item’s', async () => {
      await given.store.enqueue(aWorkItem());
      const [item] = await given.store.dequeue(1);
      const id = item?.workItemId ?? '';
      await expect(
        given.store.updateStatus(id, 'completed', { leaseId: newId() }),
      ).rejects.toMatchObject({ code: 'lease_lost' });
      await given.store.updateStatus(id, 'failed', {
        leaseId: item?.leaseId ?? '',
        errorMessage: 'by hand',
      });
      expect(await given.row(id)).toMatchObject({ status: 'failed', error_message: 'by hand' });
    });

    test('an unknown item is not found', async () => {
      await expect(given.store.updateStatus(newId(), 'skipped')).rejects.toMatchObject({
        code: 'not_found',
      });
    });

    test('moves are counted in the run', async () => {
      const runId = await givenRun(given.db);
      const [id = ''] = await given.store.enqueueMany([aWorkItem({ runId })]);
      await given.store.updateStatus(id, 'failed');
      expect(await run()).toMatchObject({ items_processed: 1, items_failed: 1 });
      await given.store.updateStatus(id, 'skipped');
      expect(await run()).toMatchObject({ items_processed: 1, items_failed: 0, items_skipped: 1 });
      await given.store.updateStatus(id, 'pending');
      expect(await run()).toMatchObject({ items_processed: 0, items_failed: 0, items_skipped: 0 });
    });
  });

  describe('reading', () => {
    test('stats are exact, in total and per source', async () => {
      await completed(aWorkItem({ sourceName: 'a' }), aWorkItem({ sourceName: 'a' }));
      await given.store.enqueueMany([
        aWorkItem({ sourceName: 'b' }),
        aWorkItem({ sourceName: 'b' }),
      ]);
      await given.store.dequeue(1);
      const stats = await given.store.getStats();
      const none = { pending: 0, in_progress: 0, completed: 0, failed: 0, skipped: 0 };
      expect(stats.total).toBe(4);
      expect(stats.byStatus).toEqual({ ...none, pending: 1, in_progress: 1, completed: 2 });
      expect(stats.bySource).toEqual([
        { sourceSystem: 'test', sourceName: 'a', byStatus: { ...none, completed: 2 } },
        {
          sourceSystem: 'test',
          sourceName: 'b',
          byStatus: { ...none, pending: 1, in_progress: 1 },
        },
      ]);
    });

    test('known resources are streamed over pages, each once, in the order of their creation', async () => {
      const ids = await given.store.enqueueMany(Array.from({ length: 1201 }, () => aWorkItem()));
      const seen: string[] = [];
      for await (const item of given.store.getKnownResources()) seen.push(item.workItemId);
      expect(seen).toEqual(ids.toSorted());
    });

    test('known resources may be narrowed, and items may be changed while they are streamed', async () => {
      await completed(aWorkItem({ resourceId: 'a' }), aWorkItem({ resourceId: 'b' }));
      await given.store.enqueue(aWorkItem({ resourceId: 'pending' }));
      await completed(aWorkItem({ resourceId: 'other', sourceName: 'other', priority: 1 }));
      const filter = { sourceSystem: 'test', sourceName: 'sample', status: 'completed' } as const;
      const seen: string[] = [];
      for await (const item of given.store.getKnownResources(filter)) {
        seen.push(item.resourceId);
        await given.store.updateStatus(item.workItemId, 'pending');
      }
      expect(seen).toEqual(['a', 'b']);
    });
  });
});
