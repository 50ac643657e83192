/**
 * What the server asks to be repeated (1205, 1222, 3960, 3971) is repeated as a whole, with its reads: the fault strikes
 * at each statement of a unit in turn, and what the unit had read is no longer true when it runs again.
 */
import { type KyselyPlugin, type RootOperationNode, sql } from 'kysely';
import { beforeEach, describe, expect, test } from 'vitest';
import type { Db, Session } from '#db/engine.ts';
import { DatabaseError, type DatabaseErrorCode } from '#db/errors.ts';
import { newId } from '#lib/ids.ts';
import { createStateStore } from '#lib/queue/create-state-store.ts';
import type { ClaimedItem } from '#lib/queue/model.ts';
import { finishRuns } from '#lib/runs/finish-runs.ts';
import { contractEngines } from '#test/db/contract-engines.ts';
import { anAttempt, aRecord, aWorkItem, noValidators } from '#test/factories.ts';
import { emptyDatabase, givenRun, givenSource, passTime, useStore } from '#test/queue-database.ts';

/** 1205 and 3960; 1222 and 3971: see `classify-error.ts`. */
const codes: readonly DatabaseErrorCode[] = ['db_deadlock', 'db_busy'];

/** Of one transaction: the kinds of the statements that each of its runs sent. */
type Runs = string[][];

/** Fails the nth statement that is sent in transactions, once; before the unit runs again, something happens. */
function faulty(
  db: Db,
  strike: { readonly at: number; readonly code: DatabaseErrorCode },
  meanwhile: (tx: Session) => Promise<unknown>,
): { readonly db: Db; readonly struck: () => Runs | null } {
  let sent = 0;
  let struck: Runs | null = null;
  const transaction: Db['transaction'] = (work) => {
    const runs: Runs = [];
    return db.transaction(async ({ q, engine }) => {
      const run: string[] = [];
      runs.push(run);
      // Committed by somebody else, as far as the unit can tell.
      if (struck === runs && runs.length === 2) await meanwhile({ q, engine });
      const plugin: KyselyPlugin = {
        transformQuery: ({ node }): RootOperationNode => {
          sent += 1;
          run.push(node.kind);
          if (sent === strike.at && struck === null) {
            struck = runs;
            throw new DatabaseError(strike.code, 'Try again.', { remedy: '', transient: true });
          }
          return node;
        },
        transformResult: async ({ result }) => result,
      };
      return work({ q: q.withPlugin(plugin), engine });
    });
  };
  return { db: { ...db, transaction }, struck: () => struck };
}

