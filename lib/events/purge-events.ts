/** Retention: events are for following and looking back some weeks; history stands in the attempts. */
import type { Db, Session } from '#db/engine.ts';

export interface EventRetention {
  readonly maxAgeMs: number;
  readonly maxRows: number;
}

const chunkSize = 1_000;

/**
 * Deletes the oldest events beyond the retention, at most `maxChunks` × 1,000 of them. Returns how many went.
 */
export async function purgeOldEvents(
  db: Db,
  keep: EventRetention,
  maxChunks = 200,
): Promise<number> {
  let gone = 0;
  for (let chunk = 0; chunk < maxChunks; chunk += 1) {
    const count = await db.transaction((tx) => purgeChunk(tx, keep));
    gone += count;
    if (count < chunkSize) break;
  }
  return gone;
}

async function purgeChunk(tx: Session, keep: EventRetention): Promise<number> {
  const newest = await tx.q
    .selectFrom('event_head')
    .select('last_event_id')
    .where('head_id', '=', 1)
    .executeTakeFirstOrThrow();
  const tooMany = Number(newest.last_event_id) - keep.maxRows;
  const oldest = tx.q.selectFrom('events').select(['event_id', 'at']).orderBy('event_id');
  const last = await tx.q
    .selectFrom(tx.engine.take(oldest, chunkSize).as('oldest'))
    .select((eb) => eb.fn.max('event_id').as('event_id'))
    .where((eb) =>
      eb.or([eb('event_id', '<=', tooMany), eb('at', '<', tx.engine.nowPlus(-keep.maxAgeMs))]),
    )
    .executeTakeFirst();
  if (last === undefined || last.event_id === null) return 0;
  const result = await tx.q
    .deleteFrom('events')
    .where('event_id', '<=', Number(last.event_id))
    .executeTakeFirst();
  return Number(result.numDeletedRows);
}
