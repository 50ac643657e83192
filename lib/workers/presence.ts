/** What a worker process writes about itself. */
import type { Db, Session } from '#db/engine.ts';
import { DatabaseError } from '#db/errors.ts';
import type { Instant } from '#db/schema.ts';
import { recordEvents } from '#lib/events/record-events.ts';
import type { Heartbeat } from './model.ts';

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
      await insertWorker(tx, worker);
      const { workerId, hostName, pid } = worker;
      const message = `The worker ${hostName} (${pid}) has started.`;
      await recordEvents(tx, [{ kind: 'worker.started', workerId, message }]);
    });
  } catch (error) {
    if (!(error instanceof DatabaseError) || error.code !== 'db_unique_violation') throw error;
  }
}

async function insertWorker(session: Session, worker: Registration): Promise<void> {
  await session.q
    .insertInto('workers')
    .values({
      worker_id: worker.workerId,
      host_name: worker.hostName,
      pid: worker.pid,
      version: worker.version,
      concurrency: worker.concurrency,
      started_at: session.engine.now(),
      heartbeat_at: session.engine.now(),
      draining: 0,
    })
    .execute();
}

/**
 * Says that the worker lives. Returns whether an operator asked it to finish and leave, and the
 * database's clock.
 */
export async function heartbeat(
  session: Session,
  workerId: string,
  figures: Heartbeat,
): Promise<{ readonly draining: boolean; readonly databaseNow: Instant | null }> {
  await session.q
    .updateTable('workers')
    .set({
      heartbeat_at: session.engine.now(),
      // It was silent and is back.
      lost_at: null,
      in_flight: figures.inFlight,
      items_completed: figures.itemsCompleted,
      items_failed: figures.itemsFailed,
      facts: JSON.stringify(figures.facts),
    })
    .where('worker_id', '=', workerId)
    .execute();
  const row = await session.q
    .selectFrom('workers')
    .select(['draining', session.engine.now().as('now')])
    .where('worker_id', '=', workerId)
    .executeTakeFirst();
  return { draining: row?.draining === 1, databaseNow: row?.now ?? null };
}

/** The last word of a worker that ends in order. */
export async function signOff(db: Db, workerId: string, figures: Heartbeat): Promise<void> {
  await db.transaction(async (tx) => {
    await heartbeat(tx, workerId, figures);
    const result = await tx.q
      .updateTable('workers')
      .set({ stopped_at: tx.engine.now(), in_flight: 0 })
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

/** Forgets workers that ended or fell silent a week ago. */
export async function purgeOldWorkers(session: Session): Promise<void> {
  await session.q
    .deleteFrom('workers')
    .where('heartbeat_at', '<', session.engine.nowPlus(-keepEndedMs))
    .execute();
}
