import type { Db } from '#db/engine.ts';
import type { Actor } from '#lib/access/model.ts';
import { requirePermission } from '#lib/access/require-permission.ts';
import { recordAudit } from '#lib/audit/record-audit.ts';
import { AppError } from '#lib/errors/app-error.ts';

const longestDelayMs = 60 * 60_000;

/**
 * Sets the least time between two requests a source sends to the host, over all workers; it counts
 * where it is longer than the source's own delay. Null leaves the host to the delay of each source.
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
      .select('delay_ms')
      .where('host', '=', host)
      .executeTakeFirst();
    if (!known) throw new AppError('not_found', `The host ${host} is not known.`);
    if (known.delay_ms === delayMs) return;
    await tx.q
      .updateTable('hosts')
      .set({ delay_ms: delayMs, updated_at: tx.engine.now() })
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
