import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { contractEngines } from '#test/db/contract-engines.ts';
import { type Running, until } from '../worker/processes.ts';
import { launchCampaign } from './campaign.ts';
import { createDice, faultRounds } from './dice.ts';
import { type Fleet, hangMs, isUp, openFleet } from './fleet.ts';

const rounds = faultRounds(50);
const size = 3;
/** A new run begins every so many rounds: there is always something to lose. */
const roundsPerRun = 10;
const resourcesPerRun = 400;
/** The longest a worker lives after it has begun to claim, ms. */
const longestLifeMs = 400;
/** A worker for which nothing is left is not waited for any longer, ms. */
const emptyHandedMs = 1_000;

describe.each(contractEngines())('workers killed at random moments, on $name', (engine) => {
  let fleet: Fleet;
  beforeEach(async (context) => {
    fleet = await openFleet(engine, context);
  });
  afterEach(() => fleet?.dispose());

  async function holdsItems({ process: { pid } }: Running): Promise<boolean> {
    const { db } = fleet.site.runtime;
    const query = db.q
      .selectFrom('work_items')
      .select('work_item_id')
      .where('status', '=', 'in_progress')
      .where(db.engine.contains(sql.ref('lease_owner'), `:${pid}:`));
    return (await db.engine.take(query, 1).execute()).length > 0;
  }

  it(
    `lose nothing, double nothing and leave nothing behind (${rounds} rounds)`,
    async () => {
      const { runtime } = fleet.site;
      const dice = createDice();
      console.log(`INGEST_FAULT_SEED=${dice.seed}`);
      let workers = Array.from({ length: size }, () => fleet.worker());
      for (let round = 0; round < rounds; round += 1) {
        if (round % roundsPerRun === 0) {
          const name = `run-${round / roundsPerRun + 1}`;
          await launchCampaign(runtime, name, resourcesPerRun, { latency_ms: 50 });
        }
        const victim = dice.pick(workers);
        // One in five dies before it is up.
        if (dice.next() > 0.2) {
          await until('it works', () => isUp(victim));
          const patience = performance.now() + emptyHandedMs;
          while (performance.now() < patience && !(await holdsItems(victim))) await sleep(10);
        }
        await sleep(dice.next() * longestLifeMs);
        victim.process.kill('SIGKILL');
        expect((await victim.ended).signal).toBe('SIGKILL');
        workers = [...workers.filter((one) => one !== victim), fleet.worker()];
      }
      fleet.worker({ concurrency: 40 });
      fleet.worker({ concurrency: 40 });
      await fleet.finish();

      const failed = await runtime.db.q
        .selectFrom('work_items')
        .select(['work_item_id', 'resource_id', 'error_code', 'error_message'])
        .where('status', '=', 'failed')
        .execute();
      // So many kills may hit one item's worker three times, twice while it tried nothing else that was suspected.
      for (const item of failed) {
        const deaths = await runtime.db.q
          .selectFrom('work_item_attempts')
          .select(['worker_id'])
          .distinct()
          .where('work_item_id', '=', item.work_item_id)
          .where('outcome', 'in', ['expired', 'failed'])
          .execute();
        expect(item.error_code, item.error_message ?? '').toBe('poisonous_page');
        expect(deaths.length, JSON.stringify(item)).toBeGreaterThanOrEqual(3);
      }
      expect(failed.length).toBeLessThanOrEqual(1);
      const { byStatus } = await runtime.store.getStats();
      expect(byStatus).toMatchObject({
        completed: Math.ceil(rounds / roundsPerRun) * resourcesPerRun - failed.length,
        failed: failed.length,
      });
      const rescued = await runtime.db.q
        .selectFrom('work_item_attempts')
        .select('attempt_id')
        .where('outcome', '=', 'expired')
        .execute();
      // Else no worker was killed with anything in its hands, and the rounds have shown nothing.
      expect(rescued.length).toBeGreaterThan(rounds / 5);
    },
    hangMs,
  );
});
