/** What plain SQL sends round again after its run has ended is no part of that run any more. */
import { describe, expect, test } from 'vitest';
import { changeItems } from '#lib/items/changes/change-items.ts';
import { stopRun } from '#lib/runs/control-run.ts';
import { finishRuns } from '#lib/runs/finish-runs.ts';
import { prepareRuns } from '#lib/runs/prepare-runs.ts';
import { operator, useRuns } from '#test/campaign.ts';
import { contractEngines } from '#test/db/contract-engines.ts';
import { anAttempt, aWorkItem } from '#test/factories.ts';
import { passTime } from '#test/queue-database.ts';
import type { ClaimedItem } from '../model.ts';

describe.each(contractEngines())('the numbers of an ended run on $name', (engine) => {
  const { given, launchSeed, runOf, claim, complete, giveUp } = useRuns(engine);

  const fenceOf = ({ workItemId, leaseId }: ClaimedItem) => ({ workItemId, leaseId });
  const failOnce = (item: ClaimedItem) =>
    given.store.fail({
      fence: fenceOf(item),
      attempt: anAttempt(),
      errorCode: 'http_server_error',
      errorMessage: '500',
      decision: { kind: 'retry', delayMs: 0 },
    });
  /** As the specification resets items, by SQL alone. */
  const sendRound = (ids?: readonly string[]) => {
    const update = given.db.q.updateTable('work_items').set({ status: 'pending', attempt: 0 });
    return (ids ? update.where('work_item_id', 'in', ids) : update).execute();
  };
  const givenFinished = async () => {
    const { runId } = await launchSeed();
    for (const item of await claim(10)) await complete(item);
    await finishRuns(given.db);
    return runId;
  };
  const numbersOf = async (runId: string) => {
    const { heartbeatAt: _, ...run } = await runOf(runId);
    return run;
  };
  const only = async () => {
    const [item, ...others] = await claim(1);
    if (!item || others.length > 0) throw new Error('one item was to be claimed');
    return item;
  };

  const ways: readonly (readonly [string, (item: ClaimedItem) => Promise<unknown>])[] = [
    ['completed', (item) => complete(item, [aWorkItem({ depth: 1 })])],
    ['failed', giveUp],
    ['retried', failOnce],
    ['released', (item) => given.store.release([fenceOf(item)])],
    [
      'rescued',
      async () => {
        await passTime(given.db, 120_000);
        await given.store.rescueExpired();
      },
    ],
    ['moved by hand', (item) => given.store.updateStatus(item.workItemId, 'skipped')],
    ['given back by hand', (item) => given.store.updateStatus(item.workItemId, 'pending')],
  ];

  test.each(ways)('are history when an item sent round again is %s', async (_, end) => {
    const runId = await givenFinished();
    const before = await numbersOf(runId);
    expect(before).toMatchObject({ itemsTotal: 5, itemsProcessed: 5, requestsSent: 5 });
    await sendRound();
    await end(await only());
    expect(await numbersOf(runId)).toEqual(before);
  });

  test('are history when items sent round again are skipped, held or retried by a person', async () => {
    const runId = await givenFinished();
    const before = await numbersOf(runId);
    for (const change of [{ action: 'hold' }, { action: 'retry' }, { action: 'skip' }] as const) {
      await sendRound();
      await given.db.q.updateTable('work_items').set({ run_id: runId }).execute();
      const rows = await given.db.q.selectFrom('work_items').select('work_item_id').execute();
      const ids = rows.map((row) => row.work_item_id);
      expect((await changeItems(given.db, operator, change, ids)).changed).toBe(5);
    }
    expect(await numbersOf(runId)).toEqual(before);
  });

  test('do not keep such an item from its retries, nor what it leads to from being fetched', async () => {
    await givenFinished();
    await sendRound();
    await failOnce(await only());
    await complete(await only(), [aWorkItem({ resourceId: 'found again', depth: 1 })]);
    const rest = await claim(10);
    expect(rest).toHaveLength(5);
    expect(rest.find((item) => item.resourceId === 'found again')?.runId).toBeNull();
  });

  test('count what was leased at the end, and not what was sent round beside it', async () => {
    const { runId } = await launchSeed();
    const [done, late] = await claim(2);
    if (!done || !late) throw new Error('too few items');
    await complete(done);
    await stopRun(given.db, operator, runId);
    expect(await numbersOf(runId)).toMatchObject({ itemsTotal: 2, itemsProcessed: 1 });
    await given.db.q
      .updateTable('ingest_runs')
      .set({ completed_at: given.db.engine.nowPlus(-15_000) })
      .execute();
    await given.db.q
      .updateTable('work_items')
      .set({ claimed_at: given.db.engine.nowPlus(-20_000) })
      .where('work_item_id', '=', late.workItemId)
      .execute();
    await sendRound([done.workItemId]);
    // It leaves the run, which is being emptied as long as the other is in progress.
    await prepareRuns(given.db);
    await giveUp(await only());
    expect(await numbersOf(runId)).toMatchObject({ itemsProcessed: 1, itemsFailed: 0 });
    await complete(late);
    expect(await numbersOf(runId)).toMatchObject({ itemsTotal: 2, itemsSucceeded: 2 });
  });
});
