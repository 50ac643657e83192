import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ContractDatabase, contractEngines } from '#test/db/contract-engines.ts';
import type { Db } from '../engine.ts';
import { DatabaseError, type DatabaseErrorCode } from '../errors.ts';
import { openReads, type Reads } from './open-reads.ts';
import type { ReplicaState } from './replica-switch.ts';

type Side = 'database' | 'copy';

describe.each(contractEngines())('reads from a copy, on $name', (engine) => {
  let database: ContractDatabase;
  /** Who was asked, in order. */
  let asked: Side[];
  /** What the copy answers with, when it is away. */
  let fault: DatabaseErrorCode | null;
  let changes: ReplicaState[];
  let reads: Reads;

  beforeEach(async () => {
    database = await engine.create();
    asked = [];
    fault = null;
    changes = [];
    reads = openReads({
      primary: watched(database.db, 'database'),
      replica: watched(await database.openAnother(), 'copy'),
      onChange: (state) => changes.push(state),
      probeEveryMs: 20,
    });
  });
  afterEach(async () => {
    await reads?.close();
    await database?.dispose();
  });

  /** Notes that it is asked; as a copy that is away it fails instead. */
  function watched(db: Db, side: Side): Db {
    const q = new Proxy(db.q, {
      get(target, key) {
        const value = Reflect.get(target, key, target);
        if (typeof value !== 'function') return value;
        return (...args: unknown[]) => {
          // Probes build a query of their own.
          const isProbe = key === 'selectFrom';
          if (key === 'executeQuery') asked.push(side);
          if ((isProbe || key === 'executeQuery') && side === 'copy' && fault !== null) {
            throw new DatabaseError(fault, 'The copy is away.', { remedy: 'Wait.' });
          }
          return Reflect.apply(value, target, args);
        };
      },
    });
    return { ...db, q };
  }

  const look = () => reads.q.selectFrom('app_settings').select('name').execute();
  const write = () =>
    reads.q
      .insertInto('app_settings')
      .values({ name: 'written', value: '', updated_at: reads.engine.now() })
      .execute();

  it('go to the copy alone, through every capability of the engine', async () => {
    expect(await look()).toEqual([]);
    expect(await reads.engine.withTimeout(reads, 20_000, look)).toEqual([]);
    expect(await reads.engine.readTotals(reads)).toEqual([]);
    expect(asked).toEqual(Array(3).fill('copy'));
    expect(changes).toEqual([]);
  });

  it.each(['db_connection_refused', 'db_connection_lost', 'db_schema_missing'] as const)(
    'turn to the database itself when the copy answers %s, and say so once',
    async (code) => {
      fault = code;
      expect(await Promise.all([look(), look(), look()])).toEqual([[], [], []]);
      expect(await look()).toEqual([]);
      expect(asked.filter((side) => side === 'database')).toHaveLength(4);
      expect(asked.at(-2)).toBe('database');
      expect(reads.replica()).toEqual({
        inUse: false,
        reason: { code, message: 'The copy is away.' },
      });
      expect(changes).toHaveLength(1);
    },
  );

  it('return to the copy when it is back', async () => {
    fault = 'db_connection_refused';
    await look();
    fault = null;
    await expect.poll(() => reads.replica().inUse, { timeout: 10_000 }).toBe(true);
    asked = [];
    await look();
    expect(asked).toEqual(['copy']);
    expect(changes.map(({ inUse }) => inUse)).toEqual([false, true]);
  });

  it('do not ask the database what only took too long', async () => {
    fault = 'db_statement_timeout';
    await expect(look()).rejects.toMatchObject({ code: 'db_statement_timeout' });
    expect(asked).toEqual(['copy']);
    expect(reads.replica().inUse).toBe(true);
  });

  it('write nothing, wherever they go', async () => {
    await expect(write()).rejects.toThrow('goes to the database itself');
    fault = 'db_connection_refused';
    await look();
    await expect(write()).rejects.toThrow('goes to the database itself');
    await expect(reads.transaction(async () => {})).rejects.toThrow('goes to the database itself');
    expect(await look()).toEqual([]);
  });
});
