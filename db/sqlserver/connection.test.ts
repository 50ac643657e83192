import { EventEmitter } from 'node:events';
import {
  CompiledQuery,
  DummyDriver,
  Kysely,
  MssqlAdapter,
  MssqlIntrospector,
  MssqlQueryCompiler,
} from 'kysely';
import { type Connection, type Request, RequestError } from 'tedious';
import { describe, expect, it } from 'vitest';
import { inBackground } from '../background.ts';
import type { SqlServerSettings } from '../settings/model.ts';
import { TdsConnection } from './connection.ts';

/** Only what a statement asks for. */
const settings = { requestTimeoutMs: 0 } as SqlServerSettings;
const db = new Kysely<{ t: { a: number } }>({
  dialect: {
    createAdapter: () => new MssqlAdapter(),
    createDriver: () => new DummyDriver(),
    createIntrospector: (one) => new MssqlIntrospector(one),
    createQueryCompiler: () => new MssqlQueryCompiler(),
  },
});

/** A server that takes the first statements for the victims of deadlocks; `sent` counts all of them. */
function victims(count: number) {
  const seen = { sent: 0, readAgain: 0 };
  const texts: (string | undefined)[] = [];
  const server = Object.assign(new EventEmitter(), {
    inTransaction: true,
    execSql(request: Request) {
      seen.sent += 1;
      texts.push(request.sqlTextOrProcedure);
      const error = new RequestError('was deadlocked on lock resources', 'EREQUEST');
      error.number = 1205;
      setImmediate(() => request.callback(seen.sent > count ? null : error, 0, []));
    },
    beginTransaction: (done: () => void) => done(),
    rollbackTransaction: (done: () => void) => done(),
  });
  const connection = new TdsConnection(server as unknown as Connection, settings, () => {
    seen.readAgain += 1;
  });
  return { server, connection, seen, texts };
}

describe('a statement that the server takes for a deadlock’s victim', () => {
  const read = db.selectFrom('t').selectAll().compile();
  const deadlock = { code: 'db_deadlock' };

  it('is sent again when it is a read outside a transaction', async () => {
    const { connection, seen } = victims(2);
    await connection.executeQuery(read);
    expect(seen).toEqual({ sent: 3, readAgain: 2 });
  });

  it('is given up when that helps nothing', async () => {
    const { connection, seen } = victims(100);
    await expect(connection.executeQuery(read)).rejects.toMatchObject(deadlock);
    expect(seen).toEqual({ sent: 5, readAgain: 4 });
  });

  it.each([
    ['a change', db.deleteFrom('t').compile()],
    ['SQL of which nobody knows what it does', CompiledQuery.raw('select 1; delete from t')],
  ])('is not sent again when it is %s', async (_, change) => {
    const { connection, seen } = victims(1);
    await expect(connection.executeQuery(change)).rejects.toMatchObject(deadlock);
    expect(seen.sent).toBe(1);
  });

  it('ends the transaction around it, and the use of its connection', async () => {
    const { connection, server, seen } = victims(1);
    await connection.begin();
    server.inTransaction = false;
    await expect(connection.executeQuery(read)).rejects.toMatchObject(deadlock);
    await expect(connection.executeQuery(read)).rejects.toMatchObject(deadlock);
    await expect(connection.commit()).rejects.toMatchObject(deadlock);
    await connection.rollback();
    expect(seen.sent).toBe(1);
    expect(connection.isAtRest()).toBe(false);
  });
});

it('a change by background work is the first to give way, and no other statement', async () => {
  const { connection, texts } = victims(0);
  const read = db.selectFrom('t').selectAll().compile();
  const change = db.deleteFrom('t').compile();
  await inBackground(() => connection.executeQuery(change));
  await connection.executeQuery(change);
  await inBackground(() => connection.executeQuery(read));
  expect(texts).toEqual([`set deadlock_priority low; ${change.sql}`, change.sql, read.sql]);
});
