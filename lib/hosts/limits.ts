/** What an operator and the site itself allow between two requests to a host, for the whole fleet. */
import type { Db } from '#db/engine.ts';
import { lockRow } from '#db/lock-row.ts';
import type { Actor } from '#lib/actor/model.ts';
import { requirePermission } from '#lib/actor/require-permission.ts';
import { refuseChangedMeanwhile, type Seen } from '#lib/audit/changed-meanwhile.ts';
import { recordAudit } from '#lib/audit/record-audit.ts';
import { AppError } from '#lib/errors/app-error.ts';
import { insertHost } from './insert-host.ts';
import { longestRobotsDelayMs, paceOf } from './pace.ts';

const longestDelayMs = 60 * 60_000;
const mostRequests = 1000;

export interface HostLimits {
  /** Least time between two requests, 1 ms to 1 hour; null = none of its own. */
  readonly delayMs: number | null;
  /** Requests in flight at the same time, 1 to 1,000; null = as many as the workers send. */
  readonly concurrency: number | null;
}

/**
 * Sets how a host may be asked, over all sources and workers. The delay counts where it is longer than
 * what the source, robots.txt and the host's own slowness ask for. Needs `hosts:change`.
 * @param seen both limits as they were read; undefined = whatever they are
 * @throws AppError `not_found` for a host that was never asked, `input_invalid`, `conflict` when they are no longer as they
 * were seen
 */
export async function setHostLimits(
  db: Db,
  actor: Actor,
  host: string,
  limits: HostLimits,
  seen?: Seen,
): Promise<void> {
  requirePermission(actor, 'hosts:change');
  const fields = faultsOf(limits);
  if (Object.keys(fields).length > 0) {
    throw new AppError('input_invalid', 'The limits of a host are not right.', { fields });
  }
  const { delayMs, concurrency } = limits;
  await db.transaction(async (tx) => {
    await lockRow(tx, 'hosts', 'host', host);
    const known = await tx.q
      .selectFrom('hosts')
      .select([
        'delay_ms',
        'concurrency',
        'robots_delay_ms',
        'latency_ms',
        'adaptive_delay_ms',
        'consecutive_failures',
      ])
      .where('host', '=', host)
      .executeTakeFirst();
    if (!known) throw new AppError('not_found', `The host ${host} is not known.`);
    const before: HostLimits = { delayMs: known.delay_ms, concurrency: known.concurrency };
    await refuseChangedMeanwhile(tx, {
      what: `the limits of ${host}`,
      targetType: 'host',
      targetId: host,
      actions: ['host.set-limits'],
      seen,
      stored: { ...before },
    });
    if (known.delay_ms === delayMs && known.concurrency === concurrency) return;
    const pace_ms = paceOf({
      delayMs,
      robotsDelayMs: known.robots_delay_ms,
      latencyMs: known.latency_ms,
      adaptiveDelayMs: known.adaptive_delay_ms,
      consecutiveFailures: known.consecutive_failures,
    });
    await tx.q
      .updateTable('hosts')
      .set({ delay_ms: delayMs, concurrency, pace_ms, updated_at: tx.engine.now() })
      .where('host', '=', host)
      .execute();
    await recordAudit(tx, actor, {
      action: 'host.set-limits',
      targetType: 'host',
      targetId: host,
      summary: sentence(host, before, limits),
      before: { ...before },
      after: { ...limits },
    });
  });
}

function faultsOf({ delayMs, concurrency }: HostLimits): Record<string, string> {
  const isWithin = (value: number | null, most: number) =>
    value === null || (Number.isInteger(value) && value >= 1 && value <= most);
  return {
    ...(isWithin(delayMs, longestDelayMs)
      ? {}
      : { delay: 'give a time between a millisecond and an hour, or none' }),
    ...(isWithin(concurrency, mostRequests)
      ? {}
      : { concurrency: 'give a number from 1 to 1,000, or none' }),
  };
}

function sentence(host: string, before: HostLimits, after: HostLimits): string {
  const parts: string[] = [];
  if (before.delayMs !== after.delayMs) {
    parts.push(
      after.delayMs === null
        ? `Left ${host} to the delay of its sources`
        : `Set the delay of ${host} to ${after.delayMs} ms`,
    );
  }
  if (before.concurrency !== after.concurrency) {
    parts.push(
      after.concurrency === null
        ? `Took the limit of requests at a time from ${host}`
        : `Allowed ${host} ${after.concurrency} at a time`,
    );
  }
  return parts.join('; ');
}

/**
 * Sets the delay that a site asks for (`Crawl-delay` of robots.txt) in its host's pace; null removes it. It was read just
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
