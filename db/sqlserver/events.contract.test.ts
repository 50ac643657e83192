/** Events whose ids are given out in another order than the one in which they are committed. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type ContractDatabase, contractEngines } from '#test/db/contract-engines.ts';
import type { Session } from '../engine.ts';

const servers = contractEngines().filter(({ name }) => name === 'sqlserver');

describe.skipIf(servers.length === 0)('the order of events on SQL Server', () => {
  let given: ContractDatabase;
  beforeAll(async () => {
    given = await (servers[0] ?? expect.unreachable()).create();
  });
  beforeEach(() => given.db.q.deleteFrom('events').execute());
  afterAll(() => given?.dispose());

  const write = async ({ q, engine }: Session, message: string) => {
    await q
      .insertInto('events')
      .values({ at: engine.now(), kind: 'item.failed', level: 'error', message })
      .execute();
    const { event_id: id } = await q
      .selectFrom('events')
      .select('event_id')
      .where('message', '=', message)
      .executeTakeFirstOrThrow();
    return Number(id);
  };
  const settled = (from = 0) => given.db.engine.lastSettledEvent(given.db, from);

  /** Writes `late` in a transaction of its own, and ends it after `meanwhile`. */
  const heldOpen = async (meanwhile: () => Promise<unknown>, outcome: 'commit' | 'rollback') => {
    const written = Promise.withResolvers<number>();
    const end = Promise.withResolvers<void>();
    const late = given.db.transaction(async (tx) => {
      written.resolve(await write(tx, 'late'));
      await end.promise;
      if (outcome === 'rollback') throw new Error('taken back');
    });
    const id = await written.promise;
    await meanwhile();
    end.resolve();
    await late.catch((error: unknown) => expect(error).toEqual(new Error('taken back')));
    return id;
  };

  test('ends before an id that may still commit, and goes on once it has', async () => {
    const before = await write(given.db, 'before');
    let early = 0;
    const late = await heldOpen(async () => {
      early = await write(given.db, 'early');
      expect(await settled()).toBe(before);
      expect(await settled(before)).toBe(before);
    }, 'commit');
    expect(late).toBeGreaterThan(before);
    expect(early).toBeGreaterThan(late);
    expect(await settled(before)).toBe(early);
  });

  test('takes an id that is missing for a minute for one that will not come', async () => {
    const before = await write(given.db, 'before');
    let after = 0;
    await heldOpen(async () => {
      after = await write(given.db, 'after');
    }, 'rollback');
    expect(await settled()).toBe(before);
    await given.db.q
      .updateTable('events')
      .set({ at: given.db.engine.nowPlus(-61_000) })
      .execute();
    expect(await settled()).toBe(after);
  });

  test('is where the reader was while there is nothing new', async () => {
    expect(await settled(17)).toBe(17);
    const only = await write(given.db, 'only');
    expect(await settled()).toBe(only);
    expect(await settled(only)).toBe(only);
  });
});
