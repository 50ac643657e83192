/** Everything the overview shows that can be had at once, whatever the number of items. */
import { sql } from 'kysely';
import type { Session } from '#db/engine.ts';
import type { WorkItemStatus } from '#db/schema.ts';
import { workItemStatuses } from '#db/schema.ts';
import type { SourceTotal } from '#db/totals.ts';
import { forecastRun } from '#lib/items/waiting/stands-still.ts';
import { readNow } from '#lib/now.ts';
import { runName } from '#lib/runs/run-name.ts';
import { lifeOf, runFromRow } from '#lib/runs/run-row.ts';
import { readRepairedTotals } from '#lib/totals/check-next-totals.ts';
import { listWorkers } from '#lib/workers/list-workers.ts';
import { readThroughput } from './attempt-counts.ts';
import { readErrorClusters } from './error-clusters.ts';
import type {
  ActiveRun,
  Backoff,
  LastRun,
  Overview,
  SourceTotals,
  StatusTotals,
  ThroughputWindow,
} from './model.ts';
import { type ConsoleFacts, warningsOf } from './warnings.ts';

const clusterTimeoutMs = 3_000;
const mostClusters = 8;

export async function overview(
  session: Session,
  options: { readonly window?: ThroughputWindow; readonly console?: ConsoleFacts } = {},
): Promise<Overview> {
  const asOf = await readNow(session);
  const sources = groupCounters(await session.engine.readTotals(session));
  const totals = sumTotals(sources);
  const workers = await listWorkers(session);
  const alive = workers.filter(({ state }) => state === 'running' || state === 'draining');
  return {
    asOf,
    totals,
    total: workItemStatuses.reduce((sum, status) => sum + totals[status], 0),
    sources,
    throughput: await readThroughput(session, options.window ?? '1h', asOf),
    runs: await readActiveRuns(session),
    lastRun: await readLastRun(session),
    oldestClaimable: await readOldestClaimable(session),
    errors: (await readErrorClusters(session, '24h', asOf, mostClusters)).clusters,
    backoff: await readBackoff(session),
    workers: {
      alive: alive.length,
      inFlight: alive.reduce((sum, worker) => sum + worker.inFlight, 0),
    },
    warnings: warningsOf({
      totals,
      workers,
      blockedHosts: await readBlockedHosts(session),
      pausedSources: await readPausedSources(session, sources),
      repairedTotals: await readRepairedTotals(session),
      ...(options.console ? { console: options.console } : {}),
    }),
  };
}

const noItems: StatusTotals = { pending: 0, in_progress: 0, completed: 0, failed: 0, skipped: 0 };

/** Counter rows as one entry per source, those without an item too. */
export function totalsBySource(rows: readonly SourceTotal[]): SourceTotals[] {
  const groups = new Map<
    string,
    { system: string; name: string; totals: Record<string, number> }
  >();
  for (const row of rows) {
    const key = JSON.stringify([row.source_system, row.source_name]);
    const group = groups.get(key) ?? {
      system: row.source_system,
      name: row.source_name,
      totals: {},
    };
    group.totals[row.status] = (group.totals[row.status] ?? 0) + Number(row.item_count);
    groups.set(key, group);
  }
  return [...groups.values()].map(({ system, name, totals }) => ({
    sourceSystem: system,
    sourceName: name,
    totals: { ...noItems, ...totals },
  }));
}

/** The same of sources that have items, the largest first. */
export function groupCounters(rows: readonly SourceTotal[]): SourceTotals[] {
  const sizeOf = (totals: StatusTotals) =>
    workItemStatuses.reduce((sum, status) => sum + totals[status], 0);
  return totalsBySource(rows)
    .filter(({ totals }) => sizeOf(totals) > 0)
    .sort(
      (a, b) => sizeOf(b.totals) - sizeOf(a.totals) || a.sourceName.localeCompare(b.sourceName),
    );
}

function sumTotals(sources: readonly SourceTotals[]): StatusTotals {
  const totals: Record<WorkItemStatus, number> = { ...noItems };
  for (const source of sources) {
    for (const status of workItemStatuses) totals[status] += source.totals[status];
  }
  return totals;
}

