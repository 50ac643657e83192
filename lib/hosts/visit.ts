/**
 * A visit to a host that no claim was made for: a redirect led there. Its pace and slot hold for the one
 * who was sent as for everybody else.
 */
import type { Db } from '#db/engine.ts';
import { releaseHostSlot, takeHostSlot } from './host-slot.ts';

export interface VisitRequest {
  readonly host: string;
  /** Made fresh for the visit: the item's own lease may hold the slot of its host. */
  readonly leaseId: string;
  /** Longer than the visit can take, ms: nobody renews it. */
  readonly leaseMs: number;
  /** The source's own delay, ms. */
  readonly delayMs: number;
}

export type VisitAnswer =
  | {
      readonly kind: 'open';
      /** The longer of the source's delay and the host's pace, ms. */
      readonly delayMs: number;
      /** What its robots.txt was known to ask for, ms. */
      readonly robotsDelayMs: number | null;
      /** A slot was taken, which must be given back. */
      readonly holdsSlot: boolean;
    }
  | { readonly kind: 'shut'; readonly waitMs: number; readonly reason: string | null };

/** Takes the host's slot when it has a pace, a limit, or the source a delay. */
export function askToVisit(db: Db, request: VisitRequest): Promise<VisitAnswer> {
  const { host, delayMs: ownDelayMs } = request;
  return db.transaction(async (tx) => {
    const row = await tx.q
      .selectFrom('hosts')
      .select((eb) => [
        'pace_ms',
        'concurrency',
        'robots_delay_ms',
        'blocked_reason',
        tx.engine.diffMs(tx.engine.now(), eb.ref('blocked_until')).as('blocked_ms'),
      ])
      .where('host', '=', host)
      .executeTakeFirst();
    const blockedMs = row?.blocked_ms ?? 0;
    if (blockedMs > 0) {
      return { kind: 'shut', waitMs: blockedMs, reason: row?.blocked_reason ?? null };
    }
    const delayMs = Math.max(ownDelayMs, row?.pace_ms ?? 0);
    const robotsDelayMs = row?.robots_delay_ms ?? null;
    if (delayMs === 0 && (row?.concurrency ?? null) === null) {
      return { kind: 'open', delayMs, robotsDelayMs, holdsSlot: false };
    }
    const waitMs = await takeHostSlot(tx, { ...request, delayMs });
    return waitMs === null
      ? { kind: 'open', delayMs, robotsDelayMs, holdsSlot: true }
      : { kind: 'shut', waitMs, reason: null };
  });
}

/** @param sentAfterMs from before `askToVisit` until the last request was surely sent, ms */
export async function endVisit(db: Db, leaseId: string, sentAfterMs: number): Promise<void> {
  await db.transaction((tx) => releaseHostSlot(tx, leaseId, Math.ceil(sentAfterMs)));
}
