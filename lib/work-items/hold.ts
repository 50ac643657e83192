/**
 * Holding items whose run was stopped: they stay pending, but nobody fetches them until a new run
 * adopts them or a person sends them round again (`reopenItems` lets go of them).
 */
import type { Session } from '#db/engine.ts';
import type { Instant } from '#db/schema.ts';
import type { WorkItemStatus } from './model.ts';

/** `wait_reason` of a held item. */
export const holdReason = 'held';

/**
 * Never: a claim passes a held item over as it does one that is scheduled. Not the last moment that a
 * database knows, because adding even nothing to that one overflows on some servers.
 */
export const endOfTime: Instant = '9999-01-01T00:00:00.000Z';

/** What a held item carries, as the values of an insert. */
export const heldRow = { wait_reason: holdReason, available_at: endOfTime } as const;

/** The same for an update. */
export const heldChange = ({ engine }: Session) => ({
  wait_reason: holdReason,
  available_at: engine.instantParam(endOfTime),
});

export const isOnHold = (item: {
  readonly status: WorkItemStatus;
  readonly waitReason: string | null;
}): boolean => item.status === 'pending' && item.waitReason === holdReason;
