import { describe, expect, test } from 'vitest';
import type { Db } from '#db/engine.ts';
import { newId } from '#lib/ids.ts';
import { readNow } from '#lib/now.ts';
import { all, operator, useBulkActions, viewer } from '#test/bulk.ts';
import { contractEngines } from '#test/db/contract-engines.ts';
import { givenRun } from '#test/queue-database.ts';
import { abortBulkAction, setBulkThrottle } from './control.ts';
import { carryOutDryRun, launchBulkAction, previewBulkAction } from './launch.ts';
import { listRefused, purgeOldOutcomes, refusedAsCsv } from './outcomes.ts';
import { listBulkActions } from './read.ts';
import { workOnBulkActions } from './work.ts';

const skip = { action: 'skip' } as const;
const recrawl = { action: 'recrawl' } as const;
const failed = { filter: { source: 'sample', status: 'failed' } };

describe.each(contractEngines())('bulk actions on $name', (engine) => {
  const bulk = useBulkActions(engine);
  const { given, settle, givenItems, launch, actionOf, work, later, outcomes, statuses } = bulk;
  let current = '';
  const audited = async () =>
    (
      await given.db.q
        .selectFrom('audit_log')
        .select(['action', 'actor_email'])
        .orderBy('audit_id')
        .execute()
    ).map((row) => `${row.actor_email} ${row.action}`);

  test('every item of the filter is changed or refused, each once, and the audit log says so', async () => {
    const pending = await givenItems(3);
    const done = await givenItems(2, 'completed');
    await givenItems(1, 'pending', { sourceName: 'other' });
    const id = await launch(skip);
    expect(await statuses(pending)).toEqual(['pending', 'pending', 'pending']);
    await work();
    expect(await actionOf(id)).toMatchObject({
      status: 'completed',
      expected: { kind: 'exact', count: 5 },
      processed: 5,
      changed: 3,
      refused: 2,
      refusals: { completed: 2 },
    });
    expect(await statuses(pending)).toEqual(['skipped', 'skipped', 'skipped']);
    const kept = await outcomes(id);
    expect(kept.changed).toEqual(pending);
    expect(kept.refused.map((one) => one.id)).toEqual(done);
    expect(await audited()).toEqual([
      'op@example.org bulk-action.launch',
      'op@example.org bulk-action.finish',
    ]);
    expect(await work()).toBe(0);
  });

  test('what begins to match after the filter was frozen is left alone', async () => {
    const [before = ''] = await givenItems(1, 'failed');
    const [changing = ''] = await givenItems(1, 'completed');
    const { asOf } = await previewBulkAction(given.db, operator, skip, failed);
    await until(given.db, (now) => now > asOf);
    const [created = ''] = await givenItems(1, 'failed');
    await settle(changing, 'failed');
    const id = await launch(skip, { scope: failed, asOf });
    await work();
    expect(await statuses([before, changing, created])).toEqual(['skipped', 'failed', 'failed']);
    expect(await actionOf(id)).toMatchObject({ processed: 1, changed: 1 });
  });

  test('what was fetched meanwhile still belongs to a filter that does not ask for it', async () => {
    const [id = ''] = await givenItems(1);
    const { asOf } = await previewBulkAction(given.db, operator, recrawl, all);
    await until(given.db, (now) => now > asOf);
    await settle(id, 'completed');
    const [created = ''] = await givenItems(1, 'completed');
    await launch(recrawl, { asOf });
    await work();
    expect(await statuses([id, created])).toEqual(['pending', 'completed']);
  });

  test('a worker that dies in a chunk changes nothing with it, and another goes on', async () => {
    const ids = await givenItems(5);
    const id = await launch(skip, { itemsPerSecond: 2 });
    await work(1, 'first');
    await later();
    const dying = { ...given.db, transaction: dyingTransaction(given.db) };
    await expect(workOnBulkActions(dying, { owner: 'first', mostChunks: 1 })).rejects.toThrow(
      'killed',
    );
    expect((await statuses(ids)).filter((status) => status === 'skipped')).toHaveLength(2);
    expect(await work(1, 'second')).toBe(0);
    for (let round = 0; round < 2; round += 1) {
      await later();
      await work(1, 'second');
    }
    expect(await actionOf(id)).toMatchObject({ status: 'completed', processed: 5, changed: 5 });
    expect((await outcomes(id)).changed).toEqual(ids);
  });

  test.each([
    ['another went on', () => later().then(() => work(1, 'other')), 2],
    ['a person stopped it', () => abortBulkAction(given.db, operator, current), 0],
  ])(
    'a worker that was too slow with its chunk changes nothing: %s',
    async (_, meanwhile, done) => {
      const ids = await givenItems(4);
      current = await launch(skip, { itemsPerSecond: 2 });
      const slow = { ...given.db, transaction: delayedTransaction(given.db, meanwhile) };
      expect(await workOnBulkActions(slow, { owner: 'slow', mostChunks: 1 })).toBe(0);
      expect(await actionOf(current)).toMatchObject({ processed: done, changed: done });
      expect((await statuses(ids)).filter((status) => status === 'skipped')).toHaveLength(done);
    },
  );

  test('two workers at one action do each item once', async () => {
    const ids = await givenItems(6);
    const id = await launch(recrawl, { scope: { ids }, itemsPerSecond: 1 });
    for (let round = 0; round < 8; round += 1) {
      await later();
      await Promise.all([work(1, 'one'), work(1, 'two')]);
    }
    expect(await actionOf(id)).toMatchObject({ status: 'completed', processed: 6 });
    expect((await outcomes(id)).refused.map((one) => one.id)).toEqual(ids);
  });

  test('the throttle is kept by the database’s clock', async () => {
    await givenItems(5);
    const id = await launch(skip, { itemsPerSecond: 2 });
    expect(await work()).toBe(2);
    expect(await work()).toBe(0);
    const { wait } = await given.db.q
      .selectFrom('bulk_actions')
      .select(({ ref }) =>
        given.db.engine.diffMs(ref('updated_at'), ref('next_chunk_at')).as('wait'),
      )
      .executeTakeFirstOrThrow();
    expect(Number(wait)).toBeGreaterThan(900);
    expect(Number(wait)).toBeLessThanOrEqual(1_000);
    await setBulkThrottle(given.db, operator, id, null);
    expect(await work()).toBe(3);
    expect(await actionOf(id)).toMatchObject({ status: 'completed', itemsPerSecond: null });
    await expect(setBulkThrottle(given.db, operator, id, 5)).rejects.toMatchObject({
      code: 'conflict',
    });
  });

  test('stopped, it leaves the rest as it is', async () => {
    const ids = await givenItems(4);
    const id = await launch(skip, { itemsPerSecond: 2 });
    await work(1);
    await abortBulkAction(given.db, operator, id);
    await abortBulkAction(given.db, operator, id);
    await later();
    expect(await work()).toBe(0);
    expect(await actionOf(id)).toMatchObject({ status: 'aborted', processed: 2 });
    expect(await statuses(ids)).toEqual(['skipped', 'skipped', 'pending', 'pending']);
    expect((await audited()).filter((entry) => entry.endsWith('abort'))).toHaveLength(1);
  });

  test('a dry run changes nothing, and is carried out with its scope', async () => {
    const ids = await givenItems(2);
    await givenItems(1, 'completed');
    const dry = await launch(skip, { dryRun: true });
    await work();
    expect(await actionOf(dry)).toMatchObject({ isDryRun: true, changed: 2, refused: 1 });
    expect(await statuses(ids)).toEqual(['pending', 'pending']);
    const key = newId();
    const { bulkActionId: id } = await carryOutDryRun(given.db, operator, dry, key);
    expect(await carryOutDryRun(given.db, operator, dry, key)).toEqual({ bulkActionId: id });
    await work();
    expect(await statuses(ids)).toEqual(['skipped', 'skipped']);
  });

  test('a request that is sent twice launches one', async () => {
    await givenItems(1);
    const key = newId();
    const input = { change: skip, scope: all };
    const first = await launchBulkAction(given.db, operator, input, key);
    expect(await launchBulkAction(given.db, operator, input, key)).toEqual(first);
    expect((await listBulkActions(given.db)).rows).toHaveLength(1);
  });

  test('who may not change items launches, stops and previews nothing', async () => {
    const id = await launch(skip);
    const input = { change: skip, scope: all };
    for (const attempt of [
      () => launchBulkAction(given.db, viewer, input, newId()),
      () => abortBulkAction(given.db, viewer, id),
      () => setBulkThrottle(given.db, viewer, id, 1),
      () => previewBulkAction(given.db, viewer, skip, all),
      async () => carryOutDryRun(given.db, viewer, id, newId()),
    ]) {
      await expect(attempt()).rejects.toMatchObject({ code: 'forbidden' });
    }
    expect(await actionOf(id)).toMatchObject({ status: 'running', itemsPerSecond: null });
  });

  test('a filter that is not understood is refused, not ignored', async () => {
    const scope = { filter: { attempts: 'many' } };
    await expect(launch(skip, { scope })).rejects.toMatchObject({
      code: 'input_invalid',
      fields: { 'scope.filter.attempts': expect.any(String) },
    });
  });

  test('a filter that there is none of is refused too: the change would be of everything', async () => {
    const misspelt = { filter: { sttus: 'failed' } };
    await expect(launch(skip, { scope: misspelt })).rejects.toMatchObject({
      code: 'input_invalid',
      message: 'There is no filter “sttus”. Did you mean “status”?',
    });
    await expect(
      launch(skip, { scope: { filter: { sort: 'priority', dir: 'asc', cursor: 'x' } } }),
    ).resolves.toBeTruthy();
  });

  test('a preview counts, judges a sample and changes nothing', async () => {
    await givenItems(2, 'failed');
    await givenItems(1, 'completed');
    expect(await previewBulkAction(given.db, operator, skip, all)).toMatchObject({
      expected: { kind: 'exact', count: 3 },
      sample: { judged: 3, taken: 2, refusals: { completed: 1 }, isAll: true },
    });
    expect(await audited()).toEqual([]);
  });

  test('an action whose run ends meanwhile gives up and says why', async () => {
    const runId = await givenRun(given.db);
    await givenItems(1);
    const id = await launch({ action: 'move_to_run', runId });
    const other = await launch(skip);
    await given.db.q.updateTable('ingest_runs').set({ status: 'completed' }).execute();
    await work();
    expect(await actionOf(id)).toMatchObject({
      status: 'failed',
      errorMessage: 'The run is completed.',
    });
    // In the same round: it is no fault that others have to wait for.
    expect(await actionOf(other)).toMatchObject({ status: 'completed', changed: 1 });
    await expect(launch({ action: 'move_to_run', runId })).rejects.toMatchObject({
      code: 'run_ended',
    });
  });

  test('the refused items can be listed and written to a file; old outcomes are forgotten', async () => {
    const [one = ''] = await givenItems(1, 'completed', { resourceId: '=SUM(1)' });
    const [two = ''] = await givenItems(1, 'completed', { resourceId: 'plain' });
    const id = await launch(skip);
    await work();
    expect(await listRefused(given.db, id, 1)).toEqual([
      { workItemId: one, reason: 'completed', resourceId: '=SUM(1)' },
    ]);
    let file = '';
    for await (const part of refusedAsCsv(given.db, id)) file += part;
    expect(file).toBe(
      `workItemId,resourceId,reason\r\n${one},'=SUM(1),completed\r\n${two},plain,completed\r\n`,
    );
    expect(await purgeOldOutcomes(given.db)).toBe(0);
    const { engine: e, q } = given.db;
    await q
      .updateTable('bulk_action_chunks')
      .set({ committed_at: e.nowPlus(-31 * 86_400_000) })
      .execute();
    expect(await purgeOldOutcomes(given.db)).toBe(1);
    expect(await actionOf(id)).toMatchObject({ refused: 2, isOutcomeKept: false });
  });
});

/** Before the transaction begins, something else happens. */
const delayedTransaction =
  (db: Db, meanwhile: () => Promise<unknown>): Db['transaction'] =>
  async (fn) => {
    await meanwhile();
    return db.transaction(fn);
  };

/** Dies where the transaction would commit. */
const dyingTransaction =
  (db: Db): Db['transaction'] =>
  (fn) =>
    db.transaction(async (tx) => {
      await fn(tx);
      throw new Error('killed');
    });

async function until(db: Db, isReached: (now: string) => boolean): Promise<void> {
  for (;;) {
    const now = await readNow(db);
    if (isReached(now)) return;
  }
}
