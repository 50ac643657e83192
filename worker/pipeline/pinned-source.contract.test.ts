import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemActor } from '#lib/actor/model.ts';
import { launchRun } from '#lib/runs/launch-run.ts';
import { prepareRuns } from '#lib/runs/prepare-runs.ts';
import { getRun } from '#lib/runs/run-row.ts';
import { pauseSource } from '#lib/sources/lifecycle.ts';
import { upsertSource } from '#lib/sources/save-source.ts';
import { contractEngines } from '#test/db/contract-engines.ts';
import { type PipelineBench, usePipeline } from '#test/worker/pipeline.ts';
import { loadSource } from './load-source.ts';
import { processItem } from './process.ts';

const actor = systemActor('test');

describe.each(contractEngines())(
  'a source that changes while a run goes on, on $name',
  (engine) => {
    const openBench = usePipeline(engine);
    let bench: PipelineBench;
    beforeEach(async () => {
      bench = await openBench();
    });
    afterEach(() => bench.dispose());

    const save = (settings: object) =>
      upsertSource(
        bench.context.db,
        actor,
        {
          name: 'sample',
          type: 'test',
          enabled: true,
          settings: { resources: 20, ...settings },
          seeds: [{ ids: ['test_resource_001', 'test_resource_002'] }],
        },
        { secretBox: bench.context.secretBox },
      );
    const launch = async () => {
      const { runId } = await launchRun(bench.context.db, actor, { kind: 'seed' });
      await prepareRuns(bench.context.db);
      return runId;
    };

    it('the run discovers as it was launched to, the next one as the source is then', async () => {
      await save({ discovery: { enabled: true } });
      const first = await launch();
      await save({ discovery: { enabled: false } });
      const found = await processItem(await bench.claimOne(), bench.context);
      expect(found).toMatchObject({ kind: 'completed', discovered: expect.any(Number) });
      expect(found.kind === 'completed' ? found.discovered : 0).toBeGreaterThan(0);
      await bench.context.db.q
        .updateTable('work_items')
        .set({ run_id: null })
        .where('status', '=', 'pending')
        .execute();
      const second = await launch();
      const leased = await bench.claimOne();
      expect(leased.item.runId).toBe(second);
      expect(await processItem(leased, bench.context)).toEqual({
        kind: 'completed',
        discovered: 0,
      });
      const runs = await Promise.all([first, second].map((id) => getRun(bench.context.db, id)));
      expect(runs.map((run) => run?.sourceRevisions)).toEqual([{ sample: 1 }, { sample: 2 }]);
      const hashes = await bench.context.db.q
        .selectFrom('current_runs')
        .select('config_hash')
        .execute();
      expect(new Set(hashes.map((row) => row.config_hash)).size).toBe(2);
      for (const { config_hash: hash } of hashes) expect(hash).toMatch(/^[0-9a-f]{64}$/);
    });

    it('how politely it is asked takes effect at once', async () => {
      await save({ latency_ms: 1, timeout: 30 });
      await launch();
      const leased = await bench.claimOne();
      await save({ latency_ms: 2, timeout: 7, rate_limit_delay: 3, user_agent: 'kinder/1' });
      const loaded = await loadSource(leased, bench.context);
      expect(loaded.context.settings).toMatchObject({
        latency_ms: 1,
        timeout: 7,
        user_agent: 'kinder/1',
      });
      expect(loaded.rateDelayMs).toBe(3_000);
      await pauseSource(bench.context.db, actor, 'sample');
      await expect(bench.claimOne()).rejects.toThrow('nothing could be claimed');
    });

    it('an item without a run is fetched as the source is now', async () => {
      await save({ latency_ms: 1 });
      await bench.context.store.enqueue({
        sourceSystem: 'test',
        sourceName: 'sample',
        resourceType: 'resource',
        resourceId: 'test_resource_003',
        requestUri: 'test://test_resource_003',
      });
      const leased = await bench.claimOne();
      await save({ latency_ms: 2 });
      const { context } = await loadSource(leased, bench.context);
      expect(context.settings).toMatchObject({ latency_ms: 2 });
    });
  },
);
