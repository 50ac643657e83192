/** Summaries of running runs, for those who follow them: the longer a run takes, the fewer. */
import { sql } from 'kysely';
import type { Db, Session } from '#db/engine.ts';
import { recordEvents } from '#lib/events/record-events.ts';
import { countInProgress } from './run-progress.ts';
import type { RunRow } from './run-row.ts';

const leastGapMs = 60_000;
/** The gap grows with the run's age, so that a run of a month has some hundred of them, not 40,000. */
const partOfAge = 1 / 50;

/**
 * Records how far each running run has come, at most once a minute and only when anything has changed.
 * Any number of workers may call it; one of them records. Returns for how many runs.
 */
export async function recordProgress(db: Db): Promise<number> {
  const { engine } = db;
  const runs = await db.q
    .selectFrom('ingest_runs')
    .select(['run_id', 'progress_at', 'heartbeat_at'])
    .select([
      engine.diffMs(sql.ref('started_at'), engine.now()).as('age_ms'),
      engine.diffMs(sql`coalesce(progress_at, started_at)`, engine.now()).as('silent_ms'),
    ])
    .where('status', '=', 'running')
    .execute();
  let recorded = 0;
  for (const run of runs) {
    const gapMs = Math.max(leastGapMs, (run.age_ms ?? 0) * partOfAge);
    const isStill = run.progress_at !== null && (run.heartbeat_at ?? '') <= run.progress_at;
    if (isStill || (run.silent_ms ?? 0) < gapMs) continue;
    if (await db.transaction((tx) => record(tx, run))) recorded += 1;
  }
  return recorded;
}

async function record(
  tx: Session,
  { run_id: runId, progress_at: before }: Pick<RunRow, 'run_id' | 'progress_at'>,
): Promise<boolean> {
  const result = await tx.q
    .updateTable('ingest_runs')
    .set({ progress_at: tx.engine.now() })
    .where('run_id', '=', runId)
    .where('status', '=', 'running')
    .where((eb) =>
      before === null
        ? eb('progress_at', 'is', null)
        : eb('progress_at', '=', tx.engine.instantParam(before)),
    )
    .executeTakeFirst();
  // Another worker has recorded it, or the run has ended.
  if (Number(result.numUpdatedRows) !== 1) return false;
  const run = await tx.q
    .selectFrom('current_runs')
    .selectAll()
    .where('run_id', '=', runId)
    .executeTakeFirstOrThrow();
  const claimed = await countInProgress(tx, runId);
  const count = (n: number) => n.toLocaleString('en');
  await recordEvents(tx, [
    {
      kind: 'run.progress',
      runId,
      message: `${count(run.items_processed)} of ${count(run.items_total)} items done, ${count(run.items_failed)} of them failed; ${count(claimed)} claimed by workers, ${count(run.items_discovered)} discovered.`,
      data: {
        total: run.items_total,
        claimed,
        processed: run.items_processed,
        succeeded: run.items_succeeded,
        failed: run.items_failed,
        skipped: run.items_skipped,
        discovered: run.items_discovered,
        retried: run.items_retried,
        requests: run.requests_sent,
      },
    },
  ]);
  return true;
}
