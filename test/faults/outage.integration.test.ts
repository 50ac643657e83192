import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { contractEngines } from '#test/db/contract-engines.ts';
import { until } from '../worker/processes.ts';
import { launchCampaign } from './campaign.ts';
import { type Fleet, hangMs, isUp, openFleet } from './fleet.ts';
import { type Outages, outagesOf } from './outages.ts';

const resources = 120;
/** What is in flight when an outage begins has ended one way or the other after this, ms. */
const settledMs = 500;

describe.each(contractEngines())('a database out of reach and back, on $name', (engine) => {
  let fleet: Fleet;
  let outages: Outages | undefined;
  beforeEach(async (context) => {
    fleet = await openFleet(engine, context);
    outages = await outagesOf(fleet.site.settings);
  });
  afterEach(async () => {
    await fleet?.dispose();
    await outages?.close();
  });

  it(
    'is waited for by workers at work and by one that starts, and nothing is lost',
    async () => {
      if (!outages) throw new Error('not set up');
      const { env, all } = outages;
      const { runtime } = fleet.site;
      const completed = async () => (await runtime.store.getStats()).byStatus.completed;
      const workers = [fleet.worker({ env }), fleet.worker({ env })];
      for (const outage of all) {
        await launchCampaign(runtime, outage.name.replaceAll(' ', '-'), resources, {
          latency_ms: 200,
        });
        const before = await completed();
        await until('the work has begun', async () => (await completed()) > before + 8, 120_000);
        const end = outage.begin();
        await sleep(settledMs);
        const atRest = await completed();
        const late = fleet.worker({ env });
        await sleep(outage.lastsMs);
        // Else it was no outage.
        expect(await completed()).toBe(atRest);
        expect(isUp(late)).toBe(false);
        end();
        await until('the one that started meanwhile is up', () => isUp(late));
        await until('the work goes on', async () => (await completed()) > atRest, 120_000);
        for (const worker of [...workers, late]) expect(worker.process.exitCode).toBeNull();
      }
      await fleet.finish();
      expect(await completed()).toBe(resources * all.length);
    },
    hangMs,
  );
});
