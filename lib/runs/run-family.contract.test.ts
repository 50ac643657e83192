import { describe, expect, test } from 'vitest';
import { operator, useRuns, viewer } from '#test/campaign.ts';
import { contractEngines } from '#test/db/contract-engines.ts';
import { finishRuns } from './finish-runs.ts';
import { recrawlRun, retryFailed } from './launch-run.ts';
import { prepareRuns } from './prepare-runs.ts';
import { listRelatedRuns } from './related-runs.ts';

describe.each(contractEngines())('a run and those that follow it up on $name', (engine) => {
  const { given, launchSeed, runOf, claim, complete, giveUp } = useRuns(engine);

  /** Works the queue off; so many of its items fail. */
  const work = async (failures: number) => {
    await prepareRuns(given.db);
    const items = await claim(10);
    for (const [at, item] of items.entries()) {
      if (at < failures) await giveUp(item);
      else await complete(item);
    }
    await finishRuns(given.db);
  };
  const familyOf = async (runId: string) =>
    (await listRelatedRuns(given.db, await runOf(runId))).family;

  test('together tell what has come of it, retries of retries included', async () => {
    const { runId } = await launchSeed({ name: 'First' });
    await work(3);
    expect(await familyOf(runId)).toBeNull();
    const retry = await retryFailed(given.db, operator, runId);
    await work(2);
    expect(await familyOf(runId)).toMatchObject({ runs: 2, stillFailed: 2, itemsSucceeded: 3 });
    const again = await retryFailed(given.db, operator, retry.runId);
    await work(0);
    expect(await familyOf(runId)).toEqual({
      runs: 3,
      isAtLeast: false,
      itemsProcessed: 10,
      itemsSucceeded: 5,
      itemsDiscovered: 0,
      requestsSent: 10,
      stillFailed: 0,
    });
    expect(await familyOf(retry.runId)).toMatchObject({ runs: 2 });
    expect(await runOf(again.runId)).toMatchObject({
      name: 'Retry of Retry of First',
      parentRunId: retry.runId,
    });
    expect(await runOf(runId)).toMatchObject({ itemsFailed: 3, itemsSucceeded: 2 });
  });

  test('a recrawl of a run takes what it has completed, and is its child', async () => {
    const { runId } = await launchSeed({ name: 'First' });
    await work(1);
    const child = await recrawlRun(given.db, operator, runId, { requestKey: 'once' });
    expect(await recrawlRun(given.db, operator, runId, { requestKey: 'once' })).toEqual(child);
    await prepareRuns(given.db);
    expect(await runOf(child.runId)).toMatchObject({
      kind: 'recrawl',
      name: 'Recrawl of First',
      parentRunId: runId,
      itemsTotal: 4,
    });
    await expect(recrawlRun(given.db, viewer, runId)).rejects.toMatchObject({ code: 'forbidden' });
    await work(0);
    const part = await recrawlRun(given.db, operator, child.runId, { budget: { maxItems: 3 } });
    await prepareRuns(given.db);
    expect(await runOf(part.runId)).toMatchObject({ maxItems: 3, itemsTotal: 3 });
    await work(0);
    await expect(recrawlRun(given.db, operator, runId)).rejects.toMatchObject({
      code: 'run_has_no_items',
    });
  });
});
