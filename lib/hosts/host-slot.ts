/**
 * A host's slot: the right to send the fleet's next request to it. Sources that keep a distance take it beside
 * their own, so that two of them on one host are together as polite as one; so does everybody who asks a host
 * with a pace of its own, and who is sent to one by a redirect.
 */
import type { ExpressionBuilder } from 'kysely';
import type { Db, Engine, Session } from '#db/engine.ts';
import type { Database } from '#db/schema.ts';
import { insertHost } from './insert-host.ts';

/** Condition: the next request is due, and the slot is free or its lease has expired. */
const slotIsOpen = (engine: Engine) => (eb: ExpressionBuilder<Database, 'hosts'>) =>
  eb.and([
    eb.or([eb('next_slot_at', 'is', null), eb('next_slot_at', '<=', engine.now())]),
    eb.or([
      eb('slot_lease_id', 'is', null),
      eb('slot_until', 'is', null),
      eb('slot_until', '<=', engine.now()),
    ]),
  ]);

interface HostSlotRequest {
  readonly host: string;
  readonly leaseId: string;
  readonly leaseMs: number;
  readonly delayMs: number;
}

/** How soon to look again while another worker's request is in flight: it may end at any moment. */
const slotPollMs = 250;

/**
 * Takes the slot if the host may be asked now; the host's own row decides. Null when it was taken, else
 * how long to wait, ms.
 */
async function takeHostSlot(tx: Session, slot: HostSlotRequest): Promise<number | null> {
  const { engine } = tx;
  const lease = {
    slot_lease_id: slot.leaseId,
    slot_until: engine.nowPlus(slot.leaseMs),
    next_slot_at: engine.nowPlus(slot.delayMs),
  };
  const taken = await tx.q
    .updateTable('hosts')
    .set(lease)
    .where('host', '=', slot.host)
    .where(slotIsOpen(engine))
    .executeTakeFirst();
  if (Number(taken.numUpdatedRows) === 1) return null;
  const row = await tx.q
    .selectFrom('hosts')
    .select((eb) => [
      'slot_lease_id',
      engine.diffMs(engine.now(), eb.ref('next_slot_at')).as('until_slot'),
    ])
    .where('host', '=', slot.host)
    .executeTakeFirst();
  if (row) {
    return Math.max(row.until_slot ?? 0, row.slot_lease_id === null ? 1 : slotPollMs);
  }
  await insertHost(tx, slot.host, lease);
  return null;
}

/** See `releaseSlot` of a source: the same for the host. True when the lease held a host's slot. */
export async function releaseHostSlot(
  tx: Session,
  leaseId: string,
  sentAfterMs: number | null,
): Promise<boolean> {
  const result = await tx.q
    .updateTable('hosts')
    .set((eb) => ({
      slot_lease_id: null,
      slot_until: null,
      next_slot_at:
        sentAfterMs === null
          ? tx.engine.now()
          : tx.engine.addMs(eb.ref('next_slot_at'), sentAfterMs),
    }))
    .where('slot_lease_id', '=', leaseId)
    .executeTakeFirst();
  return Number(result.numUpdatedRows) === 1;
}

export interface VisitRequest {
  readonly host: string;
  /** Made fresh for the visit: the item's own lease may hold the slot of its host. */
  readonly leaseId: string;
  /** Longer than the visit can take, ms: it is not renewed. */
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
      /** A slot was taken, which must be released. */
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
