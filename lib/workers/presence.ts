/** What is written about a worker: by itself, by others when it falls silent, by an operator who drains it. */
import type { Db, Session, Write } from '#db/engine.ts';
import { DatabaseError } from '#db/errors.ts';
import type { Actor } from '#lib/actor/model.ts';
import { requirePermission } from '#lib/actor/require-permission.ts';
import { recordAudit } from '#lib/audit/record-audit.ts';
import { AppError } from '#lib/errors/app-error.ts';
import { eventWrites, recordEvents } from '#lib/events/record-events.ts';
import { type Heartbeat, lostAfterMs } from './model.ts';

interface Registration {
  readonly workerId: string;
  readonly hostName: string;
  readonly pid: number;
  readonly version: string;
  readonly concurrency: number;
}

/** Rows of workers that ended longer ago than this are removed, ms. */
const keepEndedMs = 7 * 24 * 3_600_000;

/** May be called again when its answer was lost: a worker's id is its own, so a row of it is its own row. */
export async function registerWorker(db: Db, worker: Registration): Promise<void> {
  try {
    await db.transaction(async (tx) => {
      const { workerId, hostName, pid } = worker;
      const message = `The worker ${hostName} (${pid}) has started.`;
      const events = eventWrites(tx, [{ kind: 'worker.started', workerId, message }]);
      await tx.engine.together(tx, [insertOf(tx, worker), ...events]);
    });
  } catch (error) {
    if (!(error instanceof DatabaseError) || error.code !== 'db_unique_violation') throw error;
  }
}

const insertOf = ({ q, engine }: Session, worker: Registration): Write =>
  q.insertInto('workers').values({
    worker_id: worker.workerId,
    host_name: worker.hostName,
    pid: worker.pid,
    version: worker.version,
    concurrency: worker.concurrency,
    started_at: engine.now(),
    heartbeat_at: engine.now(),
    draining: 0,
  });

/** The worker's heartbeat, one statement. */
export async function heartbeat(
  session: Session,
  workerId: string,
  figures: Heartbeat,
): Promise<void> {
  await session.q
    .updateTable('workers')
    .set(figuresAt(session, figures))
    .where('worker_id', '=', workerId)
    .execute();
}

const figuresAt = ({ engine }: Session, figures: Heartbeat) => ({
  heartbeat_at: engine.now(),
  // It was silent and is back.
  lost_at: null,
  in_flight: figures.inFlight,
  items_completed: figures.itemsCompleted,
  items_failed: figures.itemsFailed,
  facts: JSON.stringify(figures.facts),
});

/** Records the orderly end of a worker. */
export async function signOff(db: Db, workerId: string, figures: Heartbeat): Promise<void> {
  await db.transaction(async (tx) => {
    const result = await tx.q
      .updateTable('workers')
      .set({ ...figuresAt(tx, figures), stopped_at: tx.engine.now(), in_flight: 0 })
      .where('worker_id', '=', workerId)
      .where('stopped_at', 'is', null)
      .executeTakeFirst();
    if (Number(result.numUpdatedRows) === 0) return;
    const { itemsCompleted: completed, itemsFailed: failed } = figures;
    const message = `A worker has ended, with ${completed} items completed and ${failed} failed.`;
    await recordEvents(tx, [
      { kind: 'worker.stopped', workerId, message, data: { completed, failed } },
    ]);
  });
}

/** Deletes the rows of workers that ended or fell silent a week ago. */
export async function purgeOldWorkers(session: Session): Promise<void> {
  await session.q
    .deleteFrom('workers')
    .where('heartbeat_at', '<', session.engine.nowPlus(-keepEndedMs))
    .execute();
}

/** Workers in one call; the others come with the next. */
const mostAtOnce = 100;

/** Those whose silence nobody has recorded yet. */
export const silentWorkers = ({ q, engine }: Session) =>
  q
    .selectFrom('workers')
    .select(['worker_id', 'host_name', 'pid'])
    .where('heartbeat_at', '<', engine.nowPlus(-lostAfterMs))
    .where('stopped_at', 'is', null)
    .where('lost_at', 'is', null);

/**
 * Records each worker that fell silent as lost, with one event, however many workers look;
 * its items are rescued when their leases expire. Returns how many there were.
 */
export async function expireSilentWorkers(db: Db): Promise<number> {
  const workers = await db.engine.take(silentWorkers(db), mostAtOnce).execute();
  let lost = 0;
  for (const { worker_id: workerId, host_name: hostName, pid } of workers) {
    const isMine = await db.transaction(async (tx) => {
      const result = await tx.q
        .updateTable('workers')
        .set({ lost_at: tx.engine.now() })
        .where('worker_id', '=', workerId)
        .where('heartbeat_at', '<', tx.engine.nowPlus(-lostAfterMs))
        .where('stopped_at', 'is', null)
        .where('lost_at', 'is', null)
        .executeTakeFirst();
      if (Number(result.numUpdatedRows) === 0) return false;
      const message = `The worker ${hostName} (${pid}) fell silent. Its leased items go back to the queue.`;
      await recordEvents(tx, [{ kind: 'worker.lost', workerId, message }]);
      return true;
    });
    if (isMine) lost += 1;
  }
  return lost;
}

/**
 * The worker sees it within a second, claims nothing more, finishes what it has and ends. Throws `not_found` for an
 * unknown worker and `conflict` for one that has ended.
 */
export const drainWorker = (db: Db, actor: Actor, workerId: string): Promise<void> =>
  setDraining(db, actor, workerId, true);

/** Takes that back; it claims again. Throws `conflict` when it has ended meanwhile. */
export const keepWorker = (db: Db, actor: Actor, workerId: string): Promise<void> =>
  setDraining(db, actor, workerId, false);

async function setDraining(
  db: Db,
  actor: Actor,
  workerId: string,
  draining: boolean,
): Promise<void> {
  requirePermission(actor, 'workers:change');
  await db.transaction(async (tx) => {
    const worker = await tx.q
      .selectFrom('workers')
      .select(['host_name', 'pid', 'draining', 'stopped_at'])
      .where('worker_id', '=', workerId)
      .executeTakeFirst();
    if (!worker) throw new AppError('not_found', 'This worker is not known.');
    if (worker.stopped_at !== null)
      throw new AppError('conflict', 'This worker has already ended.');
    if ((worker.draining === 1) === draining) return;
    await tx.q
      .updateTable('workers')
      .set({ draining: draining ? 1 : 0 })
      .where('worker_id', '=', workerId)
      .execute();
    const name = `${worker.host_name} (${worker.pid})`;
    await recordAudit(tx, actor, {
      action: draining ? 'worker.drain' : 'worker.keep',
      targetType: 'worker',
      targetId: workerId,
      summary: draining
        ? `Asked the worker ${name} to finish and leave`
        : `Let the worker ${name} stay`,
      before: { draining: !draining },
      after: { draining },
    });
  });
}
