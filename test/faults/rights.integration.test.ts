import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Db } from '#db/engine.ts';
import { openDatabase } from '#db/open.ts';
import type { SqlServerSettings } from '#db/settings/model.ts';
import { purgeOldOutcomes } from '#lib/items/bulk/outcomes.ts';
import { purgeOldCounts, rollUpAttempts } from '#lib/metrics/roll-up-attempts.ts';
import { purgeOld } from '#lib/retention/purge.ts';
import { checkNextTotals } from '#lib/totals/check-next-totals.ts';
import { purgeOldWorkers } from '#lib/workers/presence.ts';
import { contractEngines } from '#test/db/contract-engines.ts';
import { applyRoles, removeRoles, signInAs } from '#test/db/sqlserver-roles.ts';
import { until } from '../worker/processes.ts';
import { launchCampaign } from './campaign.ts';
import { type Fleet, hangMs, isUp, openFleet } from './fleet.ts';

const resources = 20;
const engine = contractEngines().find(({ name }) => name === 'sqlserver');

describe.runIf(engine !== undefined)('a worker whose login has the role of workers', () => {
  let fleet: Fleet;
  let settings: SqlServerSettings;
  let db: Db | undefined;
  beforeEach(async (context) => {
    if (!engine) throw new Error('needs SQL Server');
    fleet = await openFleet(engine, context);
    if (fleet.site.settings.engine !== 'sqlserver') throw new Error('expected SQL Server');
    settings = fleet.site.settings;
    await applyRoles(settings);
  });
  afterEach(async () => {
    await db?.close();
    await fleet?.dispose();
    await removeRoles(settings, ['worker']);
  });

  it(
    'may do all that a worker does',
    async () => {
      const asWorker = await signInAs(settings, 'worker');
      const worker = fleet.worker({
        env: {
          INGEST_SQLSERVER_USER: asWorker.user,
          INGEST_SQLSERVER_PASSWORD: asWorker.password,
        },
      });
      await until('it is up', () => isUp(worker));
      await launchCampaign(fleet.site.runtime, 'allowed', resources);
      await fleet.finish();
      expect(worker.log()).not.toMatch(/db_permission_denied|could not/);

      // What it does only now and then.
      db = await openDatabase(asWorker);
      await anHourBack();
      expect(await rollUpAttempts(db)).toBeGreaterThan(0);
      const counted = await db.q
        .selectFrom('attempt_counts')
        .select(sql<number>`sum(attempts)`.as('n'))
        .where('unit', '=', 'minute')
        .executeTakeFirstOrThrow();
      expect(Number(counted.n)).toBe(resources);
      await db.engine.rollUpTotals(db);
      expect(await checkNextTotals(db)).toMatchObject({ outcome: 'exact' });
      for (const forget of [purgeOldCounts, purgeOld, purgeOldOutcomes, purgeOldWorkers]) {
        await forget(db);
      }
    },
    hangMs,
  );

  /** Attempts are counted some minutes after they ended, and the worker may have counted so far. */
  async function anHourBack(): Promise<void> {
    const { q, engine: of } = fleet.site.runtime.db;
    await q
      .updateTable('work_item_attempts')
      .set({ finished_at: of.nowPlus(-3_600_000) })
      .execute();
    await q
      .updateTable('attempt_count_head')
      .set({ minutes_to: of.truncate(of.nowPlus(-3_660_000), 'minute') })
      .execute();
  }
});
