import { beforeEach, describe, expect, test } from 'vitest';
import { contractEngines } from '#db/testing/contract-engines.ts';
import { type Actor, systemActor } from '#lib/access/model.ts';
import { newId } from '#lib/ids.ts';
import type { ClaimedItem, NewWorkItem } from '#lib/work-items/model.ts';
import { givenSource, passTime, useStore } from '#lib/work-items/testing/database.ts';
import { anAttempt, aRecord, aWorkItem, noValidators } from '#lib/work-items/testing/factories.ts';
import { cancelRun, pauseRun, resumeRun, stopRun } from './control-run.ts';
import { finishRuns } from './finish-runs.ts';
import { getRun } from './get-run.ts';
import { launchRun, retryFailed } from './launch-run.ts';
import { listRuns } from './list-runs.ts';
import { prepareRuns } from './prepare-runs.ts';
import { runErrors, runProgress } from './run-progress.ts';

const operator: Actor = { userId: newId(), email: 'op@example.org', role: 'operator' };
const viewer: Actor = { userId: newId(), email: 'view@example.org', role: 'viewer' };

describe.each(contractEngines())('runs on $name', (engine) => {
  const given = useStore(engine);

  beforeEach(async () => {
    await givenSource(given.db, { name: 'sample', seeds: [{}] });
  });

  const launchSeed = (over: object = {}) =>
    launchRun(given.db, operator, { kind: 'seed', sources: ['sample'], ...over });
  const runOf = async (runId: string) => {
    const run = await getRun(given.db, runId);
    if (!run) throw new Error('no run');
    return run;
  };
  const claim = async (limit: number) =>
    (await given.store.claimPolitely(limit, { owner: 'w', leaseMs: 60_000 })).items;
  const complete = (item: ClaimedItem, discovered: NewWorkItem[] = []) =>
    given.store.complete({
      fence: { workItemId: item.workItemId, leaseId: item.leaseId },
      attempt: anAttempt(),
      record: aRecord(),
      validators: noValidators,
      discovered,
    });
  const giveUp = (item: ClaimedItem) =>
    given.store.fail({
      fence: { workItemId: item.workItemId, leaseId: item.leaseId },
      attempt: anAttempt({ httpStatus: 404 }),
      errorCode: 'http_not_found',
      errorMessage: 'Not there.',
      decision: { kind: 'give_up' },
    });
  const audited = async () =>
    (
      await given.db.q
        .selectFrom('audit_log')
        .select(['action', 'actor_email'])
        .orderBy('audit_id')
        .execute()
    ).map((row) => `${row.actor_email} ${row.action}`);
  /** Items of the source that were completed without a run. */
  const givenCompleted = async (count: number, over: Partial<NewWorkItem> = {}) => {
    await given.store.enqueueMany(Array.from({ length: count }, () => aWorkItem(over)));
    for (const item of await claim(count)) await complete(item);
  };

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

  describe('steering', () => {
    test('a paused run is not claimed from until it is resumed', async () => {
      const { runId } = await launchSeed();
      const [held] = await claim(1);
      await pauseRun(given.db, operator, runId);
      expect(await claim(10)).toEqual([]);
      if (held) await complete(held);
      await resumeRun(given.db, operator, runId);
      expect(await claim(10)).toHaveLength(4);
      expect((await audited()).slice(1)).toEqual([
        'op@example.org run.pause',
        'op@example.org run.resume',
      ]);
    });

    test('cancel skips what is queued; what is in flight is finished and counted', async () => {
      const { runId } = await launchSeed();
      const [held, failing] = await claim(2);
      if (!held || !failing) throw new Error('too few items');
      await cancelRun(given.db, operator, runId);
      expect(await runOf(runId)).toMatchObject({
        status: 'cancelled',
        endReason: 'cancelled',
        phase: 'ready',
        itemsSkipped: 3,
      });
      await complete(held, [aWorkItem({ resourceId: 'found late', depth: 1 })]);
      const retry = await given.store.fail({
        fence: { workItemId: failing.workItemId, leaseId: failing.leaseId },
        attempt: anAttempt(),
        errorCode: 'http_server_error',
        errorMessage: '500',
        decision: { kind: 'retry', delayMs: 0 },
      });
      expect(retry).toEqual({ ok: true, status: 'skipped' });
      expect((await given.store.getStats()).byStatus).toEqual({
        pending: 0,
        in_progress: 0,
        completed: 1,
        failed: 0,
        skipped: 5,
      });
      expect(await runOf(runId)).toMatchObject({
        itemsTotal: 6,
        itemsProcessed: 6,
        itemsSucceeded: 1,
        itemsSkipped: 5,
      });
    });

    test('stop keeps what is queued: it leaves the run and stays pending', async () => {
      const { runId } = await launchSeed();
      const [held] = await claim(1);
      await stopRun(given.db, operator, runId);
      if (held) await complete(held);
      expect(await runOf(runId)).toMatchObject({
        status: 'completed',
        endReason: 'stopped',
        itemsTotal: 1,
        itemsProcessed: 1,
      });
      const left = await given.db.q
        .selectFrom('work_items')
        .select('run_id')
        .where('status', '=', 'pending')
        .execute();
      expect(left).toEqual(Array.from({ length: 4 }, () => ({ run_id: null })));
      const next = await launchSeed();
      await prepareRuns(given.db);
      expect((await runOf(next.runId)).itemsTotal).toBe(4);
    });

    test('a long queue is emptied on by the workers, and nobody claims from it meanwhile', async () => {
      const { runId } = await launchSeed();
      await given.store.enqueueMany(Array.from({ length: 10_500 }, () => aWorkItem({ runId })));
      await cancelRun(given.db, operator, runId);
      expect((await runOf(runId)).phase).toBe('ending');
      expect(await claim(5)).toEqual([]);
      await prepareRuns(given.db);
      expect(await runOf(runId)).toMatchObject({ phase: 'ready', itemsSkipped: 10_505 });
    });

    test('an ended run cannot be steered, and a viewer steers nothing', async () => {
      const { runId } = await launchSeed();
      await expect(pauseRun(given.db, viewer, runId)).rejects.toMatchObject({ code: 'forbidden' });
      await expect(cancelRun(given.db, viewer, runId)).rejects.toMatchObject({ code: 'forbidden' });
      await cancelRun(given.db, operator, runId);
      for (const steer of [pauseRun, resumeRun, stopRun, cancelRun]) {
        await expect(steer(given.db, operator, runId)).rejects.toMatchObject({ code: 'run_ended' });
      }
      await expect(pauseRun(given.db, operator, newId())).rejects.toMatchObject({
        code: 'not_found',
      });
      await expect(pauseRun(given.db, operator, "x' or")).rejects.toMatchObject({
        code: 'not_found',
      });
    });
  });

  describe('finishing', () => {
    test('a run ends once, when nothing of it waits or is held', async () => {
      const { runId } = await launchSeed();
      const items = await claim(10);
      expect(await finishRuns(given.db)).toBe(0);
      for (const item of items.slice(1)) await complete(item);
      expect(await finishRuns(given.db)).toBe(0);
      if (items[0]) await complete(items[0], [aWorkItem({ depth: 1 })]);
      expect(await finishRuns(given.db)).toBe(0);
      for (const item of await claim(10)) await complete(item);
      const other = await given.another();
      const ends = await Promise.all([finishRuns(given.db), finishRuns(other.db)]);
      expect(ends.reduce((a, b) => a + b)).toBe(1);
      const run = await runOf(runId);
      expect(run).toMatchObject({ status: 'completed', endReason: 'finished', itemsProcessed: 6 });
      expect(run.completedAt).not.toBeNull();
    });

    test('numbers, progress and errors agree with the items', async () => {
      const { runId } = await launchSeed();
      const [done, failed] = await claim(3);
      if (!done || !failed) throw new Error('too few items');
      await complete(done, [aWorkItem({ depth: 1 })]);
      await giveUp(failed);
      const progress = await runProgress(given.db, runId);
      expect(progress.byStatus).toEqual({
        pending: 3,
        in_progress: 1,
        completed: 1,
        failed: 1,
        skipped: 0,
      });
      expect(progress.itemsPerMinute).toBeGreaterThan(0);
      expect(progress.etaMs).toBeGreaterThan(0);
      expect(await runErrors(given.db, runId)).toEqual([
        { errorCode: 'http_not_found', count: 1, example: 'Not there.' },
      ]);
      const { byStatus } = await given.store.getStats();
      expect(progress.byStatus).toEqual(byStatus);
    });
  });

  test('runs are listed by pages, the latest first, and by status', async () => {
    const launched: string[] = [];
    for (let n = 0; n < 5; n += 1) {
      launched.push((await launchRun(given.db, systemActor('test'), { kind: 'seed' })).runId);
    }
    await cancelRun(given.db, operator, launched[1] ?? '');
    const first = await listRuns(given.db, { limit: 2 });
    const second = await listRuns(given.db, { limit: 2, cursor: first.next ?? '' });
    const third = await listRuns(given.db, { limit: 2, cursor: second.next ?? '' });
    const seen = [first, second, third].flatMap(({ rows }) => rows.map(({ runId }) => runId));
    expect(seen).toEqual(launched.toReversed());
    expect(third.next).toBeNull();
    const cancelled = await listRuns(given.db, { status: 'cancelled' });
    expect(cancelled.rows.map(({ runId }) => runId)).toEqual([launched[1]]);
    await expect(listRuns(given.db, { cursor: 'tampered' })).rejects.toMatchObject({
      code: 'cursor_invalid',
    });
  });
});
