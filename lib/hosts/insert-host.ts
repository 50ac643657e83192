/** The first row of a host that nothing was known of. */
import type { InsertObject } from 'kysely';
import type { Session } from '#db/engine.ts';
import type { Database } from '#db/schema.ts';

/**
 * Two first requests to a host meet at its key: the transaction of the second fails and runs again.
 * @param known what is known; the rest is empty or the column's default
 */
export async function insertHost(
  tx: Session,
  host: string,
  known: Partial<Omit<InsertObject<Database, 'hosts'>, 'host'>>,
): Promise<void> {
  await tx.q
    .insertInto('hosts')
    .values({
      host,
      delay_ms: null,
      blocked_until: null,
      blocked_reason: null,
      last_status: null,
      last_429_at: null,
      last_request_at: null,
      robots_body: null,
      robots_status: null,
      robots_fetched_at: null,
      updated_at: tx.engine.now(),
      ...known,
    })
    .execute();
}
