import { describe, expect, test } from 'vitest';
import { systemActor } from '#lib/actor/model.ts';
import { newId } from '#lib/ids.ts';
import { changeItems } from '#lib/items/changes/change-items.ts';
import type { ClaimedItem } from '#lib/queue/model.ts';
import { operator, useRuns, viewer } from '#test/campaign.ts';
import { contractEngines } from '#test/db/contract-engines.ts';
import { anAttempt, aWorkItem } from '#test/factories.ts';
import { passTime } from '#test/queue-database.ts';
import { cancelRun, pauseRun, resumeRun, stopRun } from './control-run.ts';
import { finishRuns } from './finish-runs.ts';
import { launchRun } from './launch-run.ts';
import { listRuns } from './list-runs.ts';
import { prepareRuns } from './prepare-runs.ts';
import { readItemRate, runErrors, runProgress } from './run-progress.ts';

describe.each(contractEngines())('steering and ending runs on $name', (engine) => {
  const { given, launchSeed, runOf, claim, complete, giveUp, audited } = useRuns(engine);

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
        phase: 'ending',
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
      await prepareRuns(given.db);
      expect(await runOf(runId)).toMatchObject({
        phase: 'ready',
        itemsTotal: 6,
        itemsProcessed: 6,
        itemsSucceeded: 1,
        itemsSkipped: 5,
      });
    });

    describe('stop', () => {
      const pending = () =>
        given.db.q
          .selectFrom('work_items')
          .select(['work_item_id as id', 'run_id', 'wait_reason', 'attempt'])
          .where('status', '=', 'pending')
          .execute();
      const fail = (item: ClaimedItem) =>
        given.store.fail({
          fence: { workItemId: item.workItemId, leaseId: item.leaseId },
          attempt: anAttempt(),
          errorCode: 'http_server_error',
          errorMessage: '500',
          decision: { kind: 'retry', delayMs: 1000 },
        });

      test('holds what is queued: it leaves the run, stays pending, and nobody fetches it', async () => {
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
        expect(await pending()).toEqual(
          Array.from({ length: 4 }, () =>
            expect.objectContaining({ run_id: null, wait_reason: 'on_hold' }),
          ),
        );
        const later = { owner: 'w', leaseMs: 60_000 };
        expect(await given.store.claimPolitely(10, later)).toMatchObject({
          items: [],
          retryInMs: null,
        });
        expect(await given.store.dequeue(10)).toEqual([]);
        await passTime(given.db, 10 * 365 * 86_400_000);
        expect(await claim(10)).toEqual([]);
      });

      test('holds what comes back from a worker, and what it found', async () => {
        const { runId } = await launchSeed();
        const [finding, failing, released] = await claim(3);
        if (!finding || !failing || !released) throw new Error('too few items');
        await stopRun(given.db, operator, runId);
        await complete(finding, [aWorkItem({ resourceId: 'found late', depth: 1 })]);
        expect(await fail(failing)).toEqual({ ok: true, status: 'pending' });
        await given.store.release([{ workItemId: released.workItemId, leaseId: released.leaseId }]);
        await passTime(given.db, 86_400_000);
        expect(await claim(10)).toEqual([]);
        const left = await pending();
        expect(left).toHaveLength(5);
        expect(left.every((item) => item.wait_reason === 'on_hold' && item.run_id === null)).toBe(
          true,
        );
        // What left the run is not of it any more.
        expect(await runOf(runId)).toMatchObject({ itemsTotal: 1, itemsProcessed: 1 });
      });

      test('a new run of the source takes up what is held', async () => {
        const { runId } = await launchSeed();
        await stopRun(given.db, operator, runId);
        const next = await launchSeed();
        await prepareRuns(given.db);
        expect((await runOf(next.runId)).itemsTotal).toBe(5);
        const items = await claim(10);
        expect(items.map((item) => item.runId)).toEqual(Array(5).fill(next.runId));
      });

      test.each([
        ['retried', 'retry'],
        ['recrawled', 'recrawl'],
      ] as const)('what a person has %s is fetched, the rest is not', async (_, action) => {
        const { runId } = await launchSeed();
        await stopRun(given.db, operator, runId);
        const [first] = await pending();
        if (!first) throw new Error('nothing is pending');
        expect(await changeItems(given.db, operator, { action }, [first.id])).toEqual({
          changed: 1,
          refused: 0,
        });
        expect((await claim(10)).map((item) => item.workItemId)).toEqual([first.id]);
      });
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
      const { itemsPerMinute, silentMs } = await readItemRate(given.db, runId);
      expect(itemsPerMinute).toBeGreaterThan(0);
      expect(silentMs).not.toBeNull();
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
    const cancelled = await listRuns(given.db, { filter: { status: ['cancelled'] } });
    expect(cancelled.rows.map(({ runId }) => runId)).toEqual([launched[1]]);
    await expect(listRuns(given.db, { cursor: 'tampered' })).rejects.toMatchObject({
      code: 'cursor_invalid',
    });
  });
});
