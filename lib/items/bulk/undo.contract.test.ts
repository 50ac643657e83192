import { describe, expect, test } from 'vitest';
import { newId } from '#lib/ids.ts';
import { operator, useBulkActions, viewer } from '#test/bulk.ts';
import { contractEngines } from '#test/db/contract-engines.ts';
import { givenRun } from '#test/queue-database.ts';
import { changeItems } from '../changes/change-items.ts';
import type { ItemChange } from '../changes/registry.ts';
import { undoBulkAction } from './control.ts';

describe.each(contractEngines())('undoing bulk actions on $name', (engine) => {
  const bulk = useBulkActions(engine);
  const { given, givenItems, launch, undo, actionOf, work } = bulk;

  /** What an item is, but for when it was touched and what was learnt of its changes. */
  const state = async (id: string) => {
    const row: object = await given.row(id);
    const learnt = ['updated_at', 'available_at', 'next_fetch_at', 'refresh_class'];
    return Object.fromEntries(Object.entries(row).filter(([column]) => !learnt.includes(column)));
  };
  const numbers = async (runId: string) => {
    const row = await given.db.q
      .selectFrom('current_runs')
      .select(['items_total', 'items_processed', 'items_failed', 'items_skipped'])
      .where('run_id', '=', runId)
      .executeTakeFirstOrThrow();
    return Object.values(row);
  };

  test.each([
    [{ action: 'recrawl' }, 'failed'],
    [{ action: 'retry' }, 'failed'],
    [{ action: 'skip' }, 'pending'],
    [{ action: 'skip' }, 'failed'],
    [{ action: 'hold' }, 'pending'],
    [{ action: 'set_priority', priority: 7 }, 'pending'],
    [{ action: 'set_refetch', plan: { kind: 'every', everyS: 3600 } }, 'completed'],
    [{ action: 'set_refetch', plan: { kind: 'retired' } }, 'completed'],
  ] as const satisfies [ItemChange, string][])(
    '%o of %s items is put back, run and all',
    async (change, status) => {
      const runId = await givenRun(given.db);
      const [id = ''] = await givenItems(1, status, { runId });
      await given.db.q
        .updateTable('work_items')
        .set({ attempt: 3, ...(status === 'failed' ? { error_code: 'http_gone' } : {}) })
        .execute();
      const before = { item: await state(id), run: await numbers(runId) };
      const done = await launch(change);
      await work();
      expect(await state(id)).not.toEqual(before.item);
      const undone = await undo(done);
      await work();
      expect(await actionOf(undone)).toMatchObject({ status: 'completed', changed: 1, refused: 0 });
      expect({ item: await state(id), run: await numbers(runId) }).toEqual(before);
      expect(await actionOf(done)).toMatchObject({ undoneBy: undone });
    },
  );

  test('an item in backoff that was retried stays in its run, and waits again as before', async () => {
    const runId = await givenRun(given.db);
    const [id = ''] = await givenItems(1, 'pending', { runId });
    await given.db.q
      .updateTable('work_items')
      .set({
        attempt: 2,
        wait_reason: 'backoff',
        available_at: given.db.engine.nowPlus(600_000),
        error_code: 'http_server_error',
      })
      .execute();
    const before = { item: await state(id), run: await numbers(runId) };
    const done = await launch({ action: 'retry' });
    await work();
    expect(await given.row(id)).toMatchObject({
      run_id: runId,
      status: 'pending',
      attempt: 0,
      wait_reason: null,
    });
    expect(await numbers(runId)).toEqual(before.run);
    await undo(done);
    await work();
    expect({ item: await state(id), run: await numbers(runId) }).toEqual(before);
    expect(await given.store.dequeue(1)).toEqual([]);
    await changeItems(given.db, operator, { action: 'retry' }, [id]);
    expect(await given.store.dequeue(1)).toMatchObject([{ workItemId: id, runId, attempt: 1 }]);
  });

  test('items taken off hold are on hold again', async () => {
    const [id = ''] = await givenItems(1);
    await changeItems(given.db, operator, { action: 'hold' }, [id]);
    const before = await state(id);
    const done = await launch({ action: 'unhold' });
    await work();
    await undo(done);
    await work();
    expect(await state(id)).toEqual(before);
    expect(await given.store.dequeue(1)).toEqual([]);
  });

  test('moved items go back to their run, or to none when that has ended', async () => {
    const [from, to, ended] = [
      await givenRun(given.db),
      await givenRun(given.db),
      await givenRun(given.db),
    ];
    const [stays = ''] = await givenItems(1, 'pending', { runId: from });
    const [loses = ''] = await givenItems(1, 'pending', { runId: ended });
    const done = await launch({ action: 'move_to_run', runId: to });
    await work();
    await given.db.q
      .updateTable('ingest_runs')
      .set({ status: 'completed' })
      .where('run_id', '=', ended)
      .execute();
    await undo(done);
    await work();
    expect(await given.row(stays)).toMatchObject({ run_id: from });
    expect(await given.row(loses)).toMatchObject({ run_id: null, status: 'pending' });
    expect((await numbers(from))[0]).toBe(1);
    expect((await numbers(to))[0]).toBe(0);
  });

  test('what has moved on since stays as it is, and is told', async () => {
    const [fetched = '', waiting = ''] = await givenItems(2, 'completed');
    const done = await launch({ action: 'recrawl' });
    await work();
    await given.db.q
      .updateTable('work_items')
      .set({ status: 'in_progress', attempt: 1 })
      .where('work_item_id', '=', fetched)
      .execute();
    const undone = await undo(done);
    await work();
    expect(await bulk.statuses([fetched, waiting])).toEqual(['in_progress', 'completed']);
    expect(await actionOf(undone)).toMatchObject({ changed: 1, refusals: { moved_on: 1 } });
    expect((await bulk.outcomes(undone)).refused).toEqual([{ id: fetched, reason: 'moved_on' }]);
  });

  test('an action is undone once, and only when it has ended', async () => {
    await givenItems(1);
    const id = await launch({ action: 'skip' });
    await expect(undo(id)).rejects.toMatchObject({ code: 'conflict' });
    await work();
    await expect(undoBulkAction(given.db, viewer, id, newId())).rejects.toThrow('operator');
    const key = newId();
    const first = await undoBulkAction(given.db, operator, id, key);
    expect(await undoBulkAction(given.db, operator, id, key)).toEqual(first);
    await expect(undo(id)).rejects.toMatchObject({ code: 'conflict' });
    await expect(undo(first.bulkActionId)).rejects.toMatchObject({ code: 'conflict' });
  });
});
