import type { Db } from '#db/engine.ts';
import { recordEvents } from '#lib/events/record-events.ts';
import { lostAfterMs } from './model.ts';

/** Workers in one call; the others come with the next. */
const mostAtOnce = 100;

/**
 * Notes of each worker that fell silent that it is lost, and tells of it once, however many workers look;
 * its items are rescued when their leases expire. Returns how many there were.
 */
export async function expireSilentWorkers(db: Db): Promise<number> {
  const { engine } = db;
  const silent = db.q
    .selectFrom('workers')
    .select(['worker_id', 'host_name', 'pid'])
    .where('heartbeat_at', '<', engine.nowPlus(-lostAfterMs))
    .where('stopped_at', 'is', null)
    .where('lost_at', 'is', null);
  const workers = await engine.take(silent, mostAtOnce).execute();
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
      const message = `The worker ${hostName} (${pid}) fell silent. What it had in hand goes back to the queue.`;
      await recordEvents(tx, [{ kind: 'worker.lost', workerId, message }]);
      return true;
    });
    if (isMine) lost += 1;
  }
  return lost;
}
