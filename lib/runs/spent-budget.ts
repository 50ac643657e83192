/** Ending runs whose budget in time or in requests is spent. */

import { sql } from 'kysely';
import type { Db, Session } from '#db/engine.ts';
import { recordEvents } from '#lib/events/record-events.ts';
import { budgetIsSpent } from '#lib/queue/runs/conditions.ts';
import { lockRun } from '#lib/queue/runs/run-numbers.ts';
import { emptyQueueOfRun } from './empty-queue.ts';
import type { EndReason } from './model.ts';
import { hasItem } from './open-items.ts';

/** Chunks of 500 emptied at once; a longer queue is gone on with by `prepareRuns`. */
const chunksAtOnce = 20;

/**
 * Ends each running run whose budget is spent while it still has something queued. What is in flight is
 * finished and counted; what is queued is settled as after a stop. Returns how many runs were ended; of
 * several workers one ends a run.
 */
export async function endSpentRuns(db: Db): Promise<number> {
  const runs = await db.q
    .selectFrom('ingest_runs')
    .select('run_id')
    .where('status', '=', 'running')
    .where(budgetIsSpent(db.engine))
    .execute();
  let ended = 0;
  for (const { run_id: runId } of runs) {
    if (!(await db.transaction((tx) => endSpentRun(tx, runId)))) continue;
    ended += 1;
    await emptyQueueOfRun(db, runId, chunksAtOnce);
  }
  return ended;
}

async function endSpentRun(tx: Session, runId: string): Promise<boolean> {
  await lockRun(tx, runId);
  const run = await tx.q
    .selectFrom('ingest_runs')
    .select(['phase', 'items_total', 'items_processed'])
    .select(
      sql<number>`case when requests_sent >= max_requests then 1 else 0 end`.as('by_requests'),
    )
    .where('run_id', '=', runId)
    .where('status', '=', 'running')
    .where(budgetIsSpent(tx.engine))
    .executeTakeFirst();
  if (!run) return false;
  // With nothing queued the run ends by itself, as one that has done its work.
  if (run.phase === 'ready' && !(await hasItem(tx, runId, 'pending'))) return false;
  const endReason: EndReason = run.by_requests === 1 ? 'request_budget' : 'time_budget';
  await tx.q
    .updateTable('ingest_runs')
    .set({
      status: 'completed',
      end_reason: endReason,
      phase: 'ending',
      completed_at: tx.engine.now(),
      paused_at: null,
    })
    .where('run_id', '=', runId)
    .where('status', '=', 'running')
    .execute();
  const what = endReason === 'request_budget' ? 'budget of requests' : 'time';
  const open = run.items_total - run.items_processed;
  const items = open === 1 ? '1 item' : `${open} items`;
  await recordEvents(tx, [
    {
      kind: 'run.completed',
      level: 'warn',
      message: `The run has used up its ${what}, with ${items} open.`,
      runId,
      data: { reason: endReason, open },
    },
  ]);
  return true;
}
