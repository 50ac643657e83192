/** A migrated database for a contract suite, emptied before each test; and time that can be moved. */
import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach } from 'vitest';
import type { Db } from '#db/engine.ts';
import { endOfTime } from '#db/instant.ts';
import type { TableName, WorkItemRow } from '#db/schema.ts';
import type { DatabaseSettings } from '#db/settings/model.ts';
import { newId } from '#lib/ids.ts';
import { createStateStore } from '#lib/queue/create-state-store.ts';
import type { StateStore } from '#lib/queue/state-store.ts';
import type { ContractDatabase, ContractEngine } from '#test/db/contract-engines.ts';
import { emptyTables } from '#test/db/empty-tables.ts';

export interface StoreUnderTest {
  readonly settings: DatabaseSettings;
  readonly db: Db;
  readonly store: StateStore;
  /** Another process's store over the same database. */
  another(): Promise<{ db: Db; store: StateStore }>;
  row(workItemId: string): Promise<WorkItemRow>;
  count(table: TableName): Promise<number>;
}

const usedTables: readonly TableName[] = [
  'work_items',
  'work_item_attempts',
  'source_totals',
  'source_total_deltas',
  'IngestRecords',
  'record_bodies',
  'attempt_answers',
  'ingest_runs',
  'run_deltas',
  'seen_resources',
  'sources',
  'source_comments',
  'hosts',
  'host_hours',
  'host_blocks',
  'workers',
  'stops',
  'host_deltas',
  'request_keys',
  'audit_log',
  'events',
];

/** Removes what tests of the queue put into a database. */
export async function emptyDatabase(db: Db): Promise<void> {
  await emptyTables(db, usedTables);
}

/** Registers the suite's hooks. What it returns may be used inside tests and hooks only. */
export function useStore(engine: ContractEngine): StoreUnderTest {
  let database: ContractDatabase;
  let store: StateStore;
  beforeAll(async () => {
    database = await engine.create();
    store = await createStateStore({ db: database.db });
  });
  beforeEach(() => emptyDatabase(database.db));
  afterAll(() => database?.dispose());
  return {
    get settings() {
      return database.settings;
    },
    get db() {
      return database.db;
    },
    get store() {
      return store;
    },
    another: async () => {
      const db = await database.openAnother();
      return { db, store: await createStateStore({ db }) };
    },
    row: (id) =>
      database.db.q
        .selectFrom('work_items')
        .selectAll()
        .where('work_item_id', '=', id)
        .executeTakeFirstOrThrow(),
    count: async (table) => {
      const { rows } = await sql<{
        n: number;
      }>`select count(*) as n from ${database.db.engine.table(table)}`.execute(database.db.q);
      return Number(rows[0]?.n);
    },
  };
}

/**
 * Lets `ms` pass for everything the queue waits for, by moving the stored times back. What waits
 * without an end goes on doing so.
 */
export async function passTime(db: Db, ms: number): Promise<void> {
  const earlier = (column: string) => db.engine.addMs(sql.ref(column), -ms);
  const endless = db.engine.instantParam(endOfTime);
  await db.q
    .updateTable('work_items')
    .set({
      available_at: sql<string>`case when available_at >= ${endless} then available_at else ${earlier('available_at')} end`,
      lease_until: earlier('lease_until'),
      claimed_at: earlier('claimed_at'),
      first_fetched_at: earlier('first_fetched_at'),
      missing_since: earlier('missing_since'),
      last_fetched_at: earlier('last_fetched_at'),
      next_fetch_at: earlier('next_fetch_at'),
    })
    .execute();
  await db.q
    .updateTable('workers')
    .set({ heartbeat_at: earlier('heartbeat_at') })
    .execute();
  await db.q
    .updateTable('sources')
    .set({ next_slot_at: earlier('next_slot_at'), slot_until: earlier('slot_until') })
    .execute();
  await db.q
    .updateTable('hosts')
    .set({
      blocked_until: earlier('blocked_until'),
      next_slot_at: earlier('next_slot_at'),
      slot_until: earlier('slot_until'),
    })
    .execute();
}

export interface SourceOverrides {
  readonly name?: string;
  readonly type?: string;
  readonly enabled?: boolean;
  readonly paused?: boolean;
  readonly rateDelayMs?: number;
  readonly maxAttempts?: number;
  readonly settings?: object;
  readonly seeds?: readonly object[];
}

/** A configured source; `test`/`sample` unless named otherwise, as `aWorkItem` makes its items. */
export async function givenSource(db: Db, over: SourceOverrides = {}): Promise<string> {
  const sourceId = newId();
  const now = db.engine.now();
  await db.q
    .insertInto('sources')
    .values({
      source_id: sourceId,
      name: over.name ?? 'sample',
      source_type: over.type ?? 'test',
      enabled: over.enabled === false ? 0 : 1,
      paused_at: over.paused ? now : null,
      paused_reason: null,
      settings: JSON.stringify(over.settings ?? {}),
      seeds: JSON.stringify(over.seeds ?? []),
      rate_delay_ms: over.rateDelayMs ?? 0,
      max_attempts: over.maxAttempts ?? 4,
      revision: 1,
      next_slot_at: null,
      slot_lease_id: null,
      slot_until: null,
      created_at: now,
      updated_at: now,
      deleted_at: null,
    })
    .execute();
  return sourceId;
}

/** A running run, without items. */
export async function givenRun(
  db: Db,
  over: { maxItems?: number; maxDepth?: number; paused?: boolean } = {},
): Promise<string> {
  const runId = newId();
  await db.q
    .insertInto('ingest_runs')
    .values({
      run_id: runId,
      started_at: db.engine.now(),
      status: 'running',
      kind: 'seed',
      phase: 'ready',
      max_items: over.maxItems ?? null,
      max_depth: over.maxDepth ?? null,
      paused_at: over.paused ? db.engine.now() : null,
    })
    .execute();
  return runId;
}

/** Blocks a host for `ms`. */
export async function givenBlockedHost(db: Db, host: string, ms: number): Promise<void> {
  await db.q
    .insertInto('hosts')
    .values({
      host,
      blocked_until: db.engine.nowPlus(ms),
      blocked_reason: 'asked us to wait',
      updated_at: db.engine.now(),
    })
    .execute();
}
