/**
 * A polite source's slot: the right to send the fleet's next request, which a claim takes. Whoever holds it has the one
 * request in flight; when it is given back, the next slot opens a whole delay after the last request
 * was sent. A slot whose holder died frees itself when it expires.
 */
import type { Db } from '#db/engine.ts';
import { releaseHostSlot } from '#lib/hosts/host-slot.ts';

/**
 * Gives the slots of source and host back after the request was sent; see `StateStore.releaseSlot`. Claiming set
 * `next_slot_at` to the claim's moment plus the delay. The worker's count started before that moment,
 * so claim + `sentAfterMs` + delay is never closer than one delay to the request. When none was sent, the slot is
 * as open as it was when it was taken.
 */
export async function releaseSlot(
  db: Db,
  leaseId: string,
  sentAfterMs: number | null,
): Promise<boolean> {
  const sentAfter = sentAfterMs === null ? null : Math.max(0, Math.ceil(sentAfterMs));
  return db.transaction(async (tx) => {
    const result = await tx.q
      .updateTable('sources')
      .set((eb) => ({
        slot_lease_id: null,
        slot_until: null,
        next_slot_at:
          sentAfter === null ? tx.engine.now() : tx.engine.addMs(eb.ref('next_slot_at'), sentAfter),
      }))
      .where('slot_lease_id', '=', leaseId)
      .executeTakeFirst();
    const ofHost = await releaseHostSlot(tx, leaseId, sentAfter);
    return ofHost || Number(result.numUpdatedRows) === 1;
  });
}
