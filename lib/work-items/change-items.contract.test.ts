import { describe, expect, test } from 'vitest';
import { contractEngines } from '#db/testing/contract-engines.ts';
import type { Actor } from '#lib/access/model.ts';
import { newId } from '#lib/ids.ts';
import { recrawlItems, retryItems, skipItems } from './change-items.ts';
import type { WorkItemStatus } from './model.ts';
import { givenRun, useStore } from './testing/database.ts';
import { aWorkItem } from './testing/factories.ts';

const operator: Actor = { userId: newId(), email: 'op@example.org', role: 'operator' };
const viewer: Actor = { userId: newId(), email: 'view@example.org', role: 'viewer' };
const statuses = ['pending', 'in_progress', 'completed', 'failed', 'skipped'] as const;

describe.each(contractEngines())('what a person does to items on $name', (engine) => {
  const given = useStore(engine);

  /** One item of each status, by status. */
  const oneOfEach = async (runId?: string): Promise<Record<WorkItemStatus, string>> => {
    const ids: string[] = [];
    for (const status of statuses) {
      const item = { priority: status === 'pending' ? 900 : 1, ...(runId ? { runId } : {}) };
      const [id = ''] = await given.store.enqueueMany([aWorkItem(item)]);
      ids.push(id);
      if (status === 'pending') continue;
      await given.store.dequeue(1);
      if (status !== 'in_progress') await given.store.updateStatus(id, status);
    }
    const [pending = '', inProgress = '', completed = '', failed = '', skipped = ''] = ids;
    return { pending, in_progress: inProgress, completed, failed, skipped };
  };
  const statusOf = async (id: string) => (await given.row(id)).status;
  const audit = () =>
    given.db.q
      .selectFrom('audit_log')
      .select(['action', 'summary', 'actor_email', 'target_id'])
      .execute();

  test.each([
    {
      change: recrawlItems,
      name: 'recrawl',
      from: ['completed', 'failed', 'skipped'],
      to: 'pending',
    },
    { change: retryItems, name: 'retry', from: ['failed', 'skipped'], to: 'pending' },
    { change: skipItems, name: 'skip', from: ['pending', 'failed'], to: 'skipped' },
  ] as const)('$name changes exactly $from and tells the rest', async ({ change, from, to }) => {
    const items = await oneOfEach();
    const ids = [...Object.values(items), newId()];
    const changed = await change(given.db, operator, [...ids, ...ids]);
    expect(changed).toEqual({ changed: from.length, refused: 6 - from.length });
    for (const status of statuses) {
      const changes = (from as readonly WorkItemStatus[]).includes(status);
      expect(await statusOf(items[status])).toBe(changes ? to : status);
    }
  });

  test('a change is recorded with it; nothing changed is nothing recorded', async () => {
    const { failed, completed } = await oneOfEach();
    await retryItems(given.db, operator, [completed]);
    expect(await audit()).toEqual([]);
    await retryItems(given.db, operator, [failed]);
    expect(await audit()).toEqual([
      {
        action: 'work-items.retry',
        summary: 'Retried 1 item',
        actor_email: 'op@example.org',
        target_id: failed,
      },
    ]);
  });

  test('who may not change items changes nothing', async () => {
    const { failed } = await oneOfEach();
    for (const change of [recrawlItems, retryItems, skipItems]) {
      await expect(
        Promise.resolve().then(() => change(given.db, viewer, [failed])),
      ).rejects.toMatchObject({
        code: 'forbidden',
      });
    }
    expect(await statusOf(failed)).toBe('failed');
  });

  test('more than 1000 items at once are refused', async () => {
    const ids = Array.from({ length: 1001 }, newId);
    await expect(skipItems(given.db, operator, ids)).rejects.toMatchObject({
      code: 'input_invalid',
    });
    expect(await skipItems(given.db, operator, ids.slice(1))).toEqual({
      changed: 0,
      refused: 1000,
    });
    expect(await skipItems(given.db, operator, [])).toEqual({ changed: 0, refused: 0 });
  });

  test('the numbers of a running run follow', async () => {
    const runId = await givenRun(given.db);
    const { pending, failed } = await oneOfEach(runId);
    const run = () => given.db.q.selectFrom('ingest_runs').selectAll().executeTakeFirstOrThrow();
    expect(await run()).toMatchObject({ items_processed: 3, items_failed: 1, items_skipped: 1 });
    await skipItems(given.db, operator, [pending, failed]);
    expect(await run()).toMatchObject({ items_processed: 4, items_failed: 0, items_skipped: 3 });
    await retryItems(given.db, operator, [pending, failed]);
    expect(await run()).toMatchObject({ items_total: 5, items_processed: 2, items_skipped: 1 });
  });

  test('an item of an ended run leaves its numbers alone when it is skipped', async () => {
    const runId = await givenRun(given.db);
    const { failed } = await oneOfEach(runId);
    await given.db.q.updateTable('ingest_runs').set({ status: 'completed' }).execute();
    await skipItems(given.db, operator, [failed]);
    const run = await given.db.q.selectFrom('ingest_runs').selectAll().executeTakeFirstOrThrow();
    expect(run).toMatchObject({ items_processed: 3, items_failed: 1, items_skipped: 1 });
  });
});
