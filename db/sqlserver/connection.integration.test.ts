import { createServer, type Server, type Socket } from 'node:net';
import { hostname } from 'node:os';
import { createServer as createTlsServer } from 'node:tls';
import { sql } from 'kysely';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { selfSigned } from '#test/db/self-signed.ts';
import { configuredSqlServer, dropTestSchema, withOwnSchema } from '#test/db/sqlserver-schema.ts';
import { type TcpProxy, tcpProxy } from '#test/db/tcp-proxy.ts';
import { type TdsServer, tdsServer } from '#test/db/tds-server.ts';
import type { Db } from '../engine.ts';
import { migrate } from '../migrate/migrate.ts';
import { resolveDatabaseSettings, type SqlServerSettings } from '../settings/settings.ts';
import { connect } from './connection.ts';
import { openSqlServer } from './open.ts';
import type { OnAway } from './reconnect.ts';

function settingsFor(over: Partial<SqlServerSettings>): SqlServerSettings {
  const settings = resolveDatabaseSettings({
    DB_BACKEND: 'sqlserver',
    MSSQL_SA_PASSWORD: 'hush-hush',
  });
  if (settings.engine !== 'sqlserver') throw new Error('expected SQL Server');
  return { ...settings, host: '127.0.0.1', connectTimeoutMs: 500, ...over };
}

const servers: Server[] = [];
const sockets = new Set<Socket>();
afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  sockets.clear();
  for (const server of servers.splice(0)) await new Promise((resolve) => server.close(resolve));
});

