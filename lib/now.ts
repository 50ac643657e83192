/** The current time by the database's clock, the only one that leases and schedules use. */
import type { Session } from '#db/engine.ts';
import type { Instant } from '#db/schema.ts';

/** One round trip; inside a statement ask for `engine.now()` instead. */
export async function readNow({ q, engine }: Session): Promise<Instant> {
  const { now } = await q.selectNoFrom(engine.now().as('now')).executeTakeFirstOrThrow();
  return now;
}
