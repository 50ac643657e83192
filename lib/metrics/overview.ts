/** Everything the overview shows that can be had at once, whatever the number of items. */
import { sql } from 'kysely';
import type { Session } from '#db/engine.ts';
import type { WorkItemStatus } from '#db/schema.ts';
import { workItemStatuses } from '#db/schema.ts';
import type { SourceTotal } from '#db/totals.ts';
import { isSeen, type Sight } from '#lib/actor/model.ts';
import { askedBy } from '#lib/hosts/asked-for.ts';
import { forecastRun } from '#lib/items/waiting/stands-still.ts';
import { readNow } from '#lib/now.ts';
import { narrowedPage } from '#lib/paging/narrowed-page.ts';
import { ofSources } from '#lib/paging/of-sight.ts';
import { listRuns } from '#lib/runs/list-runs.ts';
import type { Run } from '#lib/runs/model.ts';
import type { RunFilterValues } from '#lib/runs/run-filters.ts';
import { sourcesOfRun } from '#lib/runs/run-row.ts';
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

/** Of the sources that are seen; workers, and what is wrong with them, are everybody's. */
export async function overview(
  session: Session,
  {
    window = '1h',
    sight = null,
    console: own,
  }: {
    readonly window?: ThroughputWindow;
    readonly sight?: Sight;
    readonly console?: ConsoleFacts;
  } = {},
): Promise<Overview> {
  const asOf = await readNow(session);
  const sources = groupCounters(await session.engine.readTotals(session)).filter(({ sourceName }) =>
    isSeen(sight, [sourceName]),
  );
  const totals = sumTotals(sources);
  const workers = await listWorkers(session);
  const alive = workers.filter(({ state }) => state === 'running' || state === 'draining');
  return {
    asOf,
    totals,
    total: workItemStatuses.reduce((sum, status) => sum + totals[status], 0),
    sources,
    throughput: await readThroughput(session, window, asOf, sight),
    runs: await readActiveRuns(session, sight),
    lastRun: await readLastRun(session, sight),
    oldestClaimable: await readOldestClaimable(session, sight === null ? null : sources),
    errors: (await readErrorClusters(session, '24h', asOf, { most: mostClusters, sight })).clusters,
    backoff: await readBackoff(session, sight),
    workers: {
      alive: alive.length,
      inFlight: alive.reduce((sum, worker) => sum + worker.inFlight, 0),
    },
    warnings: warningsOf({
      totals,
      workers,
      blockedHosts: await readBlockedHosts(session, sight),
      pausedSources: await readPausedSources(session, sources, sight),
      // They name sources and hosts, and are whole tables' business.
      repairedTotals: sight === null ? await readRepairedTotals(session) : [],
      ...(own ? { console: own } : {}),
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

/** Of each source, from the front of its queue, so many are looked at. */
const mostAtFront = 200;

/**
 * The pending item that could have been claimed for the longest time.
 * @param among of these sources, as far as the fronts of their queues tell; null = of all
 */
export async function readOldestClaimable(
  session: Session,
  among: readonly SourceTotals[] | null = null,
): Promise<Overview['oldestClaimable']> {
  const { engine, q } = session;
  const ageMs = engine.diffMs(sql.ref('available_at'), engine.now()).as('age_ms');
  const fronts =
    among === null
      ? [q.selectFrom(engine.pendingBy('oldest').as('item')).select(['available_at'])]
      : among
          .filter(({ totals }) => totals.pending > 0)
          .map(({ sourceSystem, sourceName }) =>
            engine.take(
              q
                .selectFrom(engine.pendingBy('turn').as('item'))
                .select(['available_at'])
                .where('source_system', '=', sourceSystem)
                .where('source_name', '=', sourceName)
                .orderBy('priority')
                .orderBy('created_at'),
              mostAtFront,
            ),
          );
  const oldest: NonNullable<Overview['oldestClaimable']>[] = [];
  for (const front of fronts) {
    const first = q
      .selectFrom(front.as('front'))
      .select(['available_at', ageMs])
      .where('available_at', '<=', engine.now())
      .orderBy('available_at');
    const row = await engine.take(first, 1).executeTakeFirst();
    if (row) oldest.push({ since: row.available_at, ageMs: Math.max(0, Number(row.age_ms)) });
  }
  return oldest.toSorted((a, b) => b.ageMs - a.ageMs)[0] ?? null;
}

/** Items that wait after a failure; their number is that of current trouble, not of all items. */
async function readBackoff(session: Session, sight: Sight): Promise<Backoff[]> {
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
      .$if(sight !== null, (some) =>
        some.where(ofSources(engine, sql.ref('source_name'), sight ?? [])),
      )
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

async function readBlockedHosts(session: Session, sight: Sight): Promise<{ host: string }[]> {
  const query = session.q
    .selectFrom('hosts')
    .select('host')
    .where('blocked_until', '>', session.engine.now())
    .$if(sight !== null, (some) => some.where(askedBy(session, sql.ref('hosts.host'), sight ?? [])))
    .orderBy('blocked_until');
  return session.engine.take(query, 100).execute();
}

async function readPausedSources(
  session: Session,
  totals: readonly SourceTotals[],
  sight: Sight,
): Promise<{ name: string; pending: number }[]> {
  const query = session.q
    .selectFrom('sources')
    .select('name')
    .where('deleted_at', 'is', null)
    .where((eb) => eb.or([eb('paused_at', 'is not', null), eb('enabled', '=', 0)]))
    .orderBy('name');
  const paused = await session.engine.take(query, 200).execute();
  const seen = paused.filter(({ name }) => isSeen(sight, [name]));
  return seen.map(({ name }) => ({
    name,
    pending: totals
      .filter((source) => source.sourceName === name)
      .reduce((sum, source) => sum + source.totals.pending, 0),
  }));
}

const mostListed = 10;

/** Of the runs that are seen, newest first. */
async function newestRuns(
  session: Session,
  filter: RunFilterValues,
  most: number,
  sight: Sight,
): Promise<readonly Run[]> {
  const { rows } = await narrowedPage(
    sight,
    { cursor: undefined, limit: most },
    (asked) => listRuns(session, { filter, ...asked }),
    (run) => isSeen(sight, sourcesOfRun(run)),
  );
  return rows;
}

/** Newest first, 10 at most. */
async function readActiveRuns(session: Session, sight: Sight): Promise<ActiveRun[]> {
  const active: ActiveRun[] = [];
  for (const run of await newestRuns(session, { status: ['running'] }, mostListed, sight)) {
    const { itemsPerMinute, etaMs, waits } = await forecastRun(session, run);
    active.push({
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
  return active;
}

const ended = ['completed', 'failed', 'cancelled'] as const;

/** Null when none has ended yet. */
async function readLastRun(session: Session, sight: Sight): Promise<LastRun | null> {
  const [run] = await newestRuns(session, { status: [...ended] }, 1, sight);
  if (run === undefined || run.status === 'running') return null;
  return {
    runId: run.runId,
    name: run.name,
    kind: run.kind,
    status: run.status,
    endReason: run.endReason,
    endedAt: run.completedAt,
    total: run.itemsTotal,
    succeeded: run.itemsSucceeded,
    failed: run.itemsFailed,
    skipped: run.itemsSkipped,
  };
}
