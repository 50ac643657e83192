import type { Db } from '#db/engine.ts';
import { recordEvents } from '#lib/events/record-events.ts';

/** Hosts in one call; the others come with the next. */
const mostAtOnce = 100;

/**
 * Takes the block from hosts whose wait is over, and tells of it; they could be asked again before that
 * already. Any number of workers may call it; one of them tells. Returns how many there were.
 */
export async function endBlocks(db: Db): Promise<number> {
  const over = db.q
    .selectFrom('hosts')
    .select('host')
    .where('blocked_until', '<=', db.engine.now());
  const hosts = await db.engine.take(over, mostAtOnce).execute();
  let ended = 0;
  for (const { host } of hosts) {
    const isMine = await db.transaction(async (tx) => {
      const result = await tx.q
        .updateTable('hosts')
        .set({ blocked_until: null, blocked_reason: null })
        .where('host', '=', host)
        .where('blocked_until', '<=', tx.engine.now())
        .executeTakeFirst();
      if (Number(result.numUpdatedRows) === 0) return false;
      await recordEvents(tx, [
        { kind: 'host.unblocked', host, message: `${host} may be asked again.` },
      ]);
      return true;
    });
    if (isMine) ended += 1;
  }
  return ended;
}
