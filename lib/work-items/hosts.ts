/** What an attempt tells us about the host it asked. */
import type { Session } from '#db/engine.ts';

export interface HostAnswer {
  /** Null when no answer came. */
  readonly httpStatus: number | null;
  readonly failed: boolean;
  /** How long nobody should ask this host, ms; null or 0 = no wait. */
  readonly blockMs: number | null;
  readonly reason: string | null;
}

/**
 * Keeps the host's numbers, and blocks it for the whole fleet when it asked for that. A shorter wait
 * never shortens a longer one. No-op for items without a host (types that never use the network).
 */
export async function noteHostAnswer(
  tx: Session,
  host: string | null,
  answer: HostAnswer,
): Promise<void> {
  if (host === null) return;
  const { engine } = tx;
  const status = answer.httpStatus;
  const is429 = status === 429 ? 1 : 0;
  const is5xx = status !== null && status >= 500 ? 1 : 0;
  const blocks = answer.blockMs !== null && answer.blockMs > 0 ? answer.blockMs : null;
  const until = blocks === null ? null : engine.nowPlus(blocks);
  const updated = await tx.q
    .updateTable('hosts')
    .set((eb) => ({
      requests_total: eb('requests_total', '+', 1),
      count_429: eb('count_429', '+', is429),
      count_5xx: eb('count_5xx', '+', is5xx),
      consecutive_failures: answer.failed ? eb('consecutive_failures', '+', 1) : eb.lit(0),
      last_request_at: engine.now(),
      updated_at: engine.now(),
      ...(status === null ? {} : { last_status: status }),
      ...(is429 ? { last_429_at: engine.now() } : {}),
    }))
    .where('host', '=', host)
    .executeTakeFirst();
  if (Number(updated.numUpdatedRows) === 0) {
    await tx.q
      .insertInto('hosts')
      .values({
        host,
        delay_ms: null,
        blocked_until: until,
        blocked_reason: until === null ? null : answer.reason,
        requests_total: 1,
        count_429: is429,
        count_5xx: is5xx,
        consecutive_failures: answer.failed ? 1 : 0,
        last_status: status,
        last_429_at: is429 ? engine.now() : null,
        last_request_at: engine.now(),
        robots_body: null,
        robots_status: null,
        robots_fetched_at: null,
        updated_at: engine.now(),
      })
      .execute();
    return;
  }
  if (until === null) return;
  await tx.q
    .updateTable('hosts')
    .set({ blocked_until: until, blocked_reason: answer.reason })
    .where('host', '=', host)
    .where((eb) => eb.or([eb('blocked_until', 'is', null), eb('blocked_until', '<', until)]))
    .execute();
}
