/** What an operator should know without looking for it. Pure. */
import type { Worker } from '#lib/workers/model.ts';
import type { StatusTotals, Warning } from './model.ts';

export interface WarningFacts {
  readonly totals: StatusTotals;
  readonly workers: readonly Worker[];
  readonly blockedHosts: readonly { readonly host: string }[];
  readonly pausedSources: readonly { readonly name: string; readonly pending: number }[];
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
  const lost = workers.filter(({ state, silentMs }) => state === 'lost' && silentMs < 3_600_000);
  if (lost.length > 0) {
    warnings.push({
      kind: 'workers_lost',
      title: lost.length === 1 ? 'A worker fell silent' : `${lost.length} workers fell silent`,
      detail: 'It happened in the last hour; what they held is returned when its lease ends.',
      href: '/workers',
    });
  }
  const rescued = alive.reduce((sum, { facts: said }) => sum + numberOf(said['rescued']), 0);
  if (rescued > 0) {
    warnings.push({
      kind: 'leases_rescued',
      title: `${items(rescued)} ${rescued === 1 ? 'was' : 'were'} taken back from silent workers`,
      detail: 'Counted since the living workers started; the attempts stay counted.',
      href: '/workers',
    });
  }
  if (blockedHosts.length > 0) {
    const names = blockedHosts.slice(0, 3).map(({ host }) => host);
    const more = blockedHosts.length - names.length;
    warnings.push({
      kind: 'hosts_blocked',
      title:
        blockedHosts.length === 1
          ? 'A host asked us to wait'
          : `${blockedHosts.length} hosts asked us to wait`,
      detail: `${names.join(', ')}${more > 0 ? ` and ${more} more` : ''}.`,
      href: '/hosts',
    });
  }
  const held = pausedSources.filter(({ pending }) => pending > 0);
  if (held.length > 0) {
    const pending = held.reduce((sum, source) => sum + source.pending, 0);
    warnings.push({
      kind: 'sources_paused',
      title: held.length === 1 ? `${held[0]?.name} is held` : `${held.length} sources are held`,
      detail: `${items(pending)} wait until ${held.length === 1 ? 'it is' : 'they are'} resumed or enabled.`,
      href: '/sources',
    });
  }
  return warnings;
}

const items = (count: number) =>
  `${count.toLocaleString('en-US')} ${count === 1 ? 'item' : 'items'}`;
const numberOf = (value: unknown) => (typeof value === 'number' ? value : 0);
