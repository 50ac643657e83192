import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Session } from '#db/engine.ts';
import { DatabaseError } from '#db/errors.ts';
import { listWorkers } from '#lib/workers/list-workers.ts';
import { contractEngines } from '#test/db/contract-engines.ts';
import { until } from '../worker/processes.ts';
import { launchCampaign } from './campaign.ts';
import { faultRounds } from './dice.ts';
import { type Fleet, hangMs, isUp, openFleet } from './fleet.ts';

const rounds = faultRounds(10);
const engine = contractEngines().find(({ name }) => name === 'sqlserver');

// The embedded engine has one writer at a time: it waits (see the outages), and never deadlocks.
describe.runIf(engine !== undefined)('another program in the way', () => {
  let fleet: Fleet;
  beforeEach(async (context) => {
    if (!engine) throw new Error('needs SQL Server');
    fleet = await openFleet(engine, context);
  });
  afterEach(() => fleet?.dispose());

  const lockRuns = (tx: Session) =>
    tx.q.updateTable('ingest_runs').set({ items_unchanged: 0 }).execute();
  const lockItemsInHand = (tx: Session) =>
    tx.q
      .updateTable('work_items')
      .set({ wait_reason: null })
      .where('status', '=', 'in_progress')
      .execute();

  it(
    `that locks rows the other way round: who gave up does it again (${rounds} rounds)`,
    async () => {
      const { db } = fleet.site.runtime;
      const workers = [fleet.worker(), fleet.worker()];
      for (const worker of workers) await until('it is up', () => isUp(worker));
      await launchCampaign(fleet.site.runtime, 'crossed', 150 * rounds, { latency_ms: 50 });
      for (let round = 0; round < rounds; round += 1) {
        // A completion locks its items, then their run.
        const crossing = db.transaction(async (tx) => {
          await lockRuns(tx);
          await sleep(200);
          await lockItemsInHand(tx);
        });
        // The other program may give up when it is chosen time and again; the workers may not.
        await crossing.catch((error: unknown) => {
          if (!(error instanceof DatabaseError && error.code === 'db_deadlock')) throw error;
        });
        await sleep(100);
      }
      await fleet.finish();
      const theirs = (await listWorkers(db)).map(({ facts }) => facts.recent.deadlocks);
      // Else they never met.
      expect(theirs.reduce((sum, count) => sum + count, db.stats.deadlocksRetried)).toBeGreaterThan(
        0,
      );
    },
    hangMs,
  );

  it(
    'that keeps rows for longer than a statement may take: the work waits for it',
    async () => {
      const { db } = fleet.site.runtime;
      // More than a busy server takes, less than the rows are kept.
      const env = { INGEST_SQLSERVER_REQUEST_TIMEOUT: '10' };
      const workers = [fleet.worker({ env }), fleet.worker({ env })];
      for (const worker of workers) await until('it is up', () => isUp(worker));
      await launchCampaign(fleet.site.runtime, 'kept', 300, { latency_ms: 50 });
      await until(
        'the work has begun',
        async () => {
          const { byStatus } = await fleet.site.runtime.store.getStats();
          return byStatus.completed > 20;
        },
        120_000,
      );
      await db.transaction(async (tx) => {
        await lockRuns(tx);
        await sleep(15_000);
      });
      const logs = workers.map((worker) => worker.log()).join('');
      expect(logs).toContain('db_statement_timeout');
      expect(logs).toContain('could not complete an item; trying again');
      await fleet.finish();
    },
    hangMs,
  );
});
