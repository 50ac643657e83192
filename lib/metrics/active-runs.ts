/** Runs that are going on, with their rate and the time left at that rate. */
import { sql } from 'kysely';
import type { Session } from '#db/engine.ts';
import type { ActiveRun, LastRun } from './model.ts';

const mostListed = 10;
const rateMinutes = 5;

/** Newest first, 10 at most. */
export async function readActiveRuns(session: Session): Promise<ActiveRun[]> {
  const { engine } = session;
  const query = session.q
    .selectFrom('ingest_runs')
    .select([
      'run_id',
      'name',
      'kind',
      'phase',
      'started_at',
      'paused_at',
      'items_total',
      'items_succeeded',
      'items_failed',
      'items_skipped',
      engine.diffMs(sql.ref('started_at'), engine.now()).as('age_ms'),
    ])
    .where('status', '=', 'running')
    .orderBy('started_at', 'desc')
    .orderBy('run_id', 'desc');
  const runs = await engine.take(query, mostListed).execute();
  if (runs.length === 0) return [];
  const rates = await session.q
    .selectFrom('work_item_attempts')
    .select(['run_id', sql<number>`count(*)`.as('ended')])
    .where(
      'run_id',
      'in',
      runs.map((run) => run.run_id),
    )
    .where('outcome', 'in', ['completed', 'unchanged', 'failed', 'skipped'])
    .where('finished_at', '>=', engine.nowPlus(-rateMinutes * 60_000))
    .groupBy('run_id')
    .execute();
  const endedOf = new Map(rates.map((rate) => [rate.run_id, Number(rate.ended)]));
  return runs.map((run) => {
    const done = run.items_succeeded + run.items_failed + run.items_skipped;
    const minutes = Math.max(1 / 6, Math.min(rateMinutes, Number(run.age_ms) / 60_000));
    const perMinute = (endedOf.get(run.run_id) ?? 0) / minutes;
    return {
      runId: run.run_id,
      name: run.name,
      kind: run.kind,
      phase: run.phase,
      startedAt: run.started_at,
      pausedAt: run.paused_at,
      total: run.items_total,
      succeeded: run.items_succeeded,
      failed: run.items_failed,
      skipped: run.items_skipped,
      perMinute,
      etaMs: run.paused_at === null ? etaMs(run.items_total - done, perMinute) : null,
    };
  });
}

/** Null when none has ended yet. */
export async function readLastRun({ engine, q }: Session): Promise<LastRun | null> {
  const query = q
    .selectFrom('ingest_runs')
    .select([
      'run_id as runId',
      'name',
      'kind',
      'status',
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
  return (await engine.take(query, 1).executeTakeFirst()) ?? null;
}

/** Time left for `remaining` items; null when nothing moves. */
function etaMs(remaining: number, perMinute: number): number | null {
  if (remaining <= 0) return 0;
  return perMinute > 0 ? (remaining / perMinute) * 60_000 : null;
}
