/** Ending runs that have nothing left to do. */
import type { Db, Session } from '#db/engine.ts';
import { recordEvents } from '#lib/events/record-events.ts';
import { parseRunMetadata, type RunMetadata } from '#lib/queue/runs/run-metadata.ts';
import { lockRun } from '#lib/queue/runs/run-numbers.ts';
import type { EndReason } from './model.ts';
import { hasOpenItems } from './open-items.ts';

/**
 * Completes each running, prepared run of which nothing waits or is held. Returns how many.
 * @param beforeEnd called for a run that seems to be at its end, to write what belongs before it
 */
export async function finishRuns(
  db: Db,
  beforeEnd: (runId: string) => Promise<void> = async () => undefined,
): Promise<number> {
  const runs = await db.q
    .selectFrom('ingest_runs')
    .select('run_id')
    .where('status', '=', 'running')
    .where('phase', '=', 'ready')
    .execute();
  let finished = 0;
  for (const { run_id: runId } of runs) {
    if (await hasOpenItems(db, runId)) continue;
    await beforeEnd(runId);
    if (await db.transaction((tx) => finishRun(tx, runId))) finished += 1;
  }
  return finished;
}

/**
 * Looks again while it holds the run's row. Whatever returns or adds an item to the run's queue needs
 * that row to commit, so only claims (pending → in progress) can happen meanwhile; asking for pending
 * first and for in progress after it cannot miss an item that is being claimed.
 */
async function finishRun(tx: Session, runId: string): Promise<boolean> {
  await lockRun(tx, runId);
  if (await hasOpenItems(tx, runId)) return false;
  const run = await tx.q
    .selectFrom('ingest_runs')
    .select('metadata')
    .where('run_id', '=', runId)
    .executeTakeFirst();
  const endReason = reasonOf(parseRunMetadata(run?.metadata ?? null));
  const result = await tx.q
    .updateTable('ingest_runs')
    .set({
      status: 'completed',
      completed_at: tx.engine.now(),
      end_reason: endReason,
      paused_at: null,
    })
    .where('run_id', '=', runId)
    .where('status', '=', 'running')
    .where('phase', '=', 'ready')
    .executeTakeFirst();
  if (Number(result.numUpdatedRows) !== 1) return false;
  const message =
    endReason === 'finished'
      ? 'The run has nothing left to do.'
      : 'The run has used up its budget.';
  await recordEvents(tx, [{ kind: 'run.completed', message, runId }]);
  return true;
}

/** Whether it did all there was to do. */
function reasonOf({ over_budget: over, ...reached }: RunMetadata): EndReason {
  if (reached.requests_reached) return 'request_budget';
  return reached.budget_reached || (over ?? 0) > 0 ? 'budget' : 'finished';
}
