/** A worker's port for machines, asked as Prometheus and an orchestrator ask it. */
import { createServer } from 'node:net';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { systemActor } from '#lib/actor/model.ts';
import { saveSource } from '#lib/sources/save-source.ts';
import { aWorkItem } from '#test/factories.ts';
import { openSite, type Site, until } from '#test/worker/processes.ts';

const token = 'a-token-of-the-tests';

/** A port of this machine that nobody listens on. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (typeof address !== 'object' || address === null) throw new Error('no port');
  return address.port;
}

let site: Site;
let port: number;
const ask = (path: string, headers: Record<string, string> = {}) =>
  fetch(`http://127.0.0.1:${port}${path}`, { headers });
const metrics = async () => (await ask('/metrics', { authorization: `Bearer ${token}` })).text();
const answers = () =>
  ask('/live').then(
    (response) => response.ok,
    () => false,
  );

beforeEach(async () => {
  site = await openSite();
  port = await freePort();
});
afterEach(() => site.dispose());

it('it tells its work in numbers, to whoever has the token, and is ready until it is told to end', async () => {
  const worker = site.start('commands/worker.ts', [], {
    INGEST_METRICS_PORT: String(port),
    INGEST_METRICS_TOKEN: token,
  });
  await until('the port answers', answers);
  await until('the worker is ready', async () => (await ask('/ready')).ok);
  expect((await ask('/startup')).status).toBe(200);

  const { db, store, secretBox } = site.runtime;
  await saveSource(
    db,
    systemActor('test'),
    { name: 'sample', type: 'test', enabled: true, settings: {}, seeds: [] },
    { secretBox },
  );
  await store.enqueueMany(
    ['test_resource_001', 'test_resource_002'].map((resourceId) =>
      aWorkItem({ sourceSystem: 'test', sourceName: 'sample', resourceId }),
    ),
  );
  const done = /^holocron_attempts_total\{source="sample",outcome="\w+"\} [1-9]/m;
  await until('items were worked on', async () => done.test(await metrics()));

  const text = await metrics();
  for (const line of [
    /^holocron_database_up 1$/m,
    /^holocron_claims_total\{result="items"\} \d+$/m,
    /^holocron_attempt_duration_seconds_bucket\{le="\+Inf",outcome="\w+"\} \d+$/m,
    /^holocron_pool_connections\{state="max"\} \d+$/m,
    /^holocron_database_retries_total\{reason="deadlock"\} 0$/m,
    /^holocron_leases_lost_total 0$/m,
    /^nodejs_eventloop_lag_p99_seconds /m,
  ])
    expect(text).toMatch(line);

  expect((await ask('/metrics')).status).toBe(401);
  expect((await ask('/metrics', { authorization: 'Bearer wrong' })).status).toBe(401);
  expect((await ask('/elsewhere')).status).toBe(404);
  expect((await fetch(`http://127.0.0.1:${port}/metrics`, { method: 'POST' })).status).toBe(405);

  worker.process.kill('SIGTERM');
  expect(await worker.ended).toMatchObject({ code: 0 });
});

it('while its database is away it lives, is not ready, and says so in the metrics without hanging', async () => {
  // Nobody listens on the port of the database.
  const closed = await freePort();
  site.start('commands/worker.ts', [], {
    INGEST_METRICS_PORT: String(port),
    INGEST_METRICS_TOKEN: token,
    DB_BACKEND: 'sqlserver',
    INGEST_SQLSERVER_HOST: '127.0.0.1',
    INGEST_SQLSERVER_PORT: String(closed),
    INGEST_SQLSERVER_PASSWORD: 'none',
  });
  await until('the port answers', answers);
  expect((await ask('/startup')).status).toBe(200);
  const ready = await ask('/ready');
  expect([ready.status, await ready.text()]).toEqual([
    503,
    expect.stringMatching(/^(starting|db_\w+)\n$/),
  ]);
  expect(await metrics()).toMatch(/^holocron_database_up 0$/m);
  expect((await ask('/live')).status).toBe(200);
});

it('a port that is taken is told, with the remedy', async () => {
  const first = site.start('commands/worker.ts', [], { INGEST_METRICS_PORT: String(port) });
  await until('the port answers', answers);
  const { code, stderr } = await site.run('commands/worker.ts', [], {
    INGEST_METRICS_PORT: String(port),
  });
  expect(code).toBe(1);
  expect(stderr).toContain('INGEST_METRICS_PORT of its own');
  expect(first.process.exitCode).toBeNull();
});
