/** What an operator should know without looking for it. Pure. */
import type { ReplicaState } from '#db/reads/replica-switch.ts';
import type { PoolFigures } from '#db/stats.ts';
import { lowDiskSentence } from '#lib/disks/low-disk.ts';
import type { RepairedTotals } from '#lib/totals/check-next-totals.ts';
import { type FaultCounts, recentMinutes, type Worker } from '#lib/workers/model.ts';
import type { StatusTotals, Warning } from './model.ts';

export interface WarningFacts {
  readonly totals: StatusTotals;
  readonly workers: readonly Worker[];
  readonly blockedHosts: readonly { readonly host: string }[];
  readonly pausedSources: readonly { readonly name: string; readonly pending: number }[];
  /** Totals that were found wrong lately, the worst first. */
  readonly repairedTotals: readonly RepairedTotals[];
  /** Of the process that shows the warnings. */
  readonly console?: ConsoleFacts;
}

/** What the console's process knows of its own way to the database. */
export interface ConsoleFacts {
  readonly pool: PoolFigures;
  /** Null where no readable copy is configured. */
  readonly replica: ReplicaState | null;
}

export function warningsOf(facts: WarningFacts): Warning[] {
  const { totals, workers, blockedHosts, pausedSources } = facts;
  const warnings: Warning[] = [];
  const alive = workers.filter(({ state }) => state === 'running' || state === 'draining');
  const waiting = totals.pending + totals.in_progress;
  if (alive.length === 0 && waiting > 0) {
    warnings.push({
      kind: 'no_workers',
      title: 'No worker is alive',
      detail: `${items(waiting)} will wait until one is started: pnpm worker.`,
      href: '/workers',
    });
  }
  const waitsForRoom = alive.flatMap(({ facts }) => facts.lowDisk ?? []);
  if (waitsForRoom[0] !== undefined) {
    warnings.push({
      kind: 'disk_low',
      title:
        waitsForRoom.length === alive.length
          ? 'Work is paused: a disk is nearly full'
          : `${waitsForRoom.length} of ${alive.length} workers wait: a disk is nearly full`,
      detail: `${lowDiskSentence(waitsForRoom[0])} It goes on by itself when there is room.`,
      href: '/storage',
    });
  }
  const lost = workers.filter(({ state, silentMs }) => state === 'lost' && silentMs < 3_600_000);
  if (lost.length > 0) {
    warnings.push({
      kind: 'workers_lost',
      title: lost.length === 1 ? 'A worker fell silent' : `${lost.length} workers fell silent`,
      detail:
        'It happened in the last hour; their leased items are returned when the leases expire.',
      href: '/workers',
    });
  }
  warnings.push(...faultWarnings(alive));
  if (facts.console) warnings.push(...consoleWarnings(facts.console));
  if (blockedHosts.length > 0) {
    const names = blockedHosts.slice(0, 3).map(({ host }) => host);
    const more = blockedHosts.length - names.length;
    warnings.push({
      kind: 'hosts_blocked',
      title:
        blockedHosts.length === 1
          ? 'A host is blocked for now'
          : `${blockedHosts.length} hosts are blocked for now`,
      detail: `${names.join(', ')}${more > 0 ? ` and ${more} more` : ''}.`,
      href: '/hosts',
    });
  }
  warnings.push(...totalsWarnings(facts.repairedTotals));
  const paused = pausedSources.filter(({ pending }) => pending > 0);
  if (paused.length > 0) {
    const pending = paused.reduce((sum, source) => sum + source.pending, 0);
    warnings.push({
      kind: 'sources_paused',
      title:
        paused.length === 1
          ? `${paused[0]?.name} is paused`
          : `${paused.length} sources are paused`,
      detail: `${items(pending)} wait until ${paused.length === 1 ? 'it is' : 'they are'} resumed or enabled.`,
      href: '/sources',
    });
  }
  return warnings;
}

/** A clock that is further away than this makes logs and times hard to read together, ms. */
const mostSkewMs = 5_000;
/** Fewer in the last minutes are the ordinary course of things. */
const fewestRetried = 3;

