import { describe, expect, test } from 'vitest';
import { systemActor } from '#lib/actor/model.ts';
import { retryFailed } from '#lib/runs/launch-run.ts';
import { type LaunchRequest, launchRequestSchema } from '#lib/runs/model.ts';
import { listRelatedRuns } from '#lib/runs/related-runs.ts';
import { getRun } from '#lib/runs/run-row.ts';
import { operator, useRuns } from '#test/campaign.ts';
import { contractEngines } from '#test/db/contract-engines.ts';
import { aWorkItem } from '#test/factories.ts';
import { givenSource } from '#test/queue-database.ts';
import { previewRun } from './preview-run.ts';

describe.each(contractEngines())('the preview of a launch on $name', (engine) => {
  const { given, launchSeed, claim, complete, giveUp, givenCompleted, runOf } = useRuns(engine);
  const preview = (request: Partial<LaunchRequest>) =>
    previewRun(
      given.db,
      systemActor('tests'),
      launchRequestSchema.parse({ kind: 'seed', ...request }),
    );

  test('of seeds counts those that are not known, as the launch does', async () => {
    expect(await preview({})).toMatchObject({ items: 5, isAtLeast: false, leastMs: 0 });
    const { itemsTotal } = await launchSeed();
    expect(itemsTotal).toBe(5);
    const after = await preview({});
    expect(after.items).toBe(0);
    expect(after.sources).toEqual([
      {
        name: 'sample',
        items: 0,
        requests: null,
        isAtLeast: false,
        knownSeeds: 5,
        isPaused: false,
      },
    ]);
  });

  test('of seeds counts what waits without a run, which the run adopts', async () => {
    await given.store.enqueueMany([aWorkItem(), aWorkItem()]);
    expect((await preview({})).items).toBe(7);
  });

  test('of a recrawl counts completed items, and the stale ones of them', async () => {
    await givenCompleted(3);
    expect((await preview({ kind: 'recrawl' })).items).toBe(3);
    expect((await preview({ kind: 'recrawl', staleDays: 0 })).items).toBe(3);
    expect((await preview({ kind: 'recrawl', staleDays: 1 })).items).toBe(0);
  });

  test('of a recrawl of one run counts what that has completed', async () => {
    await givenCompleted(3);
    const { runId } = await launchSeed();
    const [failing, ...others] = await claim(5);
    if (!failing) throw new Error('nothing to claim');
    await giveUp(failing);
    for (const item of others) await complete(item);
    const request = launchRequestSchema.parse({ kind: 'recrawl' });
    expect((await previewRun(given.db, systemActor('tests'), request)).items).toBe(7);
    expect((await previewRun(given.db, systemActor('tests'), request, runId)).items).toBe(4);
    expect(
      (await previewRun(given.db, systemActor('tests'), { ...request, maxItems: 2 }, runId)).items,
    ).toBe(2);
  });

  test('is cut by the budget, and leaves out disabled and other sources', async () => {
    await givenSource(given.db, { name: 'off', seeds: [{}], enabled: false });
    expect((await preview({})).sources.map((source) => source.name)).toEqual(['sample']);
    expect((await preview({ maxItems: 2 })).items).toBe(2);
    expect((await preview({ sources: ['nobody'] })).items).toBe(0);
  });

  test('says how long the polite rate takes at least', async () => {
    await givenSource(given.db, { name: 'polite', seeds: [{}], rateDelayMs: 2000 });
    expect((await preview({ sources: ['sample', 'polite'] })).leastMs).toBe(10_000);
    expect((await preview({ sources: ['polite'], maxItems: 3 })).leastMs).toBe(6_000);
  });

  test('of a retry counts what failed; the retry and its parent know each other', async () => {
    const { runId } = await launchSeed();
    const [failing, ...others] = await claim(5);
    if (!failing) throw new Error('nothing to claim');
    await giveUp(failing);
    for (const item of others) await complete(item);
    expect((await preview({ kind: 'retry' })).items).toBe(1);
    const retry = await retryFailed(given.db, operator, runId);
    const related = await listRelatedRuns(given.db, await runOf(runId));
    expect(related.parent).toBeNull();
    expect(related.children.map((run) => run.runId)).toEqual([retry.runId]);
    const child = await getRun(given.db, retry.runId);
    if (!child) throw new Error('no retry');
    expect(await listRelatedRuns(given.db, child)).toMatchObject({
      parent: { runId },
      family: null,
    });
  });
});
