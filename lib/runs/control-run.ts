/** What a person does to a running run: pause, resume, stop, cancel. */
import type { UpdateObject } from 'kysely';
import type { Db, Session } from '#db/engine.ts';
import type { Database } from '#db/schema.ts';
import type { Actor } from '#lib/actor/model.ts';
import { requirePermission } from '#lib/actor/require-permission.ts';
import { recordAudit } from '#lib/audit/record-audit.ts';
import { AppError } from '#lib/errors/app-error.ts';
import type { EventKind } from '#lib/events/model.ts';
import { recordEvents } from '#lib/events/record-events.ts';
import { emptyQueueOfRun } from './empty-queue.ts';
import { requireRunRow } from './get-run.ts';
import type { RunRow } from './rows.ts';

/** Chunks of 500 emptied within the call; a longer queue is gone on with by the workers. */
const chunksAtOnce = 20;

/** Nothing of the run is claimed until it is resumed; what is in flight is finished. */
export async function pauseRun(db: Db, actor: Actor, runId: string): Promise<void> {
  requirePermission(actor, 'runs:change');
  await db.transaction(async (tx) => {
    const run = await requireRunning(tx, runId);
    if (run.paused_at !== null) return;
    await updateRunning(tx, runId, { paused_at: tx.engine.now() });
    await audit(tx, actor, run, 'run.pause', `Paused run ${nameOf(run)}`);
    await tell(tx, run, 'run.paused', `${actor.email} paused the run.`);
  });
}

export async function resumeRun(db: Db, actor: Actor, runId: string): Promise<void> {
  requirePermission(actor, 'runs:change');
  await db.transaction(async (tx) => {
    const run = await requireRunning(tx, runId);
    if (run.paused_at === null) return;
    await updateRunning(tx, runId, { paused_at: null });
    await audit(tx, actor, run, 'run.resume', `Resumed run ${nameOf(run)}`);
    await tell(tx, run, 'run.resumed', `${actor.email} resumed the run.`);
  });
}

/**
 * Ends the run and keeps what is queued: it leaves the run and stays pending, held until a new run of
 * its source adopts it or a person retries it.
 */
export async function stopRun(db: Db, actor: Actor, runId: string): Promise<void> {
  await endRun(db, actor, runId, 'stopped');
}

/** Ends the run and skips what is queued. What is in flight is finished and counted. */
export async function cancelRun(db: Db, actor: Actor, runId: string): Promise<void> {
  await endRun(db, actor, runId, 'cancelled');
}

async function endRun(
  db: Db,
  actor: Actor,
  runId: string,
  reason: 'stopped' | 'cancelled',
): Promise<void> {
  requirePermission(actor, 'runs:change');
  await db.transaction(async (tx) => {
    const run = await requireRunning(tx, runId);
    await updateRunning(tx, runId, {
      status: reason === 'cancelled' ? 'cancelled' : 'completed',
      end_reason: reason,
      phase: 'ending',
      completed_at: tx.engine.now(),
      paused_at: null,
    });
    const queued = run.items_total - run.items_processed;
    const [action, verb] =
      reason === 'cancelled' ? ['run.cancel', 'Cancelled'] : ['run.stop', 'Stopped'];
    await audit(tx, actor, run, action, `${verb} run ${nameOf(run)} with ${queued} items open`);
    const kind = reason === 'cancelled' ? 'run.cancelled' : 'run.stopped';
    await tell(
      tx,
      run,
      kind,
      `${actor.email} ${verb.toLowerCase()} the run with ${queued} items open.`,
    );
  });
  await emptyQueueOfRun(db, runId, chunksAtOnce);
}

async function requireRunning(tx: Session, runId: string): Promise<RunRow> {
  const run = await requireRunRow(tx, runId);
  if (run.status !== 'running') throw new AppError('run_ended', `The run is ${run.status}.`);
  return run;
}

async function updateRunning(
  tx: Session,
  runId: string,
  change: UpdateObject<Database, 'ingest_runs'>,
): Promise<void> {
  const result = await tx.q
    .updateTable('ingest_runs')
    .set(change)
    .where('run_id', '=', runId)
    .where('status', '=', 'running')
    .executeTakeFirst();
  // It ended between the two statements.
  if (Number(result.numUpdatedRows) === 0) throw new AppError('run_ended', 'The run has ended.');
}

const audit = (tx: Session, actor: Actor, run: RunRow, action: string, summary: string) =>
  recordAudit(tx, actor, { action, targetType: 'run', targetId: run.run_id, summary });

const tell = (tx: Session, run: RunRow, kind: EventKind, message: string) =>
  recordEvents(tx, [{ kind, message, runId: run.run_id }]);

const nameOf = (run: RunRow) => run.name ?? run.run_id;
