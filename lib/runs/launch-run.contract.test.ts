import { describe, expect, test } from 'vitest';
import { operator, useRuns, viewer } from '#test/campaign.ts';
import { contractEngines } from '#test/db/contract-engines.ts';
import { aWorkItem } from '#test/factories.ts';
import { givenSource, passTime } from '#test/queue-database.ts';
import { finishRuns } from './finish-runs.ts';
import { launchRun, retryFailed } from './launch-run.ts';
import { prepareRuns } from './prepare-runs.ts';

describe.each(contractEngines())('launching runs on $name', (engine) => {
  const { given, launchSeed, runOf, claim, complete, giveUp, audited, givenCompleted } =
    useRuns(engine);

  describe('launching', () => {
    test('a seed run enqueues the seeds of its sources and pins their revisions', async () => {
      const { runId, itemsTotal } = await launchSeed({ name: 'First', priority: 4 });
      expect(itemsTotal).toBe(5);
      expect(await runOf(runId)).toMatchObject({
        kind: 'seed',
        name: 'First',
        status: 'running',
        phase: 'ready',
        itemsTotal: 5,
        itemsProcessed: 0,
        launchedBy: 'op@example.org',
        sourceRevisions: { sample: 1 },
      });
      const items = await claim(10);
      expect(items).toHaveLength(5);
      for (const item of items) expect(item).toMatchObject({ runId, priority: 4, depth: 0 });
      expect(await audited()).toEqual(['op@example.org run.launch']);
    });

    test('the same request key launches one run, also at the same time', async () => {
      const other = await given.another();
      const request = { kind: 'seed' } as const;
      const key = { requestKey: 'dialog-1' };
      const launches = await Promise.all(
        [given.db, other.db, given.db].map((db) => launchRun(db, operator, request, key)),
      );
      launches.push(await launchRun(given.db, operator, request, key));
      expect(new Set(launches.map(({ runId }) => runId)).size).toBe(1);
      expect(await given.count('ingest_runs')).toBe(1);
      expect(await audited()).toHaveLength(1);
      const another = await launchRun(given.db, operator, request, { requestKey: 'dialog-2' });
      expect(another.runId).not.toBe(launches[0]?.runId);
    });

    test('seeds that are known are not fetched again, and the run ends with nothing done', async () => {
      const first = await launchSeed();
      for (const item of await claim(10)) await complete(item);
      await finishRuns(given.db);
      const second = await launchSeed();
      expect(second.itemsTotal).toBe(0);
      await finishRuns(given.db);
      expect((await runOf(first.runId)).itemsSucceeded).toBe(5);
      expect(await runOf(second.runId)).toMatchObject({ status: 'completed', itemsTotal: 0 });
    });

    test('refusals are coded and leave nothing behind', async () => {
      await givenSource(given.db, { name: 'empty' });
      await givenSource(given.db, { name: 'off', enabled: false });
      const attempt = (input: Parameters<typeof launchRun>[2], actor = operator) =>
        launchRun(given.db, actor, input);
      const code = (value: string) => expect.objectContaining({ code: value });
      await expect(attempt({ kind: 'seed' }, viewer)).rejects.toEqual(code('forbidden'));
      await expect(attempt({ kind: 'seed', sources: ['no'] })).rejects.toEqual(
        code('source_unknown'),
      );
      await expect(attempt({ kind: 'seed', sources: ['off'] })).rejects.toEqual(
        code('source_paused'),
      );
      const none = code('run_has_no_items');
      await expect(attempt({ kind: 'seed', sources: ['empty'] })).rejects.toEqual(none);
      await expect(attempt({ kind: 'recrawl', staleDays: 7 })).rejects.toEqual(none);
      await expect(attempt({ kind: 'retry' })).rejects.toEqual(none);
      await expect(attempt({ kind: 'seed', maxItems: 0 })).rejects.toMatchObject({
        code: 'input_invalid',
        fields: { maxItems: expect.any(String) },
      });
      expect(await given.count('ingest_runs')).toBe(0);
      expect(await given.count('work_items')).toBe(0);
      expect(await given.count('audit_log')).toBe(0);
    });

    test('a budget bounds the seeds too', async () => {
      const { runId, itemsTotal } = await launchSeed({ maxItems: 2 });
      expect(itemsTotal).toBe(2);
      for (const item of await claim(10)) await complete(item, [aWorkItem({ depth: 1 })]);
      await finishRuns(given.db);
      expect(await runOf(runId)).toMatchObject({ endReason: 'budget', itemsTotal: 2 });
    });
  });

  describe('preparing', () => {
    test('a recrawl takes what matches, in chunks, by two workers at once, each item once', async () => {
      await given.store.enqueueMany(Array.from({ length: 1203 }, () => aWorkItem()));
      await given.db.q
        .updateTable('work_items')
        .set({ status: 'completed', last_fetched_at: given.db.engine.now() })
        .execute();
      await passTime(given.db, 10 * 86_400_000);
      await given.store.enqueue(aWorkItem({ resourceId: 'pending' }));
      const { runId } = await launchRun(given.db, operator, {
        kind: 'recrawl',
        staleDays: 7,
        priority: 2,
      });
      expect(await runOf(runId)).toMatchObject({ phase: 'preparing', itemsTotal: 0 });
      expect(await finishRuns(given.db)).toBe(0);
      const other = await given.another();
      const joined = await Promise.all([prepareRuns(given.db), prepareRuns(other.db)]);
      expect(joined.reduce((a, b) => a + b)).toBe(1203);
      expect(await runOf(runId)).toMatchObject({ phase: 'ready', itemsTotal: 1203 });
      const items = await given.db.q
        .selectFrom('work_items')
        .select(['status', 'priority'])
        .where('run_id', '=', runId)
        .execute();
      expect(items).toHaveLength(1203);
      expect(items.every((item) => item.status === 'pending' && item.priority === 2)).toBe(true);
    });

    test('a recrawl of named items takes those, and a budget cuts it', async () => {
      await givenCompleted(4);
      const ids = (await given.db.q.selectFrom('work_items').select('work_item_id').execute()).map(
        (row) => row.work_item_id,
      );
      const two = await launchRun(given.db, operator, {
        kind: 'recrawl',
        workItemIds: ids.slice(0, 2),
      });
      await prepareRuns(given.db);
      expect((await runOf(two.runId)).itemsTotal).toBe(2);
      for (const item of await claim(10)) await complete(item);
      await finishRuns(given.db);
      const cut = await launchRun(given.db, operator, { kind: 'recrawl', maxItems: 3 });
      await prepareRuns(given.db);
      expect(await claim(10)).toHaveLength(3);
      expect(await runOf(cut.runId)).toMatchObject({ phase: 'ready', itemsTotal: 3 });
    });

    test('a recrawl of named items of some sources leaves those of others as they are', async () => {
      await givenSource(given.db, { name: 'elsewhere' });
      await givenCompleted(2);
      await givenCompleted(1, { sourceName: 'elsewhere' });
      const items = given.db.q.selectFrom('work_items').select(['source_name', 'status', 'run_id']);
      const named = await items.select('work_item_id').execute();
      const { runId } = await launchRun(given.db, operator, {
        kind: 'recrawl',
        sources: ['sample'],
        workItemIds: named.map((row) => row.work_item_id),
      });
      await prepareRuns(given.db);
      expect((await runOf(runId)).itemsTotal).toBe(2);
      const elsewhere = items.where('source_name', '=', 'elsewhere');
      expect(await elsewhere.execute()).toEqual([
        { source_name: 'elsewhere', status: 'completed', run_id: null },
      ]);
    });

    test('a retry of a run takes what failed in it, and leaves its numbers as history', async () => {
      const first = await launchSeed({ name: 'First' });
      const [a, b, ...rest] = await claim(10);
      if (!a || !b) throw new Error('too few items');
      await giveUp(a);
      await giveUp(b);
      for (const item of rest) await complete(item);
      await finishRuns(given.db);
      const { runId } = await retryFailed(given.db, operator, first.runId);
      await prepareRuns(given.db);
      const again = await claim(10);
      expect(again.map((item) => item.workItemId).sort()).toEqual(
        [a.workItemId, b.workItemId].sort(),
      );
      expect(again.every((item) => item.attempt === 1 && item.runId === runId)).toBe(true);
      expect(await runOf(runId)).toMatchObject({
        kind: 'retry',
        parentRunId: first.runId,
        itemsTotal: 2,
      });
      expect(await runOf(first.runId)).toMatchObject({ itemsFailed: 2, itemsTotal: 5 });
      await expect(retryFailed(given.db, operator, first.runId)).rejects.toMatchObject({
        code: 'run_has_no_items',
      });
    });

    test('a seed run adopts what its sources have pending without a run', async () => {
      await given.store.enqueueMany([aWorkItem(), aWorkItem({ sourceName: 'another' })]);
      const { runId } = await launchSeed();
      await prepareRuns(given.db);
      expect(await runOf(runId)).toMatchObject({ phase: 'ready', itemsTotal: 6 });
    });
  });
});
