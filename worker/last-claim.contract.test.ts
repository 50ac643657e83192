import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadConfig } from '#lib/load-config.ts';
import type { StateStore } from '#lib/queue/state-store.ts';
import { contractEngines } from '#test/db/contract-engines.ts';
import { type PipelineBench, usePipeline } from '#test/worker/pipeline.ts';
import { runWorker } from './run-worker.ts';
import { createStop } from './stop.ts';

const resources = 12;

describe.each(contractEngines())('a worker that ends when nothing is left, on $name', (engine) => {
  const openBench = usePipeline(engine);
  let bench: PipelineBench;
  beforeEach(async () => {
    bench = await openBench();
    await bench.seed({ settings: { resources } });
  });
  afterEach(() => bench.dispose());

  it('claims what its last items have found, though a claim under way brought nothing', async () => {
    const { context } = bench;
    let inHand = 0;
    const empty = Promise.withResolvers<void>();
    const allLeft = Promise.withResolvers<void>();
    const store: StateStore = {
      ...context.store,
      async claimPolitely(...call) {
        const claim = await context.store.claimPolitely(...call);
        if (inHand === 0 && claim.items.length > 0) {
          inHand = claim.items.length;
          // So that it claims again before the first of them has ended.
          return { ...claim, retryInMs: 10 };
        }
        if (inHand > 0 && claim.items.length === 0) {
          // Right when it was given, it comes when everything in hand has ended.
          empty.resolve();
          await allLeft.promise;
        }
        return claim;
      },
      async completeMany(inputs) {
        await empty.promise;
        return context.store.completeMany(inputs);
      },
    };
    const runtime = {
      ...context,
      store,
      config: loadConfig({ env: { INGEST_SECRET_KEY: 'a key for this test alone, long enough' } }),
      reads: context.db,
      replica: () => null,
      close: async () => undefined,
    };
    const tally = await runWorker(
      runtime,
      {
        concurrency: 10,
        batchSize: 10,
        leaseMs: 60_000,
        enableDiscovery: true,
        once: true,
        maxItems: null,
        onResult: () => {
          inHand -= 1;
          if (inHand === 0) allLeft.resolve();
        },
      },
      createStop(),
    );
    expect(tally).toMatchObject({ completed: resources, failed: 0, lost: 0 });
  });
});
