import type { Db } from '#db/engine.ts';
import type { Actor } from '#lib/access/model.ts';
import { requirePermission } from '#lib/access/require-permission.ts';
import { recordAudit } from '#lib/audit/record-audit.ts';
import { AppError } from '#lib/errors/app-error.ts';
import { paceOf } from './pace.ts';

const longestDelayMs = 60 * 60_000;

/**
 * Sets the least time between two requests to the host, over all sources and workers; it counts where
 * it is longer than what the source, robots.txt and the host's own slowness ask for. Null leaves the host
 * to these.
 * Needs `hosts:change`.
 * @param delayMs 1 ms to 1 hour
 * @throws AppError `not_found` for a host that was never asked, `input_invalid`
 */
export async function setHostDelay(
  db: Db,
  actor: Actor,
  host: string,
  delayMs: number | null,
): Promise<void> {
  requirePermission(actor, 'hosts:change');
  if (delayMs !== null && !isDelay(delayMs)) {
    throw new AppError('input_invalid', 'The delay of a host is not right.', {
      fields: { delay: 'give a time between a millisecond and an hour, or none' },
    });
  }
  await db.transaction(async (tx) => {
    const known = await tx.q
      .selectFrom('hosts')
      .select([
        'delay_ms',
        'robots_delay_ms',
        'latency_ms',
        'adaptive_delay_ms',
        'consecutive_failures',
      ])
      .where('host', '=', host)
      .executeTakeFirst();
    if (!known) throw new AppError('not_found', `The host ${host} is not known.`);
    if (known.delay_ms === delayMs) return;
    const pace_ms = paceOf({
      delayMs,
      robotsDelayMs: known.robots_delay_ms,
      latencyMs: known.latency_ms,
      adaptiveDelayMs: known.adaptive_delay_ms,
      consecutiveFailures: known.consecutive_failures,
    });
    await tx.q
      .updateTable('hosts')
      .set({ delay_ms: delayMs, pace_ms, updated_at: tx.engine.now() })
      .where('host', '=', host)
      .execute();
    await recordAudit(tx, actor, {
      action: 'host.set-delay',
      targetType: 'host',
      targetId: host,
      summary:
        delayMs === null
          ? `Left ${host} to the delay of its sources`
          : `Set the delay of ${host} to ${delayMs} ms`,
      before: { delayMs: known.delay_ms },
      after: { delayMs },
    });
  });
}

const isDelay = (ms: number) => Number.isInteger(ms) && ms >= 1 && ms <= longestDelayMs;
