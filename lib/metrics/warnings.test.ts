import { describe, expect, it } from 'vitest';
import {
  noFaults,
  parseWorkerFacts,
  type Worker,
  type WorkerFacts,
  type WorkerState,
} from '#lib/workers/model.ts';
import { type ConsoleFacts, type WarningFacts, warningsOf } from './warnings.ts';

const quiet: WarningFacts = {
  totals: { pending: 0, in_progress: 0, completed: 9, failed: 0, skipped: 0 },
  workers: [],
  blockedHosts: [],
  pausedSources: [],
  repairedTotals: [],
};

function worker(state: WorkerState, facts: Partial<WorkerFacts> = {}, silentMs = 1000): Worker {
  return {
    workerId: `w-${state}`,
    hostName: 'box',
    pid: 1,
    version: '0',
    concurrency: 4,
    startedAt: '2026-01-01T00:00:00.000Z',
    heartbeatAt: '2026-01-01T00:00:00.000Z',
    stoppedAt: null,
    state,
    silentMs,
    inFlight: 0,
    itemsCompleted: 0,
    itemsFailed: 0,
    facts: { ...parseWorkerFacts(null), ...facts },
  };
}

const consoleWith = (
  pool: Partial<ConsoleFacts['pool']>,
  replica: ConsoleFacts['replica'] = null,
): ConsoleFacts => ({
  pool: { used: 1, free: 1, waiting: 0, max: 10, longestWaitMs: 0, p95WaitMs: 0, ...pool },
  replica,
});

const kinds = (facts: Partial<WarningFacts>) =>
  warningsOf({ ...quiet, ...facts }).map(({ kind }) => kind);

describe('warnings', () => {
  it('say nothing when nothing is wrong', () => {
    expect(kinds({})).toEqual([]);
    expect(kinds({ workers: [worker('running')] })).toEqual([]);
  });

  it('say that nobody works while items wait, and not when none do', () => {
    const totals = { ...quiet.totals, pending: 1200 };
    expect(kinds({ totals })).toEqual(['no_workers']);
    expect(kinds({ totals, workers: [worker('stopped')] })).toEqual(['no_workers']);
    expect(kinds({ totals, workers: [worker('draining')] })).toEqual([]);
    expect(warningsOf({ ...quiet, totals })[0]?.detail).toContain('1,200 items');
  });

  it('forget lost workers after an hour', () => {
    expect(kinds({ workers: [worker('lost', {}, 60_000)] })).toEqual(['workers_lost']);
    expect(kinds({ workers: [worker('lost', {}, 4_000_000)] })).toEqual([]);
  });

  it('count what living workers took back lately', () => {
    const said = (rescued: number) => ({ rescued: 90, recent: { ...noFaults, rescued } });
    const workers = [worker('running', said(2)), worker('draining', said(1))];
    expect(warningsOf({ ...quiet, workers })[0]?.title).toBe(
      '3 items were taken back from silent workers',
    );
    expect(kinds({ workers: [worker('stopped', said(2))] })).toEqual([]);
    expect(kinds({ workers: [worker('running', said(0))] })).toEqual([]);
  });

  it('tell of a clock that is more than five seconds off, in either direction', () => {
    const of = (clockSkewMs: number) => kinds({ workers: [worker('running', { clockSkewMs })] });
    expect(of(4_000)).toEqual([]);
    expect(of(-6_000)).toEqual(['clock_skew']);
    expect(of(6_000)).toEqual(['clock_skew']);
  });

  it('tell of deadlocks, a busy database and a full pool only when they come often', () => {
    const of = (recent: Partial<WorkerFacts['recent']>) =>
      kinds({ workers: [worker('running', { recent: { ...noFaults, ...recent } })] });
    expect(of({ deadlocks: 2, busy: 2, poolWaits: 2 })).toEqual([]);
    expect(of({ deadlocks: 3, busy: 3, poolWaits: 3, connectionsLost: 1 })).toEqual([
      'deadlocks',
      'database_busy',
      'connections_lost',
      'pool_saturated',
    ]);
  });

  it('tell of the console’s own waits for connections', () => {
    const of = (over: Partial<ConsoleFacts['pool']>) => kinds({ console: consoleWith(over) });
    expect(of({ p95WaitMs: 500, waiting: 10, longestWaitMs: 9_000 })).toEqual([]);
    expect(of({ p95WaitMs: 501 })).toEqual(['console_pool_saturated']);
    expect(of({ waiting: 11 })).toEqual(['console_pool_saturated']);
  });

  it('tell of a readable copy that is away, and why', () => {
    const reason = { code: 'db_connection_refused', message: 'No SQL Server answers.' } as const;
    expect(kinds({ console: consoleWith({}, { inUse: true, reason: null }) })).toEqual([]);
    const away = { console: consoleWith({}, { inUse: false, reason }) };
    expect(kinds(away)).toEqual(['replica_away']);
    expect(warningsOf({ ...quiet, ...away })[0]?.detail).toContain('No SQL Server answers.');
  });

  it('read the facts of an older version, and text that is none', () => {
    expect(parseWorkerFacts('{"rescued":2,"retried":1}')).toMatchObject({
      rescued: 2,
      retried: 1,
      recent: noFaults,
      pool: null,
      clockSkewMs: null,
    });
    expect(parseWorkerFacts('[]')).toEqual(parseWorkerFacts(null));
  });

  it('name blocked hosts, three at most', () => {
    const blockedHosts = ['a', 'b', 'c', 'd', 'e'].map((host) => ({ host }));
    expect(warningsOf({ ...quiet, blockedHosts })[0]).toMatchObject({
      title: '5 hosts are blocked for now',
      detail: 'a, b, c and 2 more.',
    });
  });

  it('tell of totals that had to be set right, the worst by name', () => {
    const repairedTotals = [
      { of: 'source “wiki”', drift: 1200, at: '2026-01-01T00:00:00.000Z' },
      { of: 'the hosts', drift: 1, at: '2026-01-01T00:00:00.000Z' },
    ];
    expect(warningsOf({ ...quiet, repairedTotals })[0]?.detail).toContain(
      'source “wiki” were off by 1,200 items, and 1 more,',
    );
  });

  it('mention held sources only when something waits for them', () => {
    expect(kinds({ pausedSources: [{ name: 'wiki', pending: 0 }] })).toEqual([]);
    expect(kinds({ pausedSources: [{ name: 'wiki', pending: 5 }] })).toEqual(['sources_paused']);
  });
});
