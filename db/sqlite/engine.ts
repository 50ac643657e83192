/** What the `Engine` asks for, on SQLite. */
import { runWithDeadline } from '../deadline.ts';
import type { Engine } from '../engine.ts';
import { claim, hasReadyItems, pendingBy } from './claim.ts';
import { claimPolitely } from './claim-politely.ts';
import { countTogether } from './count-together.ts';
import { insertWorkItemsIfAbsent } from './enqueue.ts';
import { finish } from './finish.ts';
import { hosts } from './hosts.ts';
import { leases } from './leases.ts';
import { purge } from './purge.ts';
import { room } from './room.ts';
import { runs } from './runs.ts';
import { totals } from './totals.ts';
import { sqliteWords } from './words.ts';

export const sqliteEngine: Engine = {
  name: 'sqlite',
  ...sqliteWords,
  claim,
  claimPolitely,
  pendingBy,
  hasReadyItems,
  // The queue is a view: it cannot differ from the items.
  repairQueue: async () => 0,
  insertWorkItemsIfAbsent,
  ...finish,
  ...leases,
  purge,
  ...room,
  ...totals,
  ...runs,
  ...hosts,
  countTogether,
  // One writer at a time: ids become visible in their order.
  lastSettledEvent: async () => null,
  // It answers within the call: nothing is on its way.
  async together(_session, writes) {
    for (const write of writes) await write.execute();
  },
  withTimeout: (session, ms, fn) => runWithDeadline(ms, () => fn(session)),
  // Loaded when asked for: no worker needs it.
  inspect: async (session, options) =>
    (await import('./inspect.ts')).inspectSqlite(session, options),
  tablesElsewhere: async () => null,
};
