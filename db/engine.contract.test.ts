import { sql } from 'kysely';
import { beforeEach, describe, expect, it } from 'vitest';
import { type ContractDatabase, contractEngines } from '#test/db/contract-engines.ts';
import { withDatabase } from '#test/db/with-database.ts';
import { workItemRow, workItemRows } from '#test/db/work-items.ts';
import type { Db } from './engine.ts';
import type { TableName } from './schema.ts';

const usedTables: TableName[] = [
  'work_items',
  'source_totals',
  'source_total_deltas',
  'app_settings',
];

describe.each(contractEngines())('the engine on $name', (contract) => {
  let opened: ContractDatabase;
  let db: Db;

  withDatabase(contract, usedTables, (given) => {
    opened = given;
    db = given.db;
  });

  const value = async <T>(expression: ReturnType<typeof sql<T>>): Promise<T | undefined> => {
    const { rows } = await sql<{ v: T }>`select ${expression} as v`.execute(db.q);
    return rows[0]?.v;
  };
  const insert = (rows: ReturnType<typeof workItemRows>) =>
    db.engine.insertWorkItemsIfAbsent(db, rows);

  describe('the clock', () => {
    it('tells UTC with milliseconds, and nowPlus, addMs and diffMs agree about it', async () => {
      const { now, nowPlus, addMs, diffMs } = db.engine;
      expect(await value(now())).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
      const { rows } = await sql<{ days: number; back: number }>`
        select ${diffMs(now(), nowPlus(40 * 86_400_000 + 1))} as days, ${diffMs(now(), nowPlus(-1500))} as back`.execute(
        db.q,
      );
      expect(Math.abs((rows[0]?.days ?? 0) - (40 * 86_400_000 + 1))).toBeLessThanOrEqual(1);
      expect(Math.abs((rows[0]?.back ?? 0) + 1500)).toBeLessThanOrEqual(1);
      const at = db.engine.instantParam('2026-02-28T23:59:59.678Z');
      expect(await value(addMs(at, 322))).toBe('2026-03-01T00:00:00.000Z');
      expect(await value(addMs(at, -678))).toBe('2026-02-28T23:59:59.000Z');
    });

    it.each([
      ['minute', '2026-01-31T09:15:00.000Z'],
      ['hour', '2026-01-31T09:00:00.000Z'],
      ['day', '2026-01-31T00:00:00.000Z'],
    ] as const)('floors to the %s', async (unit, expected) => {
      const at = db.engine.instantParam('2026-01-31T09:15:42.678Z');
      expect(await value(db.engine.truncate(at, unit))).toBe(expected);
    });

    it('a time comes back as it was stored, and equals itself as parameter and as cursor', async () => {
      await insert([workItemRow(1, { available_at: '2026-01-31T09:15:42.678Z' })]);
      const column = sql.ref('available_at');
      const read = () =>
        db.q
          .selectFrom('work_items')
          .select(['available_at', sql<string>`${db.engine.cursorText(column)}`.as('cursor')]);
      const row = await read().executeTakeFirstOrThrow();
      expect(row.available_at).toBe('2026-01-31T09:15:42.678Z');
      for (const text of [row.available_at, row.cursor]) {
        const same = sql<boolean>`${column} = ${db.engine.instantParam(text)}`;
        expect(await read().where(same).execute()).toHaveLength(1);
      }
    });
  });

  describe('looking for text', () => {
    const ids = ['100%_sure', '100xysure', 'Luke_Skywalker', 'luke', 'a[b]c', 'back\\slash', '100'];
    beforeEach(() => insert(ids.map((resource_id, n) => workItemRow(n, { resource_id }))));
    const found = async (predicate: ReturnType<typeof sql<boolean>>) =>
      (
        await db.q
          .selectFrom('work_items')
          .select('resource_id')
          .where(predicate)
          .orderBy('work_item_id')
          .execute()
      ).map((row) => row.resource_id);
    const column = sql.ref('resource_id');

    it.each([
      ['%', ['100%_sure']],
      ['LUKE', ['Luke_Skywalker', 'luke']],
      ['[b]', ['a[b]c']],
      ['k\\s', ['back\\slash']],
      ['_s', ['100%_sure', 'Luke_Skywalker']],
    ])('contains %s', async (text, expected) => {
      expect(await found(db.engine.contains(column, text))).toEqual(expected);
    });

    it.each([
      ['100%', ['100%_sure']],
      ['luke', ['luke']],
      ['a[', ['a[b]c']],
      ['100', ['100%_sure', '100xysure', '100']],
    ])('starts with %s', async (prefix, expected) => {
      expect(await found(db.engine.startsWith(column, prefix))).toEqual(expected);
    });

    it('takes the first rows of an order', async () => {
      const query = db.q
        .selectFrom('work_items')
        .select('resource_id')
        .orderBy('work_item_id', 'desc');
      expect(await db.engine.take(query, 2).execute()).toEqual([
        { resource_id: '100' },
        { resource_id: 'back\\slash' },
      ]);
    });

    it('measures text in bytes', async () => {
      const size = await db.q
        .selectFrom('work_items')
        .select(db.engine.byteLength(column).as('bytes'))
        .where('resource_id', '=', '100')
        .executeTakeFirstOrThrow();
      // One byte a character, or two.
      expect([3, 6]).toContain(size.bytes);
    });
  });

  describe('a transaction', () => {
    const set = (name: string) => ({ name, value: 'x', updated_at: db.engine.now() });

    it('commits as a whole or not at all', async () => {
      await db.transaction((tx) => tx.q.insertInto('app_settings').values(set('kept')).execute());
      const failing = db.transaction(async (tx) => {
        await tx.q.insertInto('app_settings').values(set('lost')).execute();
        await tx.q.insertInto('app_settings').values(set('kept')).execute();
      });
      await expect(failing).rejects.toMatchObject({ code: 'db_unique_violation' });
      expect(await db.q.selectFrom('app_settings').select('name').execute()).toEqual([
        { name: 'kept' },
      ]);
    });

    it('does not keep others from reading what was committed', async () => {
      await db.transaction(async (tx) => {
        await tx.q.insertInto('app_settings').values(set('inside')).execute();
        const outside = db.q.selectFrom('workers').select('worker_id').execute();
        expect(await outside).toEqual([]);
      });
    });

    it('counts of concurrent increments are not lost', async () => {
      const other = await opened.openAnother();
      await db.q
        .insertInto('app_settings')
        .values({ ...set('n'), value: '0' })
        .execute();
      const increment = (one: Db) =>
        one.transaction((tx) =>
          tx.q
            .updateTable('app_settings')
            .set({
              value: sql<string>`cast(cast(value as integer) + 1 as ${sql.raw(db.name === 'sqlite' ? 'text' : 'nvarchar(20)')})`,
            })
            .where('name', '=', 'n')
            .execute(),
        );
      await Promise.all(Array.from({ length: 20 }, (_, n) => increment(n % 2 ? db : other)));
      expect(await db.q.selectFrom('app_settings').select('value').execute()).toEqual([
        { value: '20' },
      ]);
    });
  });

  it('a read that takes longer than its time is ended with a code, and the connection stays good', async () => {
    await insert(workItemRows(400));
    const slow = db.engine.withTimeout(db, 50, (s) =>
      sql`select count(*) as n from ${db.engine.table('work_items')} a, ${db.engine.table('work_items')} b,
        ${db.engine.table('work_items')} c where a.resource_id < b.request_uri and b.resource_id <> c.request_uri`.execute(
        s.q,
      ),
    );
    await expect(slow).rejects.toMatchObject({ code: 'db_statement_timeout' });
    expect(
      await db.engine.withTimeout(db, 5000, (s) =>
        s.q.selectFrom('work_items').select('work_item_id').execute(),
      ),
    ).toHaveLength(400);
  });

  it('a statement the schema does not know names the migrations as remedy', async () => {
    const unknown =
      sql`select * from ${sql.id(...(db.name === 'sqlite' ? [] : ['ingest']), 'no_such_table')}`.execute(
        db.q,
      );
    await expect(unknown).rejects.toMatchObject({
      code: 'db_schema_missing',
      remedy: expect.stringContaining('pnpm db:init'),
    });
  });
});
