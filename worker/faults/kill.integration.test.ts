import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { contractEngines } from '#db/testing/contract-engines.ts';
import { openSite, type Running, type Site, until } from '../testing/processes.ts';
import { allRunsCompleted, launchCampaign } from './campaign.ts';
import { inconsistencies } from './consistency.ts';
import { createDice, faultRounds } from './dice.ts';
import { bundleWorker, type WorkerBundle } from './worker-bundle.ts';

const rounds = faultRounds(50);
const fleet = 3;
/** A new run begins every so many rounds: there is always something to lose. */
const roundsPerRun = 10;
const resourcesPerRun = 400;
/** The longest a worker lives after it has begun to claim, ms. */
const longestLifeMs = 400;

describe.each(contractEngines())('workers killed at random moments, on $name', (engine) => {
  let site: Site;
  let bundle: WorkerBundle;
  let lakeDir: string;
  beforeEach(async () => {
    site = await openSite(engine.freshSettings);
    lakeDir = path.join(site.directory, 'lake');
    bundle = await bundleWorker(site.directory);
  });
  afterEach(() => site?.dispose());

  const worker = (concurrency: number): Running =>
    site.start(bundle.program, ['--concurrency', String(concurrency)], {
      ...bundle.env,
      INGEST_LEASE_SECONDS: '5',
      INGEST_LAKE_ENABLED: 'yes',
      INGEST_LAKE_DIR: lakeDir,
    });

  it(`lose nothing, double nothing and leave nothing behind (${rounds} rounds)`, async () => {
    const dice = createDice();
    console.log(`INGEST_FAULT_SEED=${dice.seed}`);
    let workers = Array.from({ length: fleet }, () => worker(4));
    for (let round = 0; round < rounds; round += 1) {
      if (round % roundsPerRun === 0) {
        const name = `run-${round / roundsPerRun + 1}`;
        await launchCampaign(site.runtime, name, resourcesPerRun, { latency_ms: 50 });
      }
      const victim = dice.pick(workers);
      // One in five dies before it is up.
      if (dice.next() > 0.2) {
        await until('it works', () => victim.log().includes('worker started'));
      }
      await sleep(dice.next() * longestLifeMs);
      victim.process.kill('SIGKILL');
      expect((await victim.ended).signal).toBe('SIGKILL');
      workers = [...workers.filter((one) => one !== victim), worker(4)];
    }
    workers.push(worker(40), worker(40));
    await allRunsCompleted(site.runtime, 120_000);
    for (const { process } of workers) process.kill('SIGTERM');
    for (const { ended } of workers) expect((await ended).code).toBe(0);

    expect(await inconsistencies(site.runtime.db, lakeDir)).toEqual([]);
    const { byStatus } = await site.runtime.store.getStats();
    expect(byStatus).toMatchObject({
      completed: Math.ceil(rounds / roundsPerRun) * resourcesPerRun,
      failed: 0,
    });
    const rescued = await site.runtime.db.q
      .selectFrom('work_item_attempts')
      .select('attempt_id')
      .where('outcome', '=', 'expired')
      .execute();
    // Else no worker was killed with anything in its hands, and the rounds have shown nothing.
    expect(rescued.length).toBeGreaterThan(rounds / 5);
  }, 300_000);
});
