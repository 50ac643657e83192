/** Totals of many items that are moved together: as exact as those the triggers keep, and never in their way. */
import { sql } from 'kysely';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { newClaimId } from '#lib/ids.ts';
import { createStateStore, type OpenStateStore } from '#lib/queue/create-state-store.ts';
import { type ContractDatabase, sqliteEngine } from '#test/db/contract-engines.ts';
import { anAttempt, aWorkItem, noValidators } from '#test/factories.ts';
import type { Db, Session } from '../engine.ts';
import { leasesFrom, take } from './claim.ts';
import { firstOfAll } from './ready.ts';

let database: ContractDatabase;
let db: Db;
let store: OpenStateStore;

beforeEach(async () => {
  database = await sqliteEngine.create();
  ({ db } = database);
  store = await createStateStore({ db });
});
afterEach(() => database.dispose());

/** Of three sources and four hosts in turn. */
const mixedItems = (count: number) =>
  Array.from({ length: count }, (_, i) =>
    aWorkItem({ sourceName: `source-${i % 3}`, requestUri: `https://host-${i % 4}.example/${i}` }),
  );

const totals = async (s: Session = db) => {
  const counters = await db.engine.readTotals(s);
  const of = (status: string) =>
    counters.filter((row) => row.status === status).reduce((sum, row) => sum + row.item_count, 0);
  return { pending: of('pending'), in_progress: of('in_progress'), completed: of('completed') };
};

const expectExact = async () => {
  expect(await db.engine.reconcileTotals(db)).toEqual([]);
  const { rows } = await sql`select * from counted_together`.execute(db.q);
  expect(rows).toEqual([]);
};

/** The statements that the triggers would run are seen by what they change. */
const rowsChangedBy = async (s: Session, work: () => Promise<unknown>) => {
  const changes = async () => {
    const { rows } = await sql<{ n: number }>`select total_changes() as n`.execute(s.q);
    return rows[0]?.n ?? 0;
  };
  const before = await changes();
  await work();
  return (await changes()) - before;
};

test('enqueuing, claiming and completing by the hundred keeps every total', async () => {
  await store.enqueueMany(mixedItems(100));
  expect(await totals()).toEqual({ pending: 100, in_progress: 0, completed: 0 });
  await expectExact();
  const claimed = await store.dequeue(60);
  expect(await totals()).toEqual({ pending: 40, in_progress: 60, completed: 0 });
  await expectExact();
  const ended = claimed.map(({ workItemId, leaseId }, i) => ({
    // Every fourth has lost its lease meanwhile.
    fence: { workItemId, leaseId: i % 4 === 0 ? 'another' : leaseId },
    attempt: anAttempt(),
    record: null,
    validators: noValidators,
    discovered: mixedItems(1).map((item) => ({ ...item, resourceId: `found-${i}` })),
  }));
  await store.completeMany(ended);
  expect(await totals()).toEqual({ pending: 85, in_progress: 15, completed: 45 });
  await expectExact();
});

test('a batch writes each total once, not once for each item', async () => {
  await store.enqueueMany(mixedItems(120));
  await db.transaction(async (tx) => {
    const claim = (limit: number) =>
      take(tx, firstOfAll(limit), {
        owner: 'worker-1',
        leaseMs: 60_000,
        leaseIds: leasesFrom(newClaimId(), 1, limit),
      });
    // Twelve pairs of source and host move from one status to another; the switch goes on and off.
    expect(await rowsChangedBy(tx, () => claim(100))).toBeLessThanOrEqual(100 + 2 * (3 + 4) + 2);
    // Few items: the triggers, four rows for each.
    expect(await rowsChangedBy(tx, () => claim(2))).toBe(2 + 2 * 4);
  });
  await expectExact();
});

test('a change that fails leaves the totals to the triggers again, whatever its transaction does then', async () => {
  await store.enqueueMany(mixedItems(20));
  await db.transaction(async (tx) => {
    const failing = db.engine.countTogether(tx, 20, () => Promise.reject(new Error('no luck')));
    await expect(failing).rejects.toThrow('no luck');
    await sql`update work_items set status = 'completed' where source_name = 'source-1'`.execute(
      tx.q,
    );
  });
  expect(await totals()).toEqual({ pending: 13, in_progress: 0, completed: 7 });
  await expectExact();
});

test('what a transaction leaves behind when it is rolled back is nothing', async () => {
  await store.enqueueMany(mixedItems(20));
  const broken = db.transaction(async (tx) => {
    await db.engine.insertWorkItemsIfAbsent(tx, []);
    await sql`insert into counted_together (switch_id) values (1)`.execute(tx.q);
    throw new Error('the process ends here');
  });
  await expect(broken).rejects.toThrow('the process ends here');
  await sql`update work_items set status = 'skipped'`.execute(db.q);
  expect(await totals()).toEqual({ pending: 0, in_progress: 0, completed: 0 });
  await expectExact();
});
