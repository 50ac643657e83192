import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Db } from '../engine.ts';
import { DatabaseError } from '../errors.ts';
import { openDatabase } from '../open.ts';
import { type ContractDatabase, contractEngines } from '../testing/contract-engines.ts';
import { openReads, type Reads } from './open-reads.ts';
import type { ReplicaState } from './replica-switch.ts';

/** Two databases of one schema stand for a database and its copy, so that it shows who was asked. */
describe.each(contractEngines())('reads from a copy, on $name', (engine) => {
  let primary: ContractDatabase;
  let copy: ContractDatabase;
  let reads: Reads;
  let changes: ReplicaState[];

  beforeEach(async () => {
    [primary, copy] = await Promise.all([engine.create(), engine.create()]);
    for (const [where, { db }] of Object.entries({ primary, copy })) await put(db, where);
    changes = [];
  });
  afterEach(async () => {
    await reads?.close();
    await primary?.dispose();
    await copy?.dispose();
  });

  async function open(replica?: Db): Promise<Reads> {
    reads = openReads({
      primary: primary.db,
      replica: replica ?? (await openDatabase(copy.settings)),
      onChange: (state) => changes.push(state),
      probeEveryMs: 20,
    });
    return reads;
  }

  const put = ({ q, engine: { now } }: Db, name: string) =>
    q.insertInto('app_settings').values({ name, value: '', updated_at: now() }).execute();

  const asked = async (db: Db) =>
    (await db.q.selectFrom('app_settings').select('name').executeTakeFirst())?.name;

  it('go to the copy, through every capability of the engine', async () => {
    const db = await open();
    expect(await asked(db)).toBe('copy');
    expect(await db.engine.withTimeout(db, 5_000, async () => asked(db))).toBe('copy');
    expect(await db.engine.readCounters(db)).toEqual([]);
    expect(changes).toEqual([]);
  });

  it('turn to the database itself at the first fault of the copy, and say so once', async () => {
    const db = await open(unreachable(await openDatabase(copy.settings)));
    expect(await Promise.all([asked(db), asked(db), asked(db)])).toEqual(Array(3).fill('primary'));
    expect(db.replica()).toMatchObject({
      inUse: false,
      reason: { code: 'db_connection_refused' },
    });
    expect(changes).toHaveLength(1);
  });

  it('return to the copy when it is back', async () => {
    const replica = unreachable(await openDatabase(copy.settings));
    const db = await open(replica);
    expect(await asked(db)).toBe('primary');
    replica.comeBack();
    await expect.poll(() => db.replica().inUse, { timeout: 10_000 }).toBe(true);
    expect(await asked(db)).toBe('copy');
    expect(changes.map(({ inUse }) => inUse)).toEqual([false, true]);
  });

  it('do not ask twice what is wrong by itself', async () => {
    const db = await open();
    const late = db.engine.withTimeout(db, 0, async () => asked(db));
    await expect(late).rejects.toMatchObject({ code: 'db_statement_timeout' });
    expect(db.replica().inUse).toBe(true);
  });

  it('take a copy that lacks tables for one that cannot be read', async () => {
    const bare = await engine.freshSettings();
    const db = await open(await openDatabase(bare.settings));
    expect(await asked(db)).toBe('primary');
    expect(db.replica().reason?.code).toMatch(/^db_schema_missing$/);
    await db.close();
    await bare.remove();
  });

  it('write nothing, wherever they go', async () => {
    const db = await open(unreachable(await openDatabase(copy.settings)));
    await expect(put(db, 'written')).rejects.toThrow('goes to the database itself');
    await expect(db.transaction(async () => {})).rejects.toThrow('goes to the database itself');
  });
});

/** A copy whose server refuses connections until it comes back. */
function unreachable(db: Db): Db & { comeBack(): void } {
  let isAway = true;
  const { q } = db;
  const away = new Proxy(q, {
    get(target, key) {
      const value = Reflect.get(target, key, target);
      if (typeof value !== 'function') return value;
      return (...args: unknown[]) => {
        if (isAway) throw refused();
        return Reflect.apply(value, target, args);
      };
    },
  });
  return {
    ...db,
    q: away,
    comeBack() {
      isAway = false;
    },
  };
}

const refused = () =>
  new DatabaseError('db_connection_refused', 'No SQL Server answers.', { remedy: 'Start it.' });
