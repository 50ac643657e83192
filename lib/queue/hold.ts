/**
 * Items on hold: they stay pending, but nobody fetches them until they are released, sent round again
 * (`reopenItems` lets go of them) or adopted by a new run. A stopped run puts its items
 * on hold, and so may a person.
 */
import type { Session } from '#db/engine.ts';
import { endOfTime } from '#db/instant.ts';
import type { WorkItemStatus } from '#db/schema.ts';

/** `wait_reason` of an item on hold. */
export const onHoldReason = 'on_hold';

/** What an item on hold carries, as the values of an insert: a claim passes it over as not due. */
export const onHoldRow = { wait_reason: onHoldReason, available_at: endOfTime } as const;

/** The same for an update. */
export const onHoldChange = ({ engine }: Session) => ({
  wait_reason: onHoldReason,
  available_at: engine.instantParam(endOfTime),
});

export const isOnHold = (item: {
  readonly status: WorkItemStatus;
  readonly waitReason: string | null;
}): boolean => item.status === 'pending' && item.waitReason === onHoldReason;
