import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { configuredSqlServer, dropTestSchema, withOwnSchema } from '#test/db/sqlserver-schema.ts';
import { type TcpProxy, tcpProxy } from '#test/db/tcp-proxy.ts';
import type { Db } from '../engine.ts';
import { migrate } from '../migrate/migrate.ts';
import { openWithReads } from '../open.ts';
import type { SqlServerSettings } from '../settings/model.ts';
import type { ReplicaState } from './replica-switch.ts';

const server = configuredSqlServer();

/** The server itself, behind a proxy, stands for its copy. */
describe.runIf(server !== null)('a readable copy of a SQL Server', () => {
  let own: SqlServerSettings;
  let proxy: TcpProxy;
  let opened: Awaited<ReturnType<typeof openWithReads>>;
  let primary: Db;
  let reads: Db;
  const changes: ReplicaState[] = [];

  beforeAll(async () => {
    if (!server) throw new Error('not configured');
    own = withOwnSchema(server);
    await migrate(own);
    proxy = await tcpProxy(own);
    const settings = { ...own, replica: { host: '127.0.0.1', port: proxy.port } };
    opened = await openWithReads(settings, {
      onReplica: (state) => changes.push(state),
      onNoReaders: () => undefined,
    });
    ({ db: primary, reads } = opened);
  });
  afterAll(async () => {
    await opened?.close();
    await proxy?.close();
    if (own) await dropTestSchema(own);
  });

  const versions = async () =>
    (await reads.q.selectFrom('schema_migrations').select('version').execute()).length;

  it('is read while it is there, left alone while it is away, and read again', async () => {
    const all = await versions();
    expect(all).toBeGreaterThan(10);
    expect(reads.stats.pool().free).toBe(1);
    expect(primary.stats.pool().free).toBe(0);

    proxy.refuse();
    expect(await versions()).toBe(all);
    expect(primary.stats.pool().free).toBe(1);
    expect(opened.replica()?.reason?.code).toMatch(/^db_connection_(lost|refused)$/);

    proxy.restore();
    await expect.poll(() => opened.replica()?.inUse, { timeout: 60_000 }).toBe(true);
    expect(await versions()).toBe(all);
    expect(changes.map(({ inUse }) => inUse)).toEqual([false, true]);
  });
});
