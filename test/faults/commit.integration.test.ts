import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { contractEngines } from '#test/db/contract-engines.ts';
import { type CommitFault, commitFaults, type TcpProxy, tcpProxy } from '#test/db/tcp-proxy.ts';
import { until } from '../worker/processes.ts';
import { launchCampaign } from './campaign.ts';
import { createDice, faultRounds } from './dice.ts';
import { type Fleet, hangMs, isUp, openFleet } from './fleet.ts';
import { throughProxy } from './outages.ts';

const rounds = faultRounds(20);
const resources = 60 * rounds;
/** Between one fault and the next, at most, ms. */
const longestPauseMs = 400;
/** A connection after a cut has everything compiled anew on some servers, and commits nothing meanwhile, ms. */
const patienceMs = 180_000;

const engine = contractEngines().find(({ name }) => name === 'sqlserver');

// The embedded engine commits in the process itself: there is no answer that could be lost.
describe.runIf(engine !== undefined)('connections cut in mid-commit', () => {
  let fleet: Fleet;
  let proxy: TcpProxy;
  beforeEach(async (context) => {
    if (!engine) throw new Error('needs SQL Server');
    fleet = await openFleet(engine, context);
    const { settings } = fleet.site;
    if (settings.engine !== 'sqlserver') throw new Error('expected SQL Server');
    proxy = await tcpProxy(settings);
  });
  afterEach(async () => {
    await fleet?.dispose();
    await proxy?.close();
  });

  it(
    `leave each item completed once (${rounds} rounds)`,
    async () => {
      const dice = createDice();
      console.log(`INGEST_FAULT_SEED=${dice.seed}`);
      // In the clear, so that the proxy can tell a commit.
      const behindProxy = throughProxy(proxy.port, { statementSeconds: 30 });
      const env = { ...behindProxy, INGEST_SQLSERVER_ENCRYPT: 'no' };
      const workers = [fleet.worker({ env }), fleet.worker({ env })];
      for (const worker of workers) await until('it is up', () => isUp(worker));
      await launchCampaign(fleet.site.runtime, 'cut', resources, { latency_ms: 50 });

      const done: CommitFault[] = [];
      for (let round = 0; round < rounds; round += 1) {
        let next: CommitFault | null = commitFaults[round % commitFaults.length] ?? null;
        proxy.onCommit(() => {
          const fault = next;
          if (fault) done.push(fault);
          next = null;
          return fault;
        });
        await until('a commit was met', () => next === null, patienceMs);
        await sleep(dice.next() * longestPauseMs);
      }
      expect(new Set(done)).toEqual(new Set(commitFaults));
      await fleet.finish();
      const { byStatus } = await fleet.site.runtime.store.getStats();
      expect(byStatus).toMatchObject({ completed: resources, failed: 0 });
    },
    hangMs,
  );
});
