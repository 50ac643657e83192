/** What a site itself asks for between two requests, for the whole fleet. */
import type { Db } from '#db/engine.ts';
import { insertHost } from './insert-host.ts';
import { longestRobotsDelayMs, paceOf } from './pace.ts';

/**
 * Keeps a host's own wish (`Crawl-delay` of robots.txt) in its pace; null takes it away. It was read just
 * now, so the next request is due one such delay from here.
 * @param delayMs more than 5 min counts as 5 min
 */
export async function keepDistance(db: Db, host: string, delayMs: number | null): Promise<void> {
  const wished = delayMs === null ? null : Math.min(delayMs, longestRobotsDelayMs);
  await db.transaction(async (tx) => {
    const { engine } = tx;
    const row = await tx.q
      .selectFrom('hosts')
      .select(['delay_ms', 'latency_ms', 'adaptive_delay_ms', 'consecutive_failures'])
      .where('host', '=', host)
      .executeTakeFirst();
    const kept = {
      robots_delay_ms: wished,
      pace_ms: paceOf({
        delayMs: row?.delay_ms ?? null,
        robotsDelayMs: wished,
        latencyMs: row?.latency_ms ?? null,
        adaptiveDelayMs: row?.adaptive_delay_ms ?? 0,
        consecutiveFailures: row?.consecutive_failures ?? 0,
      }),
      updated_at: engine.now(),
    };
    if (row) {
      await tx.q.updateTable('hosts').set(kept).where('host', '=', host).execute();
      if (wished !== null) {
        await tx.q
          .updateTable('hosts')
          .set({ next_slot_at: engine.nowPlus(wished) })
          .where('host', '=', host)
          .where((eb) =>
            eb.or([
              eb('next_slot_at', 'is', null),
              eb('next_slot_at', '<', engine.nowPlus(wished)),
            ]),
          )
          .execute();
      }
      return;
    }
    await insertHost(tx, host, {
      ...kept,
      next_slot_at: wished === null ? null : engine.nowPlus(wished),
    });
  });
}
