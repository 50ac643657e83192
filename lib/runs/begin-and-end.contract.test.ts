import { describe, expect, test } from 'vitest';
import { systemActor } from '#lib/actor/model.ts';
import { listEvents } from '#lib/events/list-events.ts';
import { getSource, type Source } from '#lib/sources/read-sources.ts';
import { operator, useRuns } from '#test/campaign.ts';
import { contractEngines } from '#test/db/contract-engines.ts';
import { anAttempt, aRecord, aWorkItem, noValidators } from '#test/factories.ts';
import { givenSource } from '#test/queue-database.ts';
import { cancelRun, stopRun } from './control-run.ts';
import { endSpentRuns, finishRuns } from './finish-runs.ts';
import { launchIngest, launchRun, retryFailed } from './launch-run.ts';
import type { EndReason } from './lifecycle.ts';
import { prepareRuns } from './prepare-runs.ts';

describe.each(contractEngines())('the beginning and the end of runs on $name', (engine) => {
  const { given, launchSeed, runOf, claim, complete, giveUp, audited } = useRuns(engine);
  const command = systemActor('ingest');

  const sourceNamed = async (name: string): Promise<Source> => {
    const source = await getSource(given.db, name);
    if (!source) throw new Error('no source');
    return source;
  };
  const launch = async (seeding: boolean, name = 'sample') =>
    launchIngest(given.db, command, [await sourceNamed(name)], { name: 'ingest', seeding });
  const eventsOf = async (runId: string) => (await listEvents(given.db, { runId })).events;
  const endsOf = async (runId: string) =>
    (await eventsOf(runId)).filter(({ data }) => data !== null && 'reason' in data);

  describe('a beginning', () => {
    const launchedData = async (runId: string) =>
      (await eventsOf(runId)).filter(({ kind }) => kind === 'run.launched').map(({ data }) => data);

    test('is recorded once, whoever launches', async () => {
      const first = await launchSeed();
      expect(await launchedData(first.runId)).toEqual([
        { by: operator.email, kind: 'seed', sources: ['sample'], items: 5, parent: null },
      ]);
      for (const item of await claim(5)) await giveUp(item);
      await finishRuns(given.db);
      const retry = await retryFailed(given.db, operator, first.runId);
      expect(await launchedData(retry.runId)).toMatchObject([
        { kind: 'retry', parent: first.runId },
      ]);
    });

    test('over what is pending is one like any other', async () => {
      await given.store.enqueueMany([aWorkItem(), aWorkItem()]);
      const run = await launch(false);
      if (!run) throw new Error('nothing was launched');
      expect(await launchedData(run.runId)).toMatchObject([{ by: command.email, kind: 'seed' }]);
      expect(await audited()).toEqual([`${command.email} run.launch`]);
      await prepareRuns(given.db);
      expect(await runOf(run.runId)).toMatchObject({ itemsTotal: 2, launchedBy: command.email });
    });

    test('by a command seeds what is new, and leaves nothing behind where nothing is', async () => {
      expect(await launch(false)).toBeNull();
      expect(await given.count('ingest_runs')).toBe(0);
      expect(await given.count('audit_log')).toBe(0);
      const run = await launch(true);
      expect(run?.itemsTotal).toBe(5);
      // All seeds are known, and pending in the run that has them.
      expect(await launch(true)).toBeNull();
      expect(await launch(false)).toBeNull();
      expect(await given.count('ingest_runs')).toBe(1);
      await givenSource(given.db, { name: 'empty' });
      await expect(launch(true, 'empty')).rejects.toMatchObject({ code: 'run_has_no_items' });
      await given.store.enqueue(aWorkItem({ sourceName: 'empty' }));
      expect(await launch(true, 'empty')).not.toBeNull();
    });
  });

  describe('an end', () => {
    const finish = async () => {
      for (const item of await claim(10)) await complete(item);
      await finishRuns(given.db);
    };
    const ways: readonly (readonly [
      EndReason,
      string,
      number,
      object,
      (runId: string) => Promise<unknown>,
    ])[] = [
      ['finished', 'run.completed', 0, {}, finish],
      [
        'budget',
        'run.completed',
        0,
        { maxItems: 5 },
        async () => {
          for (const item of await claim(10)) await complete(item, [aWorkItem({ depth: 1 })]);
          await finishRuns(given.db);
        },
      ],
      [
        'request_budget',
        'run.completed',
        3,
        { maxRequests: 2 },
        async () => {
          for (const item of await claim(2)) await complete(item);
          await endSpentRuns(given.db);
        },
      ],
      [
        'time_budget',
        'run.completed',
        5,
        { maxMinutes: 1 },
        async (runId) => {
          await given.db.q
            .updateTable('ingest_runs')
            .set({ deadline_at: given.db.engine.nowPlus(-1) })
            .where('run_id', '=', runId)
            .execute();
          await endSpentRuns(given.db);
        },
      ],
      ['stopped', 'run.stopped', 5, {}, (runId) => stopRun(given.db, operator, runId)],
      ['cancelled', 'run.cancelled', 5, {}, (runId) => cancelRun(given.db, operator, runId)],
    ];

    test.each(ways)('as %s is recorded once, with the reason and the numbers', async (...way) => {
      const [reason, kind, open, request, end] = way;
      const { runId } = await launchSeed(request);
      await end(runId);
      await finishRuns(given.db);
      await endSpentRuns(given.db);
      await prepareRuns(given.db);
      expect(await endsOf(runId)).toMatchObject([
        { kind, data: { reason, open, total: 5, processed: 5 - open } },
      ]);
      const run = await runOf(runId);
      expect(run).toMatchObject({ endReason: reason, phase: 'ready', pausedAt: null });
      expect(run.completedAt).not.toBeNull();
    });

    test('in its preparation is recorded too, and what it had queued waits for another run', async () => {
      await given.store.enqueue(aWorkItem());
      const { runId } = await launchSeed();
      await given.db.q
        .updateTable('ingest_runs')
        .set({ request: '{"kind":"unknown"}' })
        .where('run_id', '=', runId)
        .execute();
      await prepareRuns(given.db);
      await prepareRuns(given.db);
      const errorMessage = 'The launch request of this run cannot be read.';
      expect(await runOf(runId)).toMatchObject({
        status: 'failed',
        endReason: 'error',
        phase: 'ready',
        errorMessage,
        itemsTotal: 0,
      });
      expect(await endsOf(runId)).toMatchObject([
        { kind: 'run.failed', level: 'error', message: errorMessage, data: { reason: 'error' } },
      ]);
      // The one that was never in it, and none of the seeds.
      expect((await claim(10)).map((item) => item.runId)).toEqual([null]);
      const next = await launchRun(given.db, operator, { kind: 'seed', sources: ['sample'] });
      await prepareRuns(given.db);
      expect((await runOf(next.runId)).itemsTotal).toBe(5);
    });

    test('of whose last items two are completed at once is seen afterwards', async () => {
      const { runId } = await launchSeed();
      const other = await given.another();
      const [one, two, ...rest] = await claim(10);
      if (!one || !two) throw new Error('too few items');
      for (const item of rest) await complete(item);
      const done = (item: typeof one) => ({
        fence: { workItemId: item.workItemId, leaseId: item.leaseId },
        attempt: anAttempt(),
        record: aRecord(),
        validators: noValidators,
        discovered: [],
      });
      await Promise.all([given.store.complete(done(one)), other.store.complete(done(two))]);
      // Neither of the two asked: each could have seen the other still at work.
      expect(await runOf(runId)).toMatchObject({ status: 'running' });
      await Promise.all([finishRuns(given.db), finishRuns(other.db)]);
      expect(await runOf(runId)).toMatchObject({ status: 'completed', itemsSucceeded: 5 });
      expect(await endsOf(runId)).toHaveLength(1);
    });

    test('by two at once is one', async () => {
      const { runId } = await launchSeed();
      const other = await given.another();
      const ends = await Promise.allSettled([
        stopRun(given.db, operator, runId),
        cancelRun(other.db, operator, runId),
      ]);
      expect(ends.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
      expect(await endsOf(runId)).toHaveLength(1);
    });
  });
});
