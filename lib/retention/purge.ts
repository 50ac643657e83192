/** Deleting what has been kept long enough, oldest first, in portions that block no other transaction. */
import type { Db, Session } from '#db/engine.ts';
import { purgeOldEvents } from '#lib/events/purge-events.ts';
import { mostEvents } from './most-events.ts';
import { readRetention } from './settings.ts';

const dayMs = 24 * 3_600_000;
const chunkSize = 1_000;
/** Portions of one round; the next comes within the hour. */
const mostChunks = 200;
/** Far longer than anybody repeats a request: a double click, a retry, the back button. */
const requestKeyMs = 7 * dayMs;

/** Events and attempts beyond their retention, and keys of requests that are no longer repeated. */
export async function purgeOld(db: Db): Promise<void> {
  const { eventDays, attemptDays } = await readRetention(db);
  await purgeOldEvents(db, { maxAgeMs: eventDays * dayMs, maxRows: mostEvents });
  if (attemptDays !== null) await purgeAttempts(db, attemptDays * dayMs);
  await inChunks(db, (tx) => {
    const old = tx.q
      .selectFrom('request_keys')
      .select('request_key')
      .where('created_at', '<', tx.engine.nowPlus(-requestKeyMs))
      .orderBy('created_at');
    return tx.q
      .deleteFrom('request_keys')
      .where('request_key', 'in', tx.engine.take(old, chunkSize))
      .executeTakeFirst();
  });
}

/** Attempts that ended longer ago. How many there were stays in what was counted of them. */
async function purgeAttempts(db: Db, keepMs: number): Promise<void> {
  await inChunks(db, (tx) => {
    const old = tx.q
      .selectFrom('work_item_attempts')
      .select('attempt_id')
      .where('finished_at', '<', tx.engine.nowPlus(-keepMs))
      .orderBy('finished_at')
      .orderBy('attempt_id');
    return tx.q
      .deleteFrom('work_item_attempts')
      .where('attempt_id', 'in', tx.engine.take(old, chunkSize))
      .executeTakeFirst();
  });
}

async function inChunks(
  db: Db,
  deleteSome: (tx: Session) => Promise<{ readonly numDeletedRows: bigint }>,
): Promise<void> {
  for (let chunk = 0; chunk < mostChunks; chunk += 1) {
    const { numDeletedRows } = await db.transaction(deleteSome);
    if (Number(numDeletedRows) < chunkSize) return;
  }
}
