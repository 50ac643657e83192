/** What has outlived its use and no retention of an operator speaks of, deleted once an hour. */
import type { Db } from '#db/engine.ts';
import { purgeOldMeasures } from '#lib/alerts/measure-runs.ts';
import { purgeOldBlocks } from '#lib/hosts/block-history.ts';
import { purgeOldHostHours } from '#lib/hosts/host-hours.ts';
import { purgeOldOutcomes } from '#lib/items/bulk/outcomes.ts';
import { purgeOldCounts } from '#lib/metrics/roll-up-attempts.ts';
import { purgeOldDeliveries } from '#lib/notices/deliver.ts';
import { purgeOldWorkers } from '#lib/workers/presence.ts';

export const purgeEveryMs = 3_600_000;

const olds: Readonly<Record<string, (db: Db) => Promise<unknown>>> = {
  counts: purgeOldCounts,
  'numbers of hosts': purgeOldHostHours,
  blocks: purgeOldBlocks,
  alerts: purgeOldMeasures,
  deliveries: purgeOldDeliveries,
  workers: purgeOldWorkers,
  'outcomes of background actions': purgeOldOutcomes,
};

/** A duty for each. */
export const purges = (db: Db) =>
  Object.entries(olds).map(([what, purge]) => ({
    what: `purge old ${what}`,
    everyMs: purgeEveryMs,
    run: async () => {
      await purge(db);
    },
  }));