async function listening(server: Server): Promise<number> {
  servers.push(server);
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

const failure = (settings: SqlServerSettings) =>
  connect(settings).then(
    () => null,
    (error: unknown) => error,
  );

describe('connecting', () => {
  it('to a closed port says that nothing answers, and what to look at', async () => {
    const server = createServer();
    const port = await listening(server);
    await new Promise((resolve) => servers.pop()?.close(resolve));
    expect(await failure(settingsFor({ port }))).toMatchObject({
      code: 'db_connection_refused',
      message: `No SQL Server answers at 127.0.0.1:${port}.`,
      remedy: expect.stringContaining('docker compose ps'),
    });
  });

  it('to a name nobody knows says so', async () => {
    expect(
      await failure(settingsFor({ host: 'no-such-host.invalid', connectTimeoutMs: 10_000 })),
    ).toMatchObject({ code: 'db_host_unknown' });
  });

  it('to a server that never answers ends with the time-out', async () => {
    const port = await listening(createServer());
    const error = await failure(settingsFor({ port }));
    expect(error).toMatchObject({
      code: 'db_connect_timeout',
      message: expect.stringContaining('0.5 s'),
    });
  });

  it('to something that is no SQL Server says that none answers', async () => {
    const port = await listening(
      createServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')),
    );
    expect(await failure(settingsFor({ port, connectTimeoutMs: 3000 }))).toMatchObject({
      code: 'db_connection_refused',
    });
  });

  it('to a server whose certificate nobody signed says how to trust it', async () => {
    const server = createTlsServer({ ...selfSigned, ALPNProtocols: ['tds/8.0'] }, (socket) =>
      socket.on('error', () => {}),
    );
    server.on('tlsClientError', () => {});
    const port = await listening(server);
    const settings = settingsFor({
      port,
      encrypt: 'strict',
      trustServerCertificate: false,
      connectTimeoutMs: 3000,
    });
    expect(await failure(settings)).toMatchObject({
      code: 'db_certificate_untrusted',
      remedy: expect.stringContaining('TrustServerCertificate=yes'),
    });
  });
});

describe('a stand-in for the server', () => {
  const standIns: TdsServer[] = [];
  const dbs: Db[] = [];
  afterEach(async () => {
    for (const db of dbs.splice(0)) await db.close();
    for (const standIn of standIns.splice(0)) await standIn.close();
  });
  const open = async (over: Partial<SqlServerSettings> = {}, onAway?: OnAway) => {
    const standIn = await tdsServer();
    standIns.push(standIn);
    const settings = settingsFor({
      port: standIn.port,
      encrypt: false,
      connectTimeoutMs: 5_000,
      // Without it the database is asked whether it keeps row versions.
      readOnlyIntent: true,
      ...over,
    });
    const db = openSqlServer(settings, onAway);
    dbs.push(db);
    return { standIn, db };
  };
  const ask = (db: Db) => sql`select 1 where 1 = 0`.execute(db.q);

  it('that names its partner in any answer is worked with as before', async () => {
    const { standIn, db } = await open();
    standIn.namePartner('the other one');
    expect((await ask(db)).rows).toEqual([]);
    await db.transaction(async (tx) => {
      await sql`select 1 where 1 = 0`.execute(tx.q);
    });
    // All of it on one connection: none was given up.
    expect(standIn.signIns()).toBe(1);
  });

  it('is told what the process is', async () => {
    const { standIn, db } = await open({ role: 'worker' });
    await ask(db);
    expect(standIn.programs).toEqual([`Holocron worker ${hostname().slice(0, 60)}:${process.pid}`]);
  });

  it('is told how to count rows and wait for locks, whatever it was set to', async () => {
    const { standIn, db } = await open();
    await ask(db);
    expect(standIn.batches.at(-1)).toBe(
      'set nocount off; set deadlock_priority normal; set lock_timeout -1',
    );
  });

  it('that refuses the sign-in is asked once, by however many who want a connection', async () => {
    const told: (string | null)[] = [];
    const { standIn, db } = await open({ poolMax: 10 }, (reason) =>
      told.push(reason?.code ?? null),
    );
    standIn.refuse({ number: 18456, text: 'Login failed for user.' });
    const refused = await Promise.allSettled(Array.from({ length: 30 }, () => ask(db)));
    for (const one of refused) {
      expect(one).toMatchObject({
        status: 'rejected',
        reason: { code: 'db_login_failed', retryInMs: expect.any(Number) },
      });
    }
    await expect(ask(db)).rejects.toMatchObject({ code: 'db_login_failed' });
    expect(standIn.signIns()).toBe(1);
    expect(told).toEqual(['db_login_failed']);
  });

  it('that is back after a failover goes on without a restart, and is told of twice', async () => {
    const told: (string | null)[] = [];
    const { standIn, db } = await open({}, (reason) => told.push(reason?.code ?? null));
    standIn.refuse({ number: 976, text: 'The target database is not accessible.' });
    await expect(ask(db)).rejects.toMatchObject({ code: 'db_busy' });
    standIn.refuse(null);
    await vi.waitFor(() => ask(db), { timeout: 10_000 });
    expect(told).toEqual(['db_busy', null]);
  });
});

const server = configuredSqlServer();

describe.runIf(server !== null)('a SQL Server', () => {
  const real = () => {
    if (!server) throw new Error('not configured');
    return server;
  };
  const code = async (over: Partial<SqlServerSettings>) => {
    const error = await failure({ ...real(), ...over });
    return error && typeof error === 'object' && 'code' in error ? error.code : error;
  };

  it('that refuses, each refusal with its code', async () => {
    expect(await code({ password: 'Wrong-Password-1!' })).toBe('db_login_failed');
    expect(await code({ database: 'no_such_database' })).toBe('db_missing');
    expect(await code({ encrypt: true, trustServerCertificate: false })).toBe(
      'db_certificate_untrusted',
    );
  });

  describe('behind a network that fails', () => {
    let proxy: TcpProxy;
    let settings: SqlServerSettings;
    let db: Db;

    beforeAll(async () => {
      const own = withOwnSchema(real());
      await migrate(own);
      proxy = await tcpProxy(own);
      settings = {
        ...own,
        host: '127.0.0.1',
        port: proxy.port,
        poolMax: 2,
        connectTimeoutMs: 5000,
      };
      db = openSqlServer(settings);
    });
    afterAll(async () => {
      await db?.close();
      await proxy?.close();
      if (settings) await dropTestSchema({ ...settings, port: real().port });
    });
    const names = async () =>
      (await db.q.selectFrom('app_settings').select('name').orderBy('name').execute()).map(
        (row) => row.name,
      );
    const put = (session: { q: Db['q'] }, name: string) =>
      session.q
        .insertInto('app_settings')
        .values({ name, value: '', updated_at: db.engine.now() })
        .execute();

    it('a transaction that lost its connection before its commit is run again, once', async () => {
      let runs = 0;
      await db.transaction(async (tx) => {
        runs += 1;
        await put(tx, `run-${runs}`);
        if (runs === 1) proxy.cut();
        await put(tx, 'second');
      });
      expect(runs).toBe(2);
      expect(await names()).toEqual(['run-2', 'second']);
      expect(db.stats.connectionsLostRetried).toBe(1);
    });

    it('a connection lost while committing is told as that, and not run again', async () => {
      let runs = 0;
      const lost = db.transaction(async (tx) => {
        runs += 1;
        await put(tx, 'uncertain');
        proxy.cut();
        // The reset arrives with the next turn; the commit then meets a dead socket.
        await new Promise((resolve) => setImmediate(resolve));
      });
      await expect(lost).rejects.toMatchObject({
        code: 'db_connection_lost',
        message: expect.stringContaining('may or may not'),
      });
      expect(runs).toBe(1);
    });

    it('idle connections that died are not handed out', async () => {
      await Promise.all([names(), names()]);
      proxy.cut();
      await new Promise((resolve) => setTimeout(resolve, 50));
      expect(await names()).toContain('second');
    });

    it('a statement that runs too long is ended, and its connection works on', async () => {
      const slow = db.engine.withTimeout(db, 200, (s) =>
        sql`declare @n int = 0; while @n < 100000000 set @n = @n + 1`.execute(s.q),
      );
      await expect(slow).rejects.toMatchObject({ code: 'db_statement_timeout' });
      expect(await names()).toContain('second');
    });

    it('of two transactions in each other’s way both are carried out', async () => {
      for (const name of ['left', 'right']) await put(db, name);
      const met = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
      let runs = 0;
      const change = (mine: 0 | 1, first: string, second: string) =>
        db.transaction(async (tx) => {
          runs += 1;
          const set = (name: string) =>
            tx.q
              .updateTable('app_settings')
              .set({ value: 'changed' })
              .where('name', '=', name)
              .execute();
          await set(first);
          met[mine]?.resolve();
          await met[1 - mine]?.promise;
          await set(second);
        });
      await Promise.all([change(0, 'left', 'right'), change(1, 'right', 'left')]);
      expect(runs).toBeGreaterThanOrEqual(3);
      expect(db.stats.deadlocksRetried).toBe(runs - 2);
      await db.q.deleteFrom('app_settings').where('value', '=', 'changed').execute();
    });

    it('more callers than connections wait for their turn', async () => {
      const all = await Promise.all(Array.from({ length: 20 }, () => names()));
      expect(all).toHaveLength(20);
      expect(db.stats.pool().used).toBe(0);
    });
  });
});
