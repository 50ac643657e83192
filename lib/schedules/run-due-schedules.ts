import { sql } from 'kysely';
import type { Db } from '#db/engine.ts';
import { systemActor } from '#lib/actor/model.ts';
import { AppError } from '#lib/errors/app-error.ts';
import { readNow } from '#lib/now.ts';
import { launchRun } from '#lib/runs/launch-run.ts';
import { nextTimes } from './cron.ts';
import type { Schedule } from './model.ts';
import { dueSchedules } from './schedules.ts';

/** One call stays short; what is left comes with the next one. */
const mostAtOnce = 20;

/**
 * Launches the runs of the schedules that are due, by the database's clock. Any number of workers may
 * call it at the same time: the launch carries the occurrence as its request key, so that one
 * occurrence gives one run even when a worker dies between the launch and the record of it.
 * Occurrences missed while nothing ran give one run, not many; an occurrence whose last run still
 * goes on is left out. Returns how many runs were launched.
 */
export async function runDueSchedules(db: Db): Promise<number> {
  let launched = 0;
  for (const schedule of await dueSchedules(db, mostAtOnce)) {
    const result = await launchOccurrence(db, schedule);
    if (result.runId !== null) launched += 1;
    await recordOccurrence(db, schedule, result);
  }
  return launched;
}

interface OccurrenceResult {
  readonly runId: string | null;
  readonly outcome: string;
}

async function launchOccurrence(db: Db, schedule: Schedule): Promise<OccurrenceResult> {
  if (schedule.request === null) {
    return { runId: null, outcome: 'not launched: its request cannot be read, save it again' };
  }
  if (schedule.lastRunId !== null && (await isRunning(db, schedule.lastRunId))) {
    return { runId: null, outcome: 'left out: the run before was still going' };
  }
  try {
    const { runId } = await launchRun(
      db,
      systemActor('schedule'),
      { ...schedule.request, name: schedule.request.name ?? schedule.name },
      { requestKey: `schedule:${schedule.scheduleId}:${schedule.nextAt}` },
    );
    return { runId, outcome: 'launched' };
  } catch (error) {
    // What a person must repair is recorded; after a fault of the database the next call tries again.
    if (!(error instanceof AppError)) throw error;
    return { runId: null, outcome: `not launched: ${error.message}` };
  }
}

async function isRunning(db: Db, runId: string): Promise<boolean> {
  const run = await db.q
    .selectFrom('ingest_runs')
    .select('status')
    .where('run_id', '=', runId)
    .executeTakeFirst();
  return run?.status === 'running';
}

async function recordOccurrence(
  db: Db,
  schedule: Schedule,
  result: OccurrenceResult,
): Promise<void> {
  await db.transaction(async (tx) => {
    const next = nextTimes(schedule.cron, schedule.timezone, await readNow(tx), 1)[0];
    await tx.q
      .updateTable('schedules')
      .set({
        next_at: next === undefined ? null : tx.engine.instantParam(next),
        last_at: tx.engine.now(),
        last_outcome: result.outcome,
        ...(result.runId === null ? {} : { last_run_id: result.runId }),
      })
      .where('schedule_id', '=', schedule.scheduleId)
      // Unless a person changed it or another worker recorded it meanwhile.
      .where(
        schedule.nextAt === null
          ? sql<boolean>`next_at is null`
          : sql<boolean>`next_at = ${tx.engine.instantParam(schedule.nextAt)}`,
      )
      .execute();
  });
}
