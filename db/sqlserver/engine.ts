/** What the `Engine` asks for, on SQL Server. */
import { sql } from 'kysely';
import { runWithDeadline } from '../deadline.ts';
import type { Engine } from '../engine.ts';
import { claim, claimPolitely, hasReadyItems, pendingBy } from './claim.ts';
import { insertWorkItemsIfAbsent } from './enqueue.ts';
import { lastSettledEvent } from './events.ts';
import { finish } from './finish.ts';
import { hosts } from './hosts.ts';
import { leases } from './leases.ts';
import { purge } from './purge.ts';
import { repairQueue } from './repair-queue.ts';
import { room } from './room.ts';
import { runs } from './runs.ts';
import { tablesElsewhere } from './tables-elsewhere.ts';
import { totals } from './totals.ts';
import { sqlServerWords } from './words.ts';

export const sqlServerEngine = (schema: string): Engine => ({
  name: 'sqlserver',
  ...sqlServerWords(schema),
  claim: (db, request) => claim(db, schema, request),
  claimPolitely: (db, request) => claimPolitely(db, schema, request),
  pendingBy: (order) => pendingBy(schema, order),
  hasReadyItems: (system, name) => hasReadyItems(schema, system, name),
  repairQueue: (session) => repairQueue(session, schema),
  insertWorkItemsIfAbsent: (session, rows) => insertWorkItemsIfAbsent(session, schema, rows),
  ...finish(schema),
  ...leases(schema),
  purge: (tx, request) => purge(tx, schema, request),
  ...room(schema),
  ...totals(schema),
  ...runs,
  ...hosts,
  lastSettledEvent,
  // The trigger counts all rows of a statement at once.
  countTogether: async (_session, _expected, change) => (await change()).result,
  async together({ q }, writes) {
    await sql.join([...writes], sql`; `).execute(q);
  },
  withTimeout: (session, ms, fn) => runWithDeadline(ms, () => fn(session)),
  // Loaded when asked for: no worker needs it.
  inspect: async (session) =>
    (await import('./inspect/inspect.ts')).inspectSqlServer(session, schema),
  tablesElsewhere: (session) => tablesElsewhere(session, schema),
});