describe.each(contractEngines())('units on $name', (engine) => {
  const given = useStore(engine);
  let item: ClaimedItem;
  let runId: string;

  const claimed = async () => {
    const [first] = await given.store.dequeue(1, { owner: 'w', leaseMs: 10_000 });
    if (!first) throw new Error('nothing to claim');
    return first;
  };
  const arrange = async () => {
    await emptyDatabase(given.db);
    await givenSource(given.db);
    runId = await givenRun(given.db);
    await given.store.enqueue(aWorkItem({ runId, resourceId: 'page' }));
  };
  beforeEach(arrange);

  const setItems = (tx: Session, values: Record<string, unknown>) =>
    tx.q.updateTable('work_items').set(values).execute();
  const otherLease = (tx: Session) => setItems(tx, { lease_id: newId() });

  const units: readonly {
    readonly name: string;
    readonly arrange: () => Promise<unknown>;
    readonly act: (db: Db) => Promise<unknown>;
    /** What it comes to when nothing happens meanwhile. */
    readonly done: unknown;
    readonly meanwhile: (tx: Session) => Promise<unknown>;
    /** What it comes to then. */
    readonly left: unknown;
  }[] = [
    {
      name: 'a completion',
      arrange: async () => {
        item = await claimed();
      },
      act: async (db) => {
        const { ok } = await (await createStateStore({ db })).complete({
          fence: { workItemId: item.workItemId, leaseId: item.leaseId },
          attempt: anAttempt(),
          record: aRecord(),
          validators: noValidators,
          discovered: [aWorkItem({ runId, resourceId: 'found', discoveredFrom: item.workItemId })],
        });
        return ok;
      },
      done: true,
      meanwhile: otherLease,
      left: false,
    },
    {
      name: 'a failure',
      arrange: async () => {
        item = await claimed();
      },
      act: async (db) => {
        const { ok } = await (await createStateStore({ db })).fail({
          fence: { workItemId: item.workItemId, leaseId: item.leaseId },
          attempt: anAttempt(),
          errorCode: 'payload_invalid',
          errorMessage: 'No JSON.',
          decision: { kind: 'retry', delayMs: 1_000 },
        });
        return ok;
      },
      done: true,
      meanwhile: otherLease,
      left: false,
    },
    {
      name: 'a claim',
      arrange: async () => undefined,
      act: async (db) => (await (await createStateStore({ db })).dequeue(5)).length,
      done: 1,
      meanwhile: (tx) => setItems(tx, { status: 'completed' }),
      left: 0,
    },
    {
      name: 'a polite claim',
      arrange: async () => undefined,
      act: async (db) => {
        const store = await createStateStore({ db });
        const { items } = await store.claimPolitely(5, { owner: 'w', leaseMs: 10_000 });
        return items.length;
      },
      done: 1,
      meanwhile: (tx) => setItems(tx, { status: 'completed' }),
      left: 0,
    },
    {
      name: 'a rescue',
      arrange: async () => {
        await claimed();
        await passTime(given.db, 11_000);
      },
      act: async (db) => (await createStateStore({ db })).rescueExpired(),
      done: 1,
      meanwhile: (tx) => setItems(tx, { lease_until: tx.engine.nowPlus(60_000) }),
      left: 0,
    },
    {
      name: 'the end of a run',
      arrange: () => given.db.q.updateTable('work_items').set({ status: 'completed' }).execute(),
      act: finishRuns,
      done: 1,
      meanwhile: (tx) => setItems(tx, { status: 'pending' }),
      left: 0,
    },
  ];

  /** All that a unit may change, without ids and times. */
  const world = async () => {
    const { q } = given.db;
    const rows = [
      await q
        .selectFrom('work_items')
        .select(['resource_id', 'status', 'attempt', 'wait_reason', 'error_code', 'check_count'])
        .orderBy('resource_id')
        .execute(),
      await q.selectFrom('work_item_attempts').select(['attempt', 'outcome']).execute(),
      await q
        .selectFrom('current_runs')
        .select(['status', 'items_total', 'items_processed', 'items_retried', 'items_discovered'])
        .execute(),
      await q.selectFrom('events').select('kind').orderBy('event_id').execute(),
    ];
    const counts: number[] = [];
    for (const table of ['IngestRecords', 'seen_resources', 'ready_items'] as const) {
      const { rows: counted } = await sql<{ n: number }>`
        select count(*) as n from ${given.db.engine.table(table)}`.execute(q);
      counts.push(Number(counted[0]?.n));
    }
    return [...rows, counts];
  };

  test.each(units)('$name', async ({ arrange: begin, act, done, meanwhile, left }) => {
    const nothing = async () => undefined;
    const live = async (
      strike: Parameters<typeof faulty>[1],
      happens: (tx: Session) => Promise<unknown>,
    ) => {
      await arrange();
      await begin();
      const { db, struck } = faulty(given.db, strike, happens);
      return { outcome: await act(db), runs: struck(), world: await world() };
    };
    const undisturbed = await live({ at: 0, code: 'db_busy' }, nothing);
    expect(undisturbed.outcome).toBe(done);
    for (const code of codes) {
      for (let at = 1; ; at += 1) {
        const repeated = await live({ at, code }, nothing);
        // Past its last statement.
        if (repeated.runs === null) {
          expect(repeated.world).toEqual(undisturbed.world);
          break;
        }
        const [first = [], second] = repeated.runs;
        expect({ ...repeated, runs: second?.slice(0, first.length) }).toEqual({
          ...undisturbed,
          runs: first,
        });
        expect({ at, left: (await live({ at, code }, meanwhile)).outcome }).toEqual({ at, left });
      }
    }
  });
});