/** The pending item that could have been claimed for the longest time. */
export async function readOldestClaimable(session: Session): Promise<Overview['oldestClaimable']> {
  const { engine } = session;
  const query = session.q
    .selectFrom(engine.pendingBy('oldest').as('item'))
    .select(['available_at', engine.diffMs(sql.ref('available_at'), engine.now()).as('age_ms')])
    .where('available_at', '<=', engine.now());
  const row = await query.executeTakeFirst();
  return row ? { since: row.available_at, ageMs: Math.max(0, Number(row.age_ms)) } : null;
}

/** Items that wait after a failure; their number is that of current trouble, not of all items. */
async function readBackoff(session: Session): Promise<Backoff[]> {
  const { engine } = session;
  const rows = await engine.withTimeout(session, clusterTimeoutMs, (s) => {
    const query = s.q
      .selectFrom(engine.pendingBy('due').as('item'))
      .select([
        'source_name',
        sql<number>`count(*)`.as('items'),
        sql<string>`min(available_at)`.as('next_at'),
      ])
      .where('available_at', '>', engine.now())
      .where(sql<boolean>`wait_reason = ${sql.lit('backoff')}`)
      .groupBy('source_name')
      .orderBy('items', 'desc');
    return engine.take(query, mostClusters).execute();
  });
  return rows.map((row) => ({
    sourceName: row.source_name,
    items: Number(row.items),
    nextAt: row.next_at,
  }));
}

async function readBlockedHosts(session: Session): Promise<{ host: string }[]> {
  const query = session.q
    .selectFrom('hosts')
    .select('host')
    .where('blocked_until', '>', session.engine.now())
    .orderBy('blocked_until');
  return session.engine.take(query, 100).execute();
}

async function readPausedSources(
  session: Session,
  totals: readonly SourceTotals[],
): Promise<{ name: string; pending: number }[]> {
  const query = session.q
    .selectFrom('sources')
    .select('name')
    .where('deleted_at', 'is', null)
    .where((eb) => eb.or([eb('paused_at', 'is not', null), eb('enabled', '=', 0)]))
    .orderBy('name');
  const paused = await session.engine.take(query, 200).execute();
  return paused.map(({ name }) => ({
    name,
    pending: totals
      .filter((source) => source.sourceName === name)
      .reduce((sum, source) => sum + source.totals.pending, 0),
  }));
}

const mostListed = 10;

/** Newest first, 10 at most. */
async function readActiveRuns(session: Session): Promise<ActiveRun[]> {
  const { engine } = session;
  const query = session.q
    .selectFrom('current_runs')
    .selectAll()
    .where('status', '=', 'running')
    .orderBy('started_at', 'desc')
    .orderBy('run_id', 'desc');
  const runs: ActiveRun[] = [];
  for (const row of await engine.take(query, mostListed).execute()) {
    const run = runFromRow(row);
    const { itemsPerMinute, etaMs, waits } = await forecastRun(session, run);
    runs.push({
      runId: run.runId,
      name: run.name,
      kind: run.kind,
      phase: run.phase,
      startedAt: run.startedAt,
      pausedAt: run.pausedAt,
      total: run.itemsTotal,
      succeeded: run.itemsSucceeded,
      failed: run.itemsFailed,
      skipped: run.itemsSkipped,
      perMinute: itemsPerMinute,
      etaMs,
      waits,
    });
  }
  return runs;
}

/** Null when none has ended yet. */
async function readLastRun({ engine, q }: Session): Promise<LastRun | null> {
  const query = q
    .selectFrom('current_runs')
    .select([
      'run_id as runId',
      'name',
      'started_at',
      'source_revisions',
      'kind',
      'status',
      'phase',
      'paused_at',
      'end_reason',
      'completed_at as endedAt',
      'items_total as total',
      'items_succeeded as succeeded',
      'items_failed as failed',
      'items_skipped as skipped',
    ])
    .where('status', '<>', 'running')
    .$narrowType<{ status: LastRun['status'] }>()
    .orderBy('started_at', 'desc')
    .orderBy('run_id', 'desc');
  const row = await engine.take(query, 1).executeTakeFirst();
  if (row === undefined) return null;
  const { runId, kind, status, endedAt, total, succeeded, failed, skipped } = row;
  const { endReason } = lifeOf(row);
  const numbers = { total, succeeded, failed, skipped };
  return { runId, kind, status, endReason, endedAt, ...numbers, name: runName(row) };
}
