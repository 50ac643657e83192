/** Claims whose answer was lost: made by the database, and known to nobody. */
import { sql } from 'kysely';
import type { Db } from '#db/engine.ts';
import { DatabaseError } from '#db/errors.ts';
import { byLease } from '#db/queue/ready.ts';
import type { WorkItemRow } from '#db/schema.ts';
import { statusIs } from '../lease/leased-item.ts';

/**
 * What the call claims; when its answer was lost on the way, what stands under its id.
 * @throws DatabaseError of the call, when nothing stands there (yet: see `standingUnder`)
 */
export async function orWhatStands<T>(
  db: Db,
  claimId: string,
  call: () => Promise<T>,
  from: (rows: WorkItemRow[]) => T,
): Promise<T> {
  try {
    return await call();
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error;
    const rows = await standingUnder(db, claimId).catch(() => []);
    if (rows.length === 0) throw error;
    return from(rows);
  }
}

/**
 * The items that are leased under a claim's id, in the order of the claim. A call whose connection was cut may still be
 * carried out after it was found that nothing stands there. Looks through what is in progress.
 */
export async function standingUnder(db: Db, claimId: string): Promise<WorkItemRow[]> {
  const rows = await db.q
    .selectFrom('work_items')
    .selectAll()
    .where('status', '=', statusIs('in_progress'))
    .where(db.engine.startsWith(sql.ref('lease_id'), claimId.slice(0, -4)))
    .execute();
  return byLease(rows);
}
