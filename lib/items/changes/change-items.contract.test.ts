import { describe, expect, test } from 'vitest';
import type { WorkItemStatus } from '#db/schema.ts';
import type { Actor } from '#lib/actor/model.ts';
import { newId } from '#lib/ids.ts';
import { contractEngines } from '#test/db/contract-engines.ts';
import { aWorkItem } from '#test/factories.ts';
import { givenRun, useStore } from '#test/queue-database.ts';
import { changeItems } from './change-items.ts';
import type { ItemChange } from './registry.ts';

const operator: Actor = { userId: newId(), email: 'op@example.org', role: 'operator' };
const viewer: Actor = { userId: newId(), email: 'view@example.org', role: 'viewer' };
const recrawl: ItemChange = { action: 'recrawl' };
const retry: ItemChange = { action: 'retry' };
const skip: ItemChange = { action: 'skip' };
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
      change: recrawl,
      name: 'recrawl',
      from: ['completed', 'failed', 'skipped'],
      to: 'pending',
    },
    { change: retry, name: 'retry', from: ['failed', 'skipped'], to: 'pending' },
    { change: skip, name: 'skip', from: ['pending', 'failed'], to: 'skipped' },
  ] as const)('$name changes exactly $from and tells the rest', async ({ change, from, to }) => {
    const items = await oneOfEach();
    const ids = [...Object.values(items), newId()];
    const changed = await changeItems(given.db, operator, change, [...ids, ...ids]);
    expect(changed).toEqual({ changed: from.length, refused: 6 - from.length });
    for (const status of statuses) {
      const changes = (from as readonly WorkItemStatus[]).includes(status);
      expect(await statusOf(items[status])).toBe(changes ? to : status);
    }
  });

  test('a change is recorded with it; nothing changed is nothing recorded', async () => {
    const { failed, completed } = await oneOfEach();
    await changeItems(given.db, operator, retry, [completed]);
    expect(await audit()).toEqual([]);
    await changeItems(given.db, operator, retry, [failed]);
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
    for (const change of [recrawl, retry, skip]) {
      await expect(
        Promise.resolve().then(() => changeItems(given.db, viewer, change, [failed])),
      ).rejects.toMatchObject({
        code: 'forbidden',
      });
    }
    expect(await statusOf(failed)).toBe('failed');
  });

  test('more than 1000 items at once are refused', async () => {
    const ids = Array.from({ length: 1001 }, newId);
    await expect(changeItems(given.db, operator, skip, ids)).rejects.toMatchObject({
      code: 'input_invalid',
    });
    expect(await changeItems(given.db, operator, skip, ids.slice(1))).toEqual({
      changed: 0,
      refused: 1000,
    });
    expect(await changeItems(given.db, operator, skip, [])).toEqual({ changed: 0, refused: 0 });
  });

  test('the numbers of a running run follow', async () => {
    const runId = await givenRun(given.db);
    const { pending, failed } = await oneOfEach(runId);
    const run = () => given.db.q.selectFrom('current_runs').selectAll().executeTakeFirstOrThrow();
    expect(await run()).toMatchObject({ items_processed: 3, items_failed: 1, items_skipped: 1 });
    await changeItems(given.db, operator, skip, [pending, failed]);
    expect(await run()).toMatchObject({ items_processed: 4, items_failed: 0, items_skipped: 3 });
    await changeItems(given.db, operator, retry, [pending, failed]);
    expect(await run()).toMatchObject({ items_total: 5, items_processed: 2, items_skipped: 1 });
  });

  test('an item of an ended run leaves its numbers alone when it is skipped', async () => {
    const runId = await givenRun(given.db);
    const { failed } = await oneOfEach(runId);
    await given.db.q.updateTable('ingest_runs').set({ status: 'completed' }).execute();
    await changeItems(given.db, operator, skip, [failed]);
    const run = await given.db.q.selectFrom('current_runs').selectAll().executeTakeFirstOrThrow();
    expect(run).toMatchObject({ items_processed: 3, items_failed: 1, items_skipped: 1 });
  });

  test('a request that is sent twice changes its items once', async () => {
    const { completed } = await oneOfEach();
    const send = () =>
      changeItems(given.db, operator, recrawl, [completed], { requestKey: 'one intention' });
    expect(await send()).toEqual({ changed: 1, refused: 0 });
    expect(await send()).toEqual({ changed: 1, refused: 0 });
    expect(await audit()).toHaveLength(1);
    await expect(
      changeItems(given.db, operator, skip, [completed], { requestKey: 'one intention' }),
    ).rejects.toMatchObject({ code: 'duplicate_request' });
    expect(await statusOf(completed)).toBe('pending');
  });

  test('a priority is set whatever the status, and one that is set already is refused', async () => {
    const { pending, in_progress: inProgress, completed } = await oneOfEach();
    const change: ItemChange = { action: 'set_priority', priority: 900 };
    expect(await changeItems(given.db, operator, change, [pending, inProgress, completed])).toEqual(
      {
        changed: 2,
        refused: 1,
      },
    );
    expect(await given.row(inProgress)).toMatchObject({ status: 'in_progress', priority: 900 });
    expect((await audit())[0]).toMatchObject({
      action: 'work-items.set-priority',
      summary: 'Set the priority of 2 items to 900',
    });
  });

  test('pending items move into a running run, as many as its budget lets in', async () => {
    const from = await givenRun(given.db);
    const to = await givenRun(given.db, { maxItems: 1 });
    const { pending, failed } = await oneOfEach(from);
    const [second = ''] = await given.store.enqueueMany([aWorkItem({ runId: from })]);
    const runs = async () => {
      const rows = await given.db.q.selectFrom('current_runs').selectAll().execute();
      return Object.fromEntries(rows.map((row) => [row.run_id, row.items_total]));
    };
    expect(await runs()).toEqual({ [from]: 6, [to]: 0 });
    const change: ItemChange = { action: 'move_to_run', runId: to };
    expect(await changeItems(given.db, operator, change, [pending, second, failed])).toEqual({
      changed: 1,
      refused: 2,
    });
    expect(await runs()).toEqual({ [from]: 5, [to]: 1 });
    await given.db.q
      .updateTable('ingest_runs')
      .set({ status: 'completed' })
      .where('run_id', '=', to)
      .execute();
    await expect(changeItems(given.db, operator, change, [second])).rejects.toMatchObject({
      code: 'run_ended',
    });
    const unknown: ItemChange = { action: 'move_to_run', runId: newId() };
    await expect(changeItems(given.db, operator, unknown, [second])).rejects.toMatchObject({
      code: 'not_found',
    });
  });
});
