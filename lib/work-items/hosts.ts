/** What an attempt tells us about the host it asked. */
import type { Session } from '#db/engine.ts';
import { breakerMs } from './circuit-breaker.ts';

export interface HostAnswer {
  /** Null when no answer came. */
  readonly httpStatus: number | null;
  /** 0 = none of its own: another item's attempt has told what there was to tell. */
  readonly requests: number;
  /** The host itself is to blame (see `isHostFault`). */
  readonly hostFailed: boolean;
  /** How long nobody should ask this host, ms; null or 0 = no wait. */
  readonly blockMs: number | null;
  readonly reason: string | null;
}

/**
 * Keeps the host's numbers, and blocks it for the whole fleet when it asked for that or failed too
 * often in a row. A shorter wait never shortens a longer one. No-op for items without a host (types
 * that never use the network).
 */
export async function noteHostAnswer(
  tx: Session,
  host: string | null,
  answer: HostAnswer,
): Promise<void> {
  if (host === null) return;
  if (answer.requests > 0) await count(tx, host, answer);
  if (answer.blockMs !== null && answer.blockMs > 0) {
    await block(tx, host, answer.blockMs, answer.reason);
  }
  if (answer.requests > 0 && answer.hostFailed) await tripBreaker(tx, host, answer.reason);
}

async function count(tx: Session, host: string, answer: HostAnswer): Promise<void> {
  const { engine } = tx;
  const status = answer.httpStatus;
  const is429 = status === 429 ? 1 : 0;
  const is5xx = status !== null && status >= 500 ? 1 : 0;
  const updated = await tx.q
    .updateTable('hosts')
    .set((eb) => ({
      requests_total: eb('requests_total', '+', answer.requests),
      count_429: eb('count_429', '+', is429),
      count_5xx: eb('count_5xx', '+', is5xx),
      consecutive_failures: answer.hostFailed ? eb('consecutive_failures', '+', 1) : eb.lit(0),
      last_request_at: engine.now(),
      updated_at: engine.now(),
      ...(status === null ? {} : { last_status: status }),
      ...(is429 ? { last_429_at: engine.now() } : {}),
    }))
    .where('host', '=', host)
    .executeTakeFirst();
  if (Number(updated.numUpdatedRows) > 0) return;
  await tx.q
    .insertInto('hosts')
    .values({
      host,
      delay_ms: null,
      blocked_until: null,
      blocked_reason: null,
      requests_total: answer.requests,
      count_429: is429,
      count_5xx: is5xx,
      consecutive_failures: answer.hostFailed ? 1 : 0,
      last_status: status,
      last_429_at: is429 ? engine.now() : null,
      last_request_at: engine.now(),
      robots_body: null,
      robots_status: null,
      robots_fetched_at: null,
      updated_at: engine.now(),
    })
    .execute();
}

async function tripBreaker(tx: Session, host: string, reason: string | null): Promise<void> {
  const row = await tx.q
    .selectFrom('hosts')
    .select('consecutive_failures')
    .where('host', '=', host)
    .executeTakeFirst();
  const failures = row?.consecutive_failures ?? 0;
  const waitMs = breakerMs(failures);
  if (waitMs === null) return;
  const says = `${failures} requests in a row failed, the last with: ${reason ?? 'no reason given'}`;
  await block(tx, host, waitMs, says.slice(0, 400));
}

async function block(
  tx: Session,
  host: string,
  blockMs: number,
  reason: string | null,
): Promise<void> {
  const until = tx.engine.nowPlus(blockMs);
  await tx.q
    .updateTable('hosts')
    .set({ blocked_until: until, blocked_reason: reason })
    .where('host', '=', host)
    .where((eb) => eb.or([eb('blocked_until', 'is', null), eb('blocked_until', '<', until)]))
    .execute();
}
