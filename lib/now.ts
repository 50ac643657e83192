/** The moment it is now by the database's clock: the only clock that leases and schedules know. */
import type { Session } from '#db/engine.ts';
import type { Instant } from '#db/schema.ts';

/** One round trip; inside a statement ask for `engine.now()` instead. */
export async function readNow({ q, engine }: Session): Promise<Instant> {
  const { now } = await q.selectNoFrom(engine.now().as('now')).executeTakeFirstOrThrow();
  return now;
}
