/** What a person does to a running run: pause, resume, stop, cancel. */
import type { Db, Session } from '#db/engine.ts';
import type { Actor } from '#lib/actor/model.ts';
import { requirePermission, requireSources } from '#lib/actor/require-permission.ts';
import { recordAudit } from '#lib/audit/record-audit.ts';
import { AppError } from '#lib/errors/app-error.ts';
import { recordEvents } from '#lib/events/record-events.ts';
import { emptyQueueOfRun, endRun, itemsInWords, openItemsOf } from './end-run.ts';
import { afterStep } from './lifecycle.ts';
import { runName } from './run-name.ts';
import {
  lifeOf,
  lockRunRow,
  type RunRow,
  requireRunRow,
  runFromRow,
  sourcesOfRun,
  writeLife,
} from './run-row.ts';

/** Nothing of the run is claimed until it is resumed; what is in flight is finished. */
export async function pauseRun(db: Db, actor: Actor, runId: string): Promise<void> {
  await changePause(db, actor, runId, {
    step: 'paused',
    action: 'run.pause',
    verb: 'Paused',
  });
}

export async function resumeRun(db: Db, actor: Actor, runId: string): Promise<void> {
  await changePause(db, actor, runId, {
    step: 'resumed',
    action: 'run.resume',
    verb: 'Resumed',
  });
}

interface PauseChange {
  readonly step: 'paused' | 'resumed';
  readonly action: string;
  readonly verb: string;
}

async function changePause(
  db: Db,
  actor: Actor,
  runId: string,
  { step, action, verb }: PauseChange,
): Promise<void> {
  requirePermission(actor, 'runs:change');
  await db.transaction(async (tx) => {
    requireSources(actor, sourcesOfRun(runFromRow(await requireRunRow(tx, runId))));
    const run = await lockRunRow(tx, runId);
    if (run?.status !== 'running') throw hasEnded();
    const life = afterStep(lifeOf(run), step);
    if (life === null) return;
    await writeLife(tx, run, life);
    await audit(tx, actor, run, action, `${verb} run ${runName(run)}`);
    const message = `${actor.email} ${verb.toLowerCase()} the run.`;
    await recordEvents(tx, [{ kind: `run.${step}`, message, runId }]);
  });
}

/**
 * Ends the run and keeps what is queued: it leaves the run and stays pending, on hold until a new run of
 * its source adopts it or a person retries it.
 */
export async function stopRun(db: Db, actor: Actor, runId: string): Promise<void> {
  await end(db, actor, runId, { reason: 'stopped', action: 'run.stop', verb: 'Stopped' });
}

/** Ends the run and skips what is queued. What is in flight is finished and counted. */
export async function cancelRun(db: Db, actor: Actor, runId: string): Promise<void> {
  await end(db, actor, runId, { reason: 'cancelled', action: 'run.cancel', verb: 'Cancelled' });
}

interface EndByPerson {
  readonly reason: 'stopped' | 'cancelled';
  readonly action: string;
  readonly verb: string;
}

async function end(
  db: Db,
  actor: Actor,
  runId: string,
  { reason, action, verb }: EndByPerson,
): Promise<void> {
  requirePermission(actor, 'runs:change');
  await db.transaction(async (tx) => {
    requireSources(actor, sourcesOfRun(runFromRow(await requireRunRow(tx, runId))));
    const ended = await endRun(tx, runId, async (run) => {
      const open = itemsInWords(openItemsOf(run));
      await audit(tx, actor, run, action, `${verb} run ${runName(run)} with ${open} open`);
      return { reason, by: actor.email };
    });
    if (ended === null) throw hasEnded();
  });
  await emptyQueueOfRun(db, runId);
}

const hasEnded = () => new AppError('run_ended', 'The run has ended.');

const audit = (tx: Session, actor: Actor, run: RunRow, action: string, summary: string) =>
  recordAudit(tx, actor, { action, targetType: 'run', targetId: run.run_id, summary });
