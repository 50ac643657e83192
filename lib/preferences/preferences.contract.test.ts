import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Db } from '#db/engine.ts';
import { type Actor, systemActor } from '#lib/actor/model.ts';
import { givenAccount } from '#test/access/account.ts';
import { type ContractDatabase, contractEngines } from '#test/db/contract-engines.ts';
import { withDatabase } from '#test/db/with-database.ts';
import type { GridArrangement } from './model.ts';
import { keepDefaultView, keepGrid, readPreferences } from './preferences.ts';

const page = 'work-items';
const grid: GridArrangement = {
  columns: [
    { id: 'resource', isShown: true, widthPx: 320 },
    { id: 'status', isShown: true },
    { id: 'error', isShown: false },
  ],
  isDense: true,
};

describe.each(contractEngines())('preferences on $name', (engine) => {
  let database: ContractDatabase;
  let db: Db;
  let ann: Actor;
  let bob: Actor;

  withDatabase(engine, [], (opened) => {
    database = opened;
    db = opened.db;
  });
  beforeAll(async () => {
    [ann, bob] = [await givenAccount(db, 'ann', 'viewer'), await givenAccount(db, 'bob', 'viewer')];
  });
  beforeEach(async () => {
    await db.q.updateTable('users').set({ preferences: null }).execute();
  });

  it('are the console’s own until something is kept', async () => {
    expect(await readPreferences(db, ann, page)).toEqual({ grid: null, defaultView: null });
    expect(await readPreferences(db, systemActor('test'), page)).toEqual({
      grid: null,
      defaultView: null,
    });
  });

  it('are each person’s own, whatever the role', async () => {
    await keepGrid(db, ann, { page, grid });
    expect((await readPreferences(db, ann, page)).grid).toEqual(grid);
    expect((await readPreferences(db, bob, page)).grid).toBeNull();
    await keepGrid(db, ann, { page, grid: null });
    expect((await readPreferences(db, ann, page)).grid).toBeNull();
  });

  it('keep what two windows change at the same time', async () => {
    const other = await database.openAnother();
    await Promise.all([
      keepGrid(db, ann, { page, grid }),
      keepDefaultView(other, ann, { page, viewId: 'view-1' }),
    ]);
    expect(await readPreferences(db, ann, page)).toEqual({ grid, defaultView: 'view-1' });
  });

  it('leave what another version kept for other pages as it is', async () => {
    await db.q
      .updateTable('users')
      .set({ preferences: JSON.stringify({ later: { theme: 'dim' } }) })
      .execute();
    await keepDefaultView(db, ann, { page, viewId: 'view-1' });
    const row = await db.q
      .selectFrom('users')
      .select('preferences')
      .where('user_id', '=', ann.userId)
      .executeTakeFirstOrThrow();
    expect(JSON.parse(row.preferences ?? '')).toMatchObject({
      later: { theme: 'dim' },
      'work-items': { defaultView: 'view-1' },
    });
  });

  it.each(['no JSON', '[]', '{"work-items":{"grid":{"columns":"all"},"defaultView":7}}'])(
    'start afresh when they cannot be read: %s',
    async (preferences) => {
      await db.q.updateTable('users').set({ preferences }).execute();
      expect(await readPreferences(db, ann, page)).toEqual({ grid: null, defaultView: null });
    },
  );

  it('need an account', async () => {
    await expect(keepGrid(db, systemActor('test'), { page, grid })).rejects.toMatchObject({
      code: 'forbidden',
    });
    const gone = { ...ann, userId: '00000000-0000-7000-8000-000000000000' };
    await expect(keepGrid(db, gone, { page, grid })).rejects.toMatchObject({ code: 'not_found' });
  });
});
