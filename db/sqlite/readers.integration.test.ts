import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ContractDatabase, sqliteEngine } from '#test/db/contract-engines.ts';
import { workItemRows } from '#test/db/work-items.ts';
import type { Db } from '../engine.ts';
import { openSqliteReaders } from './open-readers.ts';

/** Finds nothing for seconds: SQLite gives no row back meanwhile at which one could stop it. */
const longSearch = (millions: number) => sql<{ n: number }>`
  with recursive numbers (n) as (select 1 union all select n + 1 from numbers where n < ${millions * 1_000_000})
  select n from numbers where n < 0`;

describe('reading a SQLite file in threads', () => {
  let database: ContractDatabase;
  let file: string;
  let db: Db;
  let reads: Db;
  beforeAll(async () => {
    database = await sqliteEngine.create();
    ({ db } = database);
    if (database.settings.engine !== 'sqlite') throw new Error('expected SQLite');
    file = database.settings.path;
    reads = openSqliteReaders(db, file);
  });
  afterAll(async () => {
    await reads.close();
    await database.dispose();
  });
  const items = (from: Db) => from.q.selectFrom('work_items').select('work_item_id').execute();

  it('sees what was committed before it was asked, and what engines read', async () => {
    await db.engine.insertWorkItemsIfAbsent(db, workItemRows(3));
    expect(await items(reads)).toHaveLength(3);
    expect(await reads.engine.readTotals(reads)).toEqual(await db.engine.readTotals(db));
  });

  it('refuses to write, by a builder as by plain SQL', async () => {
    await expect(reads.q.deleteFrom('work_items').execute()).rejects.toThrow('database itself');
    await expect(sql`delete from work_items`.execute(reads.q)).rejects.toThrow();
    await expect(
      sql`delete from work_items returning work_item_id`.execute(reads.q),
    ).rejects.toMatchObject({ code: 'db_file_unusable' });
    expect(await items(db)).toHaveLength(3);
  });

  it('a fault has the code it has elsewhere', async () => {
    await expect(sql`select * from nowhere`.execute(reads.q)).rejects.toMatchObject({
      code: 'db_schema_missing',
    });
  });

  it('while a search goes on for seconds the event loop turns and others are answered', async () => {
    let beats = 0;
    const beat = setInterval(() => {
      beats += 1;
    }, 10);
    let searching = true;
    const search = longSearch(5)
      .execute(reads.q)
      .finally(() => {
        searching = false;
      });
    // A first answer without waiting for the search.
    expect(await items(reads)).toHaveLength(3);
    expect(searching).toBe(true);
    expect((await search).rows).toEqual([]);
    clearInterval(beat);
    // Of some fifty or more. A search in this process would leave one, at its end.
    expect(beats).toBeGreaterThan(5);
  });

  it('at its deadline a search is given up at once, and as many as there are threads block nobody', async () => {
    // It would take an hour: what waits for its end hangs.
    const late = () =>
      reads.engine
        .withTimeout(reads, 200, (s) => longSearch(30_000).execute(s.q))
        .then(
          () => 'answered',
          (error: unknown) => (error as { code?: string }).code,
        );
    expect(await Promise.all(Array.from({ length: 5 }, late))).toEqual(
      Array.from({ length: 5 }, () => 'db_statement_timeout'),
    );
    expect(await items(reads)).toHaveLength(3);
  });

  it('reads in the process itself where no thread can be started, and says so once', async () => {
    const told: unknown[] = [];
    const without = openSqliteReaders(
      db,
      path.join(path.dirname(file), 'not-there', 'no.db'),
      (fault) => told.push(fault),
    );
    expect(await items(without)).toHaveLength(3);
    expect(await items(without)).toHaveLength(3);
    await pause(0);
    expect(told).toMatchObject([{ name: 'NoReaders' }]);
    await without.close();
  });
});
