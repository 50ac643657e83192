/** Ending the runs that have nothing left to do, and those that have spent their budget. */
import { sql } from 'kysely';
import type { Db, Session } from '#db/engine.ts';
import { statusIs } from '#lib/queue/lease/leased-item.ts';
import { budgetIsSpent, runIsAtWork } from '#lib/queue/runs/conditions.ts';
import { parseRunMetadata } from '#lib/queue/runs/run-metadata.ts';
import { moveChangesFrom } from '#lib/sources/changes-from.ts';
import { revisionsFromText } from '#lib/sources/pinned-settings.ts';
import { emptyQueueOfRun, endRun, hasItem, openStatuses, type RunEnd } from './end-run.ts';
import type { EndReason } from './lifecycle.ts';
import type { RunRow } from './run-row.ts';

export const runsUnderWay = ({ q }: Session) =>
  q.selectFrom('ingest_runs').select('run_id').where('status', '=', sql.lit('running'));

/** Running, prepared, with nothing queued or leased: a look into the items for each run that is under way. */
export const runsAtTheirEnd = (session: Session) =>
  runsUnderWay(session)
    .where('phase', '=', sql.lit('ready'))
    .where(({ not, exists, selectFrom, ref }) =>
      not(
        exists(
          selectFrom('work_items')
            .select('work_item_id')
            .where('work_items.run_id', '=', session.engine.runIdText(ref('ingest_runs.run_id')))
            .where('work_items.status', 'in', openStatuses.map(statusIs)),
        ),
      ),
    );

/** Being put together, or emptied after their end. */
export const runsAtWork = ({ q }: Session) =>
  q.selectFrom('ingest_runs').select('run_id').where(runIsAtWork);

/** Running beyond their budget of time or requests. */
export const spentRuns = ({ q, engine }: Session) =>
  q
    .selectFrom('current_runs')
    .select('run_id')
    .where('status', '=', sql.lit('running'))
    .where(budgetIsSpent(engine));

/**
 * Completes each running, prepared run of which nothing is queued or leased. Returns how many.
 * @param beforeEnd called for a run that seems to be at its end, to write what belongs before it
 */
export async function finishRuns(
  db: Db,
  beforeEnd: (runId: string) => Promise<void> = async () => undefined,
): Promise<number> {
  const runs = await runsAtTheirEnd(db).execute();
  let finished = 0;
  for (const { run_id: runId } of runs) {
    await beforeEnd(runId);
    const run = await db.transaction((tx) => endRun(tx, runId, whyFinished));
    if (!run) continue;
    finished += 1;
    // Apart from the end, as the order of locks wants it; what is not moved is asked for again.
    if (run.kind === 'seed' && reasonOf(run) === 'finished') {
      const sources = Object.keys(revisionsFromText(run.source_revisions));
      await moveChangesFrom(db, sources, { runId, startedAt: run.started_at });
    }
  }
  return finished;
}

/**
 * Looks again while the run's row is locked: what puts items into a run locks it too, except for a worker that holds
 * one of its items, and that item is open until the worker has committed. So the last two items of a run may end at
 * once: whoever looks after both commits ends the run, and every worker looks once a second.
 */
async function whyFinished(run: RunRow, isOpen: boolean): Promise<RunEnd | null> {
  return isOpen ? null : { reason: reasonOf(run) };
}

/** Whether it did all there was to do. */
function reasonOf({ metadata, items_over_budget: over }: RunRow): EndReason {
  const reached = parseRunMetadata(metadata);
  if (reached.requests_reached) return 'request_budget';
  return reached.budget_reached || over > 0 ? 'budget' : 'finished';
}

/**
 * Ends each running run whose budget is spent while it still has something queued. What is in flight is
 * finished and counted; what is queued is settled as after a stop. Returns how many runs were ended; of
 * several workers one ends a run.
 */
export async function endSpentRuns(db: Db): Promise<number> {
  const runs = await spentRuns(db).execute();
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
    .selectFrom('current_runs')
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
