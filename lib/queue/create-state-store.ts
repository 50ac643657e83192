/** Making a state store: over an open database, or by opening one. */
import type { Db } from '#db/engine.ts';
import { openDatabase } from '#db/open.ts';
import { resolveDatabaseSettings } from '#db/settings/settings.ts';
import { checkedStore } from './checked-store.ts';
import { dequeue } from './claim/claim.ts';
import { standingUnder } from './claim/lost-claim.ts';
import { claimPolitely } from './claim/polite-claim.ts';
import { releaseSlot } from './claim/polite-slot.ts';
import { enqueueMany } from './enqueue/enqueue.ts';
import { complete } from './finish/complete.ts';
import { completeMany } from './finish/complete-many.ts';
import { fail } from './finish/fail.ts';
import { getKnownResources } from './known-resources.ts';
import { release, renewLease } from './lease/lease.ts';
import { Rescue } from './lease/rescue.ts';
import { resetForRecrawl } from './recrawl.ts';
import { claimedFromRow, workItemFromRow } from './rows.ts';
import type { StateStore } from './state-store.ts';
import { getStats } from './stats.ts';
import { updateStatus } from './update-status.ts';

export type StateStoreOptions =
  | {
      /** Uses this database; `close()` then closes nothing, it is its owner's. */
      readonly db: Db;
    }
  | {
      /** What is not given comes from the environment, as in `INGEST_SQLSERVER_*` and `DB_BACKEND`. */
      readonly backend?: 'sqlserver' | 'sqlite';
      readonly host?: string;
      readonly port?: number;
      readonly database?: string;
      readonly user?: string;
      readonly password?: string;
      readonly schema?: string;
      /** The embedded database's file. */
      readonly path?: string;
    };

export interface OpenStateStore extends StateStore {
  readonly db: Db;
  /** Closes the database this store has opened. */
  close(): Promise<void>;
}

/**
 * Opens a state store. Without arguments the environment says where; the tables must have been
 * migrated (`pnpm db:init`).
 * @throws DatabaseError when the settings are wrong or the database cannot be opened.
 */
export async function createStateStore(options: StateStoreOptions = {}): Promise<OpenStateStore> {
  if ('db' in options) return { ...storeOver(options.db), db: options.db, close: async () => {} };
  const settings = resolveDatabaseSettings({ ...process.env, ...environmentOf(options) });
  const db = await openDatabase(settings);
  return { ...storeOver(db), db, close: () => db.close() };
}

function storeOver(db: Db): StateStore {
  const rescue = new Rescue(db);
  return checkedStore({
    enqueue: async (item) => (await enqueueMany(db, [item])).length === 1,
    enqueueMany: (items, options) => enqueueMany(db, items, options),
    dequeue: (limit, claim) => dequeue(db, limit, claim),
    claimPolitely: (limit, claim) => claimPolitely(db, limit, claim),
    claimedUnder: async (claimId) => (await standingUnder(db, claimId)).map(claimedFromRow),
    updateStatus: (id, status, update) => updateStatus(db, id, status, update),
    getWorkItem: async (id) => {
      const row = await db.q
        .selectFrom('work_items')
        .selectAll()
        .where('work_item_id', '=', id)
        .executeTakeFirst();
      return row ? workItemFromRow(row) : null;
    },
    exists: async (dedupeKey) => {
      const row = await db.q
        .selectFrom('work_items')
        .select('work_item_id')
        .where('dedupe_key', '=', dedupeKey)
        .executeTakeFirst();
      return row !== undefined;
    },
    getStats: () => getStats(db),
    getKnownResources: (filter) => getKnownResources(db, filter),
    resetForRecrawl: (filter, target) => resetForRecrawl(db, filter, target),
    renewLease: (fences, leaseMs) => renewLease(db, fences, leaseMs),
    releaseSlot: (leaseId, sentAfterMs) => releaseSlot(db, leaseId, sentAfterMs),
    complete: (input) => complete(db, input),
    completeMany: (inputs) => completeMany(db, inputs),
    fail: (input) => fail(db, input),
    release: (fences, postponement) => release(db, fences, postponement),
    rescueExpired: (limit, options) =>
      rescue.pass({ ...options, ...(limit === undefined ? {} : { limit }) }),
  });
}

function environmentOf(
  options: Exclude<StateStoreOptions, { db: Db }>,
): Record<string, string | undefined> {
  const given = {
    DB_BACKEND: options.backend,
    INGEST_SQLSERVER_HOST: options.host,
    INGEST_SQLSERVER_PORT: options.port?.toString(),
    INGEST_SQLSERVER_DATABASE: options.database,
    INGEST_SQLSERVER_USER: options.user,
    INGEST_SQLSERVER_PASSWORD: options.password,
    INGEST_SQLSERVER_SCHEMA: options.schema,
    INGEST_SQLITE_PATH: options.path,
  };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}
