/** The answer of a call is cut at the wire, after the server has carried the call out. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Db } from '#db/engine.ts';
import { openDatabase } from '#db/open.ts';
import { systemActor } from '#lib/actor/model.ts';
import { createStateStore } from '#lib/queue/create-state-store.ts';
import { launchRun } from '#lib/runs/launch-run.ts';
import { contractEngines } from '#test/db/contract-engines.ts';
import { type TcpProxy, tcpProxy } from '#test/db/tcp-proxy.ts';
import { aWorkItem } from '#test/factories.ts';
import { claimOptions } from '#test/polite-claims.ts';
import { givenSource } from '#test/queue-database.ts';
import { openSite, type Site } from '../worker/processes.ts';
import { launchCampaign } from './campaign.ts';
import { hangMs } from './fleet.ts';
import { throughProxy } from './outages.ts';

const engine = contractEngines().find(({ name }) => name === 'sqlserver');

// The embedded engine answers in the process itself: there is no answer that could be lost.
describe.runIf(engine !== undefined)('an answer that is cut off', () => {
  let site: Site;
  let proxy: TcpProxy;
  let db: Db;
  beforeEach(async () => {
    if (!engine) throw new Error('needs SQL Server');
    site = await openSite(engine.freshSettings);
    const { settings } = site;
    if (settings.engine !== 'sqlserver') throw new Error('expected SQL Server');
    proxy = await tcpProxy(settings);
    // In the clear, so that the proxy can tell a call.
    db = await openDatabase({ ...settings, host: '127.0.0.1', port: proxy.port, encrypt: false });
  });
  afterEach(async () => {
    await db?.close();
    await proxy?.close();
    await site?.dispose();
  });

  /** The first answer alone is lost. */
  const once = () => {
    let next: 'reset after' | null = 'reset after';
    return () => {
      const fault = next;
      next = null;
      return fault;
    };
  };
  const inProgress = async () => (await site.runtime.store.getStats()).byStatus.in_progress;

  it('leaves no item leased by a claim that nobody knows', async () => {
    const store = await createStateStore({ db });
    await givenSource(db);
    await store.enqueueMany(Array.from({ length: 20 }, () => aWorkItem()));
    proxy.onCall('claim_politely', once());
    expect((await store.claimPolitely(8, claimOptions)).items).toHaveLength(8);
    proxy.onCall('claim_items', once());
    expect(await store.dequeue(5)).toHaveLength(5);
    expect(await inProgress()).toBe(13);
  });

  it('of an enqueue is found out, and told as it was', async () => {
    const store = await createStateStore({ db });
    const items = Array.from({ length: 30 }, () => aWorkItem());
    proxy.onCommit(once());
    expect(await store.enqueueMany(items)).toHaveLength(30);
    expect(await store.enqueueMany(items)).toEqual([]);
    const more = [aWorkItem(), aWorkItem()];
    proxy.onCommit(once());
    const first = await store.enqueueMany(more, { requestKey: 'these two' });
    expect(first).toHaveLength(2);
    expect(await store.enqueueMany(more, { requestKey: 'these two' })).toEqual(first);
  });

  it('of a launch is the one run, with and without a key', async () => {
    await givenSource(db, { name: 'seeded' });
    const actor = systemActor('test');
    await createStateStore({ db }).then((store) =>
      store.enqueueMany([aWorkItem({ sourceName: 'seeded' })]),
    );
    proxy.onCommit(once());
    const { runId } = await launchRun(db, actor, { kind: 'seed', sources: ['seeded'] });
    const runs = await site.runtime.db.q.selectFrom('ingest_runs').select('run_id').execute();
    expect(runs).toEqual([{ run_id: runId }]);
  });

  it(
    'of claims keeps no item from being done in the one run of a worker',
    async () => {
      // A new connection may take its time over its first claim: few of many are cut.
      let calls = 0;
      proxy.onCall('claim_politely', () => {
        calls += 1;
        return calls === 1 || calls === 3 ? 'reset after' : null;
      });
      await launchCampaign(site.runtime, 'lost', 60, {});
      const env = {
        // A lost answer is noticed at once. A first claim that were given up while the server still compiles it would
        // be given up on each new connection, and the worker never end.
        ...throughProxy(proxy.port, { statementSeconds: 300 }),
        INGEST_SQLSERVER_ENCRYPT: 'no',
      };
      const { code } = await site.run('commands/worker.ts', ['--once'], env);
      expect(code).toBe(0);
      expect(calls).toBeGreaterThan(3);
      const { byStatus } = await site.runtime.store.getStats();
      expect(byStatus).toMatchObject({ completed: 60, in_progress: 0, pending: 0 });
    },
    hangMs,
  );
});
