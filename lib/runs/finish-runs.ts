/** Ending the runs that have nothing left to do, and those that have spent their budget. */
import { sql } from 'kysely';
import type { Db, Session } from '#db/engine.ts';
import { budgetIsSpent, runIsAtWork } from '#lib/queue/runs/conditions.ts';
import { parseRunMetadata, type RunMetadata } from '#lib/queue/runs/run-metadata.ts';
import { emptyQueueOfRun, endRun, hasItem, type RunEnd } from './end-run.ts';
import type { EndReason } from './lifecycle.ts';
import type { RunRow } from './run-row.ts';

export const runsUnderWay = ({ q }: Session) =>
  q.selectFrom('ingest_runs').select('run_id').where('status', '=', sql.lit('running'));

/** Being put together, or emptied after their end. */
export const runsAtWork = ({ q }: Session) =>
  q.selectFrom('ingest_runs').select('run_id').where(runIsAtWork);

/**
 * Completes each running, prepared run of which nothing is queued or leased. Returns how many.
 * @param beforeEnd called for a run that seems to be at its end, to write what belongs before it
 */
export async function finishRuns(
  db: Db,
  beforeEnd: (runId: string) => Promise<void> = async () => undefined,
): Promise<number> {
  const runs = await runsUnderWay(db).where('phase', '=', 'ready').execute();
  let finished = 0;
  for (const { run_id: runId } of runs) {
    if (await hasOpenItems(db, runId)) continue;
    await beforeEnd(runId);
    if (await db.transaction((tx) => endRun(tx, runId, (run) => whyFinished(tx, run)))) {
      finished += 1;
    }
  }
  return finished;
}

/**
 * Looks again while the run's row is locked. Whatever returns or adds an item to the run's queue needs
 * that row to commit, so only claims (pending → in progress) can happen meanwhile.
 */
async function whyFinished(tx: Session, run: RunRow): Promise<RunEnd | null> {
  if (await hasOpenItems(tx, run.run_id)) return null;
  return { reason: reasonOf(parseRunMetadata(run.metadata)) };
}

/** Pending is asked first: an item that is being claimed meanwhile is then found in progress. */
async function hasOpenItems(s: Session, runId: string): Promise<boolean> {
  return (await hasItem(s, runId, 'pending')) || (await hasItem(s, runId, 'in_progress'));
}

/** Whether it did all there was to do. */
function reasonOf({ over_budget: over, ...reached }: RunMetadata): EndReason {
  if (reached.requests_reached) return 'request_budget';
  return reached.budget_reached || (over ?? 0) > 0 ? 'budget' : 'finished';
}

/**
 * Ends each running run whose budget is spent while it still has something queued. What is in flight is
 * finished and counted; what is queued is settled as after a stop. Returns how many runs were ended; of
 * several workers one ends a run.
 */
export async function endSpentRuns(db: Db): Promise<number> {
  const runs = await runsUnderWay(db).where(budgetIsSpent(db.engine)).execute();
  let ended = 0;
  for (const { run_id: runId } of runs) {
    if (!(await db.transaction((tx) => endRun(tx, runId, (run) => whySpent(tx, run))))) continue;
    ended += 1;
    await emptyQueueOfRun(db, runId);
  }
  return ended;
}

async function whySpent(tx: Session, { run_id: runId, phase }: RunRow): Promise<RunEnd | null> {
  const spent = await tx.q
    .selectFrom('ingest_runs')
    .select(
      sql<number>`case when requests_sent >= max_requests then 1 else 0 end`.as('by_requests'),
    )
    .where('run_id', '=', runId)
    .where(budgetIsSpent(tx.engine))
    .executeTakeFirst();
  if (!spent) return null;
  // With nothing queued the run ends by itself, as one that has done its work.
  if (phase === 'ready' && !(await hasItem(tx, runId, 'pending'))) return null;
  return { reason: spent.by_requests === 1 ? 'request_budget' : 'time_budget' };
}