/** What living workers said they met in the last minutes. All of it was repaired; often is too often. */
function faultWarnings(alive: readonly Worker[]): Warning[] {
  const sum = (key: keyof FaultCounts) =>
    alive.reduce((total, { facts }) => total + facts.recent[key], 0);
  const lately = `in the last ${recentMinutes} minutes`;
  const warnings: Warning[] = [];
  const warn = (kind: Warning['kind'], title: string, detail: string) =>
    warnings.push({ kind, title, detail, href: '/workers' });
  const rescued = sum('rescued');
  if (rescued > 0) {
    warn(
      'leases_rescued',
      `${items(rescued)} ${rescued === 1 ? 'was' : 'were'} taken back from silent workers`,
      `It happened ${lately}; the attempts stay counted.`,
    );
  }
  const skewed = alive.filter(({ facts }) => Math.abs(facts.clockSkewMs ?? 0) > mostSkewMs);
  if (skewed.length > 0) {
    const most = Math.max(...skewed.map(({ facts }) => Math.abs(facts.clockSkewMs ?? 0)));
    warn(
      'clock_skew',
      `${skewed.length === 1 ? 'A worker’s clock is' : `${skewed.length} workers’ clocks are`} up to ${Math.round(most / 1000).toLocaleString('en-US')} s off`,
      `${[...new Set(skewed.map(({ hostName }) => hostName))].slice(0, 3).join(', ')}: leases follow the database's clock alone, logs do not.`,
    );
  }
  const deadlocks = sum('deadlocks');
  if (deadlocks >= fewestRetried) {
    warn(
      'deadlocks',
      `${deadlocks.toLocaleString('en-US')} deadlocks were retried`,
      `It happened ${lately}; nothing was lost. Look for other programs that write to this database.`,
    );
  }
  const busy = sum('busy');
  if (busy >= fewestRetried) {
    warn(
      'database_busy',
      `The database was busy ${busy.toLocaleString('en-US')} times`,
      `It happened ${lately}; the work was done again.`,
    );
  }
  const connectionsLost = sum('connectionsLost');
  if (connectionsLost > 0) {
    warn(
      'connections_lost',
      `Connections to the database were lost ${connectionsLost === 1 ? 'once' : `${connectionsLost} times`}`,
      `It happened ${lately}; the work was done again.`,
    );
  }
  if (sum('poolWaits') >= fewestRetried) {
    warn(
      'pool_saturated',
      'Workers wait for connections to the database',
      `It happened ${lately}. Lower --concurrency, or raise the pool's size.`,
    );
  }
  return warnings;
}

function totalsWarnings([worst, ...others]: readonly RepairedTotals[]): Warning[] {
  if (!worst) return [];
  const more = others.length > 0 ? `, and ${others.length} more` : '';
  return [
    {
      kind: 'totals_repaired',
      title: 'Totals were wrong and have been set right',
      detail: `Those of ${worst.of} were off by ${items(worst.drift)}${more}, in the last 24 hours. Look for programs that switch off triggers.`,
      href: '/sources',
    },
  ];
}

/** A page that waits longer for its turn feels slow, ms. */
const mostPoolWaitMs = 500;

function consoleWarnings({ pool, replica }: ConsoleFacts): Warning[] {
  const warnings: Warning[] = [];
  if (pool.p95WaitMs > mostPoolWaitMs || pool.waiting > pool.max) {
    warnings.push({
      kind: 'console_pool_saturated',
      title: 'The console waits for connections to the database',
      detail: `Of its last waits one in twenty took ${pool.p95WaitMs.toLocaleString('en-US')} ms or longer; ${pool.waiting} wait now.`,
      href: '/settings',
    });
  }
  if (replica && !replica.inUse) {
    warnings.push({
      kind: 'replica_away',
      title: 'The readable copy of the database cannot be read',
      detail:
        `Lists and statistics are read from the database itself. ${replica.reason?.message ?? ''}`.trim(),
      href: '/settings',
    });
  }
  return warnings;
}

const items = (count: number) =>
  `${count.toLocaleString('en-US')} ${count === 1 ? 'item' : 'items'}`;
