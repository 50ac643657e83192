import { describe, expect, it } from 'vitest';
import { newClaimId } from '#lib/ids.ts';
import { type ContractDatabase, contractEngines } from '#test/db/contract-engines.ts';
import { withDatabase } from '#test/db/with-database.ts';
import { workItemRow, workItemRows } from '#test/db/work-items.ts';
import type { Db } from './engine.ts';
import { DatabaseError } from './errors.ts';
import type { ClaimRequest } from './queue/storage.ts';
import type { TableName } from './schema.ts';

const usedTables: TableName[] = ['work_items', 'source_totals', 'source_total_deltas'];

describe.each(contractEngines())('the queue of the engine on $name', (contract) => {
  let opened: ContractDatabase;
  let db: Db;
  withDatabase(contract, usedTables, (given) => {
    opened = given;
    db = given.db;
  });

  const insert = (rows: ReturnType<typeof workItemRows>) =>
    db.engine.insertWorkItemsIfAbsent(db, rows);
  const claim = (over: Partial<ClaimRequest> = {}, from: Db = db) =>
    from.engine.claim(from, {
      claimId: newClaimId(),
      limit: 10,
      owner: 'me',
      leaseMs: 60_000,
      ...over,
    });
  const idsOf = (rows: readonly { work_item_id: string }[]) => rows.map((row) => row.work_item_id);
  const counts = async () =>
    Object.fromEntries(
      (await db.engine.readTotals(db)).map((row) => [
        `${row.source_name}/${row.status}`,
        row.item_count,
      ]),
    );

  describe('inserting what is absent', () => {
    it('inserts new keys, leaves known ones as they are, and tells which were inserted', async () => {
      expect(await insert(workItemRows(3))).toEqual(
        new Set(['item-000000', 'item-000001', 'item-000002']),
      );
      const again = [workItemRow(1, { work_item_id: 'other', priority: 1 }), workItemRow(9)];
      expect(await insert(again)).toEqual(new Set(['item-000009']));
      const rows = await db.q
        .selectFrom('work_items')
        .select(['work_item_id', 'priority'])
        .orderBy('work_item_id')
        .execute();
      expect(idsOf(rows)).toEqual(['item-000000', 'item-000001', 'item-000002', 'item-000009']);
      expect(rows[1]?.priority).toBe(100);
    });

    it('takes more rows than one statement does', async () => {
      expect((await insert(workItemRows(1203))).size).toBe(1203);
    });

    it('keys that differ in case or accent are different, and text is stored as it is', async () => {
      const ids = [
        'Star_Wars',
        'star_wars',
        'Émile',
        'Emile',
        '東京',
        'a"b\\c~0\n\td',
        "it's; drop",
      ];
      const rows = ids.map((resource_id, n) =>
        workItemRow(n, { resource_id, metadata: JSON.stringify({ resource_id }) }),
      );
      expect((await insert(rows)).size).toBe(ids.length);
      const stored = await db.q
        .selectFrom('work_items')
        .select(['resource_id', 'metadata'])
        .orderBy('work_item_id')
        .execute();
      expect(stored.map((row) => row.resource_id)).toEqual(ids);
      expect(stored.map((row) => JSON.parse(row.metadata ?? '').resource_id)).toEqual(ids);
    });

    it('eight producers of the same keys insert each once, are told which, and none is run again', async () => {
      const sessions = [db];
      while (sessions.length < 8) sessions.push(await opened.openAnother());
      let runs = 0;
      const told = await Promise.all(
        sessions.map((one, session) =>
          one.transaction((tx) => {
            // A key that is taken would fail the transaction, which is then run again.
            runs += 1;
            return tx.engine.insertWorkItemsIfAbsent(
              tx,
              workItemRows(200).map((row) => ({
                ...row,
                work_item_id: `${row.work_item_id}-${session}`,
              })),
            );
          }),
        ),
      );
      const stored = await db.q
        .selectFrom('work_items')
        .select(['work_item_id', 'dedupe_key'])
        .execute();
      expect(new Set(stored.map((row) => row.dedupe_key)).size).toBe(200);
      expect(told.flatMap((ids) => [...ids]).sort()).toEqual(
        stored.map((row) => row.work_item_id).sort(),
      );
      expect(await counts()).toEqual({ 'sample/pending': 200 });
      expect(runs).toBe(8);
    });

    it('a key that is too long is refused with its own code', async () => {
      const error = await insert([workItemRow(1, { dedupe_key: 'x'.repeat(851) })]).catch(
        (e: unknown) => e,
      );
      expect(error).toBeInstanceOf(DatabaseError);
      expect(error).toMatchObject({
        code: expect.stringMatching(/^db_(constraint_violation|value_too_long)$/),
      });
    });
  });

  describe('claiming', () => {
    it('goes by priority, then age, then id, and gives each item its own fence', async () => {
      await insert([
        workItemRow(3, { priority: 5 }),
        workItemRow(2),
        workItemRow(1),
        workItemRow(4, { priority: 1 }),
      ]);
      const claimId = newClaimId();
      const claimed = await claim({ limit: 3, claimId });
      const head = claimId.slice(0, -4);
      expect(claimed.map((row) => [row.work_item_id, row.lease_id])).toEqual([
        ['item-000004', `${head}0001`],
        ['item-000003', `${head}0002`],
        ['item-000001', `${head}0003`],
      ]);
      expect(claimed[0]).toMatchObject({ status: 'in_progress', attempt: 1, lease_owner: 'me' });
      const { lease_until: until, claimed_at: at } = claimed[0] ?? {};
      expect(Date.parse(until ?? '') - Date.parse(at ?? '')).toBe(60_000);
      expect(idsOf(await claim())).toEqual(['item-000002']);
      expect(await claim()).toEqual([]);
    });

    it('leaves what is not pending or not yet available', async () => {
      const later = '2999-01-01T00:00:00.000Z';
      await insert([
        workItemRow(1, { available_at: later, wait_reason: 'backoff' }),
        workItemRow(2, { status: 'failed' }),
        workItemRow(3),
      ]);
      expect(idsOf(await claim())).toEqual(['item-000003']);
    });

    it('keeps to one source', async () => {
      await insert([
        workItemRow(1, { source_name: 'a' }),
        workItemRow(2, { source_name: 'b', priority: 200 }),
        workItemRow(3, { source_name: 'b' }),
      ]);
      const of = (system: string, name: string) => claim({ source: { system, name } });
      expect(idsOf(await of('test', 'b'))).toEqual(['item-000003', 'item-000002']);
      expect(await of('other', 'a')).toEqual([]);
      expect(idsOf(await of('test', 'a'))).toEqual(['item-000001']);
    });

    it('eight sessions at once never get one item twice, and together get all', async () => {
      const total = 400;
      await insert(workItemRows(total));
      const others = await Promise.all([opened.openAnother(), opened.openAnother()]);
      const sessions = Array.from({ length: 8 }, (_, n) => [db, ...others][n % 3] ?? db);
      const claimed: string[] = [];
      const open = async () => (await counts())['sample/pending'] ?? 0;
      await Promise.all(
        sessions.map(async (session) => {
          for (;;) {
            const rows = await claim({ owner: 'fleet' }, session);
            claimed.push(...idsOf(rows));
            if (rows.length === 0 && (await open()) === 0) return;
          }
        }),
      );
      expect(claimed).toHaveLength(total);
      expect(new Set(claimed).size).toBe(total);
      const attempts = await db.q
        .selectFrom('work_items')
        .select(['attempt', 'lease_id'])
        .execute();
      expect(attempts.every((row) => row.attempt === 1)).toBe(true);
      expect(new Set(attempts.map((row) => row.lease_id)).size).toBe(total);
    });
  });

  describe('the counters', () => {
    it('are exact after any plain statement, and after a roll-up', async () => {
      await insert([...workItemRows(5), workItemRow(7, { source_name: 'other' })]);
      expect(await counts()).toEqual({ 'sample/pending': 5, 'other/pending': 1 });
      const update = db.q
        .updateTable('work_items')
        .set({ status: 'completed' })
        .where('work_item_id', '<=', 'item-000001');
      expect((await update.executeTakeFirstOrThrow()).numUpdatedRows).toBe(2n);
      await db.q
        .updateTable('work_items')
        .set({ source_name: 'moved' })
        .where('work_item_id', '=', 'item-000002')
        .execute();
      await db.q.deleteFrom('work_items').where('work_item_id', '=', 'item-000003').execute();
      const expected = {
        'sample/completed': 2,
        'sample/pending': 1,
        'moved/pending': 1,
        'other/pending': 1,
      };
      expect(await counts()).toEqual(expected);
      await db.engine.rollUpTotals(db);
      expect(await counts()).toEqual(expected);
      expect(await db.engine.rollUpTotals(db)).toBe(0);
    });

    it('a rolled back change is not counted', async () => {
      await insert(workItemRows(2));
      const undone = db.transaction(async (tx) => {
        await tx.q.deleteFrom('work_items').execute();
        throw new Error('undo');
      });
      await expect(undone).rejects.toThrow('undo');
      expect(await counts()).toEqual({ 'sample/pending': 2 });
    });

    it('stay exact while they are rolled up', async () => {
      await insert(workItemRows(20));
      const other = await opened.openAnother();
      let running = true;
      const rolling = (async () => {
        while (running) await other.engine.rollUpTotals(other);
      })();
      for (let round = 0; round < 20; round += 1) {
        const status = round % 2 === 0 ? 'completed' : 'pending';
        await db.q.updateTable('work_items').set({ status }).execute();
        expect(await counts()).toEqual({ [`sample/${status}`]: 20 });
      }
      running = false;
      await rolling;
    });

    it('that drifted are repaired, and what had drifted is told', async () => {
      await insert(workItemRows(3));
      await db.engine.rollUpTotals(db);
      await db.q.updateTable('source_totals').set({ item_count: 9 }).execute();
      expect(await db.engine.reconcileTotals(db)).toEqual([
        { key: ['test', 'sample', 'pending'], itemCount: 3, difference: -6 },
      ]);
      expect(await counts()).toEqual({ 'sample/pending': 3 });
      expect(await db.engine.reconcileTotals(db)).toEqual([]);
    });
  });
});
