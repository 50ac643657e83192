import { describe, expect, test } from 'vitest';
import { listEvents } from '#lib/events/list-events.ts';
import type { ClaimedItem } from '#lib/queue/model.ts';
import { operator, useRuns } from '#test/campaign.ts';
import { contractEngines } from '#test/db/contract-engines.ts';
import { anAttempt, aWorkItem } from '#test/factories.ts';
import { cancelRun, stopRun } from './control-run.ts';
import { endSpentRuns, finishRuns } from './finish-runs.ts';
import { launchRun } from './launch-run.ts';
import { prepareRuns } from './prepare-runs.ts';

describe.each(contractEngines())('budgets in time and requests on $name', (engine) => {
  const { given, launchSeed, runOf, claim, complete, givenCompleted } = useRuns(engine);

  const timeIsUp = (runId: string) =>
    given.db.q
      .updateTable('ingest_runs')
      .set({ deadline_at: given.db.engine.nowPlus(-1) })
      .where('run_id', '=', runId)
      .execute();
  const failOnce = (item: ClaimedItem) =>
    given.store.fail({
      fence: { workItemId: item.workItemId, leaseId: item.leaseId },
      attempt: anAttempt(),
      errorCode: 'http_server_error',
      errorMessage: '500',
      decision: { kind: 'retry', delayMs: 0 },
    });
  const items = () =>
    given.db.q
      .selectFrom('work_items')
      .select(['status', 'run_id', 'wait_reason', 'next_fetch_at'])
      .execute();

  test('a run has its time, by the clock of the database', async () => {
    const { runId } = await launchSeed({ maxMinutes: 90 });
    const { startedAt, deadlineAt } = await runOf(runId);
    expect(Date.parse(deadlineAt ?? '') - Date.parse(startedAt)).toBe(90 * 60_000);
    expect(await endSpentRuns(given.db)).toBe(0);
    expect(await claim(1)).toHaveLength(1);
  });

  test('when the time is up nothing more is claimed; one worker ends the run, and what is queued is held', async () => {
    const { runId } = await launchSeed({ maxMinutes: 1 });
    const [held] = await claim(1);
    if (!held) throw new Error('nothing to claim');
    await timeIsUp(runId);
    expect(await claim(10)).toEqual([]);
    const other = await given.another();
    const ends = await Promise.all([endSpentRuns(given.db), endSpentRuns(other.db)]);
    expect(ends.reduce((a, b) => a + b)).toBe(1);
    expect(await runOf(runId)).toMatchObject({ status: 'completed', phase: 'ending' });
    await complete(held, [aWorkItem({ depth: 1 })]);
    await prepareRuns(given.db);
    expect(await runOf(runId)).toMatchObject({
      status: 'completed',
      endReason: 'time_budget',
      phase: 'ready',
      itemsTotal: 1,
      itemsProcessed: 1,
    });
    const waiting = (await items()).filter((item) => item.status === 'pending');
    expect(waiting).toHaveLength(5);
    expect(waiting.every((item) => item.wait_reason === 'on_hold' && item.run_id === null)).toBe(
      true,
    );
    const { events } = await listEvents(given.db, { runId, kinds: ['run.completed'] });
    expect(events.map(({ message }) => message)).toEqual([
      'The run has used up its time, with 5 items open.',
    ]);
  });

  test('a run whose last items end late has done its work all the same', async () => {
    const { runId } = await launchSeed({ maxMinutes: 1 });
    const all = await claim(10);
    await timeIsUp(runId);
    expect(await endSpentRuns(given.db)).toBe(0);
    for (const item of all) await complete(item);
    expect(await finishRuns(given.db)).toBe(1);
    expect(await runOf(runId)).toMatchObject({ endReason: 'finished', itemsSucceeded: 5 });
  });

  test('every request counts, failed ones too, and with the last of them the run ends', async () => {
    const { runId } = await launchSeed({ maxRequests: 3 });
    const [first, second] = await claim(2);
    if (!first || !second) throw new Error('too few items');
    await complete(first);
    await failOnce(second);
    expect(await runOf(runId)).toMatchObject({ requestsSent: 2, maxRequests: 3 });
    expect(await endSpentRuns(given.db)).toBe(0);
    const [third] = await claim(1);
    if (!third) throw new Error('nothing to claim');
    await complete(third);
    expect(await claim(10)).toEqual([]);
    expect(await endSpentRuns(given.db)).toBe(1);
    expect(await runOf(runId)).toMatchObject({ endReason: 'request_budget', requestsSent: 3 });
  });

  test('time ends the preparation of a run as well', async () => {
    await givenCompleted(3);
    const { runId } = await launchRun(given.db, operator, { kind: 'recrawl', maxMinutes: 1 });
    await timeIsUp(runId);
    expect(await endSpentRuns(given.db)).toBe(1);
    expect(await prepareRuns(given.db)).toBe(0);
    expect(await runOf(runId)).toMatchObject({ endReason: 'time_budget', itemsTotal: 0 });
    expect((await items()).every((item) => item.status === 'completed')).toBe(true);
  });

  describe('what a recrawl did not come to', () => {
    const launchRecrawl = async () => {
      await givenCompleted(4);
      const { runId } = await launchRun(given.db, operator, { kind: 'recrawl', maxMinutes: 1 });
      await prepareRuns(given.db);
      return runId;
    };
    const ways = [
      [
        'its time is up',
        async (runId: string) => {
          await timeIsUp(runId);
          await endSpentRuns(given.db);
        },
      ],
      ['it is stopped', (runId: string) => stopRun(given.db, operator, runId)],
      ['it is cancelled', (runId: string) => cancelRun(given.db, operator, runId)],
    ] as const;

    test.each(ways)('is completed and due as before, when %s', async (_, end) => {
      const runId = await launchRecrawl();
      const before = (await items()).map((item) => item.next_fetch_at).sort();
      const [done, failing] = await claim(2);
      if (!done || !failing) throw new Error('too few items');
      await complete(done, [aWorkItem({ depth: 1 })]);
      await end(runId);
      expect(await failOnce(failing)).toMatchObject({ ok: true });
      const after = await items();
      const known = after.filter((item) => item.next_fetch_at !== null);
      expect(known.map((item) => item.status)).toEqual(Array(4).fill('completed'));
      expect(known.filter((item) => item.run_id === runId)).toHaveLength(1);
      expect(before).toEqual(
        expect.arrayContaining(
          known.filter((item) => item.run_id === null).map((item) => item.next_fetch_at),
        ),
      );
      const { itemsTotal, itemsProcessed } = await runOf(runId);
      expect(itemsTotal).toBe(itemsProcessed);
      expect(await claim(10)).toEqual([]);
    });
  });
});
