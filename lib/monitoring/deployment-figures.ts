/** The figures of the whole deployment that are exported for machines: six statements, whatever the number of items. */
import { sql } from 'kysely';
import type { Session } from '#db/engine.ts';
import { workItemStatuses } from '#db/schema.ts';
import type { SourceTotals } from '#lib/metrics/model.ts';
import { groupCounters, readOldestClaimable } from '#lib/metrics/overview.ts';
import { listWorkers } from '#lib/workers/list-workers.ts';
import type { WorkerState } from '#lib/workers/model.ts';
import { mostSources, SourceLabels } from './source-labels.ts';

export interface DeploymentFigures {
  /** By label: the 500 largest sources, and `other`. */
  readonly items: readonly { readonly source: string; readonly totals: SourceTotals['totals'] }[];
  /** Sources that are counted as `other`. */
  readonly sourcesFolded: number;
  /** How long the item that waits longest could have been claimed, ms; 0 when none waits. */
  readonly oldestClaimableMs: number;
  readonly runs: { readonly running: number; readonly paused: number };
  /** Of the 200 with the newest heartbeats; those that ended in order are left out. */
  readonly workers: Readonly<Record<Exclude<WorkerState, 'stopped'>, number>>;
  /** Hosts that are asked nothing for now; counted up to 1,000. */
  readonly hostsBlocked: number;
  /** When something of the source was fetched last, seconds since 1970; 500 sources at most. */
  readonly lastFetched: readonly { readonly source: string; readonly atSeconds: number }[];
}

const mostBlockedCounted = 1_000;
/** Nobody waits for it so long: a scrape has what was read before, or that nothing was. */
const queryTimeoutMs = 10_000;

/** @throws DatabaseError `db_statement_timeout` when one statement takes more than ten seconds */
export function readDeploymentFigures(session: Session): Promise<DeploymentFigures> {
  return session.engine.withTimeout(session, queryTimeoutMs, async (s) => {
    const workers = { running: 0, draining: 0, lost: 0 };
    for (const { state } of await listWorkers(s)) if (state !== 'stopped') workers[state] += 1;
    return {
      ...foldItems(groupCounters(await s.engine.readTotals(s))),
      oldestClaimableMs: (await readOldestClaimable(s))?.ageMs ?? 0,
      runs: await countRuns(s),
      workers,
      hostsBlocked: await countBlockedHosts(s),
      lastFetched: await readLastFetched(s),
    };
  });
}

/** The largest come first, and so keep their names. */
function foldItems(sources: readonly SourceTotals[]) {
  const labels = new SourceLabels();
  const items = new Map<string, Record<keyof SourceTotals['totals'], number>>();
  for (const { sourceName, totals } of sources) {
    const source = labels.of(sourceName);
    const sum = items.get(source) ?? { ...noItems };
    for (const status of workItemStatuses) sum[status] += totals[status];
    items.set(source, sum);
  }
  return {
    items: [...items].map(([source, totals]) => ({ source, totals })),
    sourcesFolded: labels.folded,
  };
}

const noItems = { pending: 0, in_progress: 0, completed: 0, failed: 0, skipped: 0 };

async function countRuns({ q }: Session): Promise<DeploymentFigures['runs']> {
  const row = await q
    .selectFrom('ingest_runs')
    .select([
      sql<number>`count(*)`.as('runs'),
      sql<number | null>`sum(case when paused_at is not null then 1 else 0 end)`.as('paused'),
    ])
    .where('status', '=', sql.lit('running'))
    .executeTakeFirstOrThrow();
  const paused = Number(row.paused ?? 0);
  return { running: Number(row.runs) - paused, paused };
}

async function countBlockedHosts({ q, engine }: Session): Promise<number> {
  const blocked = q.selectFrom('hosts').select('host').where('blocked_until', '>', engine.now());
  const row = await q
    .selectFrom(engine.take(blocked, mostBlockedCounted).as('blocked'))
    .select(sql<number>`count(*)`.as('hosts'))
    .executeTakeFirstOrThrow();
  return Number(row.hosts);
}

/** A seek to the end of a range of IX_work_items_source_fetched for each source. */
async function readLastFetched({ q, engine }: Session): Promise<DeploymentFigures['lastFetched']> {
  const query = q
    .selectFrom('sources as source')
    .select((eb) => [
      'source.name',
      eb
        .selectFrom('work_items as item')
        .select((inner) => inner.fn.max('item.last_fetched_at').as('at'))
        .whereRef('item.source_name', '=', 'source.name')
        .where('item.last_fetched_at', 'is not', null)
        .as('at'),
    ])
    .where('source.deleted_at', 'is', null)
    .orderBy('source.name');
  const rows = await engine.take(query, mostSources).execute();
  return rows.flatMap(({ name, at }) =>
    at === null ? [] : [{ source: name, atSeconds: Date.parse(at) / 1000 }],
  );
}
