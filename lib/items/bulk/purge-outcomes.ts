/** Outcomes of single items are kept for a month; the totals of an action stay. */
import type { Db } from '#db/engine.ts';

const keepMs = 30 * 24 * 3_600_000;
/** Chunks removed by one statement; each holds up to 500 items. */
const atOnce = 100;

/** Forgets the outcomes of chunks that were committed longer ago. Returns how many chunks. */
export async function purgeOldOutcomes(db: Db): Promise<number> {
  let forgotten = 0;
  for (;;) {
    const query = db.q
      .selectFrom('bulk_action_chunks')
      .select(['bulk_action_id', 'chunk'])
      .where('committed_at', '<', db.engine.nowPlus(-keepMs))
      .orderBy('committed_at');
    const old = await db.engine.take(query, atOnce).execute();
    for (const { bulk_action_id: id, chunk } of old) {
      await db.q
        .deleteFrom('bulk_action_chunks')
        .where('bulk_action_id', '=', id)
        .where('chunk', '=', chunk)
        .execute();
    }
    forgotten += old.length;
    if (old.length < atOnce) return forgotten;
  }
}
