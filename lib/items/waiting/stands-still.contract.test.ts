import { describe, expect, test } from 'vitest';
import { insertHost } from '#lib/hosts/insert-host.ts';
import { newId } from '#lib/ids.ts';
import { overview } from '#lib/metrics/overview.ts';
import { pauseRun, resumeRun } from '#lib/runs/control-run.ts';
import { pauseSource, resumeSource } from '#lib/sources/lifecycle.ts';
import { goOn, stopEverything } from '#lib/stops/stop-everything.ts';
import { registerWorker } from '#lib/workers/presence.ts';
import { operator, useRuns } from '#test/campaign.ts';
import { contractEngines } from '#test/db/contract-engines.ts';
import { givenBlockedHost } from '#test/queue-database.ts';
import { forecastRun, whySourceWaits } from './stands-still.ts';

describe.each(contractEngines())('why a run stands still on $name', (engine) => {
  const { given, launchSeed, runOf, claim, complete } = useRuns(engine);
  const forecast = async (runId: string) => forecastRun(given.db, await runOf(runId));
  const givenWorker = () =>
    registerWorker(given.db, {
      workerId: newId(),
      hostName: 'a',
      pid: 1,
      version: '1',
      concurrency: 4,
    });
  const sourceOf = () =>
    given.db.q
      .selectFrom('sources')
      .select(['source_type as type', 'name'])
      .executeTakeFirstOrThrow();

  test('the first true reason: stopped before paused before no worker', async () => {
    const { runId } = await launchSeed();
    expect((await forecast(runId)).waits?.code).toBe('no_workers');
    await pauseRun(given.db, operator, runId);
    expect((await forecast(runId)).waits?.code).toBe('run_paused');
    const stop = { reason: 'r', inFlight: 'finish', end: { minutes: 5 } } as const;
    const { until } = await stopEverything(given.db, operator, stop);
    expect((await forecast(runId)).waits).toMatchObject({ code: 'stopped', until });
    await goOn(given.db, operator);
    await resumeRun(given.db, operator, runId);
    await givenWorker();
    expect((await forecast(runId)).waits).toBeNull();
  });

  test('what all its items wait for, and none while one of them may go', async () => {
    const { runId } = await launchSeed();
    await givenWorker();
    await given.db.q.updateTable('work_items').set({ host: 'site.example' }).execute();
    await givenBlockedHost(given.db, 'site.example', 3_600_000);
    const { waits, etaMs } = await forecast(runId);
    expect(waits).toMatchObject({ code: 'host_blocked', until: expect.any(String) });
    expect(etaMs).toBeNull();
    expect(await whySourceWaits(given.db, await sourceOf())).toEqual(waits);
    const one = await given.db.q
      .selectFrom('work_items')
      .select('work_item_id')
      .executeTakeFirstOrThrow();
    await given.db.q
      .updateTable('work_items')
      .set({ host: null })
      .where('work_item_id', '=', one.work_item_id)
      .execute();
    expect((await forecast(runId)).waits).toBeNull();
    await pauseSource(given.db, operator, (await sourceOf()).name);
    expect((await forecast(runId)).waits?.code).toBe('source_paused');
  });

  test('a run that moves has a time left, the same on the overview, and no longer than its budget', async () => {
    const { runId } = await launchSeed();
    await givenWorker();
    const [first, second] = await claim(2);
    if (first) await complete(first);
    if (second) await complete(second);
    await given.db.q
      .updateTable('work_item_attempts')
      .set({ finished_at: given.db.engine.nowPlus(-30_000) })
      .execute();
    const { etaMs, itemsPerMinute, waits } = await forecast(runId);
    expect(waits).toBeNull();
    expect(itemsPerMinute).toBeCloseTo(4, 0);
    // Three are left.
    expect(Math.abs((etaMs ?? 0) - 45_000)).toBeLessThan(15_000);
    const [shown] = (await overview(given.db)).runs;
    expect(Math.abs((shown?.etaMs ?? 0) - (etaMs ?? 0))).toBeLessThan(10_000);
    // Whatever else may be done meanwhile, its host is not asked more often.
    await insertHost(given.db, 'slow.example', { delay_ms: 120_000, pace_ms: 120_000 });
    for (const table of ['work_items', 'work_item_attempts'] as const)
      await given.db.q.updateTable(table).set({ host: 'slow.example' }).execute();
    expect((await forecast(runId)).etaMs).toBe(3 * 120_000);
    const halves = given.db.q.updateTable('work_items').set({ host: 'fast.example' });
    await halves.where('work_item_id', '=', first?.workItemId ?? '').execute();
    await given.db.q
      .updateTable('work_item_attempts')
      .set({ host: 'fast.example' })
      .where('work_item_id', '=', first?.workItemId ?? '')
      .execute();
    expect((await forecast(runId)).etaMs).toBe(3 * 120_000);
    const deadline = given.db.engine.nowPlus(10_000);
    await given.db.q.updateTable('ingest_runs').set({ deadline_at: deadline }).execute();
    expect((await forecast(runId)).etaMs).toBeLessThanOrEqual(10_000);
    // At once, though something came to an end a moment ago.
    await pauseSource(given.db, operator, (await sourceOf()).name);
    expect(await forecast(runId)).toMatchObject({ etaMs: null, waits: { code: 'source_paused' } });
    await resumeSource(given.db, operator, (await sourceOf()).name);
    expect((await forecast(runId)).waits).toBeNull();
    await pauseRun(given.db, operator, runId);
    expect((await forecast(runId)).etaMs).toBeNull();
    expect((await overview(given.db)).runs[0]).toMatchObject({
      etaMs: null,
      waits: { code: 'run_paused' },
    });
  });
});
